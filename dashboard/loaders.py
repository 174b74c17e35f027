"""Runs and images for pages: the only home of Streamlit's caches.

A run never changes once it is published, so a run is its own key. Never change what these hand out.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pipeline import datasets, evaluation
from pipeline.datasets import Dataset
from pipeline.inference import ServingGraph
from pipeline.runs import Damaged, Run, Store

_BY_RUN: dict[str | type[Any], Callable[[Any], Any]] = {
    Run: lambda run: f"{run.folder.resolve()} {run.info.created} {run.info.id}"
}


def store() -> Store:
    """Return the store that the dashboard shows."""
    return Store.default()


def entries() -> list[Run | Damaged]:
    """List the store as it is now, newest first: runs may come at any moment."""
    return store().entries()


@st.cache_data(hash_funcs=_BY_RUN, max_entries=8, show_spinner=False)
def predictions(run: Run) -> pd.DataFrame:
    """Read the columns of the predictions table that most views need."""
    return run.predictions(["index", "label", "predicted", "confidence", "margin", "loss"])


@st.cache_data(hash_funcs=_BY_RUN, max_entries=32, show_spinner=False)
def confusion(run: Run) -> np.ndarray:
    """Count the test images by true and predicted class: int64 (classes, classes)."""
    table = predictions(run)
    return evaluation.confusion_counts(
        table["label"].to_numpy(), table["predicted"].to_numpy(), len(run.class_names)
    )


@st.cache_data(hash_funcs=_BY_RUN, max_entries=32, show_spinner=False)
def history(run: Run) -> pd.DataFrame:
    """Read the row an epoch."""
    return run.history()


def in_cell(run: Run, true: int | None, predicted: int | None) -> pd.DataFrame:
    """Return the rows of one cell (None: of any class), surest first."""
    table = predictions(run)
    if true is not None:
        table = table[table["label"] == true]
    if predicted is not None:
        table = table[table["predicted"] == predicted]
    return table.sort_values(["confidence", "index"], ascending=[False, True])


def mistakes(run: Run, true: int | None, predicted: int | None) -> pd.DataFrame:
    """Return the misclassified rows, surest first."""
    table = in_cell(run, true, predicted)
    return table[table["label"] != table["predicted"]]


@st.cache_resource(max_entries=8, show_spinner="Opening the images…")
def _dataset(name: str, fingerprint: str) -> Dataset:
    return datasets.open_by_fingerprint(name, fingerprint)


def dataset(run: Run) -> Dataset:
    """Open the very dataset that a run was trained on.

    Raises:
        DatasetMissing: it is not on this machine.
    """
    return _dataset(run.info.dataset.name, run.info.dataset.fingerprint)


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def graph(run: Run) -> ServingGraph:
    """Load a run's serving graph; sessions share it and take turns."""
    return run.graph()
