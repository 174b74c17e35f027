"""The trainings of a sweep, one after another in this process."""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import keras

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.experiment import run_experiment
from pipeline.store.interrupted import key_of
from pipeline.store.runs import Store
from pipeline.sweeps.report import Report
from pipeline.sweeps.results import note_failure, title
from pipeline.training.resuming import TrainingFailed
from pipeline.words import percent


def train(
    configs: Sequence[TrainConfig],
    store: Store,
    dataset: Dataset,
    data_dir: Path | None,
    report: Report,
) -> None:
    """Train networks and publish their runs; one that diverges is noted, and the others go on.

    Raises:
        InklingError: the dataset or the store is unsuitable.
        KeyboardInterrupt: it was stopped; the checkpoint of the one that was trained is kept.
    """
    # It takes functions that each training defines anew for one that is traced too often.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    for config in configs:
        key = key_of(config, dataset.fingerprint)
        tell = partial(report.tell, key, title(config))
        try:
            run = run_experiment(config, store, data_dir, tell, resume=True, whole=True)
        except TrainingFailed as error:
            note_failure(store, config, dataset.fingerprint, str(error))
            report.over(key, f"{title(config)} failed")
        else:
            report.over(key, f"{title(config)}: {percent(run.info.metrics.accuracy)}", run.id)
        keras.utils.clear_session()  # the next one gets the memory
