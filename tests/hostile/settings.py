"""Settings out of bounds, names of runs, and places to write to and read from."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.hostile.datasets import fifo, link, loop
from tests.hostile.doors import KEPT, Case

Make = Callable[[Path], object]
RUN = next(KEPT.glob("2*")).name
DIGITS = "9" * 5000
ODD_NAMES = {
    "no name": "",
    "a blank": " ",
    "a dot": ".",
    "two dots": "..",
    "a path upward": "../../etc/passwd",
    "a root": "/",
    "a star": "*",
    "HTML": "<script>alert(1)</script>",
    "SQL": "' OR 1=1 --",
    "a format string": "%s%s%s{0}{}",
    "10,000 letters": "a" * 10_000,
    "control characters": "a\x1b[2J\x07",
    "a turned direction": "a\u202egnp.exe",
    "bytes that are no UTF-8": os.fsdecode(b"caf\xe9"),
    "emoji": "🤷" * 100,
    "a hidden folder": ".additions",
}


def called(*arguments: str) -> Callable[[Path], list[str]]:
    return lambda folder: list(arguments)


def option(command: str, name: str, value: str, says: str = "", *more: str) -> Case:
    """A command with one option that is out of bounds."""
    arguments = [command, *more, f"--{name}={value}"]
    return Case(f"{command} --{name} {value[:20]}", called(*arguments), says or name)


BOUNDS = [
    *[option("train", "seed", value) for value in ("-1", "2147483648", "1e3", DIGITS, "nan", "")],
    *[option("train", "epochs", value) for value in ("0", "1001", "-5", "1.5", "inf", DIGITS)],
    *[option("train", "batch-size", value) for value in ("0", "8193", "-1", "many")],
    *[option("train", "learning-rate", value, "learning.rate")
      for value in ("0", "1.1", "-1", "nan", "inf", "1e400", "1e-400")],
    *[option("train", "augmentation", value) for value in ("-0.1", "2.1", "nan", "inf")],
    *[option("train", "label-smoothing", value, "label.smoothing")
      for value in ("-0.1", "1", "nan", "-inf")],
    *[option("train", name, value) for name in ("network", "preset", "variant")
      for value in ("", "no", "a" * 5000, os.fsdecode(b"\xe9"))],
    *[option("retrain", "seed", value, "seed", "latest") for value in ("-1", str(2**31), DIGITS)],
    *[option("rule", "most-lost", value, "most.lost")
      for value in ("nan", "inf", "-1", "100.5", "lots")],
    *[option("app", "port", value) for value in ("0", "65536", "-1", "http", DIGITS)],
    Case("jobs move --to 0", called("jobs", "move", "x", "--to=0"), "to"),
    Case("an option that is not there", called("train", "--no-such-option"), "no-such-option"),
    Case("a command that is not there", called("fly"), "fly"),
    Case("a name of 81 letters", called("name", "latest", "a" * 81), "up to 80"),
    Case("a note of 2,001 letters", called("name", "latest", "--note", "a" * 2001), "2,000"),
    Case("a reason of 100,000 letters", called("promote", "latest", "--because", "a" * 100_000),
         "characters"),
    Case("a name that is no UTF-8", called("name", "latest", os.fsdecode(b"caf\xe9")), "", False),
    Case("a name of control characters", called("name", "latest", "a\x1b[2J"), "", False),
    Case("a reason that is no UTF-8",
         called("promote", "latest", "--because", os.fsdecode(b"caf\xe9")), "", False),
    Case("a language that is not there", called(
        "export", "latest", "--to", "x", "--format", "report", "--lang", "xx"), "lang"),
    Case("a format that is not there", called(
        "export", "latest", "--to", "x", "--format", "exe"), "format"),
]  # fmt: skip
RUNS = [
    Case(f"{command} of {what}", called(command, name, *more), "")
    for what, name in ODD_NAMES.items()
    for command, more in (
        ("predict", ["x.png"]),
        ("delete", ["--yes"]),
    )
]
JOBS = [
    Case(f"jobs {command} {what}", called("jobs", command, name), "")
    for what, name in ODD_NAMES.items()
    for command in ("remove",)
    if name
]


def to(name: str, make: Make, says: str = "out") -> Case:
    """An export to an odd place."""

    def command(folder: Path) -> list[str]:
        make(folder / "out")
        return ["export", "latest", "--to", str(folder / "out"), "--format", "litert"]

    return Case(f"export to {name}", command, says)


def into(name: str, place: str, says: str = "") -> Case:
    return Case(
        f"export to {name}", called("export", "latest", "--to", place, "--format", "litert"), says
    )


PLACES = [
    to("a named pipe", fifo, "already exists"),
    to("a link to itself", loop, "already exists"),
    to("a link to /dev/zero", link("/dev/zero"), "already exists"),
    to("a folder", lambda path: path.mkdir(), "already exists"),
    into("/dev/null", "/dev/null", "already exists"),
    into("below a file", "/etc/hosts/x/y", "is a file"),
    into("/proc", "/proc/x/y", "/proc"),
    into("/sys", "/sys/x", "/sys"),
    into("a name of 300 letters", "a" * 300, "too long"),
    into("a path of 10,000 letters", "a/" * 5000, "too long"),
    into("no place", "", ""),
]


def store(name: str, make: Make, *arguments: str, says: str = "odd") -> Case:
    """A command on a store that is none."""

    def command(folder: Path) -> list[str]:
        make(folder / "odd")
        return [*(arguments or ("runs",)), "--models", str(folder / "odd")]

    return Case(f"{' '.join(arguments) or 'runs'} in {name}", command, says)


def text(path: Path) -> None:
    path.write_text("no store")


TRAIN = ("train", "--epochs=1", "--dataset=digits")
NO_STORES = {"a file": text, "a named pipe": fifo, "a link": loop, "/dev/zero": link("/dev/zero")}
ON_STORES = ((), ("predict", "latest", "x.png"), ("jobs",), ("promote",), ("rule", "--most-lost=1"),
             ("name", "latest", "x"), TRAIN, (*TRAIN, "--queue"))  # fmt: skip
STORES = [
    *[store(f"a store that is {what}", make, *arguments)
      for what, make in NO_STORES.items() for arguments in ON_STORES],
    *[Case(f"runs in a store called {what}", called("runs", "--models", name), "", refused=False)
      for what, name in ODD_NAMES.items()],
    Case("a store below a file", called("runs", "--models", "/etc/hosts/x"), "cannot be read"),
]  # fmt: skip


def cached(name: str, make: Make, *arguments: str, says: str = "odd") -> Case:
    """A command with a cache that is none."""

    def command(folder: Path) -> list[str]:
        make(folder / "odd")
        os.environ["INKLING_CACHE"] = str(folder / "odd")
        return list(arguments)

    return Case(f"{' '.join(arguments)} with a cache that is {name}", command, says)


CACHES = [
    cached(what, make, "data", "digits")
    for what, make in {
        "a file": text,
        "a named pipe": fifo,
        "a link to itself": loop,
        "/dev/zero": link("/dev/zero"),
    }.items()
]
CASES = [*BOUNDS, *RUNS, *JOBS, *PLACES, *STORES, *CACHES]
