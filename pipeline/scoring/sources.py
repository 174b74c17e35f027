"""Paths that somebody named -> parts: as much as one process reads at a time.

Files are told apart by their names, and by their first bytes where a name says nothing.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.data.array_files import opened
from pipeline.errors import InklingError, printable
from pipeline.ink import pictures
from pipeline.reading import check_regular, place
from pipeline.scoring import arrays, tables, tar_files
from pipeline.scoring.found import PART, Part, Takes, Unreadable
from pipeline.scoring.image_files import ImageFiles

TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")
TABLES = (".parquet", ".pq")
IDX = b"\0\0\x08"  # how an IDX file of unsigned bytes begins
MADE_OF = "image files, IDX, .npy, .npz, Parquet and tar files, and folders of these"  # for errors


def checked(paths: Sequence[Path]) -> list[Path]:
    """Check that paths can be scored at all, before anything is: absolute, with links followed.

    Raises:
        InklingError: there is nothing, or it is of no kind that is known.
    """
    found = [place(path) for path in paths]
    for path in found:
        if not path.is_dir():
            check_regular(path)
            if not _known(path):
                raise InklingError(f"{path} cannot be scored. What can be: {MADE_OF}.")
    return found


def parts_of(paths: Sequence[Path], takes: Takes, column: str | None = None) -> Iterator[Part]:
    """Divide what is in files and folders into parts, always the same way.

    Names come in order, folder by folder; only those of one folder are in memory at a time. What
    is neither images nor holds any is left out of folders.

    Args:
        paths: from `checked`.
        takes: what the network takes.
        column: of Parquet files, which one holds the images; None to find it out.

    Yields:
        Parts; a file that cannot be read is one that says why.
    """
    pictured: list[Path] = []
    for path in paths:
        for file in _walked(path):
            if _ends(file, pictures.SUFFIXES):
                pictured.append(file)
                if len(pictured) == PART:
                    yield ImageFiles.of(pictured)
                    pictured = []
            else:
                yield from _of_file(file, takes, column)
    if pictured:
        yield ImageFiles.of(pictured)


def is_table(path: Path) -> bool:
    """Whether a file is a Parquet file, by its name."""
    return _ends(path, TABLES)


def _of_file(path: Path, takes: Takes, column: str | None) -> Iterator[Part]:
    try:
        if _ends(path, TARS):
            yield from tar_files.of_tar(path)
        elif is_table(path):
            yield from tables.of_table(path, column)
        elif _ends(path, (".npz",)):
            yield from arrays.of_npz(path, takes)
        elif _ends(path, (".npy",)):
            yield from arrays.of_npy(path, takes)
        elif _is_idx(path):
            yield from arrays.of_idx(path, takes)
    except (InklingError, OSError) as error:
        yield Unreadable(printable(str(path)), str(error))


def _walked(path: Path) -> Iterator[Path]:
    """Walk through a folder and those in it, by name; links to folders are not followed."""
    if not path.is_dir():
        yield path
        return
    try:
        with os.scandir(path) as entries:
            names = sorted((one.name, one.is_dir(follow_symlinks=False)) for one in entries)
    except OSError as error:
        raise InklingError(f"The folder {path} cannot be read: {error.strerror}.") from None
    for name, is_folder in names:
        if name.startswith("."):
            continue
        if is_folder:
            yield from _walked(path / name)
        elif not (path / name).is_dir():
            yield path / name


def _known(path: Path) -> bool:
    return _ends(path, (*pictures.SUFFIXES, *TARS, *TABLES, ".npz", ".npy")) or _is_idx(path)


def _ends(path: Path, ends: Sequence[str] | set[str]) -> bool:
    return path.name.lower().endswith(tuple(ends))


def _is_idx(path: Path) -> bool:
    """Whether a file begins as an IDX file does, gzipped or not."""
    check_regular(path)
    try:
        with opened(path) as file:
            return file.read(3) == IDX
    except InklingError:  # damaged, so nobody knows
        return path.name.lower().removesuffix(".gz").endswith("ubyte")
