"""Where a training starts, if not from random weights: a trained network, or a checkpoint."""

from dataclasses import dataclass

import keras
import numpy as np

from pipeline.config import DEEP, TrainConfig
from pipeline.errors import InklingError
from pipeline.training import networks
from pipeline.training.checkpoint import Checkpoint

OTHER_NETWORK = (
    "The interrupted training was of a network that is built differently, such as that of another "
    "version of Inkling, so it cannot be resumed. Start it again, or discard it."
)


class TrainingFailed(InklingError):
    """The training cannot continue; the message says what to change."""


@dataclass(frozen=True)
class Continuation:
    """A trained network to go on from, in place of random weights.

    Attributes:
        network: with these weights.
        images: how many an epoch shows, chosen anew each time; fewer than there are make it short.
        blend: the share of the new weights in what is kept, in (0, 1]; the rest is the old ones.
            Between the two lie networks that have learned nearly as much and forgotten less
            (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    """

    network: keras.Model
    images: int
    blend: float = 1.0

    def blended(self, learned: list[np.ndarray]) -> list[np.ndarray]:
        """Return what is kept of the weights that were learned."""
        return [
            (1 - self.blend) * old + self.blend * new
            for old, new in zip(self.network.get_weights(), learned, strict=True)
        ]


def restore(model: keras.Model, checkpoint: Checkpoint, config: TrainConfig) -> None:
    """Bring a compiled model and its optimizer to where a training was interrupted.

    Args:
        model: as it is built now.
        checkpoint: what is resumed.
        config: settings of the training.

    Raises:
        TrainingFailed: the checkpoint is of a network that is built differently.
    """
    if not _same_network(model, checkpoint, config):
        raise TrainingFailed(OTHER_NETWORK)
    model.optimizer.build(model.trainable_variables)
    try:
        for variable, value in zip(model.variables, checkpoint.variables, strict=True):
            variable.assign(value)
        for variable, value in zip(model.optimizer.variables, checkpoint.optimizer, strict=True):
            variable.assign(value)
    except ValueError as error:
        raise TrainingFailed(OTHER_NETWORK) from error


def _same_network(model: keras.Model, checkpoint: Checkpoint, config: TrainConfig) -> bool:
    if checkpoint.network:
        return checkpoint.network == networks.fingerprint(model)
    # Before checkpoints said how it is built, the deep network's first convolution was padded.
    return not (config.variant == DEEP and config.network in networks.DEEP_BUILDERS)
