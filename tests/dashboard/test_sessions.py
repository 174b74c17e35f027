"""Sessions on one server: how many there may be, and that none is harmed by another."""

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard.server import Bounded
from pipeline.store.run_folder import Run
from tests.browser.conftest import free_port, wait_until_healthy
from tests.visiting import visitor

ROOT = Path(__file__).parents[2]
# The dashboard, with a learning curve that somebody waits for, and a fault on the Scorecard.
SERVER = """
import sys, time
from pathlib import Path
from dashboard import loaders

began, over, port = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
read = loaders.history

def slow(run):
    began.touch()
    while not over.exists():
        time.sleep(0.02)
    return read(run)

def broken(run):
    raise RuntimeError("out of order")

loaders.history, loaders.risk_coverage = slow, broken
sys.argv = ["inkling", "app", "--port", port]
from pipeline.cli.main import main
main()
"""
LONG = 120  # seconds that only a failure takes


@pytest.fixture
def served(tiny_run: Run, tmp_path: Path) -> Iterator[str]:
    """A server that is slow and broken where the test says: its address."""
    port, log = free_port(), tmp_path / "log.txt"
    command = [sys.executable, "-c", SERVER, str(tmp_path / "began"), str(tmp_path / "over")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, str(port)],
            cwd=ROOT,
            env={**os.environ, "INKLING_MODELS": str(tiny_run.folder.parent)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_healthy(f"http://localhost:{port}", process, log)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def in_a_thread(visits: Coroutine[None, None, None]) -> None:
    """Run in a thread: where browser tests ran before, this one has an event loop already."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, visits).result()


def sessions(address: str) -> int:
    """How many sessions are open, as operators see it."""
    with urllib.request.urlopen(f"{address}/healthz", timeout=LONG) as reply:
        found = json.load(reply)
    assert found["status"] == "ok"
    return int(found["sessions"])


@pytest.mark.process
def test_a_slow_and_a_broken_session_harm_no_other(served, tiny_run, tmp_path):
    run = f"run={tiny_run.id}"

    async def people() -> None:
        async with visitor(served) as slow, visitor(served) as unlucky, visitor(served) as other:
            waiting = asyncio.create_task(slow.open("compare", run))
            while not (tmp_path / "began").exists():
                await asyncio.sleep(0.02)
            assert (await unlucky.open("scorecard", run)).errors
            assert (await unlucky.open("mistakes", run)).errors == []
            assert (await other.open("confusion_matrix", run)).errors == []
            assert await asyncio.to_thread(sessions, served) == 3
            assert not waiting.done()
            (tmp_path / "over").touch()
            assert (await waiting).errors == []
        while await asyncio.to_thread(sessions, served):
            await asyncio.sleep(0.02)

    in_a_thread(asyncio.wait_for(people(), LONG))


def test_only_so_many_sessions_are_let_in():
    leave, sent = asyncio.Event(), []

    async def app(scope, receive, send) -> None:
        if scope["type"] == "websocket":
            await leave.wait()
        await send({"type": "let in"})

    async def send(message) -> None:
        sent.append(message["type"])

    async def visits() -> None:
        bounded = Bounded(app, most=2)

        def visit(kind: str = "websocket") -> asyncio.Task[None]:
            return asyncio.create_task(bounded({"type": kind}, None, send))

        inside = [visit(), visit()]
        await asyncio.sleep(0)
        await visit()
        await visit("http")  # pages and pictures are answered all the same
        assert sent == ["websocket.close", "let in"]
        leave.set()
        await asyncio.gather(*inside)
        await visit()
        assert sent == ["websocket.close", *["let in"] * 4]

    in_a_thread(visits())
