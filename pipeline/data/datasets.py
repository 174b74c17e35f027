"""A name or a folder -> a Dataset: uint8 images, labels, class names, three parts.

A dataset is prepared once: read, checked, split, and written to the cache as `.npy` files that
are memory-mapped from then on. Opening a prepared one takes milliseconds and imports nothing
heavy, so the dashboard does it, too.
"""

import hashlib
import json
import math
import mmap
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
from filelock import FileLock

from pipeline.atomic import whole_folder
from pipeline.data import downloads, readers
from pipeline.data.embedded import EMBEDDED
from pipeline.data.known import DIGITS, KNOWN, NAMES
from pipeline.data.readers import Labeled
from pipeline.errors import InklingError
from pipeline.ink import drawing
from pipeline.names import slug
from pipeline.progress import OnProgress, Progress, silent
from pipeline.renamed import renamed
from pipeline.words import counted

VERSION = 1  # of the prepared form; a change prepares every dataset again
SPLIT_SEED = 0  # the parts are the same for every training
VALID_SHARE = 0.1  # of the training images
TEST_SHARE = 0.2  # of a source without a test part
PARTS = ("train", "valid", "test")
ARRAYS = tuple(f"{axis}_{part}" for part in PARTS for axis in "xy")
CHUNK = 2**20  # pixels averaged at once: 4 MB, and few enough for exact float32 sums


class DatasetMissing(InklingError):
    """The images are not on this machine."""


@dataclass(frozen=True)
class Dataset:
    """Images with labels, in three parts.

    Attributes:
        name: as users know it.
        class_names: one name per class, in label order.
        x_train, x_valid, x_test: uint8 (n, height, width, channels).
        y_train, y_valid, y_test: int64 (n,), in [0, len(class_names)).
        fingerprint: SHA-256 of pixels, labels, parts and class names, in hexadecimal.
        mnist_framed: whether the images are light ink with an empty margin, framed as MNIST's
            are; if so, drawings and photographs pass through `drawing` before prediction.

    The test part is used only once, at the end, for evaluation.
    """

    name: str
    class_names: tuple[str, ...]
    x_train: np.ndarray
    y_train: np.ndarray
    x_valid: np.ndarray
    y_valid: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    fingerprint: str
    mnist_framed: bool

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of every image."""
        height, width, channels = self.x_train.shape[1:]
        return height, width, channels

    @property
    def counts(self) -> dict[str, int]:
        """How many images each part has."""
        return {part: len(getattr(self, f"y_{part}")) for part in PARTS}


def picked(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Copy some images of a part, and keep nothing else of a memory-mapped file in memory.

    Reading one image maps its surroundings as well: a few thousand images out of a million would
    otherwise take up as much memory as the whole file.

    Args:
        images: (n, height, width, channels), a part of a dataset.
        rows: int (m,).

    Returns:
        (m, height, width, channels), in the order of `rows`.
    """
    copied = np.array(images[rows])
    mapped = getattr(images, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):  # not on Windows
        mapped.madvise(mmap.MADV_DONTNEED)
    return copied


@dataclass(frozen=True)
class Prepared:
    """A dataset in the cache, described without opening its images."""

    folder: Path
    name: str
    class_names: tuple[str, ...]
    fingerprint: str
    mnist_framed: bool
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """How many images it has in total."""
        return sum(self.counts.values())


def open_dataset(
    name: str, data_dir: Path | None = None, on_progress: OnProgress = silent
) -> Dataset:
    """Open a dataset by name or path, preparing or downloading it if necessary.

    Args:
        name: a key of KNOWN, or a path: a folder of class-named folders of images, a folder of
            IDX files, or an `.npz`.
        data_dir: the folder to search for a named dataset, before INKLING_DATA and the cache.

    Raises:
        InklingError: the name is unknown or the files are not valid.
    """
    if name in EMBEDDED:
        source = EMBEDDED[name]
        return _prepare(name, slug(name), source.read, on_progress, source.valid, source.test)
    if name in KNOWN:
        place = find_named(name, data_dir)
        if place is None:
            kept = [prepared for prepared in list_prepared() if prepared.name == name]
            if kept:
                return _open(kept[-1].folder)
            place = downloads.fetch(name, cache_folder() / "downloads" / name, on_progress)
        return take_in(name, place, on_progress)
    path = Path(name).expanduser()
    if not path.exists():
        raise InklingError(
            f"There is no dataset “{name}”. Choose one of {', '.join(NAMES)}, or give the path of "
            "an existing folder or .npz file."
        )
    return take_in(path.resolve().stem, path.resolve(), on_progress)


def take_in(name: str, place: Path, on_progress: OnProgress = silent) -> Dataset:
    """Import a dataset from a folder or an `.npz` into the cache, under a name."""
    if not place.exists():
        raise InklingError(f"There is no folder or file {place}.")
    stamp = _stamp(place)

    def read() -> Labeled:
        labeled = _read_place(place)
        known = KNOWN.get(name)
        return labeled if known is None else replace(labeled, class_names=known.class_names)

    return _prepare(name, f"{slug(name)}-{stamp}", read, on_progress)


