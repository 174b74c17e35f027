"""Run folders that were altered, and journals, jobs and settings beside them that were."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.hostile.datasets import fifo, link, loop
from tests.hostile.doors import KEPT, MODELS, Case

Make = Callable[[Path], object]
RUN = next(KEPT.glob("2*")).name
INFO = json.loads((KEPT / RUN / "run.json").read_text("utf-8"))
FILES = ("run.json", "model.keras", "model.tflite", "history.csv", "predictions.parquet",
         "novelty.npz", "features.parquet")  # fmt: skip
SEVEN = json.dumps([[[0, 0], [20, 0], [8, 30]]])


def flipped(path: Path, seed: int, times: int = 40) -> None:
    """Change some bytes of a file and leave its size as it is."""
    random = np.random.default_rng(seed)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    at = random.integers(0, len(content), times)
    content[at] = random.integers(0, 256, times)
    path.write_bytes(content.tobytes())


def cut(path: Path, seed: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(np.random.default_rng(seed).integers(0, len(content)))])


def zeroed(path: Path) -> None:
    """Replace a file by as many zero bytes."""
    path.write_bytes(bytes(path.stat().st_size))


def info(**changes: object) -> Make:
    """A `run.json` in which some things are other than they were."""
    return lambda path: path.write_text(json.dumps(INFO | changes), "utf-8")


def without(key: str) -> Make:
    kept = {name: value for name, value in INFO.items() if name != key}
    return lambda path: path.write_text(json.dumps(kept), "utf-8")


def replaced(make: Make) -> Make:
    """Something else in the place of a file."""

    def change(path: Path) -> None:
        path.unlink()
        make(path)

    return change


def altered(name: str, file: str, change: Make, *arguments: str, refused: bool = False) -> Case:
    """A command on a run of which a file was altered; by default, a prediction with it."""

    def command(folder: Path) -> list[str]:
        change(folder / MODELS / RUN / file)
        (folder / "seven.json").write_text(SEVEN)
        return list(arguments) or ["predict", RUN, str(folder / "seven.json")]

    what = " ".join(arguments[:1]) or "predict"
    return Case(f"{what}: {file} {name}", command, refused=refused)


EXPORT = ("export", RUN, "--to", "out", "--format", "litert")


def flips(seeds: range) -> list[Case]:
    """Flipped bytes and cut-off files, of every kind of file."""
    return [
        altered(name, file, change, *arguments)
        for file in FILES for seed in seeds
        for name, change, arguments in (
            (f"flipped {seed}", lambda path, seed=seed: flipped(path, seed), ()),
            (f"flipped {seed}", lambda path, seed=seed: flipped(path, seed), ("runs",)),
            (f"cut {seed}", lambda path, seed=seed: cut(path, seed), ()),
        )
    ]  # fmt: skip


ALTERED = [
    *flips(range(1)),
    *[altered("all zeros", file, zeroed, *arguments, refused=file == "model.tflite")
      for file in FILES for arguments in ((), EXPORT)],
    *[altered(f"replaced by {what}", file, replaced(make))
      for file in ("run.json", "model.tflite", "novelty.npz")
      for what, make in {"a pipe": fifo, "a link to itself": loop, "a folder": Path.mkdir,
                         "/dev/zero": link("/dev/zero")}.items()],
]  # fmt: skip
INFOS = [
    *[altered(f"without {key}", "run.json", without(key), *arguments)
      for key in INFO for arguments in ((), ("runs",))],
    *[altered(f"with {key} {value!r:.20}", "run.json", info(**{key: value}), "runs")
      for key in ("format", "created", "dataset", "layers", "metrics", "config", "hashes", "note")
      for value in (None, -1, 10**400, "\ud800", [], {"a": [[[]]]})],
    altered("with a lone surrogate in its id", "run.json", info(id="\ud800"), "runs", "--json"),
    altered("with hardware that is no UTF-8", "run.json", info(hardware={"a": "\ud800"}), "runs",
            "--json"),
    altered("with a note of control characters", "run.json", info(note="\x1b[2J"), "runs"),
    altered("nested", "run.json", lambda path: path.write_text("[" * 10**5), "runs"),
    altered("of numbers of 5,000 digits", "run.json",
            lambda path: path.write_text('{"format": ' + "9" * 5000 + "}"), "runs"),
    altered("no UTF-8", "run.json", lambda path: path.write_bytes(b"\xff\xfe\xff"), "runs"),
    altered("of 200 MB", "run.json", lambda path: path.write_bytes(b" " * 200_000_000), "runs"),
    altered("of another shape", "run.json", info(input_shape=[8, 8, 1]), refused=True),
    altered("with the hash of another graph", "run.json", info(hashes={"model.tflite": "0" * 64}),
            refused=True),
    altered("with the hash of another graph", "run.json", info(hashes={"model.tflite": "0" * 64}),
            *EXPORT, refused=True),
    altered("with the hash of another network", "run.json",
            info(hashes={"novelty.npz": "0" * 64}), refused=True),
]  # fmt: skip


def beside(name: str, file: str, content: bytes, *arguments: str) -> Case:
    """A command on a store in which a file beside the runs is odd."""

    def command(folder: Path) -> list[str]:
        path = folder / MODELS / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return list(arguments)

    return Case(f"{arguments[0]}: {file} {name}", command, refused=False)


JOB = ".jobs/20260101-120000-ab12/"
ODD = {
    "empty": b"",
    "text": b"seven\n",
    "null": b"null\n",
    "a number": b"7\n",
    "a list": b"[]\n",
    "nested": b"[" * 100_000 + b"\n",
    "bytes": bytes(range(256)),
    "a lone surrogate": b'{"id": "\\ud800", "run": "\\ud800", "train": {"dataset": "\\ud800"}}\n',
    "5,000 digits": b'{"format": ' + b"9" * 5000 + b"}\n",
    "infinity": b'{"seconds": Infinity, "index": 1e400, "began": NaN}\n',
}
BESIDE = [
    beside(what, file, content, *arguments)
    for what, content in ODD.items()
    for file, arguments in (
        ("reviews.jsonl", ("runs",)),
        ("corrections.jsonl", ("train", "--corrections", "--dataset=nosuch")),
        ("default.json", ("promote",)),
        ("promotion-rule.json", ("rule",)),
        (f"{RUN}/about.json", ("runs",)),
        (f"{RUN}/evaluations/x.json", ("runs",)),
        (JOB + "job.json", ("jobs",)),
        (JOB + "status.json", ("jobs",)),
        (".jobs/order.json", ("jobs", "--json")),
    )
]


def in_place(what: str, make: Make, file: str, *arguments: str) -> Case:
    """A command on a store in which something beside the runs is no file."""

    def command(folder: Path) -> list[str]:
        path = folder / MODELS / file
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder / MODELS / ".unfinished")  # which would be gone on with
        if file.startswith(JOB) and not file.endswith("job.json"):
            (path.parent / "job.json").write_text('{"fetch": "mnist"}')
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        make(path)
        return list(arguments)

    return Case(f"{' '.join(arguments)}: {file} is {what}", command, refused=False)


NO_FILES = {"a named pipe": fifo, "a folder": Path.mkdir, "a link to itself": loop,
            "/dev/zero": link("/dev/zero")}  # fmt: skip
IN_PLACE = [
    in_place(what, make, file, *arguments)
    for what, make in NO_FILES.items()
    for file, arguments in (
        ("reviews.jsonl", ("runs",)),
        ("corrections.jsonl", ("train", "--corrections", "--dataset=digits", "--epochs=1")),
        ("default.json", ("promote",)),
        ("default.json", ("promote", RUN)),
        ("promotion-rule.json", ("rule",)),
        (f"{RUN}/about.json", ("runs",)),
        (f"{RUN}/evaluations/x.json", ("export", RUN, "--to=out", "--format=report")),
        (f"{RUN}/robustness.json", ("export", RUN, "--to=out", "--format=report")),
        (JOB + "job.json", ("jobs",)),
        (JOB + "status.json", ("jobs",)),
        (JOB + "alive.lock", ("jobs",)),
        (JOB + "output.txt", ("jobs", "--json")),
        (JOB + "pid", ("jobs", "remove", JOB.split("/")[1])),
        (".jobs/order.json", ("jobs", "--json")),
        (".jobs", ("jobs",)),
        (".checkpoints", ("train", "--resume")),
        (".checkpoints/0123456789abcdef/state.npz", ("train", "--resume")),
    )
]
CASES = [*ALTERED, *INFOS, *BESIDE, *IN_PLACE]
