"""Charts say what they show, and place it by numbers that can be worked out by hand."""

from xml.etree import ElementTree

import pytest

from pipeline.export.report import charts
from pipeline.export.report.charts import Line, Spread


def parts(svg: str, kind: str) -> list[ElementTree.Element]:
    return [part for part in ElementTree.fromstring(svg).iter() if part.get("class") == kind]


def test_as_many_squares_are_marked_as_are_meant():
    svg = charts.waffle(3, 100, "3 of 100")
    assert (len(parts(svg, "marked")), len(parts(svg, "plain"))) == (3, 97)
    assert ElementTree.fromstring(svg).get("aria-label") == "3 of 100"


def test_a_line_goes_from_corner_to_corner():
    svg = charts.lines([Line([(0, 0), (0.5, 1)])], [(0, "none")], [(1, "all")], ("x", "y"), "alt",
                       marked=(0.5, 1))  # fmt: skip
    (line,) = parts(svg, "line line0")
    assert line.get("points") == "0.00,100.00 50.00,0.00"
    (dot,) = parts(svg, "marked")
    assert dot.get("cx") == "50.00%"
    assert {part.text for part in ElementTree.fromstring(svg).iter() if part.text} == {
        "x", "y", "none", "all",
    }  # fmt: skip


def test_names_are_escaped():
    svg = charts.spreads([Spread("<b>&", 0, 0.5, 1, "50%")], [(0, "0%")], "share", 'a "<" b')
    (name,) = parts(svg, "name")
    assert name.text == "<b>&"
    assert ElementTree.fromstring(svg).get("aria-label") == 'a "<" b'


@pytest.mark.parametrize(
    ("low", "high", "axis"),
    [
        (0, 40, [0, 10, 20, 30, 40]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.9945, 0.9971, [0.994, 0.995, 0.996, 0.997, 0.998]),
        (0, 0, [0]),
    ],
)
def test_axes_have_round_numbers(low: float, high: float, axis: list[float]):
    assert charts.nice(low, high) == pytest.approx(axis)
