"""Calibration: making a classifier's confidence match its accuracy."""

import numpy as np

from pipeline.errors import InklingError

LOWEST, HIGHEST = 0.2, 5.0  # of a temperature; values beyond are a sign of too few images
SMALLEST_PROBABILITY = 1e-12


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Find the temperature that maximizes the likelihood of held-out labels (Guo et al. 2017).

    Dividing all logits by it changes no prediction, only the confidence.

    Args:
        probabilities: float (n, classes), of images not used to fit the weights.
        labels: int (n,).

    Returns:
        A number in [0.2, 5]: above 1 the classifier was overconfident, below 1 underconfident.

    Raises:
        InklingError: there is no image.
    """
    from scipy.optimize import minimize_scalar

    if len(labels) == 0:
        raise InklingError("Temperature scaling needs validation images, and there are none.")
    # Logits are recovered up to a constant per image, which softmax ignores.
    logits = np.log(np.maximum(probabilities.astype(np.float64), SMALLEST_PROBABILITY))
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        peak = scaled.max(axis=1, keepdims=True)
        normalizer = np.log(np.exp(scaled - peak).sum(axis=1)) + peak[:, 0]
        return float((normalizer - scaled[rows, labels]).mean())

    found = minimize_scalar(loss, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return float(np.exp(found.x))
