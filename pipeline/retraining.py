"""Teaching a trained network: run -> go on with corrections and replay -> a run of its own.

A network that sees only what is new forgets what it knew. So most of what it is shown is replay:
images of its own training part (experience replay; Robins 1995, "Catastrophic forgetting, rehearsal
and pseudorehearsal"). The run it comes from stays as it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import keras
import numpy as np

from pipeline import atomic, evaluation, robustness
from pipeline.assembly import assemble, describe
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.export.trackers.following import following
from pipeline.export.trackers.tracker import Tracker, Underway
from pipeline.progress import OnProgress, Progress, silent
from pipeline.serving.inference import ServingGraph
from pipeline.store import teachable
from pipeline.store.run_folder import Run, RunFiles
from pipeline.store.run_info import Retrained
from pipeline.store.runs import Store
from pipeline.training import fit as training
from pipeline.training import networks
from pipeline.training.checkpoint import ExtraExamples
from pipeline.training.fit import Trained
from pipeline.training.resuming import Continuation
from pipeline.training.teaching import Taught, TeachingSet

# Chosen on ten writers, some of them held out, and on validation images; see docs/training.md.
EPOCHS = 6
IMAGES = 27_000  # an epoch, at most; a smaller dataset is shown whole
SHARE = 0.15  # of these that are of the teaching set
SLOWER = 0.5  # of the learning rate that the network was trained with
BLEND = 0.85  # of the new weights in what is kept; the rest is the old ones


def retrain(
    run: Run,
    store: Store,
    data_dir: Path | None = None,
    on_progress: OnProgress = silent,
    *,
    seed: int = 0,
    track: Sequence[Tracker] = (),
) -> Run:
    """Teach a network the corrections in the store, and publish the result as another run.

    Its map of images, which takes longer than the teaching, is added once it is published; so is
    its accuracy under adversarial changes, if the run it comes from was measured.

    Args:
        run: what to go on from.
        store: where the corrections are, and where the run is published.
        data_dir: a folder to search first for a named dataset.
        on_progress: called at every stage.
        seed: determines the order of the images and their augmentation.
        track: who is told of it as it goes, and given its run; none of them can fail it.

    Returns:
        The published run, marked "stopped" if it ended early. If anything fails, the runs in the
        store are unchanged.

    Raises:
        InklingError: the network was trained elsewhere, there is nothing to learn from, or the
            dataset or the store is unsuitable; the message says why.
    """
    created = datetime.now(UTC)
    store.check_writable()
    config = settings(run, seed)
    dataset, found = teachable.gather(run, store, data_dir, on_progress)
    with following(track, on_progress) as followed:
        followed.begin(Underway.of(config, dataset, created, run.folder / f"taught-{seed}"))
        made = _taught(run, store, config, dataset, found, created, followed.on_progress)
        _complete(made, run, dataset, on_progress)
        followed.published(made)
    on_progress(Progress("Done", 1, 1, made.id, stoppable=False, run_id=made.id))
    return made


def _taught(
    run: Run,
    store: Store,
    config: TrainConfig,
    dataset: Dataset,
    lessons: TeachingSet,
    created: datetime,
    on_progress: OnProgress,
) -> Run:
    """Teach a run its lessons, and publish the result without what can be added later."""
    timings = dict[str, float]()
    trained = teach(networks.load(run.model_path), config, dataset, lessons, on_progress)
    timings["training"] = trained.seconds
    found = assemble(
        trained.model,
        dataset,
        trained.history,
        timings,
        on_progress,
        mapped=False,
        allographs=config.allographs or 0.0,
    )
    taught = Taught(
        lessons,
        _predicted(run.graph(), lessons),
        _predicted_by(found.files, lessons),
    )
    in_all = _replayed(config, dataset) + trained.extra.shown
    retrained = Retrained(
        run=run.id,
        taught=lessons.taught,
        held_back=len(lessons) - lessons.taught,
        test_images=lessons.taught_test_images,
        share=trained.extra.shown / in_all,
        images=min(IMAGES, in_all) * len(trained.history),
    )
    corrected = _counts(lessons, dataset)
    info = describe(trained, found, dataset, config, created, timings, corrected, retrained)
    info = info.model_copy(update={"holds_back": run.info.never_learned_held_back})
    return store.publish(info, replace(found.files, taught=taught))


def settings(run: Run, seed: int) -> TrainConfig:
    """Return the settings for going on from a run: its own, but shorter and slower.

    Raises:
        InklingError: the network was trained elsewhere.
    """
    own = teachable.trained_with(run)
    usual = TrainConfig(dataset=own.dataset, network=own.network, preset=own.preset).resolved(
        run.info.dataset.counts.get("train", 0)
    )
    return own.model_copy(
        update={
            "epochs": EPOCHS,
            "batch_size": usual.batch_size,
            "learning_rate": SLOWER * (usual.learning_rate or 0.0),
            "corrections": True,
            "seed": seed,
            "film": False,  # one from noise on is the film of the run it comes from
        }
    )


def teach(
    network: keras.Model,
    config: TrainConfig,
    dataset: Dataset,
    lessons: TeachingSet,
    on_progress: OnProgress = silent,
) -> Trained:
    """Go on with a network on a mix of lessons and replay; touches no files.

    Args:
        network: what to go on with.
        config: as `settings` gives it.
        dataset: that of its training, for replay; its test part is not used.
        lessons: what to teach; what is held back is not used.
        on_progress: called every few steps and at the end of each epoch.
    """
    extra: ExtraExamples = lessons.examples(_replayed(config, dataset), SHARE)
    continued = Continuation(network, IMAGES, BLEND)
    return training.fit(config, dataset, on_progress, extra=extra, continued=continued)


def _replayed(config: TrainConfig, dataset: Dataset) -> int:
    """Count the images an epoch replays: the training part, and allographs if it had some."""
    return round(len(dataset.y_train) / (1 - (config.allographs or 0.0)))


def _predicted(graph: ServingGraph, lessons: TeachingSet) -> np.ndarray:
    return graph.probabilities(lessons.images).argmax(axis=1)


def _predicted_by(files: RunFiles, lessons: TeachingSet) -> np.ndarray:
    """Predict the lessons with what is about to be published."""
    with atomic.scratch() as scratch:
        path = scratch / "model.tflite"
        files.write_graph(path)
        return _predicted(ServingGraph(path), lessons)


def _counts(lessons: TeachingSet, dataset: Dataset) -> dict[str, int]:
    """Count what was taught by class, in label order; classes without any are left out."""
    taught = lessons.labels[~lessons.held_back]
    counted = np.bincount(taught, minlength=len(dataset.class_names)).tolist()
    return {name: count for name, count in zip(dataset.class_names, counted, strict=True) if count}


def _complete(made: Run, before: Run, dataset: Dataset, on_progress: OnProgress) -> None:
    """Add what takes long to a run that is published already; stopping would save nothing."""

    def report(progress: Progress) -> None:
        on_progress(replace(progress, stoppable=False, run_id=made.id))

    if before.robustness() is not None:
        robustness.measure(made, dataset, report)
    evaluation.complete(made, dataset, report)
