"""The pipeline on one page: dataset -> fit -> export and evaluate -> published run."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.assembly import assemble, describe
from pipeline.config import TrainConfig
from pipeline.data.datasets import canonical, open_dataset
from pipeline.export.trackers.following import following
from pipeline.export.trackers.tracker import Tracker, Underway
from pipeline.progress import OnProgress, Progress, silent
from pipeline.store import corrections, teaching
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.training import fit as training
from pipeline.training.handwriting import holds_digits
from pipeline.training.loop import Loop


def run_experiment(
    config: TrainConfig,
    store: Store,
    data_dir: Path | None = None,
    on_progress: OnProgress = silent,
    *,
    resume: bool = False,
    loop: Loop | None = None,
    track: Sequence[Tracker] = (),
) -> Run:
    """Train a network and publish its run.

    Args:
        config: the settings; those that are None are resolved first.
        store: where the run is published.
        data_dir: a folder to search first for a named dataset.
        on_progress: called at every stage.
        resume: continue an interrupted training with the same settings, if there is one, after
            its last completed epoch.
        loop: who takes the steps of the training; None for this process.
        track: who is told of it as it goes, and given its run; none of them can fail it.

    Returns:
        The published run, marked "stopped" if it ended early. If anything fails, the runs in the
        store are unchanged.

    Raises:
        InklingError: the dataset, the settings or the store is unsuitable; the message says why.
    """
    created, timings = datetime.now(UTC), dict[str, float]()
    store.check_writable()
    dataset = open_dataset(config.dataset, data_dir, on_progress)
    config = config.resolved(len(dataset.y_train), digits=holds_digits(dataset))
    config = config.model_copy(update={"dataset": canonical(config.dataset)})

    interrupted = InterruptedTraining.of(store, config, dataset.fingerprint)
    with interrupted.held(), following(track, on_progress) as followed:
        checkpoint, extra = interrupted.load() if resume else None, None
        corrected_so_far = corrections.read(store)
        if config.corrections and checkpoint is None:
            extra = teaching.to_learn(corrected_so_far, dataset)
        keep = partial(interrupted.save, config)
        drawing = teaching.newest_drawing(corrected_so_far, dataset)
        followed.begin(Underway.of(config, dataset, created, interrupted, checkpoint))
        report = followed.on_progress
        trained = training.fit(config, dataset, report, keep, checkpoint, extra, drawing, loop=loop)
        timings["training"] = trained.seconds  # including those before an interruption

        found = assemble(
            trained.model,
            dataset,
            trained.history,
            timings,
            on_progress,
            allographs=config.allographs or 0.0,
        )
        corrected = trained.extra.counts(dataset.class_names)
        info = describe(trained, found, dataset, config, created, timings, corrected)
        run = store.publish(info, replace(found.files, film=trained.film))
        if not trained.may_go_on:
            interrupted.forget()
        followed.published(run)
    on_progress(Progress("Done", 1, 1, run.id, stoppable=False, run_id=run.id))
    return run
