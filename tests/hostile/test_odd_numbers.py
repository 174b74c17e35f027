"""Runs whose description is well-formed and cannot be true: shown or said to be damaged."""

import json
from typing import Any

import pytest

from pipeline.store.runs import Store
from tests import tally
from tests.hostile import stores
from tests.hostile.addresses import OF_PAGES


@pytest.fixture
def store(tmp_path, tiny_run, digits) -> Store:
    return stores.full(tmp_path / "models", tiny_run, digits)


def at(*path: str | int) -> Any:
    """Return what puts a value at a place in run.json."""

    def put(info: dict[str, Any], value: object) -> None:
        inner: Any = info
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return put


FEW = ("overview", "compare", "data")  # `make test`
NAN, INFINITE = float("nan"), float("inf")
ODD = {
    "accuracy is no number": (at("metrics", "accuracy"), NAN),
    "the interval is infinite": (at("metrics", "accuracy_high"), INFINITE),
    "the loss is negative": (at("metrics", "log_loss"), -5.0),
    "a recall is no number": (at("metrics", "classes", 0, "recall"), NAN),
    "fewer than no images": (at("metrics", "total"), -600),
    "no images": (at("metrics", "total"), 0),
    "more right than there are": (at("metrics", "correct"), 10**12),
    "images counted below zero": (at("dataset", "counts", "train"), -1),
    "no counts": (at("dataset", "counts"), {}),
    "scores of no class": (at("metrics", "classes"), []),
    "a mistake of no class": (at("metrics", "confusions", 0, "true"), 99),
    "a mistake below zero": (at("metrics", "confusions", 0, "predicted"), -3),
    "more classes than the layer has": (
        at("dataset", "class_names"), [f"class {number}" for number in range(40)]
    ),
    "fewer classes than the layer has": (at("dataset", "class_names"), ["a", "b"]),
    "no classes": (at("dataset", "class_names"), []),
    "the year 9999": (at("created"), "9999-12-31T23:59:59Z"),
    "the year 1": (at("created"), "0001-01-01T00:00:00Z"),
    "a time that is nowhere": (at("created"), "2026-01-01T00:00:00"),
    "a layer of another shape": (at("layers", 0, "shape"), [7, 7, 7]),
    "a layer of no shape": (at("layers", 0, "shape"), []),
    "a layer below zero": (at("layers", 1, "shape"), [-4, -4, -4]),
    "no layers": (at("layers"), []),
    "parameters below zero": (at("layers", 0, "parameters"), -(10**9)),
    "images of no size": (at("input_shape"), [0, 0, 0]),
    "images below zero": (at("input_shape"), [-28, 28, 1]),
    "an epoch below zero": (at("best_epoch"), -7),
    "a temperature of nothing": (at("temperature"), 0.0),
    "seconds that are no number": (at("timings", "evaluating"), NAN),
    "seconds below zero": (at("timings", "training"), -1e300),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=() if page in FEW else pytest.mark.slow) for page in OF_PAGES]
)
def test_a_page_shows_or_refuses_a_run_that_cannot_be_true(app, store, page, what):
    put, value = ODD[what]
    path = store.folder / stores.FIRST / "run.json"
    info = json.loads(path.read_text("utf-8"))
    put(info, value)
    path.write_text(json.dumps(info), "utf-8")
    shown = app(page, store, **stores.VALID)
    with tally.fault():
        assert not shown.exception, shown.exception
