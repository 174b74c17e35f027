"""Time from a click to its images, and memory use, in a real Chromium on a real server.

`python benchmarks/views.py [ROWS …]` (by default, 10,000 and 1,000,000 test images) writes a
dataset and two runs with as many predictions, synthetic and seeded, through the same modules as
real ones. It then clicks 30 different cells of the confusion matrix and changes the filter of the
gallery 30 times. The time is taken from the click event to the frame in which the new images are
painted; the memory of the web process is read after all clicks.
"""

import os
import random
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.memory import resident_megabytes
from benchmarks.table import show
from dashboard.words.selection import OUTCOMES
from pipeline.analysis import metrics as evaluation
from pipeline.config import TrainConfig
from pipeline.data import datasets
from pipeline.store.run_folder import Run, RunFiles
from pipeline.store.run_info import DatasetInfo, RunInfo
from pipeline.store.runs import Store
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, serving, settle

ROOT = Path(__file__).parents[1]
BUNDLED = ROOT / "models"
CLICKS = 30
CLASSES = 10
WRONG = 0.03  # share of the synthetic predictions

# Remembers when a click came; `__painted()` waits until the tiles of that moment are gone, others
# are in their place, and a frame with them has been painted.
WATCH = """
(() => {
  const galleries = (root) => [...root.querySelectorAll("*")].flatMap((element) => [
    ...(element.matches(".gallery .tile") ? [element] : []),
    ...(element.shadowRoot ? galleries(element.shadowRoot) : []),
  ])
  window.addEventListener("click", (event) => {
    window.__clicked = performance.now()
    galleries(document).forEach((tile) => (tile.__old = true))
  }, true)
  window.__painted = () => new Promise((done, failed) => {
    const look = () => {
      if (performance.now() - window.__clicked > 10000) return failed("nothing was painted")
      const tiles = galleries(document)
      if (tiles.length && !tiles.some((tile) => tile.__old)) {
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - window.__clicked)))
      } else requestAnimationFrame(look)
    }
    look()
  })
})()
"""


def made_up(rows: int, folder: Path) -> Store:
    """Write a dataset of `rows` test images and two runs on it; return their store."""
    rng = np.random.default_rng(0)
    digits = datasets.open_dataset("digits")
    which = rng.integers(0, len(digits.y_test), rows)
    source = folder / f"made_up_{rows}.npz"
    np.savez(
        source,
        x_train=digits.x_train, y_train=digits.y_train,
        x_test=digits.x_test[which], y_test=digits.y_test[which],
    )  # fmt: skip
    dataset = datasets.take_in(f"made_up_{rows}", source)
    source.unlink()
    store = Store(folder / f"models_{rows}")
    like = next(run for run in Store(BUNDLED).runs())
    for number in range(2):
        _publish(store, dataset, like, np.random.default_rng(number))
    return store


def _publish(store: Store, dataset: datasets.Dataset, like: Run, rng: np.random.Generator) -> None:
    """Publish a run of synthetic predictions, with the network of another run."""
    labels = dataset.y_test[:]
    rows = len(labels)
    guesses = np.where(rng.random(rows) < WRONG, rng.integers(0, CLASSES, rows), labels)
    shares = rng.dirichlet(np.full(CLASSES, 0.2), rows).astype(np.float32) * 0.4
    shares[np.arange(rows), guesses] += 1 - shares.sum(axis=1)
    table = evaluation.predictions_table(labels, shares)
    info = RunInfo(
        status="finished",
        created=datetime.now(UTC),
        config=TrainConfig(dataset=dataset.name, epochs=1).resolved(1000),
        dataset=DatasetInfo.of(dataset),
        input_shape=dataset.image_shape,
        layers=like.info.layers,
        metrics=evaluation.summarize(table, dataset.class_names),
        best_epoch=1,
        timings={"training": 1.0},
    )
    files = RunFiles(
        history=like.history(),
        predictions=table,
        write_model=lambda path: shutil.copyfile(like.model_path, path),
        write_graph=lambda path: shutil.copyfile(like.graph_path, path),
    )
    store.publish(info, files)


def cell_clicks(page: Page, address: str, run: Run) -> list[float]:
    """Click cells with images; return the milliseconds until those are painted."""
    table = run.predictions(["label", "predicted"])
    cells = [(int(i), int(j)) for i, j in table.drop_duplicates().to_numpy()]
    first, *chosen = random.Random(0).sample(sorted(cells), CLICKS + 1)
    _open(page, f"{address}/confusion_matrix?true={first[0]}&predicted={first[1]}")
    return [timed(page, lambda c=cell: _cell(page, *c)) for cell in chosen]


def filter_changes(page: Page, address: str) -> list[float]:
    """Change the filter of the gallery; return the milliseconds until its images are painted.

    Adds nine true classes one by one, then nine predicted ones, then alternates right and wrong.
    """
    _open(page, f"{address}/mistakes?outcome=right")
    page.get_by_role("button", name="Filter").click()
    classes = [str(number) for number in range(CLASSES - 1)]
    changes = [("True class", name) for name in classes]
    changes += [("Predicted class", name) for name in classes]
    changes += [("Right or wrong", name) for name in (OUTCOMES["wrong"], OUTCOMES["right"]) * 6]
    times = []
    for label, name in changes:
        page.get_by_role("combobox", name=label).click()
        option = page.get_by_role("option", name=name, exact=True)
        times.append(timed(page, option.click))
        page.keyboard.press("Tab")  # closes the list
    return times


def _open(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    page.locator(".gallery .tile").first.wait_for()
    page.evaluate(WATCH)


def _cell(page: Page, true: int, predicted: int) -> None:
    page.locator(f".matrix td button[data-true='{true}'][data-predicted='{predicted}']").click()


def timed(page: Page, click: Callable[[], None]) -> float:
    """Click on a page with `WATCH`; return the milliseconds until other images are painted."""
    click()
    milliseconds: float = page.evaluate("window.__painted()")
    settle(page)
    return milliseconds


def measure(rows: int, folder: Path, page: Page) -> list[list[str]]:
    """Serve a synthetic store, click, and return the results as rows of the table."""
    store = made_up(rows, folder)
    with serving(store.folder, folder / "log.txt") as (address, process):
        measured = {
            "cell click → its images": cell_clicks(page, address, store.open("latest")),
            "filter change → gallery": filter_changes(page, address),
        }
        memory = resident_megabytes(process.pid)
    return [
        [
            f"{rows:,}",
            name,
            f"{statistics.median(times):.0f}",
            f"{p95(times):.0f}",
            f"{memory:.0f}",
        ]
        for name, times in measured.items()
    ]


def p95(times: list[float]) -> float:
    """Return the time that 95% of times stay below."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def main() -> None:
    """Measure every size given on the command line."""
    sizes = [int(size.replace(",", "")) for size in sys.argv[1:]] or [10_000, 1_000_000]
    path = chromium.find()
    if path is None:
        sys.exit(chromium.ADVICE)
    rows = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["INKLING_CACHE"] = str(Path(folder) / "cache")
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for size in sizes:
            rows += measure(size, Path(folder), page)
        browser.close()
    show(
        f"From click to painted images, {CLICKS} clicks each",
        ["test images", "", "p50, ms", "p95, ms", "web process, MB"],
        rows,
    )


if __name__ == "__main__":
    main()
