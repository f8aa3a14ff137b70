"""The tests mirror the package: `skopt_evo/a/_b.py` has `tests/a/test_b.py`."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE, TESTS = ROOT / "skopt_evo", ROOT / "tests"

# Why a module has no test module of its own.
DATA = "plain data: there is nothing to go wrong but in what uses it"
TYPES = "types alone: mypy checks what uses them"
PROTOCOL = "a protocol: the conformance suites of what follows it test it"
EXCEPTIONS = {
    "_typing.py": TYPES,
    "hypergrad/criteria/_output_loss.py": TYPES,
    "trials/_fault.py": DATA,
    "trials/_proposer.py": PROTOCOL,
    "executors/_protocol.py": PROTOCOL,
    "trials/_unit.py": DATA,
    "proposers/_known.py": DATA,
    "ensemble/_protocol.py": PROTOCOL,
    "strategies/operators/_protocols.py": PROTOCOL,
    "strategies/surrogates/_protocol.py": PROTOCOL,
    "descent/_protocol.py": PROTOCOL,
    "descent/_settings.py": DATA,
    "hypergrad/_protocol.py": PROTOCOL,
    "hypergrad/criteria/_criterion.py": PROTOCOL,
    # Parts of descents, tested by what all descents do.
    "descent/_adaptive_steps.py": "tests/descent/test_gradient_descent.py",
    "descent/_automatic_descent.py": "tests/descent/test_registry.py",
    "descent/_exact_descent.py": "tests/descent/test_registry.py",
    "descent/_free_genes.py": "tests/descent/test_registry.py",
    "descent/_local_data.py": "tests/descent/test_model_descent.py",
    "descent/_quadratic_fit.py": "tests/descent/test_local_model.py",
    "descent/_sources.py": "tests/descent/test_registry.py",
    "descent/_standardised_losses.py": "tests/descent/test_local_model.py",
    # Parts of rules, each tested with the estimators that it is for: derivatives are
    # compared with differences of whole fits.
    "hypergrad/_copies.py": "tests/hypergrad/test_exact.py",
    "hypergrad/rules/_class_weights.py": "tests/hypergrad/rules/test_logistic.py",
    "hypergrad/rules/_kernel_matrix.py": "tests/hypergrad/rules/test_kernel_ridge.py",
    "hypergrad/rules/_linear.py": "tests/hypergrad/rules/test_huber.py",
    "hypergrad/rules/_penalty.py": "tests/hypergrad/rules/test_elastic_net.py",
    "hypergrad/rules/_routing.py": "tests/hypergrad/rules/test_wrappers.py",
    "hypergrad/rules/_scalers.py": "tests/hypergrad/rules/test_pipeline.py",
    "hypergrad/rules/_support_vectors.py": "tests/hypergrad/rules/test_svm.py",
    "hypergrad/rules/_svm_kernels.py": "tests/hypergrad/rules/test_svm.py",
    # Tested through searches.
    "proposers/_strategies.py": "tests/test_genetic_search.py",
    "proposers/_warm_start.py": "tests/test_warm_start.py",
}


def modules():
    """Return the modules that hold code, relative to the package."""
    paths = sorted(PACKAGE.rglob("*.py"))
    found = [path.relative_to(PACKAGE) for path in paths if path.name != "__init__.py"]
    return [path.as_posix() for path in found]


def mirror_of(module):
    path = Path(module)
    return TESTS / path.parent / f"test_{path.stem.removeprefix('_')}.py"


def test_every_module_has_a_test_module_of_its_name():
    missing = [
        f"{module}: write {mirror_of(module).relative_to(ROOT)}, or say in EXCEPTIONS "
        "why there is none"
        for module in modules()
        if module not in EXCEPTIONS and not mirror_of(module).exists()
    ]
    assert missing == []


def test_exceptions_are_needed_and_name_tests_that_are_there():
    assert set(EXCEPTIONS) <= set(modules())
    assert [module for module in EXCEPTIONS if mirror_of(module).exists()] == []
    named = {reason for reason in EXCEPTIONS.values() if reason.startswith("tests/")}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
