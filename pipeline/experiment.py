"""The pipeline on one page: dataset -> fit -> export -> evaluate -> published run."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
import pandas as pd

from pipeline.analysis import embedding
from pipeline.analysis import metrics as evaluation
from pipeline.analysis import out_of_distribution as novelty
from pipeline.analysis.out_of_distribution import IMAGE, Novelty
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, canonical, open_dataset
from pipeline.preprocess import to_model_input
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr
from pipeline.serving import litert
from pipeline.serving.inference import ServingGraph
from pipeline.store import corrections
from pipeline.store.interrupted import Unfinished
from pipeline.store.model_card import model_card
from pipeline.store.runs import Results, Run, Store, describe
from pipeline.training import fit as training
from pipeline.training import networks
from pipeline.training.fit import Trained

CHECKED_IMAGES = 32  # validation images on which the serving graph must agree with Keras


def run_experiment(
    config: TrainConfig,
    store: Store,
    data_dir: Path | None = None,
    on_progress: OnProgress = silent,
    *,
    resume: bool = False,
) -> Run:
    """Train a network and publish its run.

    Args:
        config: the settings; those that are None are resolved first.
        store: where the run goes.
        data_dir: a folder to look in first for a named dataset.
        on_progress: told of every stage.
        resume: go on after the last epoch that an interrupted training with the same settings
            finished, if there is one.

    Returns:
        The published run, marked "stopped" if it was ended early. If anything fails, the runs in
        the store are as they were before.

    Raises:
        InklingError: the dataset, the settings or the store are not fit for it, and why.
    """
    created = datetime.now(UTC)
    store.check_writable()
    dataset = open_dataset(config.dataset, data_dir, on_progress)
    config = config.resolved(len(dataset.y_train))
    config = config.model_copy(update={"dataset": canonical(config.dataset)})

    unfinished = Unfinished.of(store, config, dataset.fingerprint)
    with unfinished.held():
        checkpoint = unfinished.load() if resume else None
        keep, extra = partial(unfinished.save, config), None
        if config.corrections and checkpoint is None:
            extra = corrections.to_learn(corrections.read(store), dataset)
        trained = training.fit(config, dataset, on_progress, keep, checkpoint, extra)
        run = _publish(config, store, dataset, trained, created, on_progress)
        if not trained.may_go_on:
            unfinished.forget()
    on_progress(Progress("Done", 1, 1, run.id))
    return run


def _publish(
    config: TrainConfig,
    store: Store,
    dataset: Dataset,
    trained: Trained,
    created: datetime,
    on_progress: OnProgress,
) -> Run:
    """Export, measure and write down what was trained."""
    # Training counts what an interrupted one took before.
    timings = {"training": trained.seconds}
    with TemporaryDirectory(prefix="inkling-") as scratch:
        graph_path = Path(scratch) / "model.tflite"
        with _timed(timings, "exporting"):
            on_progress(Progress("Exporting", 0, 1, "writing and checking the serving graph"))
            litert.export_litert(trained.model, graph_path)
            with quiet_stderr():  # LiteRT names its delegate
                graph = ServingGraph(graph_path)
            litert.check_litert(trained.model, graph, dataset.x_valid[:CHECKED_IMAGES])

        with _timed(timings, "evaluating"):
            on_progress(Progress("Evaluating", 0, 1, f"{len(dataset.y_test):,} test images"))
            # What is measured is what will be served.
            probabilities = graph.probabilities(dataset.x_test)
            predictions = evaluation.predictions_table(dataset.y_test, probabilities)

        with _timed(timings, "mapping"):
            on_progress(Progress("Mapping", 0, 1, "which images the network finds alike"))
            seen = networks.features(trained.model, dataset.x_train)
            features = embed_images(trained.model, dataset, seen)

        with _timed(timings, "novelty"):
            found = fit_novelty(trained.model, dataset, seen)

        metrics = evaluation.summarise(predictions, dataset.class_names)
        corrected = _by_class(trained.extra.labels, dataset.class_names)
        return store.publish(
            Results(
                status="stopped" if trained.ended_early else "finished",
                created=created,
                config=config,
                dataset=describe(dataset),
                input_shape=dataset.image_shape,
                layers=litert.describe_layers(trained.model),
                metrics=metrics,
                best_epoch=trained.best_epoch,
                temperature=trained.temperature,
                hardware=trained.hardware.model_dump(mode="json"),
                corrections=corrected,
                card=model_card(
                    dataset.name,
                    dataset.counts,
                    config,
                    metrics,
                    ink=dataset.ink,
                    corrections=corrected,
                ),
                note=trained.ended_early,
                timings=timings,
                history=trained.history,
                predictions=predictions,
                features=features,
                novelty=found,
                write_model=trained.model.save,
                write_graph=partial(shutil.copyfile, graph_path),
            )
        )


def embed_images(
    model: keras.Model, dataset: Dataset, train: np.ndarray | None = None
) -> pd.DataFrame:
    """Find the neighbours of the test images in a network's features; see `embedding.embed`.

    Args:
        train: `networks.features` of all training images, where they are known already.
    """
    if train is None:
        train = networks.features(model, dataset.x_train)
    return embedding.embed(train, networks.features(model, dataset.x_test))


def fit_novelty(model: keras.Model, dataset: Dataset, train: np.ndarray | None = None) -> Novelty:
    """Learn what the training images look like to a network; see `novelty.fit`.

    Args:
        train: `networks.features` of all training images, where they are known already.
    """
    rows = novelty.sample(len(dataset.y_train))
    images = dataset.x_train[rows], dataset.x_valid[novelty.sample(len(dataset.y_valid))]
    seen = [{IMAGE: to_model_input(part).reshape(len(part), -1)} for part in images]
    layer = litert.feature_layer(model)
    if layer != IMAGE:
        known = networks.features(model, images[0]) if train is None else train[rows]
        seen[0][layer], seen[1][layer] = known, networks.features(model, images[1])
    return novelty.fit(seen[0], dataset.y_train[rows], seen[1])


def _by_class(labels: np.ndarray, class_names: tuple[str, ...]) -> dict[str, int]:
    """Count labels by class, where there are any."""
    counts = np.bincount(labels, minlength=len(class_names)).tolist()
    return {name: count for name, count in zip(class_names, counts, strict=True) if count}


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    timings[stage] = time.perf_counter() - started
