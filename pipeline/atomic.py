"""Atomic writes: a reader sees all of a file or none of it, even after a power failure.

What is written is a draft beside its target until it is complete. Its writer holds a lock on it,
which the operating system frees however the writer ends; so `clear` can tell what is nobody's.
"""

import errno
import fcntl
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import InklingError, with_causes

NEARLY_NOTHING = 2**20  # bytes of free space
SHORT = re.compile(r"\d+ requested and \d+ written")  # NumPy, also where a quota is exceeded
# What some network drives, and folders that may be written but not read, say to being synced.
UNSYNCED = (errno.EINVAL, errno.ENOTSUP, errno.EACCES)
REASONS = {
    errno.ENOSPC: "the disk is full. Free some space and try again",
    errno.EFBIG: "the file would be larger than is allowed here",
    errno.EDQUOT: "your disk quota is exceeded. Free some space and try again",
    errno.EACCES: "permission denied. Choose another location or change its permissions",
    errno.EPERM: "permission denied. Choose another location or change its permissions",
    errno.EROFS: "the disk is read-only. Choose another location",
    errno.ENOTEMPTY: "it already exists",
    errno.EEXIST: "it already exists",
    errno.ENAMETOOLONG: "its name is too long. Choose a shorter one",
    errno.ENOTDIR: "part of the path is a file, not a folder",
    errno.ELOOP: "its path leads in a circle",
    errno.EISDIR: "it is a folder",
    errno.EIO: "the disk fails",
}


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield a new folder beside `target` that becomes `target` if the block succeeds.

    If the block fails, nothing is left behind and what was there before is untouched.

    Raises:
        InklingError: the disk is full, the location cannot be written, or `target` already exists.
    """
    with said_plainly(target):
        make_folder(target.parent)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            with _held(draft):
                # In here, before the draft is removed and its space is free again.
                with said_plainly(target):
                    yield draft
                for path in [*draft.rglob("*"), draft]:
                    _sync(path)
                draft.chmod(0o755)  # mkdtemp's 0o700 would hide it from other users of the store
                draft.rename(target)
            sync_folder(target.parent)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise


def write_text(path: Path, text: str, *, lasting: bool = True) -> None:
    """Replace the content of a file atomically; see `write`."""
    write(path, lambda file: file.write(text.encode()), lasting=lasting)


def write(path: Path, fill: Callable[[BinaryIO], object], *, lasting: bool = True) -> None:
    """Replace a file atomically.

    Args:
        path: the file.
        fill: writes its content.
        lasting: whether it is there after a power failure, too, once this returns. What is
            replaced several times a second need not be, and is written faster.

    Raises:
        InklingError: the disk is full or the location cannot be written.
    """
    with said_plainly(path):
        make_folder(path.parent)
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                _lock(handle)
                fill(file)
                file.flush()
                os.fsync(handle)
                Path(draft).chmod(0o644)  # mkstemp's 0o600 would hide it from others
                Path(draft).replace(path)
            if lasting:
                sync_folder(path.parent)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it is in; all of them are there after a power failure, too.

    Raises:
        OSError: there can be none.
    """
    if folder.is_dir():
        return
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError:
        if folder.parent == folder:  # the working folder was deleted
            raise
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk: a synced file may have none otherwise.

    Raises:
        OSError: the disk fails.
    """
    try:
        _sync(folder)
    except OSError as error:
        if error.errno not in UNSYNCED:
            raise


def remove_folder(folder: Path, kept: Mapping[str, Path] | None = None) -> None:
    """Delete a folder, at once for all readers: it is renamed first, to a name that none lists.

    Only then do its files go, so that no power failure brings a part of it back.

    Args:
        folder: which one.
        kept: files of it that are moved elsewhere first, by their names there.

    Raises:
        OSError: it is gone already, or may not be deleted.
    """
    away = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")  # `clear` may have to go on
    with _held(folder):
        folder.rename(away)
        sync_folder(folder.parent)
        for name, place in (kept or {}).items():
            (away / name).replace(place)
        shutil.rmtree(away)


def clear(folder: Path, name: str = "*") -> None:
    """Delete the drafts in a folder whose writers were killed, and what was half removed.

    Those that are empty stay: they cost nothing, and one may just have been begun.

    Args:
        folder: where they are; that it is missing is no fault.
        name: of what they were to become, as a glob.
    """
    for draft in folder.glob(f".{name}.{'?' * 8}"):  # as the module tempfile names them
        with suppress(OSError):  # it is somebody's, or nobody can tell
            handle = os.open(draft, os.O_RDONLY | os.O_NONBLOCK)  # a named pipe has no writer
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if draft.is_dir() and any(draft.iterdir()):
                    shutil.rmtree(draft)
                elif draft.is_file() and draft.stat().st_size:
                    draft.unlink()
            finally:
                os.close(handle)


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a new folder where the system keeps such things; it is gone afterwards.

    Raises:
        InklingError: that place is full, or cannot be written.
    """
    place = Path(tempfile.gettempdir())
    try:
        with (
            said_plainly(place / "inkling"),
            tempfile.TemporaryDirectory(prefix="inkling-") as folder,
        ):
            yield Path(folder)
    except Exception as error:
        # TensorFlow says it in errors of its own, which look like the network's fault, and what
        # a sentence quotes of them may end before.
        if any(os.strerror(errno.ENOSPC) in str(one) for one in with_causes(error)):
            raise InklingError(
                f"{place} could not be written: {REASONS[errno.ENOSPC]}, or set TMPDIR to another "
                "folder."
            ) from error
        raise


@contextmanager
def _held(draft: Path) -> Iterator[None]:
    handle = os.open(draft, os.O_RDONLY)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    with suppress(OSError):  # some network drives have no locks: then `clear` clears nothing
        fcntl.flock(handle, fcntl.LOCK_SH)


@contextmanager
def said_plainly(target: Path) -> Iterator[None]:
    """Say in a sentence why a file or folder could not be written.

    Raises:
        InklingError: it could not, for a reason that people can do something about.
    """
    try:
        yield
    except OSError as error:
        number = error.errno
        # NumPy and HDF5 give no error number when a write falls short.
        if number is None and (SHORT.search(str(error)) or _is_full(target)):
            number = errno.ENOSPC
        in_the_way = error.filename in map(str, target.parents)
        if number == errno.EEXIST and in_the_way:
            number = errno.ENOTDIR
        if number == errno.ENOENT and in_the_way:
            raise InklingError(f"{target} could not be written: there can be no folder.") from error
        if number not in REASONS:
            raise
        raise InklingError(f"{target} could not be written: {REASONS[number]}.") from error


def _is_full(target: Path) -> bool:
    place = next((folder for folder in target.parents if folder.exists()), Path())
    return shutil.disk_usage(place).free < NEARLY_NOTHING


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
