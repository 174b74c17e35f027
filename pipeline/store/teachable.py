"""What a run can be taught: its own dataset, for replay, and what people corrected.

Raises in a sentence why that cannot be, without loading Keras: so a job need not fail of it later.
"""

from dataclasses import replace
from pathlib import Path

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, DatasetMissing, open_by_fingerprint, open_dataset
from pipeline.errors import InklingError
from pipeline.progress import OnProgress
from pipeline.store import corrections, reviews, teaching
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.training.teaching import TeachingSet


def trained_with(run: Run) -> TrainConfig:
    """Return what a run was trained with.

    Raises:
        InklingError: the network was trained elsewhere.
    """
    if run.info.config is None:
        raise InklingError(
            f"“{run.info.file}” was trained elsewhere, so its training images are not known here, "
            "and without them it would forget what it knows. Choose a network that was trained "
            "with Inkling."
        )
    return run.info.config


def gather(
    run: Run, store: Store, data_dir: Path | None, on_progress: OnProgress
) -> tuple[Dataset, TeachingSet]:
    """Open what a run was trained on, and gather what people corrected that it can learn.

    Returns:
        The dataset, with the classes named as they were then, and the lessons.

    Raises:
        InklingError: the network was trained elsewhere, its dataset is not on this machine, or
            there is nothing to learn from.
    """
    trained_with(run)
    dataset = _its_dataset(run, data_dir, on_progress)
    return dataset, teaching.gather(corrections.read(store), reviews.read(store), dataset)


def _its_dataset(run: Run, data_dir: Path | None, on_progress: OnProgress) -> Dataset:
    own = run.info.dataset
    try:
        found = open_by_fingerprint(own.name, own.fingerprint)
    except DatasetMissing:  # perhaps it only has to be prepared
        open_dataset(run.info.dataset_reference, data_dir, on_progress)
        found = open_by_fingerprint(own.name, own.fingerprint)
    return replace(found, class_names=run.class_names)
