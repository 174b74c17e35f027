"""A name or a folder -> a Dataset: uint8 images, labels, class names, three parts.

A dataset is prepared once: read, checked, split, and written to the cache as `.npy` files that
are memory-mapped from then on. Opening a prepared one takes milliseconds and imports nothing
heavy, so the dashboard does it, too.
"""

import hashlib
import math
import mmap
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline import access, atomic, reading
from pipeline.data import downloads, prepared, readers
from pipeline.data.class_names import file_of, naming
from pipeline.data.embedded import EMBEDDED
from pipeline.data.known import DIGITS, KNOWN, NAMES
from pipeline.data.prepared import VERSION, cache_folder
from pipeline.data.readers import Labeled
from pipeline.data.splitting import ARRAYS, PARTS, Part, check_classes, split
from pipeline.data.splitting import fingerprint as fingerprint_of
from pipeline.errors import InklingError
from pipeline.ink import drawing
from pipeline.names import slug
from pipeline.progress import OnProgress, Progress, silent

WRITTEN = 2**24  # bytes of images copied at once
CHUNK = 2**20  # pixels averaged at once: 4 MB, and few enough for exact float32 sums


class DatasetMissing(InklingError):
    """The images are not on this machine."""


@dataclass(frozen=True)
class Dataset:
    """Images with labels, in three parts.

    Attributes:
        name: as users know it.
        class_names: one name per class, in label order; people can change them.
        x_train, x_valid, x_test: uint8 (n, height, width, channels).
        y_train, y_valid, y_test: int64 (n,), in [0, len(class_names)).
        fingerprint: SHA-256 of pixels, labels, parts and the class names that the source itself
            states (numbers if it states none), in hexadecimal. Other names do not change it.
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


def open_dataset(
    name: str,
    data_dir: Path | None = None,
    on_progress: OnProgress = silent,
    class_names: tuple[str, ...] | None = None,
) -> Dataset:
    """Open a dataset by name or path, preparing or downloading it if necessary.

    Args:
        name: a key of KNOWN, a path (a folder of class-named folders of images, a folder of IDX
            files, or an `.npz`), or the name of an own dataset that was prepared before.
        data_dir: the folder to search for a named dataset, before INKLING_DATA and the cache.
        on_progress: called while it is downloaded and prepared.
        class_names: what its classes are called from now on, in label order; None leaves them.

    Raises:
        InklingError: the name is unknown, the files are not valid, or there is not one name for
            each class.
    """
    if name in EMBEDDED:
        source = EMBEDDED[name]
        return _prepare(
            name, slug(name), source.read, on_progress, class_names,
            valid_size=source.valid, test_size=source.test,
        )  # fmt: skip
    place = find_named(name, data_dir) if name in KNOWN else reading.place(name)
    if place is not None and place.exists():
        return take_in(name if name in KNOWN else place.stem, place, on_progress, class_names)
    kept = prepared.find(name)
    if kept is not None:
        return _renamed(kept.folder, class_names)
    if name not in KNOWN:
        raise _unknown(name)
    place = downloads.fetch(name, cache_folder() / "downloads" / name, on_progress)
    return take_in(name, place, on_progress, class_names)


def check(name: str) -> None:
    """Check that a dataset can be opened, as far as can be told without reading its images.

    Args:
        name: as for `open_dataset`.

    Raises:
        InklingError: there is no such dataset, or its files are not of a known format.
    """
    if name in KNOWN:
        return
    confine(name)
    place = reading.place(name)
    if place.exists():
        readers.check(place)
    elif prepared.find(name) is None:
        raise _unknown(name)


def confine(name: str) -> None:
    """Refuse a path of a dataset that visitors may not name.

    Raises:
        InklingError: it is neither known nor in a folder that is open to them.
    """
    if name in KNOWN:
        return
    try:
        access.check_path(name)
    except InklingError:  # only now: listing reads the whole cache
        if not any(name in (one.name, one.reference) for one in prepared.list_own()):
            raise


def _unknown(name: str) -> InklingError:
    names = dict.fromkeys((*NAMES, *(kept.name for kept in prepared.list_own())))
    return InklingError(
        f"There is no dataset “{name}”. Choose one of {', '.join(names)}, or give the path of an "
        "existing folder or .npz file."
    )


def take_in(
    name: str,
    place: Path,
    on_progress: OnProgress = silent,
    class_names: tuple[str, ...] | None = None,
) -> Dataset:
    """Import a dataset from a folder or an `.npz` into the cache, under a name.

    Args:
        name: what it is called from now on.
        place: where its files are.
        on_progress: called while it is prepared.
        class_names: as for `open_dataset`.

    Raises:
        InklingError: the files are not valid, or there is not one name for each class.
    """
    place = reading.place(place)
    if not place.exists():
        raise InklingError(f"There is no folder or file {place}.")
    readers.check(place)  # before all that is in it is looked at
    key = f"{slug(name)}-{_stamp(place)}"
    return _prepare(name, key, lambda: readers.read(place), on_progress, class_names, place=place)


def canonical(name: str) -> str:
    """Return a name that means the same dataset from any working directory."""
    return str(reading.place(name)) if name not in NAMES and reading.exists(name) else name


def open_by_fingerprint(name: str, fingerprint: str) -> Dataset:
    """Open the prepared dataset that is exactly the one a run was trained on.

    Its classes may have other names by now; images, labels and parts are the same.

    Raises:
        DatasetMissing: it is not in the cache.
    """
    kept = prepared.list_prepared()
    for one in kept:
        if fingerprint in one.fingerprints:
            return _open(one.folder)
    raise DatasetMissing(
        f"The images of “{name}” on this machine are not the ones this run was trained on; "
        "it needs the original files."
        if any(one.name == name for one in kept)
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


def mnist_framed_classes(name: str) -> tuple[str, ...]:
    """Return the classes of a dataset whose images are framed ink, without reading its images.

    Args:
        name: as for `open_dataset`.

    Returns:
        () if its images are not framed ink, or if it was never prepared and that is unknown.
    """
    kept = prepared.find(name) or prepared.find(Path(prepared.source_of(name)).stem)
    if kept is not None:
        return kept.class_names if kept.mnist_framed else ()
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


def _environment_folder() -> Path | None:
    named = os.environ.get("INKLING_DATA")
    return Path(named) if named else None


def _prepare(
    name: str,
    key: str,
    read: Callable[[], Labeled],
    on_progress: OnProgress,
    class_names: tuple[str, ...] | None,
    *,
    place: Path | None = None,
    valid_size: int | None = None,
    test_size: int | None = None,
) -> Dataset:
    """Open what the cache has under a key, preparing it first if it is missing or damaged."""
    folder = prepared.folder_for(name, key)
    if _is_ready(folder, place):
        return _renamed(folder, class_names)
    with prepared.locked(folder):
        if not _is_ready(folder, place):  # else another process was faster
            on_progress(Progress("Preparing", 0, 0, f"reading {name}"))
            labeled = read()
            called = naming(name, place, labeled, class_names)
            check_classes(labeled, called.shown, name)
            parts = split(labeled, valid_size, test_size)
            shutil.rmtree(folder, ignore_errors=True)
            atomic.clear(folder.parent, folder.name)
            with atomic.whole_folder(folder) as draft:
                for which, part in parts.items():
                    np.save(draft / f"y_{which}.npy", part.y[part.rows])
                    _save_images(draft / f"x_{which}.npy", part)
                arrays = _arrays(draft)
                facts = {
                    "version": VERSION,
                    "name": name,
                    "class_names": called.shown,
                    "fingerprint": fingerprint_of(arrays, called.own),
                    "aliases": [fingerprint_of(arrays, names) for names in called.others],
                    "mnist_framed": _is_mnist_framed(arrays["x_train"]),
                    "counts": {which: len(part.rows) for which, part in parts.items()},
                    "source": str(place) if place and name not in KNOWN else "",
                }
                prepared.write_facts(draft, facts)
    return _renamed(folder, class_names)


def _save_images(path: Path, part: Part) -> None:
    """Write the images of a part as `.npy`, a few at a time: all may not fit into memory."""
    images, rows = part.x, part.rows
    step = max(1, WRITTEN // max(1, images[:1].nbytes))
    with path.open("wb") as file:
        described = np.lib.format.header_data_from_array_1_0(images[:0])
        np.lib.format.write_array_header_1_0(
            file, described | {"fortran_order": False, "shape": (len(rows), *images.shape[1:])}
        )
        for first in range(0, len(rows), step):
            file.write(picked(images, rows[first : first + step]).tobytes())


def _arrays(folder: Path) -> dict[str, np.ndarray]:
    """Map the arrays of a prepared dataset."""
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}


def _renamed(folder: Path, class_names: tuple[str, ...] | None) -> Dataset:
    """Open a prepared dataset, with other class names if any are given."""
    if class_names is not None:
        prepared.rename_classes(folder, class_names)
    return _open(folder)


def _is_mnist_framed(images: np.ndarray) -> bool:
    """Whether images are ink on black with an empty margin, like framed drawings."""
    if images.shape[-1] != 1:
        return False
    some = images[:1000, ..., 0]
    margin = np.concatenate([some[:, :2].ravel(), some[:, -2:].ravel()])
    return bool((margin < drawing.FAINTEST).mean() > 0.98)


def _stamp(place: Path) -> str:
    """Return 16 hex digits that change when a source file does (by path, size and time)."""
    files = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    if place.is_file() and (listed := file_of(place)):
        files.append(listed)
    digest = hashlib.sha256()
    for path in files:
        status = path.stat()
        # A file's name may be any bytes; what is UTF-8 gives the same stamp as ever.
        digest.update(os.fsencode(path.resolve()))
        digest.update(f"|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _is_ready(folder: Path, place: Path | None) -> bool:
    """Whether a dataset is prepared and whole, by a version that knew how to name its classes."""
    try:
        _open(folder)
    except DatasetMissing:
        return False
    return place is None or "source" in (prepared.read_facts(folder) or {})


def _open(folder: Path) -> Dataset:
    described = prepared.describe(folder)
    try:
        if described is None:
            raise FileNotFoundError(folder)
        arrays = _arrays(folder)
    except (OSError, ValueError, EOFError):
        raise DatasetMissing(f"The prepared dataset in {folder} is missing or damaged.") from None
    return Dataset(
        name=described.name,
        class_names=described.class_names,
        fingerprint=described.fingerprint,
        mnist_framed=described.mnist_framed,
        **arrays,
    )
