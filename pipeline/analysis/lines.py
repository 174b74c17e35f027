"""Lines that are drawn over images: a dotted one, and a zigzag."""

import numpy as np

SIDE = 28  # coordinates are in pixels of images this large
PEN = 2.3  # how far from its middle a line ends
START, STOP, TOOTH = 2, 25, 2.0  # where a zigzag begins and ends; half the width of a tooth


def dotted_line(shape: tuple[int, int, int], random: np.random.Generator) -> np.ndarray:
    """Draw a dotted line across each image, from edge to edge.

    Args:
        shape: (n, height, width).
        random: what to draw chance from.

    Returns:
        float32 of this shape, in [0, 1]: what the line adds.
    """
    count, height, width = shape
    begins, ends = random.integers(0, SIDE - 1, (2, count, 1, 1))
    x, y = _grid(height, width)
    return _line(x, y, 0, begins, SIDE - 1, ends) * (np.floor(x) % 4 >= 2)


def zigzag(shape: tuple[int, int, int], random: np.random.Generator) -> np.ndarray:
    """Draw a zigzag across each image, at a slant; see `dotted_line`."""
    count, height, width = shape
    begins = random.integers(0, SIDE - 1, count)
    rises = random.integers(-5, 5, count)
    drawn = np.empty(shape, np.float32)
    for begin, rise in np.unique(np.stack([begins, rises]), axis=1).T:
        drawn[(begins == begin) & (rises == rise)] = _zigzag(height, width, begin, rise)
    return drawn


def _zigzag(height: int, width: int, begin: int, rise: int) -> np.ndarray:
    x, y = _grid(height, width)
    angle = np.arctan(rise / (STOP - START))
    length = (STOP - START) / np.cos(angle)
    teeth = int((length - TOOTH) // (2 * TOOTH)) + 1
    corners = [(0.0, 0.0)]
    corners += [((2 * tooth + 1) * TOOTH, (-1) ** tooth * TOOTH) for tooth in range(teeth)]
    whole = 2 * TOOTH * (length // (2 * TOOTH))
    if length != whole:  # the last line is cut off, at the height that MNIST-C's code gives it
        corners.append((length, corners[-1][1] / (2 * (length - whole))))
    cos, sin = np.cos(angle), np.sin(angle)
    columns, rows = np.array([(cos, -sin), (sin, cos)]) @ np.array(corners).T
    columns, rows = columns + START, rows + begin
    ends = zip(columns[:-1], rows[:-1], columns[1:], rows[1:], strict=True)
    return np.clip(sum(_line(x, y, *line) for line in ends), 0, 1)


def _grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the coordinates of pixels, (width,) across and (height, 1) down."""
    return np.linspace(0, SIDE - 1, width), np.linspace(0, SIDE - 1, height)[:, None]


def _line(
    x: np.ndarray, y: np.ndarray, x0: float, y0: np.ndarray, x1: float, y1: np.ndarray
) -> np.ndarray:
    """Draw a line from (x0, y0) to (x1, y1), brightest in its middle, fading up and down."""
    far = np.abs(y - (y0 + (y1 - y0) * (x - x0) / (x1 - x0)))
    ink = np.log1p(-np.minimum(far / PEN, 1 - 1e-9)) + 1
    return np.clip(ink, 0, 1) * ((np.floor(x0) <= x) & (x < np.ceil(x1)))
