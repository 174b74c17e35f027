"""Paths and files that people name: they may be anything, and of any size.

A named pipe would be waited for without end, `/dev/zero` read without end; so what is not a regular
file is refused before it is opened, and nothing is read beyond a limit that the message names.
"""

import errno
import json
import os
import stat
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

from pipeline.errors import InklingError

MEGABYTE = 2**20
MOST_JSON = 32 * MEGABYTE  # of a file of Inkling's own
MOST_UNPACKED = 1024 * MEGABYTE  # of an `.npz` of Inkling's own
# What readers of files raise on damaged ones. An `.npz` is a zip file of arrays, each of which
# begins with text of Python.
DAMAGED = (OSError, ValueError, LookupError, TypeError, EOFError, ArithmeticError, MemoryError,
           RuntimeError, SyntaxError, tokenize.TokenError, struct.error, zlib.error,
           zipfile.BadZipFile)  # fmt: skip


def place(text: str | Path) -> Path:
    """Return the absolute path that somebody named, with `~` and links followed.

    Raises:
        InklingError: it cannot be a path, leads in a circle, or is not UTF-8.
    """
    try:
        found = Path(text).expanduser().resolve()
        str(found).encode()
        found.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return found
    except UnicodeEncodeError:
        raise InklingError(f"The path {text} is not UTF-8. Rename the file or folder.") from None
    except (OSError, RuntimeError, ValueError) as error:  # a null byte; links in a circle; no user
        why = error.strerror if isinstance(error, OSError) else str(error).rstrip(".")
        raise InklingError(f"“{str(text)[:200]}” cannot be used as a path: {why}.") from None
    return found


def exists(text: str | Path) -> bool:
    """Whether there is anything at a path that somebody named; not if it cannot be a path."""
    try:
        return place(text).exists()
    except InklingError:
        return False


def check_regular(path: Path) -> int:
    """Check that a path is that of a regular file, before it is opened; return its size in bytes.

    Raises:
        InklingError: it is missing, something else, or cannot be reached.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise InklingError(f"There is no file {path}.") from None
    except OSError as error:
        raise InklingError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:  # a null byte in the path
        raise InklingError(f"{path} is not the path of a file.") from None
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise InklingError(f"{path} is {what}. Name a file.")
    return status.st_size


def read_bytes(path: Path, most: int) -> bytes:
    """Read a regular file of at most `most` bytes.

    Raises:
        InklingError: it is missing, something else, larger, or cannot be read.
    """
    check_regular(path)
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)  # files of /proc have no size until they are read
    except OSError as error:
        raise InklingError(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(content) > most:
        raise InklingError(
            f"{path} has more than {most // MEGABYTE:,} MB, the most that is read of such a file."
        )
    return content


def read_text(path: Path, most: int) -> str:
    """Read a regular file of UTF-8, with or without a byte order mark; raises as `read_bytes`."""
    try:
        return read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InklingError(f"{path} is not a text file in UTF-8.") from None


def read_json(path: Path) -> Any:
    """Read a JSON file of Inkling's own, which somebody may have damaged or altered.

    Raises:
        OSError: it is missing, not a regular file, or cannot be read.
        ValueError: it is too large, no JSON, nested too deeply, or holds what cannot be shown.
    """
    return parsed(own_text(path))


def own_text(path: Path, most: int = MOST_JSON, errors: str = "strict") -> str:
    """Read a text file of Inkling's own, which somebody may have damaged or altered.

    Args:
        path: the file.
        most: bytes that it may have.
        errors: what becomes of bytes that are no UTF-8; see `bytes.decode`.

    Raises:
        OSError: it is missing, not a regular file, or cannot be read.
        ValueError: it is too large, or no UTF-8.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    if status.st_size > most:
        raise ValueError(f"it has more than {most // MEGABYTE} MB")
    return path.read_text("utf-8", errors)


def check_unpacked(path: Path) -> None:
    """Check what an `.npz` of Inkling's own says it takes unpacked, before any of it is.

    Raises:
        ValueError: that is too much.
        OSError, BadZipFile: it is missing, or no `.npz`.
    """
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST_UNPACKED:
        raise ValueError(f"it takes more than {MOST_UNPACKED // MEGABYTE:,} MB unpacked")


def parsed(text: str) -> Any:
    """Parse JSON that somebody may have damaged or altered.

    Raises:
        ValueError: it is no JSON, nested too deeply, or holds lone surrogates, which no page and no
            file can show.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if "\\u" in text:  # only an escape can be one
        json.dumps(value, ensure_ascii=False).encode()
    return value


def changed(path: Path) -> float:
    """When a file was last changed, in seconds since 1970; 0 if it is gone by now."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def is_encodable(name: str) -> bool:
    """Whether a name that the file system gave is UTF-8, and so can be written and shown."""
    return os.fsencode(name).decode("utf-8", "replace") == name
