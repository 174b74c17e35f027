"""Keeping the start-up notes that TensorFlow's C++ writes away from the terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what is written to the process's standard error to nowhere for a moment.

    Python's own redirection does not reach C++. Exceptions still come through; only short calls
    that are known to chatter belong in the block, and only where one thread runs.
    """
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
