import numpy as np
import pytest

from pipeline.analysis.plane import aligned, plane


def test_it_shows_the_two_directions_in_which_most_varies(random):
    # Three directions of a space of 50, along which things vary by 5, 2 and 0.1.
    directions, _ = np.linalg.qr(random.normal(size=(50, 3)))
    along = random.normal(size=(200, 3)) * [5, 2, 0.1]
    places = plane(along @ directions.T + 7)
    assert places.dtype == np.float32
    assert np.abs(places).max() == pytest.approx(1)
    assert np.abs(places.mean(axis=0)).max() < 1e-5
    for axis in (0, 1):
        assert abs(np.corrcoef(places[:, axis], along[:, axis])[0, 1]) > 0.99


@pytest.mark.parametrize("features", [np.ones((5, 3)), np.ones((5, 1)), np.zeros((1, 4))])
def test_where_nothing_varies_all_are_in_the_middle(features):
    assert plane(features).tolist() == [[0, 0]] * len(features)


def test_a_single_feature_is_a_line():
    assert np.abs(plane(np.array([[0.0], [1], [2]]))).tolist() == [[1, 0], [0, 0], [1, 0]]


def test_a_turned_and_mirrored_map_is_laid_over_the_one_before(random):
    before = random.uniform(-1, 1, size=(30, 2))
    before /= np.abs(before).max()
    turn = np.array([[np.cos(2), -np.sin(2)], [np.sin(2), np.cos(2)]]) @ np.diag([1, -1])
    assert np.allclose(aligned(before @ turn, before), before, atol=1e-5)
    assert np.allclose(aligned(np.zeros((30, 2)), before), 0)
