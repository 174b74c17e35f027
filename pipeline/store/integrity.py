"""Whether the files of a run are as they were written: hashed once per file and time stamp."""

import hashlib
from functools import lru_cache
from pathlib import Path

from pipeline.serving import probe

MOST_REMEMBERED = 4096  # files
_tried: dict[str, bool] = {}  # graphs, by their content


def digest(path: Path) -> str:
    """Hash a file: SHA-256, in hexadecimal; an unchanged one is not read again.

    Raises:
        OSError: it cannot be read.
    """
    status = path.stat()
    return _digest(path, status.st_mtime_ns, status.st_size)


def survives(path: Path) -> bool:
    """Whether a graph can be opened without harm; tried once per content. See `serving.probe`.

    Raises:
        OSError: it cannot be read.
    """
    content = digest(path)
    if content not in _tried:
        _tried[content] = probe.survives(path)
    return _tried[content]


def vouch(path: Path) -> None:
    """Note that a graph was made by this process, and can be opened.

    Raises:
        OSError: it cannot be read.
    """
    _tried[digest(path)] = True


@lru_cache(MOST_REMEMBERED)
def _digest(path: Path, changed: int, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
