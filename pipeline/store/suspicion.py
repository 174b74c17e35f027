"""Which test labels look wrong to the networks of a store; see `analysis.label_errors`."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from pipeline.analysis import label_errors
from pipeline.analysis.embedding import NEIGHBOR_COLUMNS
from pipeline.data.prepared import same_images
from pipeline.errors import InklingError
from pipeline.store.run_folder import Run

MOST_ASKED = 5  # runs; more take time and hardly change the order


def witnesses(run: Run, others: Iterable[Run]) -> list[Run]:
    """Choose whom to ask besides a run: those that never saw the test images and are as good.

    Args:
        run: comes first, whatever it is.
        others: runs of the store. Left out are those that were tested on other images, may have
            seen these in training, or are clearly worse: their 95% interval lies below the run's.
    """
    images, good = same_images(run.info.dataset.fingerprint), run.info.metrics.accuracy_low
    able = [
        other
        for other in others
        if other.id != run.id
        and other.info.dataset.fingerprint in images
        and other.info.saw_test_images is False
        and other.info.metrics.accuracy_high >= good
    ]
    best = sorted(able, key=lambda other: other.info.metrics.accuracy, reverse=True)
    return [run, *best[: MOST_ASKED - 1]]


def of_test_images(runs: Sequence[Run], training_labels: np.ndarray | None) -> np.ndarray:
    """Say how suspicious the label of each test image is to runs, where there is no audit.

    Args:
        runs: from `witnesses`; those after the first are left out if they cannot be read.
        training_labels: int (n_train,) of their dataset, for the labels of the nearest training
            images; None if it is not on this machine.

    Returns:
        float32 (n_test,); see `label_errors.suspicion`.
    """
    first, classes = runs[0], len(runs[0].class_names)
    labels = first.predictions(["label"])["label"].to_numpy()
    asked = [_probabilities(run, needed=run is first) for run in runs]
    tables = [table for table in asked if table is not None]
    voted = None if training_labels is None else _votes(first, training_labels, classes)
    return label_errors.suspicion(labels, label_errors.belief(tables, voted))


def _probabilities(run: Run, *, needed: bool) -> np.ndarray | None:
    columns = [f"probability_{label}" for label in range(len(run.class_names))]
    try:
        return run.predictions(columns).to_numpy()
    except InklingError:
        if needed:
            raise
        return None  # its own page says what is wrong with it


def _votes(run: Run, training_labels: np.ndarray, classes: int) -> np.ndarray | None:
    """Count the labels of the training images that a network finds most similar."""
    table: pd.DataFrame | None = run.features(NEIGHBOR_COLUMNS)
    if table is None:
        return None
    near = table.to_numpy()
    return label_errors.votes(np.where(near >= 0, training_labels[near], -1), classes)
