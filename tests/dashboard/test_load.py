"""Fifty people at once for ten minutes: no error, and memory that stays flat."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.browser.conftest import BUNDLED, serving
from tests.load import COPIES, PAGES, SETTLED, load
from tests.tally import count

SESSIONS, SECONDS = 50, 600
GROWTH = 1.1  # of memory until the end, since it has settled


@pytest.mark.process
@pytest.mark.slow
def test_fifty_sessions_for_ten_minutes_meet_no_error_and_memory_stays_flat(tmp_path: Path):
    store = tmp_path / "models"
    for copy in COPIES:
        shutil.copytree(BUNDLED, store / copy)
    with serving(store, tmp_path / "server.txt") as (address, server):
        visits, readings = asyncio.run(load(address, server.pid, PAGES, SESSIONS, SECONDS))
    settled = next(one for one in readings if one.at >= SETTLED)
    count("sessions held", SESSIONS)
    count("pages opened", len(visits))
    count("MB of memory after two minutes", round(settled.memory))
    count("MB of memory after ten minutes", round(readings[-1].memory))
    assert [error for visit in visits for error in visit.errors] == []
    assert len(visits) > SESSIONS * SECONDS / 60  # a page a minute each, however busy the machine
    assert readings[-1].memory < GROWTH * settled.memory
