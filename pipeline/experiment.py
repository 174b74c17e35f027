"""The pipeline on one page: dataset -> fit -> export and evaluate -> published run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline.assembly import assemble, describe
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, open_dataset
from pipeline.export.trackers.following import following
from pipeline.export.trackers.tracker import Tracker, Underway
from pipeline.progress import OnProgress, Progress, silent
from pipeline.store.beginning import Beginning, begin, settled
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.run_folder import Run, RunFiles
from pipeline.store.run_info import RunInfo
from pipeline.store.runs import Store
from pipeline.training import fit as training
from pipeline.training.checkpoint import Checkpoint
from pipeline.training.loop import Loop


@dataclass(frozen=True)
class Finished:
    """A training's result, ready to be published.

    Attributes:
        info: the content of run.json.
        files: the others.
        may_go_on: whether it was only stopped, so that it can be resumed.
    """

    info: RunInfo
    files: RunFiles
    may_go_on: bool


def run_experiment(
    config: TrainConfig,
    store: Store,
    data_dir: Path | None = None,
    on_progress: OnProgress = silent,
    *,
    resume: bool = False,
    loop: Loop | None = None,
    track: Sequence[Tracker] = (),
    whole: bool = False,
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
        whole: publish no run of a training that was stopped; its checkpoint is kept.

    Returns:
        The published run, marked "stopped" if it ended early. If anything fails, the runs in the
        store are unchanged.

    Raises:
        InklingError: the dataset, the settings or the store is unsuitable; the message says why.
        KeyboardInterrupt: it was stopped, before its first epoch or where only whole ones count.
    """
    store.check_writable()
    dataset = open_dataset(config.dataset, data_dir, on_progress)
    config = settled(config, dataset)
    interrupted = InterruptedTraining.of(store, config, dataset.fingerprint)
    with interrupted.held(), following(track, on_progress) as followed:
        beginning = begin(config, dataset, store, interrupted.load() if resume else None)
        followed.begin(
            Underway.of(
                config, dataset, beginning.created, interrupted.folder, beginning.checkpoint
            )
        )
        keep = partial(interrupted.save, config)
        found = carry_out(beginning, dataset, followed.on_progress, keep, whole=whole, loop=loop)
        run = store.publish(found.info, found.files)
        if not found.may_go_on:
            interrupted.forget()
        followed.published(run)
    on_progress(Progress("Done", 1, 1, run.id, stoppable=False, run_id=run.id))
    return run


def carry_out(
    beginning: Beginning,
    dataset: Dataset,
    on_progress: OnProgress = silent,
    on_checkpoint: Callable[[Checkpoint], None] | None = None,
    *,
    whole: bool = False,
    loop: Loop | None = None,
) -> Finished:
    """Train, export and evaluate a network; touches no store, so it can be done anywhere.

    Args:
        beginning: what the training begins with.
        dataset: what it learns and is tested on.
        on_progress: called at every stage.
        on_checkpoint: called with the state to resume from, at the end of each epoch.
        whole: raise KeyboardInterrupt if it was stopped, instead of finishing what there is.
        loop: who takes the steps of the training; None for this process.
    """
    timings, config = dict[str, float](), beginning.config
    trained = training.fit(
        config, dataset, on_progress, on_checkpoint,
        beginning.checkpoint, beginning.extra, beginning.drawing, loop=loop,
    )  # fmt: skip
    if whole and trained.may_go_on:
        raise KeyboardInterrupt
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
    info = describe(trained, found, dataset, config, beginning.created, timings, corrected)
    return Finished(info, replace(found.files, film=trained.film), trained.may_go_on)
