"""Images with labels -> three parts, checked, split and fingerprinted."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.data.readers import Labeled
from pipeline.errors import InklingError, printable
from pipeline.words import counted

SPLIT_SEED = 0  # the parts are the same for every training
VALID_SHARE = 0.1  # of the training images
TEST_SHARE = 0.2  # of a source without a test part
LONGEST_NAME = 300  # of a class, characters
LONGEST_LIST = 500  # of class names in a message, characters
PARTS = ("train", "valid", "test")
ARRAYS = tuple(f"{axis}_{part}" for part in PARTS for axis in "xy")


class Part(NamedTuple):
    """A part of a dataset, not yet copied: there may be more than fits into memory.

    Attributes:
        x, y: images and labels that it is taken from.
        rows: int64 (n,), ascending: which of them.
    """

    x: np.ndarray
    y: np.ndarray
    rows: np.ndarray

    @classmethod
    def whole(cls, x: np.ndarray, y: np.ndarray) -> "Part":
        """Return all of them."""
        return cls(x, y, np.arange(len(y)))


def split(
    labeled: Labeled, valid_size: int | None = None, test_size: int | None = None
) -> dict[str, Part]:
    """Split into train, valid and test: seeded, and stratified by class.

    Args:
        labeled: images and labels that passed `check_classes`.
        valid_size, test_size: how many images are split off; default: a share of them.

    Returns:
        By the names in `PARTS`.
    """
    train, classes = Part.whole(labeled.x, labeled.y), int(labeled.y.max()) + 1
    if labeled.x_test is None or labeled.y_test is None:
        size = test_size or max(round(len(train.rows) * TEST_SHARE), classes)
        train, test = _divide(train, size)
    else:
        test = Part.whole(labeled.x_test, labeled.y_test)
    size = valid_size or max(round(len(train.rows) * VALID_SHARE), classes)
    train, valid = _divide(train, size)
    return dict(zip(PARTS, (train, valid, test), strict=True))


def _divide(part: Part, second: int) -> tuple[Part, Part]:
    """Divide a part in two, stratified by class; `second` of its rows go into the second."""
    from sklearn.model_selection import train_test_split

    labels = part.y[part.rows]
    divided = train_test_split(
        np.arange(len(labels)), test_size=second, stratify=labels, random_state=SPLIT_SEED
    )
    first, other = (part._replace(rows=part.rows[np.sort(at)]) for at in divided)
    return first, other


@dataclass(frozen=True)
class Fold:
    """One of several ways to hold out a share of some images; row numbers, int64, ascending.

    Attributes:
        learned: what a network is trained on.
        valid: what chooses its epoch.
        held_out: what it is asked about; each image is held out in one fold.
    """

    learned: np.ndarray
    valid: np.ndarray
    held_out: np.ndarray


def folds(labels: np.ndarray, number: int, seed: int) -> list[Fold]:
    """Divide images for cross-validation: seeded, and stratified by class.

    Args:
        labels: int (n,).
        number: of folds, at least 2.
        seed: determines the division.

    Raises:
        InklingError: a class has too few images.
    """
    from sklearn.model_selection import StratifiedKFold, train_test_split

    counts = np.bincount(labels)
    if counts.min() < max(number, 3):
        raise InklingError(
            f"A class has {counted(int(counts.min()), 'image')}; to divide them into {number}, "
            f"each class needs {max(number, 3)}."
        )
    divided = []
    shuffled = StratifiedKFold(number, shuffle=True, random_state=seed)
    for rest, held_out in shuffled.split(np.zeros(len(labels)), labels):
        size = max(round(len(rest) * VALID_SHARE), len(counts))
        learned, valid = train_test_split(
            rest, test_size=size, stratify=labels[rest], random_state=seed
        )
        divided.append(Fold(np.sort(learned), np.sort(valid), held_out))
    return divided


def check_classes(labeled: Labeled, class_names: tuple[str, ...], name: str) -> None:
    """Check labels against class names, and that every part can have images of every class.

    Raises:
        InklingError: they do not fit; `name` is the dataset's, for the message.
    """
    labels = labeled.y
    both = labels if labeled.y_test is None else np.concatenate([labels, labeled.y_test])
    allowed = f"0 to {len(class_names) - 1}"
    if both.min() < 0 or both.max() >= len(class_names):
        odd = int(both.min() if both.min() < 0 else both.max())
        raise InklingError(f"A label of {name} is {odd}; labels must be {allowed}.")
    check_names(class_names, name)
    fewest = 3 if labeled.y_test is None else 2  # one per part to split off, and one to train on
    counts = np.bincount(labels, minlength=len(class_names))
    if counts.min() < fewest:
        short = class_names[int(counts.argmin())]
        raise InklingError(
            f"Class “{short}” of {name} has {counted(int(counts.min()), 'training image')}; at "
            f"least {fewest} are needed, and labels must be {allowed} without gaps."
        )


def check_names(class_names: tuple[str, ...], name: str) -> None:
    """Check that there are at least two class names, none empty, all different, all printable.

    Raises:
        InklingError: there are not.
    """
    if len(set(class_names)) < len(class_names) or len(class_names) < 2 or "" in class_names:
        raise InklingError(
            f"{name} must have at least two class names, none empty, all different; "
            f"it has {', '.join(class_names)[:LONGEST_LIST]}."
        )
    for called in class_names:
        if len(called) > LONGEST_NAME or printable(called) != called:
            raise InklingError(
                f"A class of {name} is called “{called[:LONGEST_NAME]}”. Class names can have up "
                f"to {LONGEST_NAME} characters, and no control characters. Choose another name."
            )


def fingerprint(parts: dict[str, np.ndarray], class_names: Iterable[str]) -> str:
    """Hash pixels, labels, parts and class names: SHA-256, in hexadecimal."""
    digest = hashlib.sha256(json.dumps(list(class_names)).encode())
    for array in ARRAYS:
        digest.update(f"{array}{parts[array].shape}".encode())
        digest.update(parts[array].data)
    return digest.hexdigest()
