"""Configuration of Sphinx."""

import re
import sys
from pathlib import Path

from docutils import nodes
from scipy.stats import loguniform
from sklearn.datasets import load_iris
from sklearn.svm import SVC
from sphinx.util.docutils import SphinxDirective

from skopt_evo import GeneticSearchCV, __version__

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))

from docs import architecture  # noqa: E402
from tests import bad_input_table  # noqa: E402

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
html_sidebars = {
    "architecture": [],
    "changelog": [],
    "getting_started": [],
    "index": [],
}

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


# ---- what the tests know


class BadInput(SphinxDirective):
    """A section of the table of bad inputs, with the messages that its rows raise."""

    required_arguments = 1

    def run(self):
        self.env.note_dependency(bad_input_table.__file__)
        (section,) = self.arguments
        search = bad_input_table.ONLY.get(section, bad_input_table.SEARCHES)[0]
        head = row_of(*(nodes.paragraph("", text) for text in COLUMNS))
        body = [self.row(row, search) for row in bad_input_table.TABLE[section]]
        group = nodes.tgroup("", cols=len(COLUMNS))
        group += [nodes.colspec(colwidth=width) for width in COLUMNS.values()]
        group += [nodes.thead("", head), nodes.tbody("", *body)]
        return [nodes.table("", group, classes=["bad-input"])]

    def row(self, row, search):
        _, error = row.run(search)
        call = "" if row.call == "fit(X, y)" else f"search.{row.call}"
        codes = [code for code in (row.given, call) if code]
        title = nodes.paragraph("", f"{row.title[0].upper()}{row.title[1:]}")
        if row.fits:
            mark = "late, results kept" if row.is_kept else "late"
            title += [nodes.Text(" "), nodes.strong("", f"({mark})")]
        return row_of(
            [title, *(nodes.paragraph("", "", literal(code)) for code in codes)],
            [
                nodes.paragraph("", "", literal(type(error).__name__)),
                *(
                    nodes.paragraph("", line, support_smartquotes=False)
                    for line in abridged(bad_input_table.message_of(error))
                ),
            ],
        )


COLUMNS = {"What goes in": 40, "What is said": 60}


def row_of(*cells):
    return nodes.row("", *(nodes.entry("", *as_list(cell)) for cell in cells))


def as_list(cell):
    return cell if isinstance(cell, list) else [cell]


def literal(code):
    return nodes.literal(code, code)


def abridged(message):
    """Return the paragraphs of a message, without what is long, or never the same."""
    message = re.sub(r" at 0x[0-9A-Fa-f]+", "", message, flags=re.IGNORECASE)
    message = re.sub(r"([{[])('\w+'(?:, '\w+'){7,})([]}])", cut, message)
    message = re.sub(r"^array=\[[^]]*\]", "array=[…]", message, flags=re.MULTILINE)
    message = re.sub(r"Traceback.*?\n(?=\S*Error: )", "", message, flags=re.DOTALL)
    message = re.sub(r"^-+\n", "", message, flags=re.MULTILINE)
    return [line for line in message.split("\n") if line.strip()]


def cut(names):
    """Cut a list short, in an order that sets do not have."""
    opening, text, closing = names.groups()
    return f"{opening}{', '.join(sorted(text.split(', '))[:3])}, …{closing}"


# ---- what the code knows


class WayOfACandidate(SphinxDirective):
    """The stops of a candidate in a search that runs, as a picture and as a table."""

    def run(self):
        self.env.note_reread()  # the code may be another one
        X, y = load_iris(return_X_y=True)
        search = GeneticSearchCV(
            SVC(), {"C": loguniform(1e-2, 1e2)}, n_iter=12, cv=2, random_state=0
        )
        stops = architecture.stops_of(architecture.trace(search, X, y))
        head = row_of(
            *(nodes.paragraph("", text) for text in ("Stop", "Where", "What"))
        )
        body = [self.row(number, stop) for number, stop in enumerate(stops, start=1)]
        group = nodes.tgroup("", cols=3)
        group += [nodes.colspec(colwidth=width) for width in (15, 35, 50)]
        group += [nodes.thead("", head), nodes.tbody("", *body)]
        picture = nodes.raw("", architecture.picture_of(stops), format="html")
        return [picture, nodes.table("", group)]

    def row(self, number, stop):
        name = f"{number}. "
        return row_of(
            nodes.paragraph("", "", nodes.Text(name), literal(stop.name)),
            nodes.paragraph("", "", literal(f"{stop.path}:{stop.line}")),
            nodes.paragraph("", stop.summary),
        )


class Layers(SphinxDirective):
    """The layers of packages, from the contract of imports."""

    def run(self):
        self.env.note_dependency(str(architecture.ROOT / "setup.cfg"))
        body = [
            row_of(
                [nodes.paragraph("", "", literal(name)) for name in layer],
                [nodes.paragraph("", architecture.summary_of(name)) for name in layer],
            )
            for layer in architecture.layers()
        ]
        group = nodes.tgroup("", cols=2)
        group += [nodes.colspec(colwidth=width) for width in (25, 75)]
        group += nodes.tbody("", *body)
        return [nodes.table("", group, classes=["layers"])]


def setup(app):
    app.add_directive("layers", Layers)
    app.add_directive("way-of-a-candidate", WayOfACandidate)
    app.add_directive("bad-input", BadInput)
    app.connect("autodoc-process-docstring", mend_docstring)
    app.connect("autodoc-process-signature", hide_signature)
    app.connect("autodoc-skip-member", skip_member)
    app.connect("include-read", translate_markdown)
