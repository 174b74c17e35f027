"""Processor time and peak memory of other processes, from /proc (Linux)."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Seen:
    """What was seen of processes while they lived, by process id.

    Attributes:
        seconds: of processor time.
        peak: bytes of memory at most, what they share included.
    """

    seconds: dict[int, float] = field(default_factory=dict)
    peak: dict[int, int] = field(default_factory=dict)


def starting_with(name: bytes) -> list[int]:
    """Find the processes whose command begins with a name."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if place.read_bytes().startswith(name):
                found.append(int(place.parent.name))
        except OSError:  # it has just ended
            continue
    return found


def tree(root: int) -> list[int]:
    """Find a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(place.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        children.setdefault(parent, []).append(int(place.parent.name))
    found = [root]
    for pid in found:  # grows meanwhile
        found += children.get(pid, ())
    return found


def allocated(pid: int) -> int:
    """Return the bytes that a process has allocated; 0 if it is gone.

    What it shares is divided among those that share it. What it has mapped of files is left out,
    since the system gives that away whenever somebody needs it.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    own = [line.split()[1] for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:"))]
    return 1024 * sum(map(int, own))


@contextmanager
def watched_tree(root: int, every: float = 0.1) -> Iterator[list[int]]:
    """Look at a process and its descendants while the block runs: what they have allocated.

    Yields:
        A list that gets the bytes of all of them together, each time.
    """
    seen = list[int]()
    with _again(lambda: seen.append(sum(map(allocated, tree(root)))), every):
        yield seen


@contextmanager
def watched(processes: Callable[[], list[int]], every: float = 0.05) -> Iterator[Seen]:
    """Look at processes again and again while the block runs."""
    seen = Seen()

    def look() -> None:
        for pid in processes():
            try:
                after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            seen.seconds[pid] = (int(after_name[11]) + int(after_name[12])) / TICKS
            peak = [line for line in status.splitlines() if line.startswith("VmHWM")]
            if peak:
                seen.peak[pid] = int(peak[0].split()[1]) * 1024

    with _again(look, every):
        yield seen


@contextmanager
def _again(look: Callable[[], object], every: float) -> Iterator[None]:
    """Call something every so many seconds, in a thread, while the block runs."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(every):
            look()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
