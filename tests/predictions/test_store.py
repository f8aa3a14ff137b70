"""Arrays in memory and in a temporary file."""

import gc
import tempfile

import numpy as np
import pytest

from skopt_evo.predictions import Store
from skopt_evo.trials import Predictions


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.uint8])
@pytest.mark.parametrize("shape", [(7,), (5, 3), (2, 1), (0, 4)])
def test_contents_are_the_same_wherever_they_are(dtype, shape):
    store = Store(max_memory=60)
    rng = np.random.default_rng(0)
    arrays = [rng.integers(100, size=shape).astype(dtype) for _ in range(6)]
    held = [store.hold(array) for array in arrays]
    for array, one in zip(arrays, held, strict=True):
        np.testing.assert_array_equal(one, array)
        assert one.dtype == dtype
        assert one.shape == shape


def test_what_is_beyond_the_bound_is_in_a_file():
    store = Store(max_memory=100)
    first, second, third = (store.hold(np.full(10, float(i))) for i in range(3))
    assert not isinstance(first, np.memmap)
    assert isinstance(second, np.memmap)
    assert isinstance(third, np.memmap)
    assert store.n_in_memory == 80
    assert store.n_on_disk == 160
    small = store.hold(np.zeros(2))  # for which there is room
    assert not isinstance(small, np.memmap)
    assert store.n_in_memory == 96


def test_maps_cannot_be_written_to():
    held = Store(max_memory=0).hold(np.zeros(3))
    with pytest.raises(ValueError, match="read-only"):
        held[0] = 1


def test_maps_begin_where_any_number_may():
    store = Store(max_memory=0)
    arrays = [
        np.arange(3, dtype=np.uint8),
        np.arange(2.0),
        np.arange(5, dtype=np.int32),
    ]
    held = [store.hold(array) for array in arrays]
    for array, one in zip(arrays, held, strict=True):
        np.testing.assert_array_equal(one, array)
        assert one.flags.aligned


def test_arrays_of_another_order_are_held():
    array = np.arange(12.0).reshape(3, 4)
    for other in (array.T, array[:, ::2], np.asfortranarray(array)):
        np.testing.assert_array_equal(Store(max_memory=0).hold(other), other)


def test_there_is_no_file_without_need(monkeypatch):
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    store = Store()
    store.hold(np.zeros(1000))
    Store(max_memory=0).hold(np.zeros((0, 3)))
    assert store.n_on_disk == 0


def test_the_file_is_gone_with_the_arrays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    store = Store(max_memory=0)
    held = store.hold(np.arange(5.0))
    del store
    gc.collect()
    np.testing.assert_array_equal(held, np.arange(5.0))
    del held
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_arrays_that_are_released_make_room():
    store = Store(max_memory=100)
    first = store.hold(np.zeros(10))
    on_disk = store.hold(np.zeros(10))
    store.release(on_disk)
    assert store.n_in_memory == 80
    store.release(first)
    assert store.n_in_memory == 0
    assert not isinstance(store.hold(np.zeros(10)), np.memmap)


def test_the_file_is_closed(monkeypatch):
    files = []

    def make(**options):
        files.append(original(**options))
        return files[0]

    original = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", make)
    store = Store(max_memory=0)
    store.hold(np.zeros(3))
    assert not files[0].closed
    del store
    gc.collect()
    assert files[0].closed


def test_a_full_file_system_is_named(monkeypatch):
    class Full:
        def seek(self, place):
            pass

        def write(self, data):
            raise OSError(28, "No space left on device")

        def close(self):
            pass

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **options: Full())
    store = Store(max_memory=50)
    store.hold(np.zeros(5))
    with pytest.raises(OSError, match="No space left") as caught:
        store.hold(np.zeros(10))
    (note,) = caught.value.__notes__
    assert f"There is no room in {tempfile.gettempdir()!r} for 80 bytes" in note
    assert "keeps up to 50 bytes in memory" in note
    assert "TMPDIR" in note
    assert "ensemble=None and return_predictions=False" in note
    assert store.n_on_disk == 0


@pytest.mark.parametrize("labels", [None, np.array([[1], [0]], dtype=np.int32)])
@pytest.mark.parametrize("max_memory", [0, 1000])
def test_predictions_are_held_with_their_labels(labels, max_memory):
    values = np.array([[0.1, 0.9], [0.6, 0.4]])
    found = Store(max_memory).hold_predictions(
        Predictions("predict_proba", values, labels, is_list=True)
    )
    assert (found.method, found.is_list) == ("predict_proba", True)
    assert isinstance(found.values, np.memmap) is (max_memory == 0)
    np.testing.assert_array_equal(found.values, values)
    np.testing.assert_array_equal(found.labels, labels)
