"""Root may read and write whatever it likes: tests of permissions do without that, on Linux."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH; see capabilities(7)
_VERSION, _WORDS = 0x20080522, 6  # effective, permitted, inheritable; of 32 bits each, twice
_PR_CAPBSET_DROP = 24


def drop() -> None:
    """Let permissions hold for this process, and for all that it starts."""
    if _overrides():
        for capability in _OVERRIDES:
            ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
        _set(_without(_held(), range(3)))


@contextmanager
def dropped() -> Iterator[None]:
    """Let permissions hold for this thread, and for those that it starts, while the block runs."""
    if not _overrides():
        yield
        return
    held = _held()
    _set(_without(held, (0,)))
    try:
        yield
    finally:
        _set(held)


def _overrides() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


def _held() -> list[int]:
    words = (ctypes.c_uint32 * _WORDS)()
    _call("capget", words)
    return list(words)


def _set(words: list[int]) -> None:
    _call("capset", (ctypes.c_uint32 * _WORDS)(*words))


def _without(words: list[int], sets: range | tuple[int, ...]) -> list[int]:
    mask = sum(1 << capability for capability in _OVERRIDES)
    return [word & ~mask if place in sets else word for place, word in enumerate(words)]


def _call(name: str, words: ctypes.Array[ctypes.c_uint32]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)((ctypes.c_uint32 * 2)(_VERSION, 0), words) != 0:
        raise OSError(ctypes.get_errno(), name)
