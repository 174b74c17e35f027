"""Auditing the labels of a dataset: dataset -> folds -> what networks say that never saw the image.

Cross-validation (Northcutt, Jiang, Chuang 2021, Confident learning, section 4): the images of all
parts are divided into folds, a network is trained without each, and asked about it. So every label
is judged by a network that did not learn it, those of the training part, too.
"""

import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from pipeline.analysis import embedding, label_errors
from pipeline.config import FOLDS, REPEATS, TrainConfig
from pipeline.data import splitting
from pipeline.data.datasets import Dataset, canonical, open_dataset, picked
from pipeline.data.splitting import PARTS
from pipeline.progress import OnProgress, Progress, silent
from pipeline.serving.features import computed, features
from pipeline.store import audits
from pipeline.store.audits import Audit, Fold, Unfinished
from pipeline.store.runs import Store
from pipeline.training import fit as training

TRAINING = (
    0.9  # of the work on a fold, about; the rest is comparing its images with their neighbors
)


def audit(
    config: TrainConfig,
    store: Store,
    data_dir: Path | None = None,
    on_progress: OnProgress = silent,
    *,
    folds: int = FOLDS,
    repeats: int = REPEATS,
) -> Audit:
    """Ask of every image of a dataset, by cross-validation, how likely its label is.

    What each network says is kept as soon as it has been asked; whoever asks for the same audit
    again goes on with the next one.

    Args:
        config: the settings of the networks, and the dataset; corrections, allographs and the
            film are left out.
        store: where the audit is kept, in place of an earlier one of this dataset.
        data_dir: a folder to search first for a named dataset.
        on_progress: called at every stage.
        folds: how many networks are trained each time, at least 2.
        repeats: how many times, with other folds and another seed; what an image's networks say is
            averaged, since single ones are easily sure and wrong.

    Raises:
        InklingError: the dataset, the settings or the store is unsuitable; the message says why.
    """
    store.check_writable()
    dataset = open_dataset(config.dataset, data_dir, on_progress)
    images = np.concatenate([getattr(dataset, f"x_{part}") for part in PARTS])
    labels = np.concatenate([getattr(dataset, f"y_{part}") for part in PARTS])
    seeds = range(config.seed, config.seed + repeats)
    divided = [(seed, fold) for seed in seeds for fold in splitting.folds(labels, folds, seed)]
    # What is not of the dataset says nothing of its labels.
    own = {"dataset": canonical(config.dataset), "corrections": False, "allographs": 0.0}
    config = config.model_copy(update=own | {"film": False}).resolved(len(divided[0][1].learned))

    networks = np.zeros((len(labels), len(dataset.class_names)), np.float32)
    voted = np.zeros_like(networks)
    unfinished = Unfinished.of(store, config, (folds, repeats), dataset.fingerprint)
    with unfinished.held():
        report = _Report(on_progress, len(divided))
        for number, (seed, fold) in enumerate(divided):
            found = unfinished.load(number, len(fold.held_out))
            if found is None:
                report.begin(number)
                again = config.model_copy(update={"seed": seed})
                found = _ask(again, _without(dataset, images, labels, fold), report)
                unfinished.save(number, found)
            networks[fold.held_out] += found.probabilities / repeats
            voted[fold.held_out] += found.voted / repeats
        found = Fold(networks, voted)
        made = audits.publish(store, dataset, config, (folds, repeats), found)
        unfinished.forget()
    on_progress(Progress("Done", 1, 1, f"{len(labels):,} labels", stoppable=False))
    return made


def _without(
    dataset: Dataset, images: np.ndarray, labels: np.ndarray, fold: splitting.Fold
) -> Dataset:
    """Return the dataset of a fold: its test part is what is held out."""
    learned, valid, held_out = fold.learned, fold.valid, fold.held_out
    return replace(
        dataset,
        x_train=picked(images, learned),
        y_train=labels[learned],
        x_valid=picked(images, valid),
        y_valid=labels[valid],
        x_test=picked(images, held_out),
        y_test=labels[held_out],
    )


def _ask(config: TrainConfig, dataset: Dataset, report: "_Report") -> Fold:
    """Train a network on a fold, and ask it and the neighbors about what is held out."""
    trained = training.fit(config, dataset, report.training)
    if trained.may_go_on:  # somebody stopped it: half a training says nothing of labels
        raise KeyboardInterrupt
    report.comparing()
    model = trained.model
    learned, held_out = embedding.reduced(
        features(model, dataset.x_train), features(model, dataset.x_test)
    )
    near = embedding.nearest(learned, held_out)[1]
    voted = label_errors.votes(dataset.y_train[near], len(dataset.class_names))
    (said,) = computed(model, [model.output], dataset.x_test)
    found = Fold(said, voted.astype(np.float32))
    keras.utils.clear_session()  # the next one gets the memory
    return found


class _Report:
    """Passes on the progress of one network after another as that of one piece of work."""

    def __init__(self, on_progress: OnProgress, networks: int) -> None:
        self._on_progress, self._networks = on_progress, networks
        self._fold, self._began = 0, (-1, 0.0)

    def begin(self, fold: int) -> None:
        """Turn to a fold; those before the first one were done in an earlier attempt."""
        if self._began[0] < 0:
            self._began = fold, time.monotonic()
        self._fold = fold

    def training(self, progress: Progress) -> None:
        share = progress.done / progress.total if progress.total else 0.0
        if progress.stage != "Training":  # calibrating comes after it
            share = 1.0
        self._pass_on(replace(progress, history=(), picture=None), TRAINING * share)

    def comparing(self) -> None:
        self._pass_on(Progress("Comparing", note="looking for similar images"), TRAINING)

    def _pass_on(self, progress: Progress, share: float) -> None:
        done, now = self._fold + share, time.monotonic()
        at_first, began = self._began
        pace = (now - began) / (done - at_first) if done - at_first > 0.05 else None
        self._on_progress(
            replace(
                progress,
                stage="Checking labels",
                done=round(1000 * done),
                total=1000 * self._networks,
                note=f"network {self._fold + 1} of {self._networks}, {progress.note}",
                seconds_left=None if pace is None else pace * (self._networks - done),
                stoppable=True,  # nothing of it is a run
            )
        )
