"""Where a training starts, if not from random weights: a trained network, or a checkpoint."""

from dataclasses import dataclass

import keras
import numpy as np

from pipeline.errors import InklingError
from pipeline.training.checkpoint import Checkpoint


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


def restore(model: keras.Model, checkpoint: Checkpoint) -> None:
    """Bring a compiled model and its optimizer to where a training was interrupted.

    Raises:
        TrainingFailed: the checkpoint is of a network that is built differently.
    """
    model.optimizer.build(model.trainable_variables)
    try:
        for variable, value in zip(model.variables, checkpoint.variables, strict=True):
            variable.assign(value)
        for variable, value in zip(model.optimizer.variables, checkpoint.optimizer, strict=True):
            variable.assign(value)
    except ValueError as error:
        raise TrainingFailed(
            "The interrupted training was of a different network, such as that of another version "
            "of Inkling, so it cannot be resumed. Discard it and train again."
        ) from error
