"""How well a network withstands corruptions: each at each severity, and turns from 0 to 90°.

What is measured is what the network says; where it is mistaken, some images are remembered, by
their place in the test part, from which they can be made again.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from pipeline.analysis import metrics
from pipeline.analysis.corruptions import CORRUPTIONS, applicable, corrupt, turn
from pipeline.analysis.sampling import sample
from pipeline.words import corruption

Predict = Callable[[np.ndarray], np.ndarray]
Report = Callable[[int, int, str], object]

# Of each corruption at the severity of MNIST-C all images are looked at, else the first part.
PART = 1000
DEGREES = tuple(range(0, 91, 15))
MISTAKES = 18  # that are remembered of each corruption and severity: the most confident ones


class Mistake(BaseModel):
    """A corrupted image that a network got wrong.

    Attributes:
        index: of the image, in the test part.
        predicted: the class.
        confidence: in [0, 1].
    """

    index: int = Field(ge=0)
    predicted: int = Field(ge=0)
    confidence: float


class Share(BaseModel):
    """On how many images a network is right.

    Attributes:
        correct: of how many it is.
        images: how many there are.
    """

    correct: int
    images: int

    @property
    def accuracy(self) -> float:
        """The share, in [0, 1]."""
        return self.correct / max(self.images, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95% Wilson interval."""
        return metrics.wilson_interval(self.correct, self.images)


class UnderCorruption(Share):
    """On how many images a network is right under a corruption.

    Attributes:
        name: of the corruption.
        severity: from 1.
        published: whether MNIST-C has this severity.
        mistakes: the most confident ones of the first part, most confident first.
    """

    name: str
    severity: int
    published: bool
    mistakes: tuple[Mistake, ...] = ()

    @field_validator("name")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in CORRUPTIONS:  # of another version of Inkling
            raise ValueError(f"there is no corruption {name}")
        return name

    @field_validator("severity")
    @classmethod
    def _within(cls, severity: int, info: ValidationInfo) -> int:
        name = info.data.get("name", "")
        if name in CORRUPTIONS and not 1 <= severity <= len(CORRUPTIONS[name].parameters):
            raise ValueError(f"{name} has no severity {severity}")
        return severity


class Turned(Share):
    """On how many images a network is right when each is turned, to the left or to the right.

    Attributes:
        degrees: by which they are turned; 0 are the images themselves.
    """

    degrees: int


class CorruptionSheet(BaseModel):
    """What was measured of a run.

    Attributes:
        under: by corruption, in MNIST-C's order, and severity.
        turned: by degrees, ascending, from 0.
        originals: the same on MNIST-C's own files, if they were at hand.
        created: when it was measured.
    """

    under: tuple[UnderCorruption, ...] = Field(min_length=1)
    turned: tuple[Turned, ...] = Field(min_length=1)
    originals: tuple[UnderCorruption, ...] = ()
    created: datetime

    @field_validator("under")
    @classmethod
    def _to_compare(cls, under: tuple[UnderCorruption, ...]) -> tuple[UnderCorruption, ...]:
        if not any(one.published for one in under):
            raise ValueError("it has no corruption at a severity of MNIST-C")
        return under

    @property
    def part(self) -> int:
        """How many images were looked at at every severity: see `first_part`."""
        return self.turned[0].images

    @property
    def unchanged(self) -> Turned:
        """On how many of the images themselves it is right."""
        return self.turned[0]

    @property
    def worst_first(self) -> list[UnderCorruption]:
        """Each corruption once, at the severity that MNIST-C has, the worst first."""
        found = [under for under in self.under if under.published]
        return sorted(found, key=lambda under: under.accuracy)

    @property
    def mean(self) -> float:
        """The mean accuracy over the corruptions, at the severities that MNIST-C has."""
        return mean(self.under)

    def of(self, name: str) -> list[UnderCorruption]:
        """What was measured of a corruption, by severity; empty if nothing was."""
        return [under for under in self.under if under.name == name]


