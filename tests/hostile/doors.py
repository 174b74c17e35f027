"""Hostile input through the doors of the command line: many in one process, with what it cost.

`python -m tests.hostile.doors GROUP` makes every input of a group in a folder of its own, runs the
command on it as a shell would, and prints an outcome per case as a line of JSON.
"""

import contextlib
import hashlib
import importlib
import io
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import typer

HANGS = 240  # seconds: what is not done by then, even on a busy machine, never is
SAFETY = 12 * 2**30  # bytes of address space, so that a failure does not take the machine along
KEPT = Path(__file__).parents[1] / "kept" / "models"
MODELS, CACHE = "models", "cache"


@dataclass(frozen=True)
class Case:
    """One hostile input and the command that is given it.

    Attributes:
        name: what it is, for whoever reads a failure.
        command: writes the input into a folder and returns the arguments of `inkling`; it may use
            the store `models` in there, which holds a run that an earlier version wrote.
        says: a regular expression that the sentence matches.
        refused: whether it must be; else it may be answered as well.
    """

    name: str
    command: Callable[[Path], list[str]]
    says: str = ""
    refused: bool = True


@dataclass(frozen=True)
class Outcome:
    """What came of a case.

    Attributes:
        name: of the case.
        code: exit status; −1 where an exception got out.
        said: standard error.
        printed: standard output.
        crash: the traceback, if an exception got out.
        seconds: of processor time.
        megabytes: the most memory that it had meanwhile; 0 where the system does not tell.
        changed: whether a file of the store is not as it was.
    """

    name: str
    code: int
    said: str
    printed: str
    crash: str
    seconds: float
    megabytes: float
    changed: bool


class Hung(BaseException):
    """The command waits for something that never comes."""


def run(case: Case) -> Outcome:
    """Run a case in a fresh folder."""
    folder = Path(tempfile.mkdtemp(prefix="inkling-hostile-"))
    before_cwd = Path.cwd()
    try:
        shutil.copytree(KEPT, folder / MODELS)
        os.chdir(folder)
        os.environ.update(INKLING_MODELS=str(folder / MODELS), INKLING_CACHE=str(folder / CACHE))
        arguments = case.command(folder)
        before = content(folder / MODELS)
        _forget_peak()
        code, said, printed, crash, seconds = _call(arguments)
        peak = _peak()
        changed = content(folder / MODELS) != before
        return Outcome(case.name, code, said, printed, crash, seconds, peak, changed)
    finally:
        os.chdir(before_cwd)
        _give_back(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _forget_peak() -> None:
    with contextlib.suppress(OSError):  # only Linux can; elsewhere the peak of all so far counts
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """The most memory this process has had, in megabytes.

    Not getrusage's, in which a child starts with the memory of the process that started it.
    """
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def content(folder: Path) -> dict[str, str]:
    """Hash every regular file of a folder; other things count by their kind."""
    return {
        os.fsencode(path.relative_to(folder)).hex(): _content_of(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix != ".lock"
    }


def _content_of(path: Path) -> str:
    try:
        if path.is_file():
            return hashlib.sha256(path.read_bytes()).hexdigest()
        return oct(path.lstat().st_mode)
    except PermissionError:
        return "may not be read"


def _give_back(folder: Path) -> None:
    """Let what a case has forbidden be deleted."""
    for place, folders, _ in os.walk(folder):  # which looks into folders after this
        for path in (Path(place) / name for name in folders):
            if not path.is_symlink():
                path.chmod(0o700)


def _call(arguments: list[str]) -> tuple[int, str, str, str, float]:
    """Call the command line as its script does."""
    from pipeline.cli.main import main

    # As Python opens them: what cannot be encoded fails on the one and is escaped on the other.
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    code, crash = -1, ""
    sys.argv = ["inkling", *arguments]
    start = time.process_time()
    signal.alarm(HANGS)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
                code = 0
            except SystemExit as exit:
                code = exit.code if isinstance(exit.code, int) else int(exit.code is not None)
    except (Exception, Hung):
        crash = traceback.format_exc()[-3000:]
    finally:
        signal.alarm(0)
    seconds = time.process_time() - start
    said, printed = _text(err), _text(out)
    return code, said, printed, crash, seconds


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


def _give_up(number: int, frame: object) -> None:
    raise Hung


def cases(group: str) -> list[Case]:
    """The cases of a group: a module beside this one."""
    found: list[Case] = importlib.import_module(f"tests.hostile.{group}").CASES
    return found


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (SAFETY, SAFETY))
    signal.signal(signal.SIGALRM, _give_up)
    # Built once, not anew by every call: that is half of what a case takes.
    typer.main.get_command = cache(typer.main.get_command)
    wanted = sys.argv[2:]
    getattr(importlib.import_module(f"tests.hostile.{sys.argv[1]}"), "BEGIN", lambda: None)()
    for case in cases(sys.argv[1]):
        if not wanted or case.name in wanted:
            print(json.dumps(asdict(run(case))), file=sys.__stdout__, flush=True)
