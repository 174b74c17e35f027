"""The disk is full at any kind of write: a sentence, nothing half there, and it can be gone on."""

import ast
import json
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType

import pytest

from pipeline import atomic
from pipeline.errors import InklingError
from pipeline.store import journal
from tests import tally
from tests.faults.small_disk import UNSHARE, Outcome, is_half
from tests.faults.writers import WRITES, World, Write

ROOT = Path(__file__).parents[2]
EVERY = [pytest.param(write, id=write.name) for write in WRITES]
TOO_LONG = re.compile(r"larger than is allowed here|File too large|the disk is full")
FULL = re.compile(r"the disk is full|No space left on device")
BYTES = (0, 1, 40, 200, 1_000, 4_000, 30_000, 10**9)  # that a file may have
# What takes seconds to compute before one of the same functions writes it; see `test_formats`, for
# TensorBoard `tests/pipeline/export/trackers/test_tensorboard.py`, and
# for scoring `tests/pipeline/scoring/test_score.py`.
EXPORTS = {
    "pipeline.export.html_page.write_page", "pipeline.export.litert.write_folder",
    "pipeline.export.report.pdf.write", "pipeline.export.report.writing.write_html",
    "pipeline.export.tfjs_folder.write_folder",
    "pipeline.export.trackers.tensorboard._replacing", "pipeline.scoring.known.note",
    "pipeline.scoring.on_ray._write", "pipeline.scoring.processes._score",
    "pipeline.scoring.result.write_facts", "pipeline.scoring.score._finish",
}  # fmt: skip
# The copy of a shared store; `tests/pipeline/store/test_remote.py` fills the disk under it.
COPIES = {
    "pipeline.store.shared.Shared.at", "pipeline.store.shared.Shared.fetch",
    "pipeline.store.local_copy.LocalCopy._keep", "pipeline.store.local_copy.LocalCopy.settle",
    "pipeline.store.entries.compose", "pipeline.store.remote.RemoteStore._send",
}  # fmt: skip
WRITERS = {
    "atomic": ("write", "write_text", "whole_folder", "remove_folder"),
    "journal": ("adding",),
}


@contextmanager
def limited(most: int) -> Iterator[None]:
    """Let no file have more bytes while the block runs: writes fail as they do on a full disk."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


def halves(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if is_half(path)]


@pytest.mark.parametrize("write", EVERY)
def test_where_a_file_cannot_grow_it_is_said_and_can_be_done_later(write: Write, world: World):
    before = write.kept(world)
    with world.entered():
        for most in BYTES:
            try:
                with limited(most):
                    write.act(world)
                break
            except InklingError as error:
                said = str(error)
            with tally.fault():
                assert TOO_LONG.search(said)
                assert halves(world.folder) == []
                assert write.kept(world) == before
    assert write.kept(world) != before


@cache
def outcomes(folder: Path) -> dict[tuple[str, str], Outcome]:
    """Try all kinds of writes on small disks, in a process that may mount them."""
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-m", "tests.faults.small_disk", str(folder)],
        capture_output=True, text=True, timeout=600, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [
        Outcome(**json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{")
    ]
    return {(one.name, one.room): one for one in found}


def may_mount() -> bool:
    """Whether users may have a name space of their own, and a small disk in it."""
    command = [*UNSHARE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(scope="session")
def small_disks(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Outcome]:
    if not may_mount():
        pytest.skip("users may not mount a small disk here (unshare --user --mount)")
    return outcomes(tmp_path_factory.mktemp("disks"))


@pytest.mark.process
@pytest.mark.parametrize("room", ["bytes", "files"])
@pytest.mark.parametrize("write", EVERY)
def test_on_a_full_disk_it_is_said_and_can_be_done_later(write: Write, room: str, small_disks):
    outcome = small_disks[write.name, room]
    tally.count(tally.FAULTS, outcome.tries)
    tally.count(tally.LOST, outcome.lost)
    assert not outcome.crash, outcome.crash
    assert outcome.done
    assert outcome.tries == len(outcome.said)
    assert all(FULL.search(said) for said in outcome.said), outcome.said
    assert outcome.lost == 0
    assert outcome.halves == []


def test_every_place_that_writes_is_tried(beginning: World, tmp_path):
    tried = set[str]()
    for number, write in enumerate(WRITES):
        world = World(shutil.copytree(beginning.folder, tmp_path / str(number)))
        with world.entered():
            tried |= writing(lambda write=write, world=world: write.act(world))
    assert tried | EXPORTS | COPIES == set(places())
    assert not tried & (EXPORTS | COPIES)


def writing(act: Callable[[], object]) -> set[str]:
    """Return the functions that write anything while something is done."""
    modules = {"atomic": atomic, "journal": journal}
    codes = {
        getattr(function, "__wrapped__", function).__code__
        for module, names in WRITERS.items()
        for function in (getattr(modules[module], name) for name in names)
    }
    found = set[str]()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code in codes:
            while frame.f_globals["__name__"] in ("contextlib", atomic.__name__, journal.__name__):
                frame = frame.f_back
            found.add(f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}")

    former = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(former)
    return found


def places() -> Iterator[str]:
    """Find the functions of the pipeline and the dashboard that write anything."""
    for package in ("pipeline", "dashboard"):
        for path in (ROOT / package).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if path != Path(atomic.__file__):
                yield from _writing(ast.parse(path.read_text("utf-8")), module)


def _writing(node: ast.AST, name: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        inner = name
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{name}.{child.name}"
        if isinstance(child, ast.Call) and _is_writer(child.func):
            yield name
        yield from _writing(child, inner)


def _is_writer(function: ast.expr) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return name in WRITERS.get(module, ())
        case ast.Name(id=name):
            return name in ("whole_folder", "adding")
    return False
