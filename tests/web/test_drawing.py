"""Where the network's image lies over what was drawn."""

import pytest

from pipeline.ink import drawing
from tests.web.javascript import call

STROKES = [[[60, 60], [200, 60], [120, 220]], [[90, 150], [180, 150]]]


@pytest.mark.parametrize(("left", "top"), [(0, 0), (37.5, -12)])
@pytest.mark.parametrize("zoom", [1, 0.4])
def test_the_box_moves_and_grows_with_the_drawing(left, top, zoom):
    drawn = [[[x * zoom + left, y * zoom + top] for x, y in stroke] for stroke in STROKES]
    here, there = call("drawing.js", "imageBox", [[STROKES, drawing.FRAME], [drawn, drawing.FRAME]])
    assert there["side"] == pytest.approx(here["side"] * zoom)
    assert there["left"] == pytest.approx(here["left"] * zoom + left)
    assert there["top"] == pytest.approx(here["top"] * zoom + top)


def test_ink_lies_where_it_was_drawn():
    """The middle of a dot's ink, mapped back by the box, is the dot."""
    ((box,), (ink,)) = (
        call("drawing.js", name, [[[[[50, 90]]], drawing.FRAME]])
        for name in ("imageBox", "fromStrokes")
    )
    size = drawing.SIZE
    rows = [(at // size, at % size) for at, level in enumerate(ink) if level]
    for axis, edge, wanted in ((1, "left", 50), (0, "top", 90)):
        middle = sum(place[axis] for place in rows) / len(rows)
        assert box[edge] + (middle + 0.5) * box["side"] / size == pytest.approx(wanted, abs=0.01)
