"""A scoring of very many images, and the page that shows what came out of it.

`python benchmarks/scored.py [IMAGES …] [--workers N] [--on WHERE] [--folder DIR]` (by default,
10,000 and 1,000,000 images) repeats MNIST's test images in an IDX file, each time with other noise,
lets `inkling score` read them with the bundled network, in a process of its own, and looks at the
memory of that process and all that it starts: what they have allocated, without the files that they
have mapped.

Then it serves the result and opens the Scored page in a real Chromium, by a click on its name in
the list of pages, which is told apart the first time, when the result is read. 30 clicks change the
class and the order. Times are from a click to the frame in which other images are painted. Needs
MNIST: set INKLING_DATA.
"""

import argparse
import json
import os
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import proc
from benchmarks.memory import resident_megabytes
from benchmarks.table import show
from benchmarks.views import WATCH, p95, timed
from dashboard.words.scored import ORDERS
from pipeline.data.datasets import open_dataset
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, BUNDLED, serving, settle

SCORING = (
    "images", "processes", "seconds", "images a second and process", "MB at most, all together",
    "MB of result",
)  # fmt: skip
PAGE = ("images", "first opening, ms", "later ones, ms", "another class or order, ms: p50", "p95",
        "web process before, MB", "after")  # fmt: skip
OPENINGS = 5


def repeated(path: Path, images: np.ndarray, count: int) -> None:
    """Write an IDX file of so many images: some, uint8 (n, height, width), again and again.

    The last two bits of each pixel are drawn. Of equal images, the least confident could be the
    least typical, too, in the same order; then the page would have nothing to paint anew.
    """
    random = np.random.default_rng(0)
    with path.open("wb") as file:
        file.write(struct.pack(">HBB3I", 0, 8, 3, count, *images.shape[1:]))
        for first in range(0, count, len(images)):
            some = images[: count - first]
            file.write((some ^ random.integers(0, 4, some.shape, np.uint8)).tobytes())


def scored(images: Path, out: Path, store: Path, workers: int, on: str | None) -> list[str]:
    """Score a file by the command; return the row of its table."""
    command = [
        sys.executable, "-m", "pipeline.cli", "score", "latest", str(images), "--out", str(out),
        "--workers", str(workers), "--models", str(store), "--json", *(["--on", on] if on else []),
    ]  # fmt: skip
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with proc.watched_tree(process.pid) as seen:
        said, complaints = process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        sys.exit(complaints.decode())
    count = json.loads(said)["done"]["images"]
    size = sum(path.stat().st_size for path in out.iterdir())
    return [
        f"{count:,}",
        f"{workers} by Ray" if on else str(workers),
        f"{seconds:.1f}",
        f"{count / seconds / workers:,.0f}",
        f"{max(seen) / 2**20:,.0f}",
        f"{size / 2**20:.1f}",
    ]


def opened(page: Page, address: str, pid: int) -> list[str]:
    """Open the Scored page, and look around on it; return the end of its row of the table."""
    page.goto(address)
    settle(page)
    page.evaluate(WATCH)
    before = resident_megabytes(pid)
    openings = []
    for _ in range(1 + OPENINGS):
        openings.append(timed(page, page.get_by_role("link", name="Scored", exact=True).click))
        page.get_by_role("link", name="Overview", exact=True).click()
        settle(page)
    page.get_by_role("link", name="Scored", exact=True).click()
    settle(page)
    changes = []
    for label in range(10):
        page.get_by_role("combobox", name="Read as").click()
        option = page.get_by_role("option", name=str(label), exact=True)
        changes.append(timed(page, option.click))
        for step in (1, 2):
            order = list(ORDERS.values())[(2 * label + step) % 3]
            changes.append(timed(page, page.get_by_role("radio", name=order).click))
    first, *later = openings
    return [
        f"{first:.0f}",
        f"{statistics.median(later):.0f}",
        f"{statistics.median(changes):.0f}",
        f"{p95(changes):.0f}",
        f"{before:.0f}",
        f"{resident_megabytes(pid):.0f}",
    ]


def main() -> None:
    """Score as many images as were asked for, and open the page; print both tables."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("images", nargs="*", default=["10,000", "1,000,000"])
    arguments.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--on")
    arguments.add_argument("--folder", type=Path, help="on a disk with room")
    chosen = arguments.parse_args()
    path = chromium.find()
    if path is None:
        sys.exit(chromium.ADVICE)
    images = open_dataset("mnist").x_test[..., 0]
    scorings, pages = [], []
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for count in (int(text.replace(",", "")) for text in chosen.images):
            here = Path(folder, str(count))
            store, source = here / "models", here / "images-ubyte"
            shutil.copytree(BUNDLED, store / "20261121-101500-mnist-cnn-ab12")
            repeated(source, images, count)
            scorings.append(scored(source, here / "out", store, chosen.workers, chosen.on))
            print(*scorings[-1], sep=" | ", flush=True)  # the page may fail
            with serving(store, here / "log.txt") as (address, process):
                pages.append([f"{count:,}", *opened(page, address, process.pid)])
        browser.close()
    show("`inkling score` with the bundled network", SCORING, scorings)
    show("The Scored page, in Chromium on the same cores", PAGE, pages)


if __name__ == "__main__":
    main()
