"""Many visitors at once: page runs of real sessions on the real server, over its own protocol.

Each session opens one page after the other, by links such as people follow, and pauses for two
seconds on average between them. A bare Streamlit app, a page with one sentence, gets the same load
afterwards, for a quarter of the time. Processor time is the server's, so that it means something on
a busy machine, too. What browsers fetch besides, scripts and pictures, is left out. The store holds
the bundled run and copies of it; with MNIST (INKLING_DATA), there are images, too.
"""

import argparse
import asyncio
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.serving import STREAMLIT
from benchmarks.table import show
from tests.browser.conftest import BUNDLED, free_port, serving, wait_until_healthy
from tests.load import COPIES, PAGES, SETTLED, Reading, Visit, load

SESSIONS, MINUTES = 50, 10.0
BARE = "import streamlit as st\nst.write('Hello')\n"


def row(
    name: str, visits: Sequence[Visit], readings: Sequence[Reading], start: float, end: float
) -> list[str]:
    """Sum up a stretch of the load."""
    within = [visit for visit in visits if start <= visit.at < end]
    spent = [one for one in readings if start <= one.at < end] or readings[-1:]
    last = next((one for one in readings if one.at >= end), readings[-1])
    times = sorted(visit.seconds for visit in within) or [float("nan")]
    busy = (last.busy - spent[0].busy) / max(len(within), 1)
    minutes = (last.at - spent[0].at) / 60
    return [
        name,
        f"{len(within) / minutes if minutes else 0:.0f}",
        f"{1000 * statistics.median(times):.0f}",
        f"{1000 * times[math.ceil(0.95 * len(times)) - 1]:.0f}",
        f"{1000 * busy:.0f}",
        f"{last.memory:.0f}",
        str(sum(bool(visit.errors) for visit in within)),
    ]


@contextmanager
def bare(folder: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Serve a page with one sentence: its address and its process."""
    script, port = folder / "bare.py", free_port()
    script.write_text(BARE)
    process = subprocess.Popen(
        [sys.executable, *STREAMLIT, str(script), "--server.port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_healthy(f"http://localhost:{port}", process, Path(os.devnull))
        yield f"http://localhost:{port}", process
    finally:
        process.terminate()
        process.wait()


def ratio(ours: list[str], theirs: list[str]) -> list[str]:
    """Say how many times as much the numbers of one row are as those of another."""
    return [f"{float(a) / max(float(b), 1):.1f}×" for a, b in zip(ours, theirs, strict=True)]


def main() -> None:
    """Put the load on both, and print the tables."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sessions", type=int, default=SESSIONS)
    arguments.add_argument("--minutes", type=float, default=MINUTES)
    chosen = arguments.parse_args()
    seconds, sessions = 60 * chosen.minutes, chosen.sessions
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "models"
        for copy in COPIES:
            shutil.copytree(BUNDLED, store / copy)
        with serving(store, Path(folder) / "server.txt") as (address, server):
            visits, readings = asyncio.run(load(address, server.pid, PAGES, sessions, seconds))
        with bare(Path(folder)) as (address, server):
            plain = asyncio.run(load(address, server.pid, (("", ""),), sessions, seconds / 4))
    quarters = [
        row(f"quarter {k + 1}", visits, readings, k * seconds / 4, (k + 1) * seconds / 4)
        for k in range(4)
    ]
    theirs = row("a bare Streamlit page", *plain, 0, seconds / 4)
    whole = row("Inkling, all", visits, readings, 0, seconds)
    compared = ["Inkling ÷ bare", *ratio(whole[1:6], theirs[1:6]), ""]
    show(
        f"{sessions} sessions for {chosen.minutes:g} minutes: page runs",
        ["", "a minute", "p50, ms", "p95, ms", "processor, ms each", "memory, MB", "errors"],
        [*quarters, whole, theirs, compared],
    )
    settled = next((one for one in readings if one.at >= SETTLED), readings[-1])
    show(
        "Memory of the web process, MB",
        ["at the start", f"after {min(SETTLED, seconds):.0f} s", "at the end"],
        [[f"{one.memory:.0f}" for one in (readings[0], settled, readings[-1])]],
    )
    failed = [error for visit in visits for error in visit.errors]
    for error in sorted(set(failed))[:5]:
        print(f"- {failed.count(error)} × {error[:200]}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
