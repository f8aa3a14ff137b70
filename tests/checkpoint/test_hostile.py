"""Journals by somebody who wants harm: the hashes of their lines are right.

A search with one of them ends in a CheckpointError, or has results; it never hangs,
runs code, or takes more memory than in proportion to the file.
"""

import json
import os
import re
import threading
import time
import tracemalloc
import warnings

import numpy as np
import pytest
from scipy.stats import loguniform, uniform
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline

from skopt_evo import GeneticSearchCV, GradientSearchCV
from skopt_evo.checkpoint import Checkpoint
from skopt_evo.checkpoint._lines import AFTER, BEFORE, BETWEEN, MAX_LINE, _digest
from skopt_evo.exceptions import CheckpointError
from skopt_evo.preprocessing import FeatureScale
from skopt_evo.space import Vector
from skopt_evo.trials._fold_record import MAX_ERROR

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 3))
y = X @ [1.0, 2.0, 0.0] + RNG.normal(size=12)

HEADER = {"seed": 0}
BUDGET = {"n_iter": 4}
CANDIDATE = {"candidate": 0, "genome": [0.5, 1.0], "origin": "initial"}
FOLD = {
    "fit_error": None,
    "test_scores": 0.5,
    "n_test_samples": 4,
    "fit_time": 0.25,
    "score_time": 0.125,
}
GRADIENT = {
    "loss": -0.5,
    "params": {"alpha": 1.0, "weights": [1.0, 2.0]},
    "reasons": {"other": "it is flat"},
    "is_converged": True,
}
FAULT = {"kind": "timeout", "seconds": 1.0}


def lined(records):
    """Return a journal of records, or of texts in their place."""
    lines, digest = [], b""
    for record in records:
        text = record if isinstance(record, bytes) else json.dumps(record).encode()
        digest = _digest(text, digest)
        lines.append(BEFORE + text + BETWEEN + digest.hex().encode() + AFTER)
    return b"".join(lines)


def journal(*records, header=HEADER):
    start = {"format": "skopt-evo-journal", "version": 2, **header}
    # The first line has to begin exactly like this.
    first = json.dumps(start, separators=(",", ":")).encode()
    return lined([first, *records])


def of_split(result, split=0, candidate=0):
    return {"candidate": candidate, "split": split, **result}


def fold(**changes):
    return of_split({"fold": {**FOLD, **changes}})


def gradient(**changes):
    return fold(gradient={**GRADIENT, **changes})


def fault(**changes):
    return of_split({"fault": {**FAULT, **changes}})


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


# ---- what a record says


@pytest.mark.parametrize(
    "records",
    [
        [BUDGET, CANDIDATE, fold(), gradient(), fault()],
        [BUDGET, {"n_iter": 10**18}, {**CANDIDATE, "genome": None}],
        [BUDGET, CANDIDATE, fold(test_scores={"a": 1, "b": True}, train_scores={})][:2],
        [BUDGET, CANDIDATE, fold(test_scores={"a": 1}, train_scores={"a": -1e308})],
        [BUDGET, CANDIDATE, gradient(params={"a": [[1.0], [2]]}, reasons={})],
        [BUDGET, CANDIDATE, {**fold(), "fidelity": 0.5}, {**fault(), "fidelity": 1}],
        [BUDGET, CANDIDATE, {**fold(), "fidelity": 5e-324}],
        # Of a function that returns other metrics for another candidate.
        [BUDGET, CANDIDATE, fold(), fold(test_scores={"a": 1.0})],
    ],
)
def test_what_a_search_writes_is_read(tmp_path, records):
    path = tmp_path / "journal"
    path.write_bytes(journal(*records))
    with Checkpoint(path, HEADER) as checkpoint:
        assert checkpoint.budgets[0] == 4


HUGE = 10**4000
NO_NUMBERS = ["1", None, [1.0], {}, {"$float": "nan", "a": 1}, HUGE, -HUGE]
NOT_FINITE = [{"$float": "nan"}, {"$float": "-inf"}]
NO_FIDELITIES = [0, 0.0, -0.5, 1.0000001, 2, True, *NOT_FINITE]
NO_INDICES = [-1, 1, 10**18, HUGE, True, False, 0.0, "0", None, [], {}, [[0]]]

