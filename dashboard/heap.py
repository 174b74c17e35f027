"""What the server's memory is taken from.

Every run of a page is a thread of its own, and glibc gives each of many threads an arena of its own
to allocate from. What is kept for long, such as charts, then lies scattered over all of them, so
hardly any goes back to the system: memory grows for as long as pages are opened, though there are
no more objects. Since Python computes in one thread at a time, two arenas are enough.
"""

import ctypes

ARENA_MAX = -8  # M_ARENA_MAX in malloc.h; see mallopt(3)
ARENAS = 2


def share_arenas() -> None:
    """Let all threads allocate from few arenas; to be called before there are many threads.

    Does nothing where the C library has no arenas, as on macOS and Alpine Linux.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, ARENAS)
