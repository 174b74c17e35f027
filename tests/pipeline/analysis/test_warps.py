import numpy as np
import pytest
from scipy import ndimage

from pipeline.analysis.warps import centered, warp


def test_half_a_pixel_mixes_two_neighbors():
    row = np.array([0, 4, 8, 2], np.float32).reshape(1, 1, 4, 1)
    half = np.array([(1, 0, 0.5), (0, 1, 0)])
    assert warp(row, half, is_ink=True).ravel().tolist() == [2, 6, 5, 1]
    assert warp(row, half, is_ink=False).ravel().tolist() == [2, 6, 5, 2]


@pytest.mark.parametrize(("is_ink", "mode"), [(True, "grid-constant"), (False, "nearest")])
def test_it_reads_as_scipy_does(is_ink, mode, random):
    images = random.random((3, 9, 12, 2)).astype(np.float32)
    matrix = centered(((0.9, -0.4), (0.3, 1.2)), images)
    rows, columns = np.indices((9, 12))
    x, y = np.tensordot(matrix, np.stack([columns, rows, np.ones_like(rows)]), 1)
    expected = [
        ndimage.map_coordinates(image[..., channel], [y, x], order=1, mode=mode)
        for image in images
        for channel in range(2)
    ]
    found = np.moveaxis(warp(images, matrix, is_ink=is_ink), -1, 1).reshape(6, 9, 12)
    assert np.allclose(found, expected, atol=1e-5)


def test_the_center_stays(random):
    images = random.random((1, 7, 5, 1)).astype(np.float32)
    turned = warp(images, centered(((0, 1), (-1, 0)), images), is_ink=True)
    assert turned[0, 3, 2, 0] == images[0, 3, 2, 0]
