import numpy as np
import pytest

from pipeline.serving import shifts
from pipeline.serving.shifts import ShiftCurve, affordable, distances, shift_curve


def test_how_far():
    assert distances(28, 28) == (0, 1, 2, 3, 4, 5, 6)
    assert distances(64, 64) == (0, 2, 5, 7, 9, 12, 14)
    assert distances(8, 64) == (0, 1, 2)
    assert distances(2, 2) == (0, 1)


def test_a_slow_network_is_measured_on_fewer_images():
    assert affordable(0.01) == affordable(0) == shifts.IMAGES
    assert affordable(1) == 171  # 1.2 s / 7 distances / 1 ms
    assert affordable(50) == shifts.FEWEST_IMAGES


def still_there(images: np.ndarray) -> np.ndarray:
    """Predict class 1 where there is ink, else class 0."""
    inked = images.any(axis=(1, 2, 3))
    return np.stack([~inked, inked], axis=1).astype(np.float32)


def test_what_leaves_the_image_is_lost():
    images = np.zeros((200, 28, 28, 1), np.uint8)
    images[:100, 14, 14] = 255  # stays, wherever it goes
    images[100:, 14, 25] = 255  # leaves where it goes right by 3 or more
    found = shift_curve(still_there, images, np.ones(200, int), is_ink=True)
    right = np.random.default_rng(shifts.SEED).integers(4, size=200)[100:] == 0
    assert found.pixels == (0, 1, 2, 3, 4, 5, 6)
    assert found.correct == (200, 200, 200, *[200 - right.sum()] * 4)
    assert 10 < right.sum() < 40


def test_an_image_that_is_no_ink_goes_on_at_its_edge(random):
    images = np.zeros((40, 28, 28, 3), np.uint8)
    images[:, :, -1] = images[:, :, 0] = images[:, 0] = images[:, -1] = 9
    found = shift_curve(still_there, images, np.ones(40, int), is_ink=False)
    assert found.correct == (40,) * 7


def test_shares_and_intervals_worked_out_by_hand():
    found = ShiftCurve((0, 1), (100, 50), 100)
    assert found.accuracy == [1, 0.5]
    assert found.intervals[0][0] == pytest.approx(0.9630, abs=1e-4)
    assert found.intervals[1] == pytest.approx((0.4038, 0.5962), abs=1e-4)
