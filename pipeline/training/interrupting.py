"""Ctrl-C during a training, met between two of its steps."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def asked_to_stop() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a request to stop between steps; the second interrupts at once.

    An interrupt can be lost where it cannot be caught, such as while an object is being deleted.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # gets no signals
        yield asked
        return
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
