"""The cache: datasets that were read, checked and split once, described without their images.

Each is a folder of `.npy` files and a `dataset.json`. Reading one imports nothing heavy, so the
dashboard does it, too.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from filelock import FileLock
from pydantic import TypeAdapter

from pipeline import atomic, reading
from pipeline.data import class_names as naming
from pipeline.data.known import NAMES
from pipeline.data.splitting import check_names
from pipeline.errors import InklingError
from pipeline.renamed import renamed

VERSION = 1  # of the prepared form; a change prepares every dataset again
FACTS = "dataset.json"


@dataclass(frozen=True)
class Prepared:
    """A dataset in the cache, described without opening its images.

    Attributes:
        folder: where it is.
        name: as users know it.
        class_names: one name per class, in label order; people can change them.
        fingerprint: what identifies it; see `Dataset`.
        mnist_framed: see `Dataset`.
        counts: how many images each part has.
        source: the folder or file it was read from; "" if it came with a package, was downloaded,
            or is from an older version.
        aliases: fingerprints that the same images have under other class names.
    """

    folder: Path
    name: str
    class_names: tuple[str, ...]
    fingerprint: str
    mnist_framed: bool
    counts: dict[str, int]
    source: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many images it has in total."""
        return sum(self.counts.values())

    @property
    def reference(self) -> str:
        """What `open_dataset` finds it by: its path, so that changes are noticed, or its name."""
        return self.source if Path(self.source).stem == self.name else self.name

    @property
    def fingerprints(self) -> frozenset[str]:
        """Every fingerprint of its images."""
        return frozenset((self.fingerprint, *self.aliases))


_PREPARED = TypeAdapter(Prepared)


def cache_folder() -> Path:
    """Return where downloads and prepared datasets are kept: INKLING_CACHE or the user's cache."""
    named = os.environ.get("INKLING_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("inkling", appauthor=False)


def list_prepared() -> list[Prepared]:
    """List the datasets in the cache, oldest first; damaged ones are left out."""
    paths = (cache_folder() / "prepared").glob(f"[!.]*/{FACTS}")  # not what is being prepared
    found = (describe(path.parent) for path in sorted(paths, key=reading.changed))
    return [prepared for prepared in found if prepared is not None]


def list_own() -> list[Prepared]:
    """List people's own datasets, the newest of each name and source, newest first."""
    newest = {
        (prepared.name, prepared.source): prepared
        for prepared in list_prepared()
        if prepared.name not in NAMES
    }
    return list(reversed(newest.values()))


def find(name: str) -> Prepared | None:
    """Find the newest dataset in the cache with a name, or read from a path."""
    source = source_of(name)
    fitting = [one for one in list_prepared() if one.name == name or one.source == source]
    return fitting[-1] if fitting else None


def source_of(name: str) -> str:
    """Return the absolute path that a name is as a path; itself if it cannot be one."""
    try:
        return str(reading.place(name))
    except InklingError:
        return name


def same_images(fingerprint: str) -> frozenset[str]:
    """Return all fingerprints under which the cache knows the images of one, itself included."""
    known = (one.fingerprints for one in list_prepared() if fingerprint in one.fingerprints)
    return frozenset((fingerprint,)).union(*known)


def folder_for(name: str, key: str) -> Path:
    """Return the folder of a dataset; one that another name has taken is left alone."""
    folder = cache_folder() / "prepared" / f"{key}-v{VERSION}"
    taken = describe(folder)
    if taken is None or taken.name == name:
        return folder
    # Two names can have the same key: fashion_mnist and Fashion-MNIST.
    distinct = hashlib.sha256(name.encode()).hexdigest()[:8]
    return folder.with_name(f"{key}-{distinct}-v{VERSION}")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let only one process at a time write a folder of the cache.

    Raises:
        InklingError: the cache cannot be written.
    """
    try:
        atomic.make_folder(folder.parent)
        lock = FileLock(folder.with_name(f".{folder.name}.lock"))
        lock.acquire()
    except OSError as error:
        raise InklingError(
            f"The cache {folder.parent} cannot be written: {error.strerror}. Set INKLING_CACHE to "
            "another folder."
        ) from error
    try:
        yield
    finally:
        lock.release()


def rename_classes(folder: Path, class_names: tuple[str, ...]) -> None:
    """Call the classes of a prepared dataset something else; it stays the same dataset.

    Runs keep the names they were trained with, and can be compared with later ones.

    Raises:
        InklingError: there is not one name, different from the others, for each class.
    """
    with locked(folder):
        facts = read_facts(folder)
        if facts is None or tuple(facts["class_names"]) == class_names:
            return
        naming.check_number(class_names, tuple(facts["class_names"]), facts["name"])
        check_names(class_names, facts["name"])
        write_facts(folder, facts | {"class_names": class_names})


def describe(folder: Path) -> Prepared | None:
    """Describe a prepared dataset; None if it is missing or damaged."""
    facts = read_facts(folder)
    return None if facts is None else _PREPARED.validate_python({**facts, "folder": folder})


def read_facts(folder: Path) -> dict[str, Any] | None:
    """Read a prepared dataset's description as it was written; None if missing or damaged."""
    try:
        facts: dict[str, Any] = reading.read_json(folder / FACTS)
        facts = renamed(facts, {"ink": "mnist_framed"})
        _PREPARED.validate_python({**facts, "folder": folder})
        return facts if facts["version"] == VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_facts(folder: Path, facts: dict[str, Any]) -> None:
    """Write a prepared dataset's description."""
    atomic.write_text(folder / FACTS, json.dumps(facts, ensure_ascii=False, indent=1))
