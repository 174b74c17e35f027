"""Attribution: which pixels a network's answer hangs on. Raw maps; drawing is somebody else's.

A network comes in as a callable, so that nothing here knows LiteRT or Keras. The score that is
explained is a weighted sum of its logits: one logit, or one less another.
"""

from collections.abc import Callable

import numpy as np

Gradient = Callable[[np.ndarray], np.ndarray]  # an image -> the gradient of its score
Score = Callable[[np.ndarray], float]  # an image -> its score

SAMPLES, NOISE = 32, 0.15  # of SmoothGrad; the noise is relative to the image's range
STEPS = 64  # of integrated gradients
WINDOW, STEP = 5, 2  # pixels that occlusion hides at once, and moves on by


def gradient_times_input(gradient: Gradient, image: np.ndarray) -> np.ndarray:
    """Multiply each pixel by its gradient: its part of the score of a linear network.

    Source: Shrikumar, Greenside, Kundaje 2017, "Learning Important Features Through Propagating
    Activation Differences".

    Args:
        gradient: of the score.
        image: float (height, width, channels).

    Returns:
        float of the same shape.
    """
    return image * gradient(image)


def smooth_grad(
    gradient: Gradient, image: np.ndarray, random: np.random.Generator, samples: int = SAMPLES
) -> np.ndarray:
    """Average the gradient over noisy copies of an image, in which single pixels matter less.

    Source: Smilkov, Thorat, Kim, Viégas, Wattenberg 2017, "SmoothGrad: removing noise by adding
    noise".

    Args:
        gradient: of the score.
        image: float (height, width, channels).
        random: where the noise comes from; normal, with a standard deviation of 15% of the
            image's range.
        samples: how many copies.

    Returns:
        float of the same shape.
    """
    spread = NOISE * (float(image.max()) - float(image.min()))
    total = np.zeros_like(image)
    for _ in range(samples):
        total += gradient(image + spread * random.standard_normal(image.shape).astype(image.dtype))
    return total / samples


def integrated_gradients(
    gradient: Gradient, image: np.ndarray, baseline: np.ndarray, steps: int = STEPS
) -> np.ndarray:
    """Integrate the gradient on the straight way from a baseline to the image.

    The result adds up to the difference of the two scores ("completeness"), up to the error of the
    sum that stands for the integral. Source: Sundararajan, Taly, Yan 2017, "Axiomatic Attribution
    for Deep Networks".

    Args:
        gradient: of the score.
        image: float (height, width, channels).
        baseline: of the same shape; an image without what matters, such as blank paper.
        steps: in the middle of each of which the gradient is taken.

    Returns:
        float of the same shape.
    """
    total = np.zeros_like(image)
    for step in range(steps):
        total += gradient(baseline + (step + 0.5) / steps * (image - baseline))
    return (image - baseline) * total / steps


def completeness_error(
    attribution: np.ndarray, score: Score, image: np.ndarray, baseline: np.ndarray
) -> float:
    """Return how far integrated gradients are from adding up to the difference of the scores.

    Returns:
        In units of the score; 0 is exact.
    """
    return float(attribution.sum()) - (score(image) - score(baseline))


def grad_cam(output: np.ndarray, inner_gradient: np.ndarray) -> np.ndarray:
    """Weight the maps of a convolution by their mean gradients, and keep what speaks for it.

    Source: Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via
    Gradient-based Localization".

    Args:
        output: of the convolution, float (height, width, maps).
        inner_gradient: of the score with respect to it.

    Returns:
        float (height, width) of the layer, not below 0.
    """
    return np.maximum(output @ inner_gradient.mean((0, 1)), 0)


def occlusion(
    score: Score, image: np.ndarray, paper: np.ndarray, window: int = WINDOW, step: int = STEP
) -> np.ndarray:
    """Hide a window of the image at a time, and see by how much the score falls.

    Source: Zeiler, Fergus 2014, "Visualizing and Understanding Convolutional Networks".

    Args:
        score: of an image.
        image: float (height, width, channels).
        paper: of the same shape; what is shown in the window instead.
        window: its side, in pixels.
        step: by how many pixels it is moved.

    Returns:
        float (height, width): for each pixel the mean fall over the windows that hide it.
    """
    height, width = image.shape[:2]
    whole = score(image)
    fallen, hidden = np.zeros((height, width)), np.zeros((height, width))
    reach = window // 2
    for row in range(0, height + reach, step):
        for column in range(0, width + reach, step):
            rows = slice(max(0, row - reach), row - reach + window)
            columns = slice(max(0, column - reach), column - reach + window)
            covered = image.copy()
            covered[rows, columns] = paper[rows, columns]
            fallen[rows, columns] += whole - score(covered)
            hidden[rows, columns] += 1
    return fallen / np.maximum(hidden, 1)