NONSENSE = {
    "budget": [
        [{"n_iter": value}]
        for value in [0, -1, True, 2.0, "9", None, [], {}, {"$float": "inf"}]
    ]
    + [[BUDGET, BUDGET], [BUDGET, {"n_iter": 3}], [{**BUDGET, "more": 1}]],
    "candidate": [[BUDGET, {**CANDIDATE, "candidate": value}] for value in NO_INDICES]
    + [
        [CANDIDATE],
        [{"n_iter": 1}, CANDIDATE, {**CANDIDATE, "candidate": 1}],
        [BUDGET, CANDIDATE, CANDIDATE],
        [BUDGET, {**CANDIDATE, "more": 1}],
        [BUDGET, without(CANDIDATE, "origin")],
        [BUDGET, {**CANDIDATE, "origin": 1}],
    ],
    "genome": [
        [BUDGET, {**CANDIDATE, "genome": value}]
        for value in ["01", 0.5, {}, True, *([number] for number in NO_NUMBERS)]
    ]
    + [
        [BUDGET, {**CANDIDATE, "genome": [0.5, value]}]
        for value in [-0.1, 1.1, *NOT_FINITE]
    ],
    "place": [
        [BUDGET, CANDIDATE, {**record, name: value}]
        for record in (fold(), fault())
        for name in ("candidate", "split")
        for value in NO_INDICES
        if (name, value) not in [("split", 1), ("split", 10**18)] or value is True
    ]
    + [[BUDGET, fold()], [BUDGET, fault()], [BUDGET, CANDIDATE, {"candidate": 0}]],
    "fidelity": [
        [BUDGET, CANDIDATE, {**record, "fidelity": value}]
        for record in (fold(), fault())
        for value in [*NO_FIDELITIES, *NO_NUMBERS, {"$float": "inf"}]
    ],
    "fold": [
        [BUDGET, CANDIDATE, of_split({"fold": value})]
        for value in [None, 1, "fold", [], [FOLD], {}]
    ]
    + [[BUDGET, CANDIDATE, of_split({"fold": without(FOLD, name)})] for name in FOLD]
    + [[BUDGET, CANDIDATE, fold(**{name: None})] for name in ["status", "test_score"]],
    "scores": [
        [BUDGET, CANDIDATE, fold(test_scores=value)]
        for value in [*NO_NUMBERS, *({"a": number} for number in NO_NUMBERS)]
    ]
    + [
        [BUDGET, CANDIDATE, fold(train_scores=value)]
        for value in [*NO_NUMBERS, {"a": 1.0}]
    ],
    "times": [
        [BUDGET, CANDIDATE, fold(**{name: value})]
        for name in ("fit_time", "score_time", "n_test_samples")
        for value in [*NO_NUMBERS, *NOT_FINITE]
    ],
    "error": [
        [BUDGET, CANDIDATE, fold(fit_error=value)]
        for value in [0, False, [], ["error"], "x" * (MAX_ERROR + 1)]
    ],
    "gradient": [
        [BUDGET, CANDIDATE, fold(gradient=value)]
        for value in [0, "gradient", [], {}, {**GRADIENT, "more": 1}]
    ]
    + [
        [BUDGET, CANDIDATE, gradient(**{name: value})]
        for name, values in {
            "loss": [*NO_NUMBERS, {"$float": "inf"}],
            "params": [None, 1, [], [["alpha", 1.0]]],
            "reasons": [None, "flat", [], {"a": 1}, {"a": None}],
            "is_converged": [None, 1, "true"],
        }.items()
        for value in values
    ]
    + [
        [BUDGET, CANDIDATE, gradient(params={"alpha": value})]
        for value in [
            *["1", None, {}, HUGE, *NOT_FINITE, ["1"], [None], [{}], [1.0, [2.0]]],
            [HUGE],
            [{"$float": "nan"}],
        ]
    ],
    "fault": [
        [BUDGET, CANDIDATE, of_split({"fault": value})]
        for value in [None, 1, "timeout", [], {}, {**FAULT, "more": 1}]
    ]
    + [[BUDGET, CANDIDATE, fault(kind=value)] for value in [None, 1, "ok", [], {}]]
    + [
        [BUDGET, CANDIDATE, fault(seconds=value)]
        for value in [*NO_NUMBERS, *NOT_FINITE]
    ],
    "none of them": [[{}], [BUDGET, {"genome": None}], [BUDGET, {"": 0}]],
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_is_refused_with_its_line(tmp_path, kind):
    for number, records in enumerate(NONSENSE[kind]):
        path = tmp_path / str(number)
        path.write_bytes(journal(*records))
        with pytest.raises(CheckpointError) as caught:
            Checkpoint(path, HEADER).__exit__(None, None, None)
        message = str(caught.value)
        assert re.search(
            f"(no search writes|damaged) in line {len(records) + 1}, ", message
        ), records
        assert len(message) < 1500


@pytest.mark.parametrize(
    "seed", [None, -1, 2**63, HUGE, True, 0.0, "0", [], {}, {"$float": "nan"}]
)
def test_a_seed_that_is_none_is_refused(tmp_path, seed):
    path = tmp_path / "journal"
    path.write_bytes(journal(BUDGET, header={"seed": seed}))
    with pytest.raises(CheckpointError, match="has no seed that a search could have"):
        Checkpoint(path, HEADER)
    with pytest.raises(CheckpointError, match="has no seed"):
        Checkpoint(path, HEADER)  # and it is not locked


@pytest.mark.parametrize(
    "text",
    [
        b'{"n_iter":' + b"9" * 5000 + b"}",
        b'{"n_iter":NaN}',
        b'{"n_iter":-Infinity}',
        b'{"n_iter":4,"n_iter":5}',
        b'{"n_iter":"\xed\xa0\x80"}',
        b'{"n_iter":4}\x00',
        b'\xef\xbb\xbf{"n_iter":4}',
        '{"n_iter":4}'.encode("utf-16"),
        b'{"n_iter":' + b"[" * 10**6 + b"]" * 10**6 + b"}",
        b'{"a":' * 10**5 + b"1" + b"}" * 10**5,
        b'{"n_iter":4} {"n_iter":5}',
        b"__import__('os').abort()",
        b"",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_plain_json_is_refused(tmp_path, text):
    path = tmp_path / "journal"
    path.write_bytes(journal(text))
    with pytest.raises(CheckpointError, match="damaged in line 2, "):
        Checkpoint(path, HEADER)


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b" ", b"\n"])
def test_a_mark_before_the_first_line_makes_another_kind_of_file(tmp_path, mark):
    path = tmp_path / "journal"
    path.write_bytes(mark + journal(BUDGET))
    with pytest.raises(CheckpointError, match="is no checkpoint of skopt_evo"):
        Checkpoint(path, HEADER)


# ---- time and memory


def slow(*values):
    """Return values of the parameters of a test that is slow with them."""
    return pytest.param(*values, marks=pytest.mark.slow)


def peak_of(path, n_bytes):
    """Return how much memory it takes to read a file, in parts of its size."""
    tracemalloc.start()
    try:
        Checkpoint(path, HEADER).__exit__(None, None, None)
    except CheckpointError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak / n_bytes


LONG = '{"a":[' + "{}," * (MAX_LINE // 64) + "0]}"
LONG_GRADIENT = json.dumps(gradient(params={"a": [0] * (MAX_LINE // 8)}))


@pytest.mark.parametrize(
    ("records", "most"),
    [
        slow([{"n_iter": number} for number in range(1, 20_000)], 2),
        slow([BUDGET, CANDIDATE, *[fold()] * 5_000], 2),
        ([BUDGET, CANDIDATE, *[of_split({"fold": FOLD}, n) for n in range(5_000)]], 8),
        ([{"n_iter": 10**18}], 1000),
        slow([LONG.encode()], 60),
        slow([BUDGET, CANDIDATE, LONG_GRADIENT.encode()], 20),
    ],
    ids=["budgets", "same folds", "folds", "budget", "containers", "gradient"],
)
def test_memory_is_in_proportion_to_the_file(tmp_path, records, most):
    path = tmp_path / "journal"
    path.write_bytes(journal(*records))
    assert peak_of(path, path.stat().st_size) < most


def test_many_budgets_take_linear_time(tmp_path):
    seconds = []
    for n_lines in (2_000, 16_000):
        path = tmp_path / str(n_lines)
        path.write_bytes(
            journal(*[{"n_iter": number + 1} for number in range(n_lines)])
        )
        start = time.process_time()
        Checkpoint(path, HEADER).__exit__(None, None, None)
        seconds.append(time.process_time() - start)
    assert seconds[1] < 24 * seconds[0]


# ---- files that are none


def errors_of(path):
    """Return what opening a file raises; fail if it does not return."""
    errors = []

    def work():
        try:
            Checkpoint(path, HEADER).__exit__(None, None, None)
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    return errors


@pytest.mark.skipif(os.name == "nt", reason="of POSIX")
@pytest.mark.parametrize("kind", ["fifo", "zero", "null", "folder", "loop"])
def test_what_is_no_file_is_refused_at_once(tmp_path, kind):
    path = tmp_path / "journal"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path)
    else:
        path.symlink_to(f"/dev/{kind}")
    (error,) = errors_of(path)
    assert isinstance(error, CheckpointError)
    assert "cannot be opened" in str(error)


# ---- whole searches


def two_metrics(estimator, X, y):
    score = estimator.score(X, y)
    return {"one": score, "two": -score}


SCALED = {
    "estimator": make_pipeline(FeatureScale(np.ones(3)), Ridge()),
    "param_grid": {
        "featurescale__weights": Vector(loguniform(1e-2, 1e2), 3),
        "ridge__alpha": loguniform(1e-3, 1e3),
    },
}
PLAIN = {"estimator": Ridge(), "param_grid": {"alpha": loguniform(1e-3, 1e3)}}
SEARCHES = {
    "genetic": (GeneticSearchCV, {**SCALED, "n_iter": 13}),
    "front": (
        GeneticSearchCV,
        {**PLAIN, "scoring": ["r2", "neg_mean_absolute_error"], "refit": False},
    ),
    "callable": (GeneticSearchCV, {**PLAIN, "scoring": two_metrics, "refit": "two"}),
    "grid": (
        GradientSearchCV,
        {
            "estimator": KNeighborsRegressor(),
            "param_grid": {"n_neighbors": [1, 2, 3]},
            "return_train_score": True,
        },
    ),
    "exact": (GradientSearchCV, {**SCALED, "gradient": "exact"}),
    "model": (
        GradientSearchCV,
        {
            "estimator": Ridge(),
            "param_grid": {"alpha": uniform(0, 9)},
            "gradient": "model",
        },
    ),
    "raising": (GradientSearchCV, {**PLAIN, "error_score": "raise"}),
}


def search(name, path):
    kind, options = SEARCHES[name]
    return kind(
        **{"n_iter": 6, "cv": 2, "random_state": None, **options}, checkpoint=path
    )


@pytest.fixture(scope="module")
def journals(tmp_path_factory):
    """Return the records of a true journal of each search, the header included."""
    found = {}
    for name in SEARCHES:
        path = tmp_path_factory.mktemp("true") / "journal"
        search(name, path).fit(X, y)
        found[name] = [
            json.loads(line)["data"] for line in path.read_bytes().splitlines()
        ]
    return found


# What a search may say of results that are believed: that all fits have failed, that
# the function to score by returns other metrics than refit is one of.
ERRORS = re.compile("All the \\d+ fits failed|For multi-metric scoring")


def run(name, path):
    """Return what becomes of a search that finds a journal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            results = search(name, path).fit(X, y).cv_results_
        except CheckpointError:
            return "refused"
        except ValueError as error:
            if not ERRORS.search(str(error)):
                raise
            return "failed"
    assert len(results["params"]) > 0
    return "finished"


VALUES = [
    *[None, True, False, 0, 1, -1, 2, 10**18, HUGE, 0.5, -0.0, 1e308, -1e308, 5e-324],
    *["", "x", "nan", "\ud800", "\x00", "x" * 1000],
    *[[], {}, [0.5], [[0.5]], ["x"], {"x": 1}, {"$float": "nan"}, {"$float": "inf"}],
    *[{"$float": "-inf"}, {"a": {"b": [None]}}, [0] * 1000],
]


def places(value, start=()):
    """Return the ways to all that is in a record."""
    items = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    found = [start] if start else []
    return found + [way for key, item in items for way in places(item, (*start, key))]


def changed(record, rng):
    """Return a record with a change somewhere."""
    if not record:
        return {"candidate": 0}
    record = json.loads(json.dumps(record))
    *way, last = (ways := places(record))[rng.integers(len(ways))]
    owner = record
    for key in way:
        owner = owner[key]
    kind = rng.integers(4)
    if kind == 0:
        del owner[last]
    elif kind == 1 and isinstance(owner, dict):
        owner[str(rng.choice(["candidate", "genome", "x", "$x", "fault"]))] = owner[
            last
        ]
    else:
        owner[last] = VALUES[rng.integers(len(VALUES))]
    return record


def mutated(records, rng):
    """Return records with some of them changed, removed, repeated or moved."""
    records = list(records)
    for _ in range(rng.integers(1, 4)):
        place = int(rng.integers(1, len(records))) if rng.random() < 0.95 else 0
        kind = rng.integers(8)
        if kind == 0 and place:
            del records[place]
        elif kind == 1 and place:
            records.insert(int(rng.integers(1, len(records))), records[place])
        elif kind == 2 and place:
            records = records[: place + 1]
        else:
            records[place] = changed(records[place], rng)
        if len(records) < 2:
            break
    return records


def fuzz_records(journals, path, rng):
    """Run a search with a journal whose records were tampered with."""
    name = str(rng.choice(list(journals)))
    header, *others = mutated(journals[name], rng)
    start = json.dumps(header, separators=(",", ":")).encode()
    path.unlink(missing_ok=True)
    path.write_bytes(lined([start, *others]))
    return run(name, path)


def fuzz_bytes(journals, path, rng):
    """Run a search with a journal whose bytes were tampered with, hashes included."""
    name = str(rng.choice(list(journals)))
    records = journals[name]
    texts = [json.dumps(record, separators=(",", ":")).encode() for record in records]
    text = bytearray(texts[place := int(rng.integers(len(texts)))])
    for _ in range(rng.integers(1, 4)):
        begin = int(rng.integers(len(text) + 1))
        end = min(len(text), begin + int(rng.integers(4)))
        text[begin:end] = rng.bytes(int(rng.integers(4)))
    texts[place] = bytes(text)
    path.unlink(missing_ok=True)
    path.write_bytes(lined(texts))
    return run(name, path)


@pytest.mark.parametrize(
    ("fuzz", "n_runs"),
    [
        (fuzz_records, 40),
        (fuzz_bytes, 40),
        slow(fuzz_records, 200),
        slow(fuzz_bytes, 100),
    ],
)
def test_a_search_with_a_hostile_journal_is_refused_or_has_results(
    journals, tmp_path, fuzz, n_runs
):
    ends = [
        fuzz(journals, tmp_path / "journal", np.random.default_rng(seed))
        for seed in range(n_runs)
    ]
    # Most are found out; some changes are of scores, and of nothing that shows.
    assert ends.count("refused") > n_runs / 2
    assert ends.count("finished") > 0


def test_true_journals_are_taken(journals, tmp_path):
    for name, records in journals.items():
        path = tmp_path / name
        header, *others = records
        start = json.dumps(header, separators=(",", ":")).encode()
        path.write_bytes(lined([start, *others]))
        assert run(name, path) == "finished"
