"""Keeping the start-up notes of TensorFlow's and LiteRT's C++ away from the terminal.

No setting does it: TensorFlow writes its first notes before it reads TF_CPP_MIN_LOG_LEVEL, and
LiteRT names its delegate whatever the environment says (TensorFlow 2.21, LiteRT 2.3).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send what is written to the process's standard error to nowhere for a moment.

    Python's own redirection does not reach C++. Exceptions still come through; only short calls
    that are known to chatter belong in the block, and only where one thread runs: never in the web
    process.
    """
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
