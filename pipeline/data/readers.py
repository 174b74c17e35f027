"""Files of images and labels -> arrays, each file validated as it is read."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.data import npy_folders
from pipeline.data.array_files import MOST_LABELS, opened_npz, read_idx
from pipeline.errors import InklingError
from pipeline.ink.pictures import SUFFIXES, on_white, open_picture
from pipeline.reading import check_regular, is_encodable
from pipeline.words import counted

SMALLEST, LARGEST = 8, 64  # sides of an image, pixels
MOST_CLASSES = 1_000
MOST_NAMES_BYTES = 2**20  # of the class names in an `.npz`

IDX_FILES = {
    "x_train": ("train-images-idx3-ubyte", "train-images.idx3-ubyte"),
    "y_train": ("train-labels-idx1-ubyte", "train-labels.idx1-ubyte"),
    "x_test": ("t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte", "test-images-idx3-ubyte"),
    "y_test": ("t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte", "test-labels-idx1-ubyte"),
}
NPZ_KEYS = tuple(IDX_FILES)


@dataclass(frozen=True)
class Labeled:
    """Images with labels as read; without a test part if the source has none.

    Attributes:
        x, y: training images uint8 (n, height, width, channels) and labels int64 (n,).
        x_test, y_test: the same for the test part, or None.
        class_names: one name per class, or None if the source has no names.
    """

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray | None
    y_test: np.ndarray | None
    class_names: tuple[str, ...] | None


def read(place: Path) -> Labeled:
    """Read a dataset: an `.npz`, or a folder of IDX files, .npy files, or class-named folders.

    Raises:
        InklingError: it is none of these, or malformed.
    """
    check(place)
    if place.is_file():
        return read_npz(place)
    if npy_folders.holds(place):
        return _labeled(npy_folders.read(place), str(place), None)
    return read_idx_folder(place) if holds_idx(place) else read_image_folder(place)


def check(place: Path) -> None:
    """Check that a file or folder has the format of a dataset, without reading any image.

    Raises:
        InklingError: it has not.
    """
    if place.is_file():
        if place.suffix != ".npz":
            raise InklingError(
                f"{place} is a file but not an .npz. A dataset is an .npz file, a folder of IDX "
                "or .npy files, or a folder with one subfolder of images per class."
            )
        with opened_npz(place, NPZ_KEYS):
            pass
    elif not place.is_dir():
        check_regular(place)
    elif holds_idx(place):
        for part in IDX_FILES:
            _idx_file(place, part)
    elif npy_folders.holds(place):
        npy_folders.check(place)
    else:
        _image_classes(place)


def read_test_part(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read images and labels of the test part only, of a folder of .npy files.

    Raises:
        InklingError: a file is missing or damaged, or images and labels differ in number.
    """
    parts = npy_folders.read(folder, ("x_test", "y_test"))
    found = _labeled({"x_train": parts["x_test"], "y_train": parts["y_test"]}, str(folder), None)
    return found.x, found.y


def holds_idx(folder: Path) -> bool:
    """Whether a folder has at least one file named like those of IDX datasets."""
    return any(_idx_path(folder, part) is not None for part in IDX_FILES)


def read_idx_folder(folder: Path) -> Labeled:
    """Read a folder with the four IDX files of a dataset, named like MNIST's.

    Raises:
        InklingError: one is missing or damaged, or images and labels differ in number.
    """
    parts = {part: read_idx(_idx_file(folder, part)) for part in IDX_FILES}
    return _labeled(parts, str(folder), None)


def read_npz(path: Path) -> Labeled:
    """Read an `.npz` with x_train, y_train, x_test, y_test and, optionally, class_names.

    Raises:
        InklingError: it is damaged, lacks a key, or contains Python objects (never unpickled).
    """
    with opened_npz(path, NPZ_KEYS) as npz:
        parts = {
            key: npz.read(key) if key.startswith("x") else npz.read(key, 8 * MOST_LABELS)
            for key in NPZ_KEYS
        }
        names = npz.read("class_names", MOST_NAMES_BYTES) if "class_names" in npz.keys else None
    return _labeled(parts, str(path), None if names is None else _class_names(names, path))


def read_image_folder(folder: Path) -> Labeled:
    """Read a folder with one subfolder of images per class, named after the class.

    `folder/train/…` and `folder/test/…` are kept apart if both exist; otherwise there is no test
    part yet.

    Raises:
        InklingError: a class is empty, a file is not an image, or images differ in size.
    """
    names = _image_classes(folder)
    if _has_parts(folder):
        train = _read_classes(folder / "train", names)
        test = _read_classes(folder / "test", names)
        parts = {"x_train": train[0], "y_train": train[1], "x_test": test[0], "y_test": test[1]}
        return _labeled(parts, str(folder), names)
    x, y = _read_classes(folder, names)
    return _labeled({"x_train": x, "y_train": y}, str(folder), names)


def _has_parts(folder: Path) -> bool:
    return (folder / "train").is_dir() and (folder / "test").is_dir()


def _image_classes(folder: Path) -> tuple[str, ...]:
    """Find the classes of a folder of images, and check that each has some."""
    places = [folder / "train", folder / "test"] if _has_parts(folder) else [folder]
    names = _class_folders(places[0])
    if len(places) > 1 and names != (test_names := _class_folders(places[1])):
        odd = sorted(set(names) ^ set(test_names))
        raise InklingError(
            f"{folder}/train and {folder}/test must have the same class folders; "
            f"these are in only one of them: {', '.join(odd)}."
        )
    for place in places:
        for name in names:
            _image_files(place / name)
    return names


