"""Folders of four .npy files, such as each of MNIST-C's."""

from pathlib import Path

import numpy as np

from pipeline.data.array_files import MOST_LABELS, MOST_MAPPED, map_npy
from pipeline.errors import InklingError

# Mu, Gilmer 2019: a folder per corruption, each with these.
FILES = {
    "x_train": "train_images.npy",
    "y_train": "train_labels.npy",
    "x_test": "test_images.npy",
    "y_test": "test_labels.npy",
}


def holds(folder: Path) -> bool:
    """Whether a folder has at least one file named like these."""
    return any((folder / name).is_file() for name in FILES.values())


def read(folder: Path, parts: tuple[str, ...] = tuple(FILES)) -> dict[str, np.ndarray]:
    """Read arrays, as they are, by the keys of `FILES`.

    Raises:
        InklingError: one is missing or damaged, or contains Python objects (never unpickled).
    """
    return {
        part: map_npy(
            folder / FILES[part], MOST_MAPPED if part.startswith("x") else 8 * MOST_LABELS
        )
        for part in parts
    }


def check(folder: Path) -> None:
    """Check that no file is missing.

    Raises:
        InklingError: one is.
    """
    for name in FILES.values():
        if not (folder / name).is_file():
            raise InklingError(f"{folder} lacks {name}.")
