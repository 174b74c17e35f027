import dataclasses

import numpy as np
import pytest

from pipeline.analysis import class_planes
from pipeline.analysis.class_planes import Planes, Space

IMAGE = -1

# Of three directions the basis keeps two. There, the first class lies along the first axis, the
# second is the point (10, 0).
BY_HAND = Planes(
    layer=IMAGE,
    power=0.0,
    rest=False,
    middle=0.0,
    spread=1.0,
    mean=np.zeros(3, np.float32),
    basis=np.eye(3, 2, dtype=np.float32),
    centers=np.float32([[0, 0], [10, 0]]),
    directions=np.float32([[[1], [0]], [[0], [0]]]),
)


@pytest.mark.parametrize(
    ("changes", "square"),
    [
        ({}, 16),  # 3² + 4² less 3² along the first class; the second is 7² + 4² away
        ({"rest": True}, 16 + 144),  # and 12 outside the basis
        ({"directions": np.zeros((2, 2, 1), np.float32)}, 25),
        ({"mean": np.float32([0, 3, 0])}, 1),
        ({"directions": np.zeros((2, 2, 0), np.float32), "mean": np.float32([-7, 4, 0])}, 0),
    ],
)
def test_distances_worked_out_by_hand(changes, square):
    planes = dataclasses.replace(BY_HAND, **changes)
    (found,) = planes.log_distances(np.array([[3.0, 4, 12]]))
    assert found == pytest.approx(0.5 * np.log(max(square, 1e-12)))


def test_a_distance_is_set_against_the_length():
    planes = dataclasses.replace(BY_HAND, power=0.5, middle=1.0, spread=2.0)
    (found,) = planes.untypical(np.array([[3.0, 4, 12]]))  # 13 long, 4 away
    assert found == pytest.approx((np.log(4) - 0.5 * np.log(13) - 1) / 2)
    assert np.isfinite(planes.untypical(np.zeros((1, 3)))).all()


def test_vectors_of_length_1_forget_how_long_they_were():
    planes = dataclasses.replace(BY_HAND, unit=True, power=0.5)
    short, long = planes.log_distances(np.array([[0.3, 0.4, 0], [30.0, 40, 0]]))
    assert short == pytest.approx(np.log(0.8))  # (0.6, 0.8) is 0.8 from the first axis
    assert long == pytest.approx(short)
    assert np.isfinite(planes.untypical(np.zeros((1, 3)))).all()


def test_maps_count_by_their_average():
    maps = np.array([[[1.0, 10], [2, 20]], [[3, 30], [4, 40]]])  # 2×2 places, two maps
    assert dataclasses.replace(BY_HAND, averaged=True).vectors(maps[None]).tolist() == [[2.5, 25]]
    assert BY_HAND.vectors(maps[None]).tolist() == [[1, 10, 2, 20, 3, 30, 4, 40]]


def ellipse(random: np.random.Generator, count: int) -> np.ndarray:
    """Points of standard deviation 4, 2 and 1 along the axes, and next to nothing else."""
    return random.normal(size=(count, 8)) * [4, 2, 1, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3]


def test_a_plane_that_is_bounded_ends_where_its_class_does(random):
    points = ellipse(random, 20_000)
    labels = np.zeros(len(points), int)
    free, bounded = (Space(0, bounded=bound).fit(points, labels, points) for bound in (False, True))
    far = np.array([[40.0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 10, 0, 0, 0, 0, 0]])
    assert (free.log_distances(far) < np.log(0.1)).all()
    # Ten standard deviations either way, in units of the narrowest one, which is 1.
    assert bounded.log_distances(far) == pytest.approx(np.log([10, 10]), abs=0.05)


def test_files_that_know_no_averages_are_read_as_they_were_meant():
    arrays = class_planes.stored(BY_HAND)
    old = {name: array for name, array in arrays.items() if name not in ("averaged", "unit")}
    read = class_planes.read(old)
    assert (read.averaged, read.unit) == (False, False)
    assert read.log_distances(np.ones((1, 3))) == BY_HAND.log_distances(np.ones((1, 3)))
    with pytest.raises(ValueError, match="do not match"):
        class_planes.read(old | {"mean": np.zeros(2)})
