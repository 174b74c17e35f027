"""Whether a process works on a job: a lock in its folder, held for as long as that process lives.

The operating system frees the lock however the process ends, so a job never looks alive after its
process is gone. A child inherits it from whoever starts it (flock(2)), so there is no moment at
which a job that was started looks dead, or could be started again.
"""

import fcntl
import os
import time
from pathlib import Path

from pipeline import atomic

ALIVE = "alive.lock"
SECONDS_OF_LOOKING = 5.0  # whoever looks holds the lock for an instant


def held(folder: Path) -> bool:
    """Whether a process works on the job in a folder."""
    try:
        # What is no file, such as a named pipe, is not waited for.
        lock = os.open(folder / ALIVE, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:  # nobody ever did; or a folder that others own: not a job of this user
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def take(folder: Path) -> int | None:
    """Take a job's lock.

    Returns:
        A file descriptor: the lock is held until it is closed in this process and in every child
        that inherited it. None if another process works on the job.
    """
    with atomic.said_plainly(folder / ALIVE):
        lock = os.open(folder / ALIVE, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + SECONDS_OF_LOOKING
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > deadline:
                os.close(lock)
                return None
            time.sleep(0.005)
        else:
            return lock


def inherit(lock: int) -> int:
    """Keep a lock that was inherited from this process's own children; return it."""
    os.set_inheritable(lock, False)
    return lock