def _idx_file(folder: Path, part: str) -> Path:
    path = _idx_path(folder, part)
    if path is None:
        name = IDX_FILES[part][0]
        raise InklingError(f"{folder} lacks {name} (or {name}.gz).")
    return path


def _idx_path(folder: Path, part: str) -> Path | None:
    candidates = (folder / (name + end) for name in IDX_FILES[part] for end in ("", ".gz"))
    return next((path for path in candidates if path.is_file()), None)


def _class_folders(folder: Path) -> tuple[str, ...]:
    """Return the class names of a folder of folders; numbers are ordered by value."""
    names = [entry.name for entry in _entries(folder) if entry.is_dir() and entry.name[0] != "."]
    if not 2 <= len(names) <= MOST_CLASSES:
        raise InklingError(
            f"{folder} should have one subfolder of images per class, from two to "
            f"{MOST_CLASSES:,}; it has {len(names):,}."
        )
    for name in names:
        if not is_encodable(name):
            raise InklingError(
                f"The name of the class folder {folder / name} is not UTF-8. Rename the folder."
            )
    numeric = all(name.isdecimal() for name in names)
    return tuple(sorted(names, key=(lambda name: (int(name), name)) if numeric else None))


def _image_files(folder: Path) -> list[Path]:
    """List the images of a class, by name."""
    files = sorted(
        path
        for path in _entries(folder)
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )
    if not files:
        raise InklingError(f"The class folder {folder} has no images. Add some, or remove it.")
    return files


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise InklingError(f"The folder {folder} cannot be read: {error.strerror}.") from None


def _read_classes(folder: Path, names: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    pictures, labels = [], []
    for label, name in enumerate(names):
        files = _image_files(folder / name)
        pictures += files
        labels += [label] * len(files)
    return _stack([_read_small(path) for path in pictures], pictures), np.array(labels)


def _read_small(path: Path) -> np.ndarray:
    """Read an image file as uint8 (h, w) if it is grayscale, (h, w, 3) if it is in color."""
    picture = open_picture(path)
    if max(picture.size) > LARGEST:  # before a folder of photos fills memory
        raise InklingError(
            f"{path} is {picture.width}×{picture.height} pixels; sides from {SMALLEST} to "
            f"{LARGEST} are supported. Resize the images first."
        )
    gray = picture.mode in {"1", "L", "LA", "I", "I;16", "F"}
    return np.asarray(on_white(picture).convert("L" if gray else "RGB"))


def _stack(images: list[np.ndarray], paths: list[Path]) -> np.ndarray:
    """Stack images of one size; if any is in color, all become color."""
    sizes = Counter(image.shape[:2] for image in images)
    if len(sizes) > 1:
        (usual, _), *_ = sizes.most_common(1)
        odd = next(i for i, image in enumerate(images) if image.shape[:2] != usual)
        height, width = images[odd].shape[:2]
        raise InklingError(
            f"All images must have the same size: most are {usual[1]}×{usual[0]}, "
            f"but {paths[odd]} is {width}×{height}."
        )
    if all(image.ndim == 2 for image in images):
        return np.stack(images)[..., None]
    return np.stack([image if image.ndim == 3 else np.stack([image] * 3, -1) for image in images])


def _class_names(names: np.ndarray, path: Path) -> tuple[str, ...]:
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise InklingError(f"class_names in {path} must be a list of strings.")
    texts = [
        name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in names
    ]
    return tuple(texts)


def _labeled(
    parts: dict[str, np.ndarray], source: str, class_names: tuple[str, ...] | None
) -> Labeled:
    """Check images and labels against each other and convert them to a standard form."""
    x, y = _images(parts["x_train"], source), _labels(parts["y_train"], source)
    x_test = y_test = None
    _same_number(x, y, source)
    if "x_test" in parts:
        x_test, y_test = _images(parts["x_test"], source), _labels(parts["y_test"], source)
        _same_number(x_test, y_test, source)
        if x_test.shape[1:] != x.shape[1:]:
            raise InklingError(
                f"Training and test images of {source} differ in shape: {x.shape[1:]} and "
                f"{x_test.shape[1:]} (height, width, channels)."
            )
    return Labeled(x, y, x_test, y_test, class_names)


def _images(images: np.ndarray, source: str) -> np.ndarray:
    if images.dtype != np.uint8:
        raise InklingError(
            f"Images of {source} must be integers from 0 to 255 (uint8), got {images.dtype}. "
            "Scale and convert them first."
        )
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or len(images) == 0:
        raise InklingError(
            f"Images of {source} must have the shape (number, height, width) for grayscale or "
            f"(number, height, width, 3) for color, got {images.shape}."
        )
    if not all(SMALLEST <= side <= LARGEST for side in images.shape[1:3]):
        raise InklingError(
            f"Images of {source} are {images.shape[2]}×{images.shape[1]} pixels; sides from "
            f"{SMALLEST} to {LARGEST} are supported. Resize them first."
        )
    return images


def _labels(labels: np.ndarray, source: str) -> np.ndarray:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise InklingError(
            f"Labels of {source} must be a list of integers, got {labels.dtype} {labels.shape}."
        )
    # Before anything is counted by class.
    if len(labels) and int(labels.max()) >= MOST_CLASSES:
        raise InklingError(
            f"A label of {source} is {labels.max():,}; up to {MOST_CLASSES:,} classes are "
            "supported, numbered from 0."
        )
    return labels.astype(np.int64)


def _same_number(images: np.ndarray, labels: np.ndarray, source: str) -> None:
    if len(images) != len(labels):
        raise InklingError(
            f"{source} has {counted(len(images), 'image')} but {counted(len(labels), 'label')}; "
            "each image needs one."
        )
