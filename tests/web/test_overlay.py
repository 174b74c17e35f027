"""The map over the ink lies where the ink was drawn."""

import itertools

import numpy as np
import pytest

from pipeline.ink import drawing
from tests.web.javascript import call

SEVEN = [[[60, 60], [200, 60], [120, 220]]]


def of_javascript(strokes: list[list[list[float]]]) -> tuple[float, float, float]:
    """Return which square of a drawing its ink covers: left, top, side."""
    (place,) = call("drawing.js", "placeOf", [[strokes, drawing.FRAME]])
    (covered,) = call("drawing.js", "coveredBy", [[place, drawing.SIZE]])
    return covered["left"], covered["top"], covered["side"]


@pytest.mark.parametrize(
    "strokes",
    [
        SEVEN,
        [[[7, 200], [20, 230]], [[35, 190], [3, 270]]],  # small, in a corner
        [[[0, 140], [280, 140]]],
        [[[140, 140]]],  # a dot
    ],
)
def test_each_pixel_of_the_ink_lies_on_the_stroke_it_was_drawn_with(strokes):
    left, top, side = of_javascript(strokes)
    pixel = side / drawing.SIZE
    ink = drawing.from_strokes(strokes)
    ends = [stroke if len(stroke) > 1 else stroke * 2 for stroke in strokes]
    pieces = np.array([piece for one in ends for piece in itertools.pairwise(one)])
    start, along = pieces[:, 0].astype(float), (pieces[:, 1] - pieces[:, 0]).astype(float)
    rows, columns = np.mgrid[: drawing.SIZE, : drawing.SIZE]
    middles = np.stack([left + (columns + 0.5) * pixel, top + (rows + 0.5) * pixel], -1)
    offset = middles[:, :, None] - start
    share = (offset * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-9)
    nearest = offset - np.clip(share, 0, 1)[..., None] * along
    gap = np.hypot(*np.moveaxis(nearest, -1, 0)).min(-1) / pixel
    # The ink is, by definition, what lies within half a pen of a stroke; its edge is soft.
    expected = np.clip(drawing.PEN / 2 + 0.5 - gap, 0, 1) * 255
    assert np.abs(ink - expected).max() <= 1


def test_a_square_drawing_is_covered_as_can_be_worked_out_by_hand():
    # Symmetric, so its center of mass is its middle: only the scale and half a pixel count.
    ring = [[[90, 90], [190, 90], [190, 190], [90, 190], [90, 90]]]
    pixel = 100 / (drawing.BOX - drawing.PEN)
    left, top, side = of_javascript(ring)
    assert side == pytest.approx(drawing.SIZE * pixel)
    assert (left, top) == pytest.approx((140 - 14.5 * pixel, 140 - 14.5 * pixel))


@pytest.mark.parametrize(("left", "top"), [(0, 0), (37.5, -12)])
@pytest.mark.parametrize("zoom", [1, 0.4])
def test_what_is_covered_moves_and_grows_with_the_drawing(left, top, zoom):
    moved = [[[x * zoom + left, y * zoom + top] for x, y in stroke] for stroke in SEVEN]
    here, there = of_javascript(SEVEN), of_javascript(moved)
    assert there[2] == pytest.approx(here[2] * zoom)
    assert there[:2] == pytest.approx((here[0] * zoom + left, here[1] * zoom + top))
