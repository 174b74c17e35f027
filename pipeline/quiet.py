"""Keeping the startup messages of TensorFlow's and LiteRT's C++ code off the terminal.

No setting does this: TensorFlow logs its first messages before it reads TF_CPP_MIN_LOG_LEVEL, and
LiteRT announces its delegate regardless of the environment (TensorFlow 2.21, LiteRT 2.3).
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK, _SAVED = threading.Lock(), list[int]()  # what standard error was, for each block that runs


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discard what the process writes to standard error while the block runs.

    Python's own redirection does not reach C++. Exceptions still propagate. Wrap only short calls
    that are known to log: what other threads say meanwhile is lost, too. Never in the web process.
    """
    with _LOCK:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        _SAVED.append(os.dup(_SAVED[0] if _SAVED else 2))
        os.dup2(nowhere, 2)
        os.close(nowhere)
    try:
        yield
    finally:
        with _LOCK:
            saved = _SAVED.pop()
            if not _SAVED:  # the last of several threads
                os.dup2(saved, 2)
            os.close(saved)
