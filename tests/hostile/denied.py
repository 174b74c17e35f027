"""Permission taken away: from a store, a run, its files, a job, the cache, and folders to write to.

The process of these cases does without root's privilege to pass over permissions.
"""

import os
from collections.abc import Callable
from pathlib import Path

from tests.hostile import privilege
from tests.hostile.datasets import classes, imported, npz, picture
from tests.hostile.doors import CACHE, MODELS, Case
from tests.hostile.runs import JOB, RUN, SEVEN

NOBODY = 65534  # user and group
DENIED = "ermission denied|is not readable"
NONE, READ, LOOK = 0o000, 0o444, 0o555


def denied(name: str, path: str, mode: int, *arguments: str, says: str = "", refused: bool = True,
           owner: int | None = None) -> Case:  # fmt: skip
    """A command on a store in which something may not be read or written."""

    def command(folder: Path) -> list[str]:
        place = folder / path
        if not place.exists():
            place.mkdir(parents=True)
        if owner is not None and os.geteuid() == 0:
            for one in (place, *place.rglob("*")):
                os.chown(one, owner, owner)
        (folder / "seven.json").write_text(SEVEN)
        place.chmod(mode)
        return list(arguments)

    return Case(f"{' '.join(arguments)}: {name} ({mode:o})", command, says, refused)


def job(folder: Path) -> None:
    place = folder / MODELS / JOB
    place.mkdir(parents=True)
    (place / "job.json").write_text('{"fetch": "mnist"}')
    (place / "status.json").write_text('{"state": "finished"}')


def on_job(name: str, file: str, *arguments: str, refused: bool = False) -> Case:
    def command(folder: Path) -> list[str]:
        job(folder)
        (folder / MODELS / JOB / file).chmod(NONE)
        return list(arguments)

    return Case(f"{' '.join(arguments)}: {name} may not be read", command, refused=refused)


def on_dataset(name: str, make: Callable[[Path], object], file: str) -> Case:
    def command(folder: Path) -> list[str]:
        given = imported(make, "odd")(folder)
        (folder / "odd" / file).chmod(NONE)
        return given

    return Case(f"data: {name} may not be read", command, DENIED)


PREDICT = ("predict", RUN, "seven.json")
EXPORT = ("export", RUN, "--to", "out", "--format", "litert")
TRAIN = ("train", "--dataset=digits", "--network=pixels", "--epochs=1")
RUN_FILES = ("run.json", "model.tflite", "predictions.parquet", "novelty.npz")
OFFERED = [
    ("runs",), PREDICT, EXPORT, ("promote",), ("promote", RUN), ("rule",), ("jobs",),
    ("name", RUN, "x"), ("rule", "--most-lost=1"), TRAIN, (*TRAIN, "--queue"),
    ("delete", RUN, "--yes"),
]  # fmt: skip
BEGIN = privilege.drop
CASES = [
    *[denied("the store may not be read", MODELS, NONE, *arguments, says=DENIED)
      for arguments in OFFERED if arguments != ("rule",)],
    *[denied("the store may not be written", MODELS, LOOK, *arguments, says=DENIED)
      for arguments in OFFERED[8:]],
    *[denied("the store is somebody else's", MODELS, LOOK, *arguments, owner=NOBODY,
             refused=False) for arguments in OFFERED],
    *[denied("the run may not be read", f"{MODELS}/{RUN}", mode, *arguments, says="may not be read")
      for mode in (NONE, READ) for arguments in (PREDICT, EXPORT)],
    *[denied("the run may not be read", f"{MODELS}/{RUN}", mode, "runs", refused=False)
      for mode in (NONE, READ, 0o111)],
    *[denied(f"{file} may not be read", f"{MODELS}/{RUN}/{file}", NONE, *arguments, refused=False)
      for file in RUN_FILES for arguments in (("runs",), PREDICT, EXPORT)],
    *[denied(f"{file} may not be read", f"{MODELS}/{file}", NONE, *arguments, refused=False)
      for file, arguments in (
          ("reviews.jsonl", ("runs",)), ("corrections.jsonl", (*TRAIN, "--corrections")))],
    *[denied("jobs may not be read", f"{MODELS}/.jobs", mode, *arguments, refused=False)
      for mode in (NONE, LOOK) for arguments in (("jobs",), (*TRAIN, "--queue"))],
    *[on_job(file, file, *arguments)
      for file in ("job.json", "status.json") for arguments in (("jobs",), ("jobs", "--json"))],
    *[denied("the cache may not be used", CACHE, mode, *arguments, says=DENIED)
      for mode in (NONE, LOOK) for arguments in (("data", "digits"), TRAIN)],
    denied("the cache may not be read", CACHE, NONE, "data", refused=False),
    denied("the folder to export to may not be written", "there", LOOK, "export", RUN, "--to",
           "there/out", "--format", "litert", says=DENIED),
    on_dataset("a class folder", classes(lambda folder: None), "cat"),
    on_dataset("a picture", classes(lambda folder: picture(folder / "cat" / "a.png")),
               "cat/a.png"),
    Case("data: the file may not be read", lambda folder: [
        imported(npz())(folder), (folder / "odd.npz").chmod(NONE),
        ["data", "mine", "--from", "odd.npz"]][-1], DENIED),
    Case("runs: a folder above the store may not be entered", lambda folder: [
        (folder / "above" / "models").mkdir(parents=True), (folder / "above").chmod(NONE),
        ["runs", "--models", "above/models"]][-1], DENIED),
    Case("data: class names may not be read", lambda folder: [
        (folder / "names").write_text("a"), (folder / "names").chmod(NONE),
        ["data", "digits", "--class-names", "names"]][-1], DENIED),
]  # fmt: skip
