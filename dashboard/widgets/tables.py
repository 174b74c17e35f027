"""Tables of results: of classes, and of datasets."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.analysis.metrics import ClassScore, Metrics
from pipeline.words import interval

MOST_ROWS = 20  # a longer table scrolls by itself


def class_scores(scores: Sequence[ClassScore], counts: np.ndarray, key: str) -> None:
    """Show the scores of each class, the class that is missed most often first.

    Args:
        scores: one per class, in the order of the labels.
        counts: int (classes, classes), row true, column predicted.
        key: unique on the page.
    """
    table = pd.DataFrame([score.model_dump() for score in scores])
    shares = ["precision", "recall", "f1"]
    table[shares] *= 100
    # A share of nothing is not 0%.
    table.loc[counts.sum(axis=1) == 0, "recall"] = np.nan
    table.loc[counts.sum(axis=0) == 0, "precision"] = np.nan
    table.loc[counts.sum(axis=0) + counts.sum(axis=1) == 0, "f1"] = np.nan
    _show(
        table.sort_values(["recall", "support"], kind="stable"),
        {
            "name": "class",
            "recall": _percentage(
                "recall", "The share of this class's images that are recognized."
            ),
            "precision": _percentage(
                "precision", "The share of images predicted as this class that really are of it."
            ),
            "f1": _percentage("F1", "The harmonic mean of recall and precision."),
            "support": _count("images", "Test images of this class."),
        },
        key,
    )


def results(found: Sequence[tuple[str, Metrics]], key: str) -> None:
    """Show the metrics of a run on datasets, one row per dataset.

    Args:
        found: the datasets' names and the metrics on their test images, in order.
        key: unique on the page.
    """
    rows = [
        {
            "dataset": name,
            "accuracy": 100 * metrics.accuracy,
            "interval": interval(metrics.accuracy_low, metrics.accuracy_high),
            "error": 100 * metrics.calibration_error,
        }
        for name, metrics in found
    ]
    gap = "Mean gap between confidence and accuracy."
    _show(
        pd.DataFrame(rows),
        {
            "dataset": "dataset",
            "accuracy": _percentage("accuracy", "Accuracy on the test images."),
            "interval": st.column_config.TextColumn(
                "95% confidence interval", help="Confidence interval of the accuracy (Wilson)."
            ),
            "error": _percentage("calibration error", gap),
        },
        key,
    )


def _show(table: pd.DataFrame, columns: dict[str, Any], key: str) -> None:
    st.dataframe(
        table,
        hide_index=True,
        column_order=list(columns),
        column_config=columns,
        height="content" if len(table) <= MOST_ROWS else "auto",
        key=key,
    )


def _percentage(title: str, what: str) -> Any:
    return st.column_config.NumberColumn(title, help=what, format="%.2f%%")


def _count(title: str, what: str) -> Any:
    return st.column_config.NumberColumn(title, help=what, format="localized")
