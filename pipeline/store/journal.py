"""Append-only files of JSON lines, to which several processes may write at once.

A line that is truncated, or is not an entry, is skipped and counted; nothing else is lost.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

from pipeline import access, atomic
from pipeline.errors import InklingError
from pipeline.reading import MEGABYTE, own_text, parsed
from pipeline.store import shared

MOST_BYTES = 256 * MEGABYTE
Entry = TypeVar("Entry")


def read(path: Path, what: str, parse: Callable[[Any], Entry]) -> tuple[list[Entry], int]:
    """Read a journal.

    Args:
        path: its file; if it does not exist, there are no entries.
        what: what an entry is called.
        parse: a line's JSON value -> an entry; raises ValueError, TypeError or KeyError if it is
            not one.

    Returns:
        The entries in the order they were added, and how many lines are not entries.

    Raises:
        InklingError: the file cannot be read.
    """
    try:
        text = own_text(path, MOST_BYTES, errors="replace")
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise InklingError(f"The {what}s in {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InklingError(f"The {what}s in {path} cannot be read: {error}.") from error
    entries, damaged = [], 0
    # Only what `adding` ends lines with: `splitlines` also splits at rarer characters.
    for line in filter(str.strip, text.split("\n")):
        try:
            entries.append(parse(parsed(line)))
        except (ValueError, TypeError, KeyError):
            damaged += 1
    return entries, damaged


@contextmanager
def adding(path: Path, what: str) -> Iterator[Callable[[str], None]]:
    """Lock a journal, so that nobody else writes to it, and yield what appends a line to it.

    Args:
        path: its file, created when the first line is added.
        what: what an entry is called.

    Raises:
        InklingError: the dashboard is read-only, or it cannot be written.
    """
    access.refuse_unless_may(access.Change.JUDGE, f"{what}s cannot be saved or undone")
    shared_with = shared.of(path.parent)
    if shared_with is not None:
        with shared_with.adding(path.name) as add_lines:
            yield add_lines
        return

    def add(line: str) -> None:
        with path.open("ab+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if size:
                file.seek(size - 1)
                # A line truncated by a crash must not swallow this one.
                line = line if file.read(1) == b"\n" else "\n" + line
            left = (line + "\n").encode()
            try:
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except OSError:  # half of it may be there
                file.truncate(size)
                raise
        if not size:  # whoever created it may have been killed before its name was on the disk
            atomic.sync_folder(path.parent)

    try:
        atomic.make_folder(path.parent)
        with FileLock(path.with_suffix(".lock")):
            yield add
    except OSError as error:
        raise InklingError(
            f"The {what} could not be saved in {path}: {error.strerror}. Nothing was changed."
        ) from error
