"""Caches: figures are drawn once, and every cache has a bound, so that memory does not grow."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard import APP, loaders
from dashboard.figures import bars
from dashboard.palette import palette

CACHES = ("cache_data", "cache_resource")


def test_a_figure_is_drawn_once_for_equal_inputs():
    names, light = ("a", "b"), palette(dark=False)
    first = loaders.drawn(bars.probability_bars, [0.25, 0.75], names, light, true=1)
    again = loaders.drawn(bars.probability_bars, [0.25, 0.75], names, replace(light), true=1)
    assert again is first
    assert first == bars.probability_bars([0.25, 0.75], names, light, true=1)


@pytest.mark.parametrize(
    ("values", "names", "dark", "true"),
    [
        ([0.25, 0.7500001], ("a", "b"), False, 1),
        ([0.25, 0.75], ("a", "c"), False, 1),
        ([0.25, 0.75], ("a", "b"), True, 1),
        ([0.25, 0.75], ("a", "b"), False, 0),
    ],
)
def test_other_inputs_make_another_figure(values, names, dark, true):
    first = loaders.drawn(
        bars.probability_bars, [0.25, 0.75], ("a", "b"), palette(dark=False), true=1
    )
    other = loaders.drawn(bars.probability_bars, values, names, palette(dark), true=true)
    assert other is not first
    assert other == bars.probability_bars(values, names, palette(dark), true=true)


def test_a_figure_enlarged_for_a_room_stays_as_it_was_elsewhere(app, tiny_run):
    def spec(**address: str) -> str:
        return str(app("scorecard", run=tiny_run.id, **address).get("plotly_chart")[0].proto.spec)

    first = spec()
    assert spec(present="1") != first
    assert spec() == first


def decorators() -> Iterator[tuple[str, ast.expr]]:
    """Every decorator of the dashboard's functions, with where it is."""
    for path in APP.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield from ((f"{path.name}: {node.name}", made) for made in node.decorator_list)


def test_every_cache_has_a_bound():
    caches = [
        (where, made) for where, made in decorators() if any(c in ast.unparse(made) for c in CACHES)
    ]
    assert len(caches) > 20
    for where, made in caches:
        bounds = [key.arg for key in made.keywords] if isinstance(made, ast.Call) else []
        assert "max_entries" in bounds, f"{where} has no max_entries"
