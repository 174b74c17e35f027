"""Folders of four .npy files, such as each of MNIST-C's."""

from pathlib import Path

import numpy as np

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
    return {part: _read(folder / FILES[part]) for part in parts}


def check(folder: Path) -> None:
    """Check that no file is missing.

    Raises:
        InklingError: one is.
    """
    for name in FILES.values():
        if not (folder / name).is_file():
            raise InklingError(f"{folder} lacks {name}.")


def _read(path: Path) -> np.ndarray:
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except FileNotFoundError:
        raise InklingError(f"{path.parent} lacks {path.name}.") from None
    except OSError as error:
        raise InklingError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (ValueError, EOFError) as error:
        raise InklingError(
            f"{path} is not a complete .npy file of plain numbers: {error}. Copy it again."
        ) from None
