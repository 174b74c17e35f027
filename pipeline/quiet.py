"""Keeping the startup messages of TensorFlow's and LiteRT's C++ code off the terminal.

No setting does this: TensorFlow logs its first messages before it reads TF_CPP_MIN_LOG_LEVEL, and
LiteRT announces its delegate regardless of the environment (TensorFlow 2.21, LiteRT 2.3).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discard what the process writes to standard error while the block runs.

    Python's own redirection does not reach C++. Exceptions still propagate. Wrap only short calls
    that are known to log, and only in processes with a single thread: never in the web process.
    """
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
