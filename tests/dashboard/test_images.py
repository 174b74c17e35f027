import numpy as np

from dashboard import images


def test_the_background_is_the_usual_color_of_the_border():
    color = np.zeros((6, 9, 3), np.uint8)
    color[[0, -1]] = color[:, [0, -1]] = (250, 10, 0)
    color[0, 0] = 255
    assert images.background(color) == "#fa0a00"
    assert images.background(np.full((8, 8, 1), 17, np.uint8)) == "#111111"
