"""How figures read as tables: which traces have values for every column.

`dashboard/components/chart_download.js` makes the table; browser tests open it.
"""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.figures import (
    bars,
    comparison,
    corruptions,
    curves,
    data,
    robustness,
    seeds,
    strangers,
    trust,
)
from dashboard.palette import palette
from pipeline.analysis import metrics
from pipeline.analysis.corruption_sheet import Turned
from pipeline.analysis.selective_prediction import risk_coverage
from pipeline.analysis.strangers import Strangers, group
from pipeline.store.run_info import UnderChange

LIGHT = palette(dark=False)
NAMES = ("a", "b")
SHARES = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])
TABLE = metrics.predictions_table(np.array([0, 0, 1, 1]), SHARES)
METRICS = metrics.summarize(TABLE, NAMES)
CONFIDENCE, RIGHT = (
    TABLE["confidence"].to_numpy(),
    (TABLE["label"] == TABLE["predicted"]).to_numpy(),
)
CURVE = risk_coverage(CONFIDENCE, RIGHT).curve()
HISTORY = pd.DataFrame(
    {"epoch": [1, 2], "accuracy": [0.7, 0.9], "val_accuracy": [0.6, 0.8], "seconds": [2.0, 2.0]}
)
CHANGE = UnderChange(budgets=(0, 0.1), accuracy=(0.9, 0.5))
TURNED = [Turned(degrees=15 * at, correct=9 - at, images=10) for at in range(2)]
OWN_SCORES = np.array([0.0, 1.0, 2.0])
MET = Strangers(
    groups=(group("own", OWN_SCORES, 1.5), group("noise", OWN_SCORES + 2, 1.5, OWN_SCORES)),
    threshold=1.5,
    created=datetime(2026, 3, 9, tzinfo=UTC),
)
PLACES = np.array([[0, 0], [0, 1], [9, 0], [np.nan] * 2], np.float32)
COUNTS = {"training": np.array([6, 3]), "test": np.array([2, 2])}


@pytest.mark.parametrize(
    ("figure", "rows"),
    [
        (bars.class_bars(METRICS.classes, LIGHT), [2]),
        (bars.probability_bars(SHARES[0], NAMES, LIGHT), [2]),
        (bars.predictions(SHARES[:2], ["old", "new"], NAMES, LIGHT), [2, 2]),
        (seeds.over_seeds(["best"], [{0: 0.9, 1: 0.8}], LIGHT), [2]),
        (seeds.what_mattered({"network": 0.5, "seed": 0.1}, LIGHT), [2]),
        (comparison.intervals(["old", "new"], [METRICS] * 2, LIGHT, marked={0: 0}), [1, 1]),
        (comparison.learning_curves(["old"], [HISTORY], LIGHT, marked={}), [2]),
        (comparison.learning_curves(["old"], [HISTORY], LIGHT, marked={}, by="seconds"), [2]),
        (curves.history(HISTORY, 2, LIGHT), [2, 2]),
        (curves.so_far(HISTORY, "accuracy", 5, LIGHT), [2, 2]),
        (curves.so_far(HISTORY[["epoch", "val_accuracy"]], "accuracy", 5, LIGHT), [0, 2]),
        (robustness.under_change(CHANGE, "linf", LIGHT), [2]),
        (corruptions.turned(["old"], [TURNED], LIGHT), [2]),
        (corruptions.turned(["old", "new"], [TURNED] * 2, LIGHT), [2, 2]),
        (strangers.spread(MET, LIGHT), [1, 1]),
        (trust.risk_coverage(CURVE, 1, 0, 4, LIGHT), [len(CURVE)] * 2),
        (trust.reliability(metrics.calibration_bins(CONFIDENCE, RIGHT), 2, LIGHT), None),
        (data.class_counts(COUNTS, NAMES, LIGHT), [2, 2]),
        (data.image_map(PLACES, TABLE, NAMES, LIGHT, sample=1), [1, 1, 1]),
    ],
)  # fmt: skip
def test_every_column_has_values(figure: go.Figure, rows: list[int] | None):
    table = figure.layout.meta
    places = [*table["rows"].values(), *table["values"].values()]
    lengths = [
        len(trace.x)
        for trace in figure.data
        if trace.hoverinfo != "skip" and all(filled(trace, place) for place in places)
    ]
    assert lengths
    assert rows is None or lengths == rows


def filled(trace: go.Scatter, place: str) -> bool:
    """Whether a trace has as many values in a place as it has points."""
    part, _, number = place.partition(".")
    if part == "name":
        return bool(trace.name)
    values = trace[part]
    if values is None or len(values) != len(trace.x):
        return False
    return not number or all(len(value) > int(number) for value in np.asarray(values))


def test_bins_read_with_the_interval_of_their_accuracy():
    bins = metrics.calibration_bins(CONFIDENCE, RIGHT)
    figure = trust.reliability(bins, 1, LIGHT)
    (shown,) = [trace for trace in figure.data if trace.name == "1 images or more"]
    first = bins.iloc[0]
    ends = [100 * first[name] for name in ("low", "high", "accuracy_low", "accuracy_high")]
    assert list(np.asarray(shown.customdata)[0]) == pytest.approx([first["count"], *ends])
