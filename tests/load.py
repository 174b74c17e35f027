"""Many visitors at once, each with a session of their own, who open one page after the other."""

import asyncio
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from websockets.exceptions import ConnectionClosed

from benchmarks.memory import resident_megabytes
from tests.visiting import visitor

PAUSE = 2.0  # seconds between two pages of a session, on average
PATIENCE = 120  # seconds for a page
SETTLED = 120  # seconds after which memory should not grow
COPIES = ("20261101-101500-mnist-cnn-a1b2", "20261102-173000-mnist-cnn-c3d4")
FIRST, SECOND = COPIES
PAGES = (  # what people open: a page and its parameters
    ("", ""),
    ("", f"run={FIRST}"),
    ("tour", "step=2"),
    ("scorecard", f"run={FIRST}"),
    ("compare", f"run={FIRST}"),
    ("compare", f"run={FIRST}&second={SECOND}"),
    ("confusion_matrix", f"run={FIRST}"),
    ("confusion_matrix", f"run={FIRST}&true=4&predicted=9"),
    ("confusion_matrix", f"run={FIRST}&second={SECOND}&matrix_view=side-by-side"),
    ("mistakes", f"run={FIRST}"),
    ("mistakes", f"run={FIRST}&true=9"),
    ("mistakes", f"run={FIRST}&confidence=0.9-1"),
    ("labels", f"run={FIRST}"),
    ("data", f"run={FIRST}"),
    ("data", f"run={FIRST}&data_view=map"),
    ("inside", f"run={FIRST}&sample=3"),
    ("inside", f"run={SECOND}"),
    ("draw", f"run={FIRST}"),
    ("train", ""),
    ("glossary", "term=softmax"),
    ("", f"run={FIRST}&present=1"),
)


@dataclass(frozen=True)
class Visit:
    """One page run: when it was asked for, and how it went; seconds since the load began."""

    at: float
    seconds: float
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A server's processor time, in seconds, and resident memory, in MB, at a moment."""

    at: float
    busy: float
    memory: float


async def clicks(
    address: str, pages: Sequence[tuple[str, str]], number: int, until: float, began: float
) -> list[Visit]:
    """Open pages in one session until a moment, and return how each went."""
    dice, visits = random.Random(number), []
    await asyncio.sleep(dice.uniform(0, PAUSE))
    while time.perf_counter() < until:
        asked = time.perf_counter()
        try:
            async with visitor(address) as person:
                while (asked := time.perf_counter()) < until:
                    async with asyncio.timeout(PATIENCE):
                        opened = await person.open(*dice.choice(pages))
                    visits.append(Visit(asked - began, opened.seconds, tuple(opened.errors)))
                    await asyncio.sleep(dice.uniform(0.5 * PAUSE, 1.5 * PAUSE))
        except (ConnectionClosed, OSError, TimeoutError) as error:
            seconds = time.perf_counter() - asked
            visits.append(Visit(asked - began, seconds, (repr(error),)))
    return visits


async def load(
    address: str, pid: int, pages: Sequence[tuple[str, str]], sessions: int, seconds: float
) -> tuple[list[Visit], list[Reading]]:
    """Let sessions open pages for a time; read the server's state every second of it."""
    began = time.perf_counter()
    until, readings = began + seconds, [reading(pid, 0)]
    tasks = [
        asyncio.create_task(clicks(address, pages, number, until, began))
        for number in range(sessions)
    ]
    done = asyncio.gather(*tasks)
    while not done.done():
        await asyncio.wait([done], timeout=1)
        readings.append(reading(pid, time.perf_counter() - began))
    return [visit for visits in await done for visit in visits], readings


def reading(pid: int, at: float) -> Reading:
    """Read what a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    busy = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return Reading(at, busy, resident_megabytes(pid))
