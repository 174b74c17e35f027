"""How well a score tells strange images from a network's own: numbers, whatever the score is.

After Hendrycks, Gimpel 2017, "A baseline for detecting misclassified and out-of-distribution
examples in neural networks", and Yang et al. 2022, "OpenOOD".
"""

from datetime import datetime

import numpy as np
from pydantic import BaseModel

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the images whose score is at most a quantile
USUAL = 0.95  # of its own images, which the field takes for usual where it compares scores
OWN = "its own test images"


def auroc(own: np.ndarray, strange: np.ndarray) -> float:
    """Return how often a strange image has a higher score than one of a network's own.

    The area under the receiver operating characteristic; ties count half.

    Args:
        own, strange: float (n,) and (m,), scores.

    Returns:
        In [0, 1]; 0.5 is chance.
    """
    ranked = np.sort(own)
    below = np.searchsorted(ranked, strange, "left") + np.searchsorted(ranked, strange, "right")
    return float(below.mean() / 2 / len(ranked))


def fpr95(own: np.ndarray, strange: np.ndarray) -> float:
    """Return the share of strange images that pass where 95% of a network's own do.

    The false positive rate at a true positive rate of 95%, the positives being its own.

    Args:
        own, strange: float (n,) and (m,), scores.
    """
    return float((strange <= np.quantile(own, USUAL)).mean())


class Group(BaseModel):
    """How strange images of one origin are to a network.

    Attributes:
        name: of the origin.
        images: how many there are.
        flagged: the share that is remarked on as unlike most training images.
        quantiles: scores that SHARES of the images do not exceed, ascending.
        auroc, fpr95: against the network's own test images; None for these.
    """

    name: str
    images: int
    flagged: float
    quantiles: tuple[float, ...]
    auroc: float | None = None
    fpr95: float | None = None

    @property
    def own(self) -> bool:
        """Whether they are the network's own test images."""
        return self.auroc is None


class Strangers(BaseModel):
    """What was measured of a run.

    Attributes:
        groups: its own test images, then others.
        threshold: images whose score is higher are remarked on.
        created: when it was measured last.
    """

    groups: tuple[Group, ...]
    threshold: float
    created: datetime

    @property
    def own(self) -> Group:
        """Its own test images."""
        return self.groups[0]

    @property
    def others(self) -> tuple[Group, ...]:
        """All others, what is told apart worst first."""
        others = (group for group in self.groups if not group.own)
        return tuple(sorted(others, key=lambda group: group.auroc or 0.0))


def group(name: str, scores: np.ndarray, threshold: float, own: np.ndarray | None = None) -> Group:
    """Sum up the scores of images of one origin.

    Args:
        name: of the origin.
        scores: float (n,), not empty.
        threshold: images whose score is higher are remarked on.
        own: float (m,), the scores of the network's own test images; None if these are meant.
    """
    return Group(
        name=name,
        images=len(scores),
        flagged=float((scores > threshold).mean()),
        quantiles=tuple(float(score) for score in np.quantile(scores, SHARES)),
        auroc=None if own is None else auroc(own, scores),
        fpr95=None if own is None else fpr95(own, scores),
    )
