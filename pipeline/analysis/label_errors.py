"""Which labels may be wrong, going by networks that never saw the image, and by its neighbors.

Confident learning (Northcutt, Jiang, Chuang 2021): a label is suspicious where predictions from
outside the training give it a low probability. One network is easily sure and wrong, so several are
averaged (as Goh, Tkachenko, Mueller 2022, CROWDLAB, do with classifiers and annotators), and the
labels of the most similar images count as much as all networks together: a network may be misled by
an odd stroke, and yet find the image close to others of its class. How it was chosen is in
docs/labels.md.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.analysis.metrics import SMALLEST_PROBABILITY

OF_NEIGHBORS = 0.5  # their share where there are any; the rest is the networks'
ROUNDING = 1e-9  # of a mean: where all are equally sure, each is as sure as usual


def votes(labels: np.ndarray, classes: int) -> np.ndarray:
    """Count the labels of each image's neighbors.

    Args:
        labels: int (n, neighbors), −1 where there are fewer.
        classes: how many there are.

    Returns:
        float64 (n, classes), the share of the neighbors with each label; 0 throughout where an
        image has none.
    """
    known = labels >= 0
    counts = np.zeros((len(labels), classes))
    rows = np.nonzero(known)[0]
    np.add.at(counts, (rows, labels[known]), 1)
    return counts / np.maximum(known.sum(axis=1, keepdims=True), 1)


def belief(probabilities: Sequence[np.ndarray], voted: np.ndarray | None = None) -> np.ndarray:
    """Average what networks say of images with what the labels of their neighbors say.

    Args:
        probabilities: of one or more networks: float (n, classes), rows summing to 1.
        voted: from `votes`; None where nothing is known of neighbors.

    Returns:
        float64 (n, classes), rows summing to 1.

    Raises:
        ValueError: no network is given, or the shapes differ.
    """
    shapes = {one.shape for one in (*probabilities, *(() if voted is None else (voted,)))}
    if not len(probabilities) or len(shapes) != 1:
        raise ValueError(f"expected arrays of one shape, got {sorted(shapes)}")
    networks = np.mean([np.asarray(one, np.float64) for one in probabilities], axis=0)
    if voted is None:
        return np.asarray(networks)
    share = OF_NEIGHBORS * voted.sum(axis=1, keepdims=True)  # none where there are no neighbors
    return np.asarray((1 - share) * networks + OF_NEIGHBORS * voted)


def suspicion(labels: np.ndarray, believed: np.ndarray) -> np.ndarray:
    """Say how unlikely each label is: −ln of the probability it is given.

    Args:
        labels: int (n,).
        believed: from `belief`.

    Returns:
        float32 (n,), 0 where a label is certain, at most 87.4.
    """
    given = believed[np.arange(len(labels)), labels]
    return np.asarray(-np.log(np.clip(given, SMALLEST_PROBABILITY, 1))).astype(np.float32)


def confidently_other(labels: np.ndarray, believed: np.ndarray) -> np.ndarray:
    """Find the labels that are probably wrong: off the diagonal of the confident joint.

    An image counts for a class if that class gets at least the probability that it gets on average
    among the images with its label, so neither common nor easy classes are favored; of several
    classes, it counts for the likeliest.

    Source: Northcutt, Jiang, Chuang 2021, Confident learning, section 3.1.

    Args:
        labels: int (n,).
        believed: from `belief`.

    Returns:
        bool (n,), whether the image counts for another class than its label says.
    """
    classes = believed.shape[1]
    given = believed[np.arange(len(labels)), labels]
    counts = np.bincount(labels, minlength=classes)
    usual = np.bincount(labels, given, minlength=classes) / np.maximum(counts, 1)
    usual = np.where(counts > 0, usual, np.inf)  # a class without images is nobody's
    reached = np.where(believed >= usual - ROUNDING, believed, -1.0)
    likeliest = reached.argmax(axis=1)
    return np.asarray((reached.max(axis=1) >= 0) & (likeliest != labels))
