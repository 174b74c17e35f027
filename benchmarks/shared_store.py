"""A store in a bucket against one in a folder: looking at it, opening a run, publishing one.

The bucket is made without packs, so the first machine that looks fetches every description singly;
it writes a pack, which is what all machines after it find, and those after publishers.

`python benchmarks/shared_store.py [--runs 2000]` makes both with copies of the bundled run. The S3
server is moto's, on this machine: it proves function and counts requests; a real one answers more
of them at once, but each takes longer.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import mean_sd, show
from pipeline.store import shared
from pipeline.store.bundled import NAME
from pipeline.store.index_packs import INDEX
from pipeline.store.objects import Objects, _opened
from pipeline.store.run_folder import INFO, REQUIRED, Run, RunFiles
from pipeline.store.runs import Store
from tests.buckets import CREDENTIALS, Server

BUNDLED = Path(__file__).parents[1] / "models" / NAME
BUCKET = "s3://benchmark"
ROUNDS = 5
PUT_AT_ONCE = 200


def ids(runs: int) -> list[str]:
    return [f"20260101-{number:06d}-mnist-cnn-0000" for number in range(runs)]


def in_a_folder(folder: Path, runs: int) -> Store:
    """Make a store of runs whose files are links to those of the bundled one."""
    for run_id in ids(runs):
        (folder / run_id).mkdir(parents=True)
        for path in (file for file in BUNDLED.iterdir() if file.is_file()):
            os.link(path, folder / run_id / path.name)
    return Store(folder)


def in_a_bucket(runs: int) -> str:
    """Make a store of runs, of which only the newest has its files; return its URL."""
    system, root = _opened(BUCKET)
    system.mkdir(root)
    url, described = f"{BUCKET}/team", (BUNDLED / INFO).read_bytes()
    names = [f"{root}/team/{INDEX}/{run_id}/{INFO}" for run_id in ids(runs)]
    for start in range(0, len(names), PUT_AT_ONCE):
        system.pipe(dict.fromkeys(names[start : start + PUT_AT_ONCE], described))
    for name in REQUIRED:
        content = (BUNDLED / name).read_bytes()
        Objects(url).write(f"{shared.FILES}/{ids(runs)[-1]}/{name}", content)
    Objects(url).write(shared.CHANGED, b"as publishers do")
    return url


def seen_from(cache: Path, url: str) -> Store:
    """Open the store as a new process does, on the machine with this cache."""
    os.environ["INKLING_CACHE"] = str(cache)
    shared._seen.cache_clear()
    found = shared.located(url)
    assert found is not None
    return Store.default(url)


def read(run: Run) -> object:
    """Read what a page shows first."""
    return run.predictions(), run.graph_bytes(), run.history()


def publish(store: Store) -> None:
    """Publish a copy of the bundled run."""
    like = Store(BUNDLED.parent).open(NAME)
    files = RunFiles(
        history=like.history(),
        predictions=like.predictions(),
        write_model=lambda path: path.write_bytes(like.model_path.read_bytes()),
        write_graph=lambda path: path.write_bytes(like.graph_bytes()),
    )
    info = like.info.model_copy(update={"created": datetime.now(UTC), "hashes": {}})
    store.publish(info, files)


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Time some work, in milliseconds each."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - began))
    return found


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=2000)
    runs = arguments.parse_args().runs
    server = Server()
    try:
        os.environ |= CREDENTIALS | {"AWS_ENDPOINT_URL": server.address, "INKLING_BUNDLED": ""}
        with tempfile.TemporaryDirectory(dir=BUNDLED.parents[1] / "build") as scratch:
            measure(Path(scratch), runs)
    finally:
        server.stop()


def measure(scratch: Path, runs: int) -> None:
    """Measure both stores."""
    local, url = in_a_folder(scratch / "models", runs), in_a_bucket(runs)
    newest = ids(runs)[-1]

    def again(store: Store, seconds: int = 1) -> object:
        if store.shared:  # so many seconds later
            store.shared._seen.until = 0.0
            store.shared._seen.trusted_until -= seconds
        return store.versions()

    def fetched() -> object:
        for name in REQUIRED:
            (store.folder / newest / name).unlink(missing_ok=True)
        return read(run)

    alone = timed(lambda: seen_from(scratch / "a", url).entries(), 1)
    later = iter(range(ROUNDS))
    first = timed(lambda: seen_from(scratch / f"later {next(later)}", url).entries(), 3)
    listed = timed(lambda: Objects(url).list(INDEX))
    known = timed(lambda: seen_from(scratch / "a", url).entries(), 2)
    store = seen_from(scratch / "a", url)
    run = next(one for one in store.runs() if one.id == newest)
    own = next(one for one in local.runs() if one.id == newest)
    rows = [
        ("first look of the first machine: each description singly", "", mean_sd(alone, ",.0f")),
        ("first look of any machine after it", "", mean_sd(first, ",.0f")),
        ("first look of a process", mean_sd(timed(local.entries, 2), ",.0f"),
         mean_sd(known, ",.0f")),
        ("a later look: has anything changed?", mean_sd(timed(lambda: again(local)), ",.0f"),
         mean_sd(timed(lambda: again(store)), ",.0f")),
        ("the same after half a minute: a listing", "",
         mean_sd(timed(lambda: again(store, 60)), ",.0f")),
        ("of that, the listing alone", "", mean_sd(listed, ",.0f")),
        ("the same within a second", "", mean_sd(timed(store.versions), ",.0f")),
        ("opening a run for the first time", "", mean_sd(timed(fetched), ",.0f")),
        ("opening it again", mean_sd(timed(lambda: read(own)), ",.0f"),
         mean_sd(timed(lambda: read(run)), ",.0f")),
        ("publishing a run", mean_sd(timed(lambda: publish(local), 3), ",.0f"),
         mean_sd(timed(lambda: publish(store), 3), ",.0f")),
    ]  # fmt: skip
    show(f"{runs:,} runs, milliseconds", ("", "folder", "bucket"), rows)


if __name__ == "__main__":
    main()
