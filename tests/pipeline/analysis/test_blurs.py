import numpy as np
import pytest

from pipeline.analysis import blurs


def test_motion_smears_along_a_line_by_half_a_normal_distribution():
    point = np.zeros((3, 21, 21, 1), np.float32)
    point[:, 10, 10] = 1
    smeared = blurs.motion(point, radius=2, sigma=2, degrees=np.array([0.0, 90.0, 45.0]))[..., 0]
    weights = np.exp(-(np.arange(5) ** 2) / 8)
    weights /= weights.sum()
    # A pixel sees what is to its right, so the point's trace goes to the left.
    assert smeared[0, 10, 6:11] == pytest.approx(weights[::-1])
    assert smeared[1, 6:11, 10] == pytest.approx(weights[::-1])
    assert np.flatnonzero(smeared[2].any(axis=1)).tolist() == [7, 8, 9, 10]
    assert smeared.sum(axis=(1, 2)) == pytest.approx([1, 1, 1])


def test_glass_swaps_pixels_and_loses_none():
    images = np.random.default_rng(0).integers(0, 256, (5, 12, 12, 3)).astype(np.float32) / 255
    swapped = blurs.glass(images, 0, 2, 2, np.random.default_rng(1))
    assert not np.allclose(swapped, images, atol=0.01)
    for before, after in zip(images, swapped, strict=True):
        colors = [np.sort((255 * part).round(), axis=None) for part in (before, after)]
        assert np.abs(colors[0] - colors[1]).max() <= 1  # levels are rounded down


def test_an_even_image_stays_even():
    even = np.full((2, 16, 16, 1), 0.4, np.float32)
    assert blurs.glass(even, 1, 2, 1, np.random.default_rng(0)) == pytest.approx(0.4)
    assert blurs.motion(even, 10, 3, np.array([10.0, 50.0])) == pytest.approx(0.4)
