"""A network -> what its run holds: graphs, predictions, features, detector, what excites its maps.

Shared by networks that were trained here and those that were added.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import keras
import pandas as pd

from pipeline import atomic, evaluation
from pipeline.analysis import metrics
from pipeline.analysis.metrics import Metrics
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.progress import OnProgress, Progress
from pipeline.serving import gradient_graph, litert
from pipeline.serving.exciting import what_excites
from pipeline.store.model_card import model_card
from pipeline.store.run_folder import RunFiles
from pipeline.store.run_info import DatasetInfo, Retrained, RunInfo
from pipeline.training.fit import Trained


@dataclass(frozen=True)
class Assembled:
    """All that is computed of a network before its run is published.

    Attributes:
        metrics: on the test part.
        files: of the run.
    """

    metrics: Metrics
    files: RunFiles


def assemble(
    model: keras.Model,
    dataset: Dataset,
    history: pd.DataFrame,
    timings: dict[str, float],
    on_progress: OnProgress,
    *,
    stoppable: bool = False,
    mapped: bool = True,
    allographs: float = 0.0,
) -> Assembled:
    """Export a network, evaluate it on the test part, and compute its features.

    Args:
        model: a functional model: float32 (n, *dataset.image_shape) in [0, 1] -> probabilities.
        dataset: whose test part it is evaluated on, and whose training part is its neighbors.
        history: one row per epoch.
        timings: gets the seconds of each stage.
        on_progress: called at every stage.
        stoppable: whether nothing is lost if this is stopped.
        mapped: whether to compute its features, too: nearest neighbors and a map of the test
            images. They take the longest, and `evaluation.complete` can add them.
        allographs: share of the digits it was trained with that were drawn.

    Raises:
        ExportMismatch: the serving graph does not compute what Keras does.
    """

    @contextmanager
    def stage(name: str, note: str) -> Iterator[None]:
        on_progress(Progress(name, 0, 1, note, stoppable=stoppable))
        started = time.perf_counter()
        yield
        timings[name.lower()] = time.perf_counter() - started

    with stage("Exporting", "writing and checking its graphs"), atomic.scratch() as scratch:
        graph_path = scratch / "model.tflite"
        graph = litert.export_checked(model, graph_path, dataset.x_valid)
        graph_bytes = graph_path.read_bytes()
        anatomy, gradients = gradient_graph.explain(model)
    with stage("Evaluating", f"{len(dataset.y_test):,} test images"):
        predictions = evaluation.predictions_of(graph, dataset)
        summary = metrics.summarize(predictions, dataset.class_names)
    note = "out-of-distribution detector, what excites each map"
    with stage("Mapping", f"features, nearest neighbors, {note}" if mapped else note):
        embedded = evaluation.embed_images(model, dataset) if mapped else None
        detector = evaluation.fit_ood_detector(model, dataset, allographs)
        excitations = what_excites(graph, anatomy, dataset.x_test)
    files = RunFiles(
        history=history,
        predictions=predictions,
        features=embedded,
        ood_detector=detector,
        anatomy=anatomy,
        gradients=gradients,
        excitations=excitations,
        write_model=model.save,
        write_graph=lambda path: path.write_bytes(graph_bytes),
    )
    return Assembled(summary, files)


def describe(
    trained: Trained,
    found: Assembled,
    dataset: Dataset,
    config: TrainConfig,
    created: datetime,
    timings: dict[str, float],
    corrected: dict[str, int],
    retrained: Retrained | None = None,
) -> RunInfo:
    """Say of a trained network what its run says of it.

    Args:
        trained: the training's result.
        found: what was assembled of its model.
        dataset: what it was trained and evaluated on.
        config: the settings.
        created: when it was begun, in UTC.
        timings: the seconds of each stage.
        corrected: how many corrections it learned from, by class.
        retrained: where it comes from, if it goes on from another run.
    """
    of_dataset = DatasetInfo.of(dataset)
    return RunInfo(
        created=created,
        status="stopped" if trained.ended_early else "finished",
        note=trained.ended_early,
        config=config,
        dataset=of_dataset,
        input_shape=dataset.image_shape,
        layers=tuple(litert.describe_layers(trained.model)),
        metrics=found.metrics,
        best_epoch=trained.best_epoch,
        temperature=trained.temperature,
        hardware=trained.hardware.model_dump(mode="json"),
        corrections=corrected,
        holds_back=True,
        retrained=retrained,
        model_card=model_card(of_dataset, config, found.metrics, corrected, retrained),
        timings=timings,
    )
