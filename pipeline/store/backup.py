"""A backup of a store: one tar archive, whole although trainings and people go on writing.

Files are replaced as wholes (`atomic`) or grow by lines (`journal`), so what is open stays as it
was. Of a folder, all files are opened before any is read: a run that is deleted meanwhile is in the
archive, or is not. Its description is opened last: what is replaced in a run is taken out of its
hashes first. `tar -x` into an empty folder restores the store.
"""

import io
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from pipeline import atomic, reading
from pipeline.errors import InklingError
from pipeline.store import run_folder
from pipeline.store.runs import Store

DRAFT = re.compile(r"\..*\.[a-z0-9_]{8}")  # what is not whole yet, or half removed; see `atomic`
LOCK, JOURNAL = ".lock", ".jsonl"


def write(store: Store, target: Path) -> int:
    """Write everything in a store but what is half written into an archive.

    The bundled run is not in it, but what was added to it is; datasets are not in a store.

    Args:
        store: what to keep.
        target: a file that does not exist yet, outside the store.

    Returns:
        How many files are in it.

    Raises:
        InklingError: there is no store, `target` exists or is in the store, a file cannot be read,
            or the disk is full.
    """
    if store.shared is not None:
        raise InklingError(
            f"{store.where} is a shared store, of which this machine has only a copy of a part. "
            "Copy it with the tools of its service, such as: aws s3 sync"
        )
    folder = reading.place(store.folder.absolute())
    if not folder.is_dir():
        raise InklingError(f"There is no store at {store.folder}.")
    if target.exists():
        raise InklingError(f"{target} already exists. Name a file that does not.")
    if target.resolve().is_relative_to(folder.resolve()):
        raise InklingError(f"{target} is in the store itself. Name a file outside of it.")
    files = 0

    def fill(file: BinaryIO) -> None:
        nonlocal files
        with tarfile.open(fileobj=file, mode="w", dereference=True) as archive:
            for place in _folders(folder):
                for path, kept in _opened(place):
                    _add(archive, path.relative_to(folder).as_posix(), kept)
                    files += 1

    atomic.write(target, fill)
    return files


def _folders(store: Path) -> Iterator[Path]:
    """Find the folders of a store; its runs may be links to them."""
    yield store
    for top in sorted(path for path in store.iterdir() if path.is_dir()):
        if not DRAFT.fullmatch(top.name):
            for place, names, _ in os.walk(top):
                names[:] = sorted(name for name in names if not DRAFT.fullmatch(name))
                yield Path(place)


def _opened(folder: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Open the files of a folder, all of them before the first is read."""
    with ExitStack() as stack:
        opened = []
        try:
            found = sorted(folder.iterdir(), key=lambda path: path.name == run_folder.INFO)
            for path in found:
                if path.is_file() and not DRAFT.fullmatch(path.name) and path.suffix != LOCK:
                    opened.append((path, stack.enter_context(path.open("rb"))))
        except FileNotFoundError:  # deleted meanwhile, or only moved on, such as a job's files
            if folder.exists():
                yield from _opened(folder)
            return
        except OSError as error:
            raise InklingError(f"{error.filename} cannot be read: {error.strerror}.") from error
        yield from opened


def _add(archive: tarfile.TarFile, name: str, file: BinaryIO) -> None:
    about = archive.gettarinfo(arcname=name, fileobj=file)
    if name.endswith(JOURNAL):  # somebody may be in the middle of a line
        lines = file.read(about.size)
        about.size = lines.rfind(b"\n") + 1
        file = io.BytesIO(lines)
    archive.addfile(about, file)