def mean(found: tuple[UnderCorruption, ...]) -> float:
    """Return the mean accuracy over corruptions, at the severities that MNIST-C has."""
    return float(np.mean([under.accuracy for under in found if under.published]))


def measure(
    predict: Predict,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    is_ink: bool,
    report: Report = lambda done, total, what: None,
) -> CorruptionSheet:
    """Measure a network on corrupted images.

    Args:
        predict: uint8 (n, height, width, channels) -> float (n, classes).
        images: uint8 (n, height, width, channels), n at least 1.
        labels: int (n,), their classes.
        is_ink: whether they are light ink on black; if not, some corruptions make no sense.
        report: called before each step with how many are done, of how many, and what comes.
    """
    parts = list(_parts(labels))
    steps = [
        (name, severity)
        for name in applicable(is_ink=is_ink)
        for severity in range(1, len(CORRUPTIONS[name].parameters) + 1)
    ]
    total, done = len(steps) + len(DEGREES), itertools.count()
    under, turned = [], []
    for name, severity in steps:
        report(next(done), total, f"{corruption(name)}, severity {severity}")
        published = severity == CORRUPTIONS[name].published
        shares = (
            _under(predict, images[rows], labels[rows], rows, (name, severity, seed), is_ink)
            for seed, rows in enumerate(parts if published else parts[:1])
        )
        under.append(_together(list(shares)))
    rows = parts[0]
    for degrees in DEGREES:
        report(next(done), total, f"turned by {degrees}°")
        right = predict(turn(images[rows], degrees, is_ink=is_ink)).argmax(axis=1) == labels[rows]
        turned.append(Turned(degrees=degrees, correct=int(right.sum()), images=len(rows)))
    report(total, total, "")
    return CorruptionSheet(under=tuple(under), turned=tuple(turned), created=datetime.now(UTC))


def first_part(labels: np.ndarray, count: int) -> np.ndarray:
    """Return which images are looked at at every severity: int64 (count,), ascending, seeded."""
    return sample(labels, count)


def corrupted_first_part(
    images: np.ndarray, labels: np.ndarray, count: int, name: str, severity: int, *, is_ink: bool
) -> np.ndarray:
    """Corrupt the first part of a dataset's images as `measure` does: uint8 (count, …)."""
    return corrupt(images[first_part(labels, count)], name, severity, is_ink=is_ink)


def measure_original(
    predict: Predict, images: np.ndarray, labels: np.ndarray, name: str
) -> UnderCorruption:
    """Measure a network on images that somebody else corrupted, at the published severity."""
    right = predict(images).argmax(axis=1) == labels
    return UnderCorruption(
        name=name,
        severity=CORRUPTIONS[name].published,
        published=True,
        correct=int(right.sum()),
        images=len(labels),
    )


def _parts(labels: np.ndarray) -> Iterator[np.ndarray]:
    """Split images into parts of 1,000; the first has of each class its share."""
    first = first_part(labels, PART)
    yield first
    rest = np.setdiff1d(np.arange(len(labels)), first)
    for start in range(0, len(rest), PART):
        yield rest[start : start + PART]


def _under(
    predict: Predict,
    images: np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
    how: tuple[str, int, int],
    is_ink: bool,
) -> UnderCorruption:
    name, severity, seed = how
    probabilities = predict(corrupt(images, name, severity, seed=seed, is_ink=is_ink))
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES]
    return UnderCorruption(
        name=name,
        severity=severity,
        published=severity == CORRUPTIONS[name].published,
        correct=len(labels) - len(wrong),
        images=len(labels),
        mistakes=tuple(
            Mistake(index=rows[at], predicted=predicted[at], confidence=round(confidence[at], 4))
            for at in surest
        ),
    )


def _together(shares: list[UnderCorruption]) -> UnderCorruption:
    """Add up what was measured of the parts; the mistakes are the first part's."""
    sums = {
        "correct": sum(share.correct for share in shares),
        "images": sum(share.images for share in shares),
    }
    return shares[0].model_copy(update=sums)
