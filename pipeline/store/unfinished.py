"""Work that goes on where it was broken off: a folder of what is done, and a lock beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline import atomic
from pipeline.errors import InklingError
from pipeline.progress import Discarded


def lock_of(folder: Path) -> FileLock:
    """Return the lock that whoever works in a folder holds."""
    return FileLock(folder.with_suffix(".lock"))


@contextmanager
def held(folder: Path, work: str, forget: Callable[[], None]) -> Iterator[None]:
    """Keep others from doing the same work at once.

    Args:
        folder: of the work, which need not be there yet.
        work: for messages, such as "A training".
        forget: called if the work is discarded; deletes what was done.

    Raises:
        InklingError: it is being done already.
    """
    atomic.make_folder(folder.parent)
    try:
        lock = lock_of(folder).acquire(timeout=0)
    except Timeout as error:
        raise InklingError(
            f"{work} with these settings is already running. Wait until it is done, or choose "
            "another seed."
        ) from error
    with lock:
        atomic.clear(folder)  # nobody else writes here now
        try:
            yield
        except Discarded:
            forget()
            raise
