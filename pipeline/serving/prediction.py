"""One image -> a run's prediction: the only route for the command line, pads and pages."""

from dataclasses import dataclass

import numpy as np

from pipeline.analysis.out_of_distribution import OodDetector
from pipeline.serving.inference import ServingGraph


@dataclass(frozen=True)
class Prediction:
    """A network's prediction for one image.

    Attributes:
        activations: one float32 array per layer, without the batch axis; the last one holds
            the probabilities.
        ood_score: about 0 is typical, larger is further from the training images; None if the
            run has no OOD detector.
        ood_threshold: scores above it are out of distribution; None likewise.
        is_ood: whether the image is unlike anything in training; False without an OOD detector.
    """

    activations: tuple[np.ndarray, ...]
    ood_score: float | None = None
    ood_threshold: float | None = None
    is_ood: bool = False

    @property
    def probabilities(self) -> np.ndarray:
        """The probability of each class: float32 (classes,), summing to 1."""
        return self.activations[-1]

    @property
    def label(self) -> int:
        """The predicted class."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """The probability of the predicted class, in [0, 1]."""
        return float(self.probabilities[self.label])


def predict(graph: ServingGraph, detector: OodDetector | None, image: np.ndarray) -> Prediction:
    """Predict one image, and score how far it is from the training images.

    Args:
        graph: the run's serving graph.
        detector: the run's OOD detector, if it has one.
        image: uint8 (height, width, channels).
    """
    activations = tuple(graph.activations(image))
    if detector is None:
        return Prediction(activations)
    score = detector.score_activations(image, activations)
    return Prediction(activations, score, detector.threshold, detector.is_ood(score))
