"""The clock is set back by years while a store is open: what is written is kept all the same."""

import os
import shutil
from datetime import datetime, tzinfo

import pytest

from pipeline.jobs import launch
from pipeline.store import audits, corrections, promotions, reviews
from tests import tally
from tests.faults.writers import WRITES, World, Write

THAT_READ_THE_CLOCK = (launch, audits, corrections, promotions, reviews)
IN_TEN_YEARS = datetime(2036, 1, 1).timestamp()


class Earlier(datetime):
    """A clock that stands still, long ago."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime(2020, 1, 1, tzinfo=tz)


@pytest.mark.parametrize("write", [pytest.param(write, id=write.name) for write in WRITES])
def test_a_clock_that_is_set_back_changes_nothing(
    write: Write, beginning: World, tmp_path, monkeypatch
):
    kept = []
    for name in ("as ever", "set back"):
        world = World(shutil.copytree(beginning.folder, tmp_path / name))
        if name == "set back":
            for path in world.folder.rglob("*"):
                os.utime(path, (IN_TEN_YEARS, IN_TEN_YEARS))
            for module in THAT_READ_THE_CLOCK:
                monkeypatch.setattr(module, "datetime", Earlier)
        write.kept(world)  # what is open has read it
        with world.entered():
            write.act(world)
        kept.append(write.kept(world))
    with tally.fault():
        assert kept[0] == kept[1]
