"""All benchmarks in one go: `make bench`, an hour at most, with their tables in one file.

`python benchmarks/run_all.py [--quick] [--only TITLE …] [--to FILE]` runs each script in a process
of its own, with a limit for each and for all together, and collects what they print in
`docs/benchmarks.md`, after each script anew: whatever ends the run early, what was measured is
kept. With `--only`, the other sections stay as they are. With `--quick`, each does as little as it
can, to see that all run to their end; its numbers mean nothing, so it writes to
`build/benchmarks-quick.md`. Needs MNIST and the pen digits: set INKLING_DATA.
"""

import argparse
import os
import platform
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
MINUTES = 60  # for all
LIBRARIES = ("tensorflow", "keras", "ai-edge-litert", "streamlit", "numpy")
BUNDLED = ("mnist-cnn", "--models", "models")


@dataclass(frozen=True)
class Step:
    """One script to run.

    Attributes:
        title: of its section.
        script: its file in this folder, without the suffix.
        minutes: its limit.
        arguments: on its command line.
        quick: those of a run that only shows that it works; None for the same ones.
    """

    title: str
    script: str
    minutes: float
    arguments: tuple[str, ...] = ()
    quick: tuple[str, ...] | None = None


STEPS = (
    Step("Web process", "serving", 2, (), ("--rounds", "1")),
    Step("Live pad", "live", 3),
    Step("Inside the network", "inside", 2),
    Step("Tour", "tour", 2),
    Step("Views", "views", 3, (), ("10,000",)),
    Step("Many visitors", "load", 4, ("--minutes", "2"), ("--sessions", "4", "--minutes", "0.1")),
    Step("The report", "report", 1, (), ("--rounds", "1")),
    Step("Known label errors", "labels", 1),
    Step("Out of distribution", "out_of_distribution", 2),
    Step("Corrupted images", "corruptions", 2),
    Step("What people really draw", "drawing", 4, BUNDLED, (*BUNDLED, "--some", "40")),
    Step("Photographs", "photos", 5, (*BUNDLED, "--some", "250"), (*BUNDLED, "--some", "4")),
    Step("Preset quick", "training", 3, ("quick",), ("quick", "--seeds", "1")),
    Step("Bundled network", "training", 1, ("best", "--models", "models", "--seeds", "1")),
    Step("Every network", "training", 7, ("ladder",), ("ladder", "--preset", "quick")),
    Step("Time to 99%", "training", 6, ("speed",), ("speed", "--seeds", "1")),
    Step("Overhead of training", "overhead", 4, (), ("--rounds", "1")),
    Step("Jobs", "jobs", 4, (), ("--rounds", "1")),
    Step(
        "Corrections", "corrections",
        4, (), ("--seeds", "1", "--repeats", "20"),
    ),
)  # fmt: skip


def main() -> None:
    """Run the scripts one after the other, and write the file; fail if one of them did."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--to", type=Path)
    arguments.add_argument("--only", nargs="+", choices=[step.title for step in STEPS])
    chosen = arguments.parse_args()
    usual = "build/benchmarks-quick.md" if chosen.quick else "docs/benchmarks.md"
    path: Path = chosen.to or ROOT / usual
    path.parent.mkdir(parents=True, exist_ok=True)
    steps = [step for step in STEPS if not chosen.only or step.title in chosen.only]
    sections = sections_of(path) if chosen.only else {}
    started, failed = time.monotonic(), 0
    for step in steps:
        left = 60 * MINUTES - (time.monotonic() - started)
        text, whole = run(step, min(60 * step.minutes, left), quick=chosen.quick)
        failed += not whole
        sections[step.title] = f"## {step.title}\n\n{text}\n"
        there = [sections[one.title] for one in STEPS if one.title in sections]
        path.write_text("\n".join([heading(chosen.quick), *there]), encoding="utf-8")
        print(f"{step.title}: {(time.monotonic() - started) / 60:.1f} minutes so far", flush=True)
    print(f"{len(steps) - failed} of {len(steps)} ran to their end; see {path}")
    sys.exit(1 if failed else 0)


def sections_of(path: Path) -> dict[str, str]:
    """Read the sections of a file that was written before, by title."""
    if not path.exists():
        return {}
    parts = re.split("^(?=## )", path.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix("## "): part.rstrip("\n") + "\n" for part in parts}


def run(step: Step, seconds: float, *, quick: bool) -> tuple[str, bool]:
    """Run one script; return its section's text, and whether it ran to its end."""
    arguments = step.quick if quick and step.quick is not None else step.arguments
    command = [sys.executable, f"benchmarks/{step.script}.py", *arguments]
    said = f"`{' '.join(['python', *command[1:]])}`"
    if seconds <= 0:
        return f"{said} was not run: the {MINUTES} minutes for all were over.", False
    began = time.monotonic()
    # Its own session, so that a server or a training that it started ends with it.
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        printed, complaints = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        printed = stopped(process)
        note = f"{said} was stopped after {seconds / 60:.0f} minutes, its limit."
        return f"{note}\n\n{tables(printed)}".strip(), False
    if process.returncode:
        last = complaints.strip().splitlines()[-1:] or ["nothing"]
        return f"{said} failed. The last it said was: `{last[0][:200]}`", False
    today = f"{datetime.now(UTC):%B} {datetime.now(UTC).day}, {datetime.now(UTC).year}"
    return f"{said}, {today}, {time.monotonic() - began:.0f} s\n\n{tables(printed)}".strip(), True


def stopped(process: "subprocess.Popen[str]") -> str:
    """End a script and all that it started; return what it had printed."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        return process.communicate(timeout=10)[0]
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()[0]


def tables(printed: str) -> str:
    """Return what a script printed, without the machine that the file names once."""
    lines = (line for line in printed.splitlines() if not line.startswith(f"({os.cpu_count()} "))
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def heading(quick: bool) -> str:
    """Say what the file is, on what it was measured, and with which versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    trial = "A trial run with `--quick`: these numbers mean nothing.\n\n" if quick else ""
    return (
        "# Benchmarks\n\n"
        f"{trial}Written by `make bench`, which runs the scripts in `benchmarks/`; each says at "
        "its top what it\nmeasures, and how. "
        f"{os.cpu_count()} cores ({processor()}), Python {platform.python_version()}, "
        f"{libraries}.\n"
    )


def processor() -> str:
    """Name the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
