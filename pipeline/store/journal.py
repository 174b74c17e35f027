"""Files of JSON lines to which lines are only ever added, by many at once.

A line that was cut off, or that is no entry, is passed over and counted; nothing else is lost.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

from pipeline.errors import InklingError

Entry = TypeVar("Entry")


def read(path: Path, what: str, parse: Callable[[Any], Entry]) -> tuple[list[Entry], int]:
    """Read a journal.

    Args:
        path: its file; where there is none, there are no entries.
        what: an entry, in a word.
        parse: a line's JSON value -> an entry; raises ValueError, TypeError or KeyError on what
            is none.

    Returns:
        The entries in the order they were added, and how many lines are none.

    Raises:
        InklingError: the file cannot be read.
    """
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise InklingError(f"The {what}s in {path} cannot be read: {error.strerror}.") from error
    entries, damaged = [], 0
    # Only what `adding` ends lines with: `splitlines` would also cut at rarer signs within one.
    for line in filter(str.strip, text.split("\n")):
        try:
            entries.append(parse(json.loads(line)))
        except (ValueError, TypeError, KeyError, RecursionError):
            damaged += 1
    return entries, damaged


@contextmanager
def adding(path: Path, what: str) -> Iterator[Callable[[str], None]]:
    """Hold a journal, so that nobody else adds meanwhile, and yield what adds a line to it.

    Args:
        path: its file, made when the first line is added.
        what: an entry, in a word.

    Raises:
        InklingError: it cannot be written.
    """

    def add(line: str) -> None:
        with path.open("ab+") as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                # A line that was cut off by a crash must not swallow this one.
                line = line if file.read(1) == b"\n" else "\n" + line
            file.write((line + "\n").encode())
            file.flush()
            os.fsync(file.fileno())

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            yield add
    except OSError as error:
        raise InklingError(
            f"The {what} could not be kept in {path}: {error.strerror}. Nothing was changed."
        ) from error
