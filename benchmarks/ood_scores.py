"""Scores that tell images unlike those in training from others, each fitted in the same way.

All are float64 (n,), the higher the stranger.
"""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np

from pipeline.serving import features

LOGITS = -2  # in place of a layer: what the softmax at the end gets
SHRINKAGE = 1e-3  # of the covariance toward a multiple of the identity
NEIGHBORS = 10
KEPT = 100  # dimensions of the features that ViM takes for usual
LEAST = 1e-12  # of what is divided by or taken the logarithm of
CHUNK = 500  # images compared with all training images at once

Seen = Mapping[int, np.ndarray]  # vectors (n, d) by layer, and logits
Score = Callable[[Seen], np.ndarray]


def look(model: keras.Model, images: np.ndarray) -> dict[int, np.ndarray]:
    """Compute what a network makes of images uint8 (n, height, width, channels).

    Returns:
        `features.vectors`, and the logits.
    """
    seen = features.vectors(model, images)
    weights, biases = model.layers[-1].get_weights()
    # In full precision, or a softmax says 1 of many images that are not equally certain.
    last = seen[features.feature_layer(model)].astype(np.float64)
    return seen | {LOGITS: last @ weights + biases}


def baselines(model: keras.Model, train: Seen, labels: np.ndarray) -> dict[str, Score]:
    """Fit all that Inkling's score is compared with.

    Args:
        model: its last layer makes logits of features.
        train: what `look` sees of training images.
        labels: int (n,), their classes.
    """
    layer = features.feature_layer(model)
    whitened, neighbors = mahalanobis(train[layer], labels), nearest(train[layer])
    matched = virtual_logit(train[layer], train[LOGITS], model.layers[-1].get_weights())
    return {
        "softmax": lambda seen: -_softmax(seen[LOGITS]).max(axis=1),  # Hendrycks, Gimpel 2017
        "energy": lambda seen: -_log_sum(seen[LOGITS]),  # Liu et al. 2020
        "Mahalanobis": lambda seen: whitened(seen[layer]),
        "nearest neighbor": lambda seen: neighbors(seen[layer]),
        "ViM": lambda seen: matched(seen[layer], seen[LOGITS]),
    }


def mahalanobis(features: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the squared distance to the nearest class mean, with one covariance for all.

    Lee et al. 2018, "A simple unified framework for detecting out-of-distribution samples".
    """
    classes = np.unique(labels)
    means = np.stack([features[labels == label].mean(axis=0) for label in classes])
    centered = (features - means[np.searchsorted(classes, labels)]).astype(np.float64)
    covariance = centered.T @ centered / len(centered)
    covariance += np.eye(len(covariance)) * SHRINKAGE * np.trace(covariance) / len(covariance)
    whiten = np.linalg.inv(np.linalg.cholesky(covariance)).T

    centers = means @ whiten

    def distance(found: np.ndarray) -> np.ndarray:
        white = found.astype(np.float64) @ whiten
        return np.min([((white - center) ** 2).sum(axis=1) for center in centers], axis=0)

    return distance


def nearest(features: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the distance to the tenth nearest training image, of features of length 1.

    Sun et al. 2022, "Out-of-distribution detection with deep nearest neighbors".
    """
    bank = _unit(features)

    def distance(found: np.ndarray) -> np.ndarray:
        parts = [_unit(found[at : at + CHUNK]) @ bank.T for at in range(0, len(found), CHUNK)]
        alike = [np.partition(part, -NEIGHBORS, axis=1)[:, -NEIGHBORS] for part in parts]
        return np.sqrt(np.maximum(2 - 2 * np.concatenate(alike).astype(np.float64), 0))

    return distance


def virtual_logit(
    features: np.ndarray, logits: np.ndarray, last: Sequence[np.ndarray]
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the logit of a class that stands for what is usually unused in the features.

    Wang et al. 2022, "ViM: Out-of-distribution with virtual-logit matching".

    Args:
        features, logits: of training images.
        last: weights and biases of the last layer. Where they cancel out is the origin.
    """
    origin = -np.linalg.pinv(last[0].T) @ last[1]
    _, directions = np.linalg.eigh(np.cov(features - origin, rowvar=False))
    unused = directions[:, : -min(KEPT, len(directions) // 2)]
    residual = np.linalg.norm((features - origin) @ unused, axis=1)
    scale = logits.max(axis=1).mean() / max(residual.mean(), LEAST)

    def matched(found: np.ndarray, given_logits: np.ndarray) -> np.ndarray:
        left_over = np.linalg.norm((found - origin) @ unused, axis=1)
        return scale * left_over - _log_sum(given_logits)

    return matched


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, LEAST)


def _log_sum(logits: np.ndarray) -> np.ndarray:
    most = logits.max(axis=1)
    return most + np.log(np.exp(logits - most[:, None]).sum(axis=1))


def _softmax(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits - _log_sum(logits)[:, None])
