"""The power fails at any moment: what was reported as kept is there, and nothing is half there."""

import contextlib
from pathlib import Path

import pytest

from tests import tally
from tests.faults import power
from tests.faults.power import Disk
from tests.faults.writers import WRITES, World, Write


def is_between(before: object, now: object, later: object) -> bool:
    if isinstance(before, frozenset):
        return before <= now <= later
    return now in (before, later)


EVERY = [pytest.param(write, id=write.name) for write in WRITES]
FIRST = [pytest.param(write, id=write.name) for write in WRITES if write.first]


@pytest.mark.parametrize("write", EVERY)
def test_what_was_reported_as_kept_outlives_a_power_cut(write: Write, world: World, tmp_path):
    check(write, world, tmp_path)


@pytest.mark.parametrize("write", FIRST)
def test_the_first_in_a_store_outlives_it_with_the_store(write: Write, tmp_path):
    (tmp_path / "world").mkdir()
    check(write, World(tmp_path / "world"), tmp_path)


def check(write: Write, world: World, tmp_path: Path) -> None:
    before = write.kept(world)
    with contextlib.closing(Disk(world.folder)) as disk, world.entered():
        with disk.watched():
            write.act(world)
        kept = write.kept(world)
        assert kept != before
        sure = list(disk.now())
    for started in power.started_again(disk.states, tmp_path):
        with tally.fault():
            assert is_between(before, write.kept(World(started)), kept)
    for started in power.started_again(sure, tmp_path):
        with tally.fault():
            assert write.kept(World(started)) == kept
