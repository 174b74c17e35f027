"""Evaluating a trained network: on test images, in its own features, on other datasets.

What is evaluated is what is served: test images are predicted with the serving graph, not with
Keras. Keras is loaded only to compute features.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.analysis import embedding, metrics
from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.class_planes import SEED
from pipeline.analysis.metrics import Metrics
from pipeline.analysis.out_of_distribution import OodDetector
from pipeline.data.datasets import Dataset, picked
from pipeline.data.prepared import same_images
from pipeline.errors import InklingError
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr
from pipeline.serving.exciting import what_excites
from pipeline.serving.inference import ServingGraph
from pipeline.store.run_folder import Run
from pipeline.store.run_info import DatasetInfo, Evaluation

if TYPE_CHECKING:
    import keras


def predictions_of(graph: ServingGraph, dataset: Dataset) -> pd.DataFrame:
    """Predict the test part of a dataset; see `metrics.predictions_table`."""
    return metrics.predictions_table(dataset.y_test, graph.probabilities(dataset.x_test))


def evaluate(run: Run, dataset: Dataset, on_progress: OnProgress = silent) -> Metrics:
    """Evaluate a run on the test part of a dataset with the same classes, and store what is new.

    For another dataset, that is the metrics; for the run's own, whatever the run lacks; see
    `complete`.

    Raises:
        InklingError: classes or image shapes differ, or a file of the run cannot be read.
    """
    _check_comparable(run, dataset)
    with quiet_stderr():
        graph = run.graph()
    found = metrics.summarize(predictions_of(graph, dataset), run.class_names)
    if is_own(run, dataset):
        complete(run, dataset, on_progress)
    else:
        run.add_evaluation(
            Evaluation(dataset=DatasetInfo.of(dataset), metrics=found, created=datetime.now(UTC))
        )
    return found


def complete(run: Run, dataset: Dataset, on_progress: OnProgress = silent) -> None:
    """Add what a run from an older version lacks.

    That is: features, an OOD detector, its anatomy, and what excites its maps.

    Args:
        run: the run.
        dataset: the one it was trained on.
        on_progress: called if there is anything to compute.

    Raises:
        InklingError: the Keras model cannot be loaded, or is another run's.
    """
    lacks_features, lacks_detector = run.features(["distance"]) is None, run.ood_detector() is None
    lacks_anatomy, lacks_excitations = run.anatomy() is None, run.excitations() is None
    if not (lacks_features or lacks_detector or lacks_anatomy or lacks_excitations):
        return
    on_progress(Progress("Completing", 0, 1, "computing what this run lacks"))
    if lacks_features or lacks_detector or lacks_anatomy:
        model = _network_of(run)
    if lacks_features:
        run.add_features(embed_images(model, dataset))
    if lacks_detector:
        allographs = run.info.config.allographs if run.info.config else None
        run.add_ood_detector(fit_ood_detector(model, dataset, allographs or 0.0))
    if lacks_anatomy:
        _take_apart(run, model)
    if lacks_excitations and (anatomy := run.anatomy()):
        with quiet_stderr():
            graph = run.graph()
        run.add_excitations(what_excites(graph, anatomy, dataset.x_test))


def take_apart(run: Run) -> None:
    """Add what every layer of a run is made of, and its gradient graph, if the run lacks them.

    It needs no images.

    Raises:
        InklingError: the Keras model cannot be loaded, or is another run's.
    """
    if run.anatomy() is None:
        _take_apart(run, _network_of(run))


def _take_apart(run: Run, model: "keras.Model") -> None:
    from pipeline.serving import gradient_graph

    run.add_anatomy(*gradient_graph.explain(model))


def _network_of(run: Run) -> "keras.Model":
    with quiet_stderr():  # while TensorFlow is loaded
        from pipeline.training import networks

        model = networks.load(run.model_path)
    _check_is_its_network(run, model)
    return model


def embed_images(model: "keras.Model", dataset: Dataset) -> pd.DataFrame:
    """Find the nearest training images of each test image; see `embedding.embed`.

    Args:
        model: the network.
        dataset: the dataset with the test and training images; of more than 60,000 of these, a
            seeded sample is searched.
    """
    from pipeline.serving.features import features

    rows = embedding.searched(len(dataset.x_train))
    found = embedding.embed(
        features(model, picked(dataset.x_train, rows)), features(model, dataset.x_test)
    )
    for column in embedding.NEIGHBOR_COLUMNS:
        place = found[column].to_numpy()
        found[column] = np.where(place < 0, place, rows[place]).astype(np.int32)
    return found


def fit_ood_detector(
    model: "keras.Model", dataset: Dataset, allographs: float = 0.0
) -> OodDetector:
    """Learn what the training images look like to a network; see `out_of_distribution.fit`.

    Args:
        model: the network.
        dataset: what it was trained on.
        allographs: share of its digits in training that were drawn; such digits are not strange
            to it, so others are drawn in the same ways. Which distance is typical, validation
            images alone say.
    """
    from pipeline.serving.features import middle_layer, vectors
    from pipeline.training.handwriting import written

    rows = ood.sample(len(dataset.y_train))
    images, labels = dataset.x_train[rows], dataset.y_train[rows]
    drawn = written(dataset, allographs, SEED)
    if drawn.shown:
        some = slice(round(len(rows) * allographs / (1 - allographs)))
        images = np.concatenate([images, drawn.images[some]])
        labels = np.concatenate([labels, drawn.labels[some]])
    valid = vectors(model, dataset.x_valid[ood.sample(len(dataset.y_valid))])
    return ood.fit(vectors(model, images), labels, valid, averaged=[middle_layer(model)])


def _check_is_its_network(run: Run, model: "keras.Model") -> None:
    """Check that the Keras model in a run's folder takes and returns what the run's does."""
    expected = (None, *run.info.input_shape), (None, len(run.class_names))
    found = model.input_shape, model.output_shape
    if found != expected:
        raise InklingError(
            f"{run.model_path} is another network than run {run.id}: it turns {found[0]} into "
            f"{found[1]}, not {expected[0]} into {expected[1]}. Copy the run again from its source."
        )


def is_own(run: Run, dataset: Dataset) -> bool:
    """Whether a run was trained on a dataset, whatever its classes were called then."""
    return dataset.fingerprint in same_images(run.info.dataset.fingerprint)


def _check_comparable(run: Run, dataset: Dataset) -> None:
    info = run.info
    same_classes = dataset.class_names == run.class_names or is_own(run, dataset)
    if same_classes and dataset.image_shape == info.input_shape:
        return
    raise InklingError(
        f"Run {run.id} classifies {images_of(info.input_shape)} into {len(run.class_names)} "
        f"classes ({', '.join(run.class_names)}); {dataset.name} has "
        f"{images_of(dataset.image_shape)} in {len(dataset.class_names)} classes "
        f"({', '.join(dataset.class_names)}). Choose a dataset with the same classes and image "
        "size."
    )


def images_of(shape: tuple[int, int, int]) -> str:
    """Name images of a shape (height, width, channels)."""
    height, width, channels = shape
    return f"{'grayscale' if channels == 1 else 'color'} images of {width}×{height} pixels"
