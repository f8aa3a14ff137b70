"""Configuration of Sphinx."""

import re

from skopt_evo import __version__

project = "skopt-evo"
author = "skopt_evo developers"
copyright = f"2026, {author}"
version = release = __version__

extensions = [
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
default_role = "literal"

# ---- reference

autosummary_generate = True
autodoc_typehints = "none"  # the numpydoc sections say it in words
numpydoc_show_class_members = False  # the templates of the classes list them
numpydoc_use_plots = False

# ---- examples

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": r"[/\\](plot_|quickstart)",
    "within_subsection_order": "NumberOfCodeLinesSortKey",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "image_srcset": ["2x"],
    "min_reported_time": 3600,
    "remove_config_comments": True,
    "show_signature": False,
    "write_computation_times": False,
}

# ---- pages

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": project},
    "navbar_end": ["theme-switcher"],
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"changelog": [], "getting_started": [], "index": []}

# Prompts are not copied with the code.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# ---- what others wrote


def mend_docstring(app, what, name, obj, options, lines):
    """Resolve what only scikit-learn's own documentation can refer to."""
    text = "\n".join(lines)
    text = re.sub(r":term:`(.+?)(?: <.+?>)?`", r"``\1``", text)
    text = re.sub(r":ref:`(.+?) <metadata_routing>`", r"\1", text)
    lines[:] = text.split("\n")


def skip_member(app, what, name, obj, skip, options):
    """Leave out the fields of named tuples, which the class describes itself."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def hide_signature(app, what, name, obj, options, signature, return_annotation):
    """Leave out the arguments of a protocol, of which nobody makes an instance."""
    return ("", None) if getattr(obj, "_is_protocol", False) else None


def translate_markdown(app, path, docname, content):
    """Translate the headings, links and comments of the changelog."""
    if path.suffix == ".md":
        text = re.sub(r"<!--.*?-->", "", content[0], flags=re.DOTALL)
        text = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", text)
        content[0] = re.sub(r"^(#+) (.*)$", underlined, text, flags=re.MULTILINE)


def underlined(heading):
    marks, title = heading.groups()
    return f"{title}\n{'=-~'[len(marks) - 1] * len(title)}"


def setup(app):
    app.connect("autodoc-process-docstring", mend_docstring)
    app.connect("autodoc-process-signature", hide_signature)
    app.connect("autodoc-skip-member", skip_member)
    app.connect("include-read", translate_markdown)
