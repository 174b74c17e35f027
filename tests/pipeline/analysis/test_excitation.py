"""What excites a map, by brute force and by hand."""

import io

import numpy as np
import pytest

from pipeline.analysis import excitation
from pipeline.analysis.excitation import EXAMPLES, MOST_MAPS, NONE, Excitation, Watch


def watched(outputs: np.ndarray, batch: int, activation: str = "linear") -> Excitation:
    watch = Watch(activation)
    for start in range(0, len(outputs), batch):
        some = outputs[start : start + batch]
        watch.see(some, np.arange(start, start + len(some)))
    return watch.found()


@pytest.mark.parametrize("batch", [1, 4, 7, 100])
def test_the_strongest_of_all_batches_are_found_with_their_peaks(random, batch):
    outputs = np.maximum(random.normal(size=(40, 5, 6, 3)), 0).astype(np.float32)
    outputs = outputs.round(1)  # many are equal
    found = watched(outputs, batch)
    for map_ in range(3):
        peaks = outputs[..., map_].max(axis=(1, 2))
        order = sorted(range(40), key=lambda image: (-peaks[image], image))[:EXAMPLES]
        assert found.images[map_].tolist() == order
        assert found.activations[map_].tolist() == peaks[order].tolist()
        for image, row, column in zip(order, found.rows[map_], found.columns[map_], strict=True):
            first = np.flatnonzero(outputs[image, ..., map_].ravel() == peaks[image])[0]
            assert (row, column) == divmod(first, 6)
    assert found.largest.tolist() == outputs.max(axis=(0, 1, 2)).tolist()
    assert found.smallest.tolist() == outputs.min(axis=(0, 1, 2)).tolist()
    assert found.zeros == pytest.approx((outputs == 0).mean(axis=(0, 1, 2)))


def test_a_unit_knows_itself_as_its_place():
    outputs = np.float32([[3, -1], [1, -5], [2, -3]])
    found = watched(outputs, 2)
    assert found.images[:, :3].tolist() == [[0, 2, NONE], [0, 2, NONE]]
    assert found.activations[:, :3].tolist() == [[3, 2, 0], [-1, -3, 0]]
    assert found.rows[:, :3].tolist() == found.columns[:, :3].tolist() == [[0, 0, 0], [1, 1, 0]]


def test_what_no_image_moves_is_dead_and_excited_by_none():
    outputs = np.zeros((20, 2, 2, 4), np.float32)
    outputs[..., 1] = -3  # behind a batch normalization, say
    outputs[4, 1, 0, 2] = 7  # a single image excites it
    outputs[..., 3] = np.arange(20)[:, None, None]
    found = watched(outputs, 6)
    assert found.dead.tolist() == [True, True, False, False]
    assert (found.images[:2] == NONE).all()
    assert found.images[2].tolist() == [4] + [NONE] * 8
    assert (found.rows[2, 0], found.columns[2, 0]) == (1, 0)
    assert found.images[3].tolist() == list(range(19, 10, -1))
    assert found.largest.tolist() == [0, -3, 7, 19]
    assert found.zeros == pytest.approx([1, 0, 79 / 80, 1 / 20])


def test_units_at_the_limits_of_their_activation_function_are_saturated():
    outputs = np.full((100, 4), 0.5, np.float32)
    outputs[:, 1] = np.where(np.arange(100) % 2, 0.995, 0.002)
    outputs[4:, 2] = 0.991  # 96 of 100
    outputs[5:, 3] = 0.991  # 95 of 100
    found = watched(outputs, 30, "sigmoid")
    assert found.at_limits == pytest.approx([0, 1, 0.96, 0.95])
    assert found.saturated.tolist() == [False, True, True, False]
    assert not watched(outputs, 30, "relu").saturated.any()
    low = np.float32([[-0.985, -0.97, 0.981]])
    assert watched(low, 1, "tanh").at_limits.tolist() == [1, 0, 1]


def test_layers_of_very_many_units_are_cut():
    outputs = np.arange(2 * 600, dtype=np.float32).reshape(2, 600)
    found = watched(outputs, 1)
    assert found.images.shape == (MOST_MAPS, EXAMPLES)
    assert found.images[:, 0].tolist() == [1] * MOST_MAPS


def test_of_very_many_images_a_sample_is_looked_at():
    assert excitation.sample(50).tolist() == list(range(50))
    chosen = excitation.sample(30_000)
    assert len(set(chosen)) == excitation.MOST_IMAGES
    assert (np.diff(chosen) > 0).all()
    assert np.array_equal(chosen, excitation.sample(30_000))


def test_nothing_seen_is_refused():
    with pytest.raises(ValueError, match="no image"):
        Watch().found()


def saved(found: dict[int, Excitation]) -> io.BytesIO:
    file = io.BytesIO()
    excitation.save(found, file)
    file.seek(0)
    return file


def test_it_is_read_as_it_was_written(random):
    layers = {
        place: watched(random.normal(size=(12, *shape)).astype(np.float32), 5, "tanh")
        for place, shape in ((0, (3, 4, 2)), (10, (6,)))
    }
    read = excitation.load(saved(layers))
    assert list(read) == [0, 10]
    for place, found in layers.items():
        for name, dtype in excitation.STORED.items():
            array = getattr(read[place], name)
            assert array.dtype == dtype
            assert np.array_equal(array, getattr(found, name))


def test_a_file_whose_arrays_do_not_fit_is_refused(random):
    found = watched(random.normal(size=(12, 3)).astype(np.float32), 5)
    with np.load(saved({2: found})) as arrays:
        whole = dict(arrays)
    for changed, error in (
        (whole | {"rows_2": whole["rows_2"][:, :4]}, ValueError),
        (whole | {"zeros_2": whole["zeros_2"][:2]}, ValueError),
        ({name: array for name, array in whole.items() if name != "smallest_2"}, KeyError),
    ):
        file = io.BytesIO()
        np.savez(file, **changed)
        file.seek(0)
        with pytest.raises(error):
            excitation.load(file)
