"""A real disk that is full: every kind of write on a small one, in a process that may mount it.

`unshare -Urm python -m tests.faults.small_disk FOLDER` needs no root where Linux lets users have
name spaces of their own. Of each kind of write it prints, as a line of JSON, what came of trying it
with no room at all, then a little more, until it is done.
"""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipeline.errors import InklingError
from tests.faults import writers
from tests.faults.writers import World, Write

UNSHARE = ("unshare", "--user", "--map-root-user", "--mount")
PAGE = os.sysconf("SC_PAGESIZE")  # what such a disk is counted in
DRAFT = re.compile(r"\..*\.[a-z0-9_]{8}")
MOST_TRIES = 60


@dataclass
class Outcome:
    """What came of one kind of write.

    Attributes:
        name: what is written.
        room: what there was little of: "bytes" or "files".
        tries: how many times there was too little.
        said: the sentences.
        crash: the traceback, if something else than a sentence was raised.
        lost: how many times what was there before was no longer.
        halves: what was left behind that is not whole.
        done: whether it was written once there was room.
    """

    name: str
    room: str
    tries: int = 0
    said: list[str] = field(default_factory=list)
    crash: str = ""
    lost: int = 0
    halves: list[str] = field(default_factory=list)
    done: bool = False


def tried(write: Write, world: World, room: str) -> Outcome:
    """Do it with ever more room, until it is done."""
    outcome, before = Outcome(write.name, room), write.kept(world)
    leave = {"bytes": leave_bytes, "files": leave_files}[room]
    with world.entered():
        for left in itertools.count():
            filler = leave(world.folder.parent, left)
            try:
                write.act(world)
                outcome.done = True
            except InklingError as error:
                outcome.said.append(str(error))
            except BaseException:
                outcome.crash = traceback.format_exc()
            finally:
                shutil.rmtree(filler)
            outcome.halves += [path.name for path in world.folder.rglob(".*") if is_half(path)]
            if outcome.done or outcome.crash or left > MOST_TRIES:
                break
            outcome.tries += 1
            outcome.lost += write.kept(world) != before
        outcome.done = outcome.done and write.kept(world) != before
    return outcome


def is_half(path: Path) -> bool:
    return DRAFT.fullmatch(path.name) is not None


def leave_bytes(disk: Path, pages: int) -> Path:
    """Fill a disk up to some pages of 4 KiB; return what fills it."""
    filler = Path(tempfile.mkdtemp(dir=disk))
    with (filler / "rest").open("wb") as file:
        room = shutil.disk_usage(disk).free - pages * PAGE
        if room > 0:
            os.posix_fallocate(file.fileno(), 0, room)
    return filler


def leave_files(disk: Path, files: int) -> Path:
    """Fill a disk so that it can hold only some more files; return what fills it."""
    filler = Path(tempfile.mkdtemp(dir=disk))
    for number in range(os.statvfs(disk).f_favail - files):
        (filler / str(number)).touch()
    return filler


def on_a_small_disk(place: Path, options: str, try_all: Callable[[Path], None]) -> None:
    """Mount one while something is tried."""
    place.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    subprocess.run(mount, check=True)
    try:
        try_all(place)
    finally:
        subprocess.run(["umount", str(place)], check=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    beginning = writers.begin(folder / "beginning")

    def try_all(room: str) -> Callable[[Path], None]:
        def on(disk: Path) -> None:
            for write in writers.WRITES:
                world = World(shutil.copytree(beginning.folder, disk / "world"))
                print(json.dumps(asdict(tried(write, world, room))), flush=True)
                shutil.rmtree(world.folder)

        return on

    on_a_small_disk(folder / "small", "size=2m", try_all("bytes"))
    on_a_small_disk(folder / "few", "size=64m,nr_inodes=200", try_all("files"))