def canonical(name: str) -> str:
    """Return a name that means the same dataset from any working directory."""
    path = Path(name).expanduser()
    return str(path.resolve()) if name not in NAMES and path.exists() else name


def open_by_fingerprint(name: str, fingerprint: str) -> Dataset:
    """Open the prepared dataset that is exactly the one a run was trained on.

    Raises:
        DatasetMissing: it is not in the cache.
    """
    kept = list_prepared()
    for prepared in kept:
        if prepared.fingerprint == fingerprint:
            return _open(prepared.folder)
    others = [prepared for prepared in kept if prepared.name == name]
    raise DatasetMissing(
        f"The images of “{name}” on this machine are not the ones this run was trained on; "
        "it needs the original files."
        if others
        else f"The images of “{name}” are not on this machine."
    )


def class_means(images: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Average the images of each class, in chunks, so that memory-mapped ones fit in memory.

    Args:
        images: uint8 (n, height, width, channels).
        labels: int (n,), in [0, classes).
        classes: how many there are.

    Returns:
        uint8 (classes, height, width, channels), rounded; 0 where a class has no images.
    """
    shape = images.shape[1:]
    size = math.prod(shape)
    sums = np.zeros((classes, size))
    step = max(1, CHUNK // size)
    for first in range(0, len(images), step):
        chunk = images[first : first + step].reshape(-1, size).astype(np.float32)
        belongs = labels[first : first + step] == np.arange(classes)[:, None]
        sums += belongs.astype(np.float32) @ chunk
    counts = np.bincount(labels, minlength=classes)
    means = sums / np.maximum(counts, 1)[:, None]
    return np.rint(means).astype(np.uint8).reshape(classes, *shape)


def list_prepared() -> list[Prepared]:
    """List the datasets in the cache, oldest first; damaged ones are left out."""
    found = []
    for path in sorted(
        (cache_folder() / "prepared").glob("*/dataset.json"), key=lambda path: path.stat().st_mtime
    ):
        facts = _facts(path.parent)
        if facts is not None:
            found.append(
                Prepared(
                    path.parent,
                    facts["name"],
                    tuple(facts["class_names"]),
                    facts["fingerprint"],
                    facts["mnist_framed"],
                    facts["counts"],
                )
            )
    return found


def mnist_framed_classes(name: str) -> tuple[str, ...]:
    """Return the classes of a dataset whose images are framed ink, without reading its images.

    Args:
        name: as for `open_dataset`.

    Returns:
        () if its images are not framed ink, or if it was never prepared and that is unknown.
    """
    known = name if name in NAMES else Path(name).expanduser().resolve().stem
    prepared = [one for one in list_prepared() if one.name == known]
    if prepared:
        return prepared[-1].class_names if prepared[-1].mnist_framed else ()
    return DIGITS if name in KNOWN and KNOWN[name].class_names == DIGITS else ()


def find_named(name: str, data_dir: Path | None = None) -> Path | None:
    """Find the files of a named dataset: in `data_dir`, INKLING_DATA, then earlier downloads."""
    places = [data_dir, _environment_folder(), cache_folder() / "downloads"]
    for place in filter(None, places):
        for candidate in (place / name, place / f"{name}.npz", place):
            if candidate.is_file():
                return candidate
            wanted = candidate != place or place.name == name
            if wanted and candidate.is_dir() and readers.holds_idx(candidate):
                return candidate
    return None


def cache_folder() -> Path:
    """Return where downloads and prepared datasets are kept: INKLING_CACHE or the user's cache."""
    named = os.environ.get("INKLING_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("inkling", appauthor=False)


def _environment_folder() -> Path | None:
    named = os.environ.get("INKLING_DATA")
    return Path(named) if named else None


def _read_place(place: Path) -> Labeled:
    if place.is_file():
        if place.suffix != ".npz":
            raise InklingError(
                f"{place} is a file but not an .npz. A dataset is an .npz file, a folder of IDX "
                "files, or a folder with one subfolder of images per class."
            )
        return readers.read_npz(place)
    if readers.holds_idx(place):
        return readers.read_idx_folder(place)
    return readers.read_image_folder(place)


def _prepare(
    name: str,
    key: str,
    read: Callable[[], Labeled],
    on_progress: OnProgress,
    valid_size: int | None = None,
    test_size: int | None = None,
) -> Dataset:
    """Open what the cache has under a key, preparing it first if it is missing or damaged."""
    folder = cache_folder() / "prepared" / f"{key}-v{VERSION}"
    if (dataset := _open_whole(folder)) is not None:
        return dataset
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.with_name(f".{folder.name}.lock"))
        lock.acquire()
    except OSError as error:
        raise InklingError(
            f"The cache {folder.parent} cannot be written: {error.strerror}. Set INKLING_CACHE to "
            "another folder."
        ) from error
    with lock:
        if (dataset := _open_whole(folder)) is not None:  # another process was faster
            return dataset
        on_progress(Progress("Preparing", 0, 0, f"reading {name}"))
        parts, class_names = _split(read(), name, valid_size, test_size)
        shutil.rmtree(folder, ignore_errors=True)
        with whole_folder(folder) as draft:
            for array, values in parts.items():
                np.save(draft / f"{array}.npy", values)
            facts = {
                "version": VERSION,
                "name": name,
                "class_names": class_names,
                "fingerprint": _fingerprint(parts, class_names),
                "mnist_framed": _is_mnist_framed(parts["x_train"]),
                "counts": {part: len(parts[f"y_{part}"]) for part in PARTS},
            }
            (draft / "dataset.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1))
    return _open(folder)


def _split(
    labeled: Labeled, name: str, valid_size: int | None, test_size: int | None
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Split into train, valid and test: seeded, and stratified by class."""
    class_names = _checked_classes(labeled, name)
    x, y, x_test, y_test = labeled.x, labeled.y, labeled.x_test, labeled.y_test
    if x_test is None or y_test is None:
        size = test_size or max(round(len(y) * TEST_SHARE), len(class_names))
        (x, y), (x_test, y_test) = _divide(x, y, size)
    size = valid_size or max(round(len(y) * VALID_SHARE), len(class_names))
    (x, y), (x_valid, y_valid) = _divide(x, y, size)
    parts = (x, y, x_valid, y_valid, x_test, y_test)
    return dict(zip(ARRAYS, map(np.ascontiguousarray, parts), strict=True)), class_names


Pair = tuple[np.ndarray, np.ndarray]


def _divide(x: np.ndarray, y: np.ndarray, second: int) -> tuple[Pair, Pair]:
    """Divide images and labels in two, stratified; `second` of them go into the second part."""
    from sklearn.model_selection import train_test_split

    first_at, second_at = train_test_split(
        np.arange(len(y)), test_size=second, stratify=y, random_state=SPLIT_SEED
    )
    first_at, second_at = np.sort(first_at), np.sort(second_at)
    return (x[first_at], y[first_at]), (x[second_at], y[second_at])


def _checked_classes(labeled: Labeled, name: str) -> tuple[str, ...]:
    """Check labels against class names; classes without names are named by their numbers."""
    labels = labeled.y
    both = labels if labeled.y_test is None else np.concatenate([labels, labeled.y_test])
    most = int(labels.max())
    class_names = labeled.class_names or tuple(str(label) for label in range(most + 1))
    allowed = f"0 to {len(class_names) - 1}"
    if both.min() < 0 or both.max() >= len(class_names):
        odd = int(both.min() if both.min() < 0 else both.max())
        raise InklingError(f"A label of {name} is {odd}; labels must be {allowed}.")
    if len(set(class_names)) < len(class_names) or len(class_names) < 2:
        raise InklingError(
            f"{name} must have at least two class names, all different; "
            f"it has {', '.join(class_names)}."
        )
    fewest = 3 if labeled.y_test is None else 2  # one per part to split off, and one to train on
    counts = np.bincount(labels, minlength=len(class_names))
    if counts.min() < fewest:
        short = class_names[int(counts.argmin())]
        raise InklingError(
            f"Class “{short}” of {name} has {counted(int(counts.min()), 'training image')}; at "
            f"least {fewest} are needed, and labels must be {allowed} without gaps."
        )
    return class_names


def _is_mnist_framed(images: np.ndarray) -> bool:
    """Whether images are ink on black with an empty margin, like framed drawings."""
    if images.shape[-1] != 1:
        return False
    some = images[:1000, ..., 0]
    margin = np.concatenate([some[:, :2].ravel(), some[:, -2:].ravel()])
    return bool((margin < drawing.FAINTEST).mean() > 0.98)


def _fingerprint(parts: dict[str, np.ndarray], class_names: Iterable[str]) -> str:
    digest = hashlib.sha256(json.dumps(list(class_names)).encode())
    for array in ARRAYS:
        digest.update(f"{array}{parts[array].shape}".encode())
        digest.update(parts[array].data)
    return digest.hexdigest()


def _stamp(place: Path) -> str:
    """Return 16 hex digits that change when a source file does (by path, size and time)."""
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    digest = hashlib.sha256()
    for path in files:
        status = path.stat()
        digest.update(f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _open_whole(folder: Path) -> Dataset | None:
    """Open a prepared dataset, or return None if it is missing or damaged (it can be rebuilt)."""
    try:
        return _open(folder)
    except DatasetMissing:
        return None


def _open(folder: Path) -> Dataset:
    facts = _facts(folder)
    try:
        if facts is None:
            raise FileNotFoundError(folder)
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
    except (OSError, ValueError, EOFError):
        raise DatasetMissing(f"The prepared dataset in {folder} is missing or damaged.") from None
    return Dataset(
        name=facts["name"],
        class_names=tuple(facts["class_names"]),
        fingerprint=facts["fingerprint"],
        mnist_framed=facts["mnist_framed"],
        **arrays,
    )


def _facts(folder: Path) -> dict[str, Any] | None:
    """Read a prepared dataset's description; None if it is missing or damaged."""
    try:
        facts: dict[str, Any] = json.loads((folder / "dataset.json").read_text("utf-8"))
        facts = renamed(facts, {"ink": "mnist_framed"})
        return facts if facts["version"] == VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
