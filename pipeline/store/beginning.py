"""What a training begins with, besides its dataset: all of it is known without TensorFlow."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, canonical
from pipeline.store import corrections, teaching
from pipeline.store.runs import Store
from pipeline.training.checkpoint import Checkpoint, ExtraExamples
from pipeline.training.handwriting import holds_digits


@dataclass(frozen=True)
class Beginning:
    """What a training begins with, wherever it runs.

    Attributes:
        config: the settings, none of them None.
        checkpoint: what it goes on from; None from the beginning.
        extra: images to learn from besides the training part; a checkpoint has its own.
        drawing: an image that its film follows, and its class.
        created: when, in UTC.
    """

    config: TrainConfig
    checkpoint: Checkpoint | None = None
    extra: ExtraExamples | None = None
    drawing: tuple[np.ndarray, int] | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


def settled(config: TrainConfig, dataset: Dataset) -> TrainConfig:
    """Return the settings with every None replaced, and the dataset's name as it is kept."""
    config = config.resolved(len(dataset.y_train), digits=holds_digits(dataset))
    return config.model_copy(update={"dataset": canonical(config.dataset)})


def begin(
    config: TrainConfig, dataset: Dataset, store: Store, checkpoint: Checkpoint | None = None
) -> Beginning:
    """Gather what a training with settled settings begins with.

    Args:
        config: as `settled` returns it.
        dataset: what it learns.
        store: whose corrections it learns, if it is to.
        checkpoint: what it goes on from.
    """
    so_far = corrections.read(store)
    taught = config.corrections and checkpoint is None
    extra = teaching.to_learn(so_far, dataset) if taught else None
    return Beginning(config, checkpoint, extra, teaching.newest_drawing(so_far, dataset))
