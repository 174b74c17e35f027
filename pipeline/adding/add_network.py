"""Adding a network that was trained elsewhere: a `.keras` file -> a published run.

Run this in a process of its own: the file is somebody else's, and whatever loading it does must
not reach the web process.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from pipeline.adding import keras_files
from pipeline.adding.adoption import Adopted, adopt
from pipeline.assembly import Assembled, assemble
from pipeline.data.datasets import Dataset, canonical, open_dataset
from pipeline.errors import InklingError
from pipeline.preprocess import Pixels
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr
from pipeline.serving import litert
from pipeline.serving.litert import ExportMismatch
from pipeline.store.model_card import card_of_added
from pipeline.store.run_folder import About, Run
from pipeline.store.run_info import Added, DatasetInfo, RunInfo
from pipeline.store.runs import Store

NO_HISTORY = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")


def add_network(
    path: Path,
    dataset: str,
    store: Store,
    on_progress: OnProgress = silent,
    *,
    name: str = "",
    file: str = "",
    pixels: Pixels | None = None,
) -> Run:
    """Publish a run of a Keras network that was trained elsewhere.

    Args:
        path: a `.keras` file.
        dataset: what it is tested on: a name or a path, as for training.
        store: where the run is published.
        on_progress: called at every stage; it can be stopped until the run is being written.
        name: what people call the run; "" for nothing.
        file: what the file was called, if its path does not say so.
        pixels: which pixels it takes; None to find it out.

    Returns:
        The published run. If anything fails, the runs in the store are unchanged.

    Raises:
        InklingError: the file, the network, the dataset or the store is unsuitable; the message
            says why.
    """
    file = file or path.name
    created, timings, about = datetime.now(UTC), dict[str, float](), About.of(name)
    store.check_writable()
    keras_files.check(path, file)
    images = open_dataset(dataset, None, on_progress)
    on_progress(Progress("Loading", 0, 0, file))
    with quiet_stderr():
        model = keras_files.load(path, file)
    on_progress(Progress("Checking", 0, 0, "which pixels it takes and what it returns"))
    classes = len(images.class_names)
    adopted = adopt(model, images.x_valid, images.y_valid, classes, file, pixels)
    found = _assembled(adopted, images, timings, on_progress, file)
    added = Added(
        file=file,
        dataset=canonical(dataset),
        ends_in=adopted.ends_in,
        takes=adopted.takes,
        found=adopted.found,
    )
    info = RunInfo(
        created=created,
        status="finished",
        added=added,
        dataset=DatasetInfo.of(images),
        input_shape=images.image_shape,
        layers=tuple(litert.describe_layers(adopted.model)),
        metrics=found.metrics,
        model_card=card_of_added(DatasetInfo.of(images), added, found.metrics),
        timings=timings,
    )
    on_progress(Progress("Saving", 0, 1, "the run", stoppable=False))
    return store.publish(info, replace(found.files, about=about))


def _assembled(
    adopted: Adopted,
    images: Dataset,
    timings: dict[str, float],
    on_progress: OnProgress,
    file: str,
) -> Assembled:
    """Compute what the run holds; what cannot be exported is refused in a sentence."""
    history = pd.DataFrame(columns=list(NO_HISTORY))
    try:
        return assemble(adopted.model, images, history, timings, on_progress, stoppable=True)
    except ExportMismatch as error:
        raise InklingError(
            f"{file} cannot be served: LiteRT computes something else than Keras, {error}."
        ) from error
