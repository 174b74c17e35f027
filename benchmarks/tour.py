"""Latency of the tour: from step to step, and from the pen to every picture of a step.

`python benchmarks/tour.py` trains the tour's networks for an epoch each and drives a real Chromium
on a real server. A step is timed from the click on Next to the frame in which its pictures are
painted; a drawing from the pointer event's own time stamp to the frame with all that it changes.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.live import WATCH, curve, spread
from benchmarks.table import show
from pipeline.config import DEFAULT_DATASET, TrainConfig
from pipeline.experiment import run_experiment
from pipeline.export.tour_networks import NETWORKS
from pipeline.export.tour_spec import STEPS
from pipeline.store.runs import Store
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, serving, settle

ROUNDS = 5  # through all steps
CURVES = 2  # drawn in each step

# `__stepped` fills with the time from each click on a button of the way to the painted step.
STEPPED = """() => {
    self.__stepped = []
    let clicked = null
    window.addEventListener("click", (event) => {
        if (event.composedPath()[0].closest?.(".way")) clicked = event.timeStamp
    }, true)
    const {port1, port2} = new MessageChannel()
    port1.onmessage = () => {
        if (clicked !== null) self.__stepped.push(performance.now() - clicked)
        clicked = null
    }
    document.addEventListener("painted", () => requestAnimationFrame(() => port2.postMessage(0)))
}"""


def ready(page: Page, step: int) -> None:
    """Wait until a step shows the picture."""
    page.wait_for_selector(
        f".tour[data-step='{list(STEPS)[step]}'][data-settled='true']", timeout=60_000
    )


def stepping(page: Page) -> list[float]:
    """Walk through all steps and back: milliseconds from each click to the painted step."""
    page.evaluate(STEPPED)
    there = list(range(1, len(STEPS)))
    for _ in range(ROUNDS):
        for name, steps in (("Next ›", there), ("‹ Back", [step - 1 for step in reversed(there)])):
            for step in steps:
                page.get_by_role("button", name=name).click()
                ready(page, step)
                page.wait_for_timeout(150)  # as somebody reads
    return [float(gap) for gap in page.evaluate("self.__stepped")]


def drawing(page: Page, step: int) -> list[float]:
    """Draw in a step: milliseconds from each event to all that it changes."""
    page.evaluate("self.painted.length = 0")
    for number in range(CURVES):
        curve(page, ".board .surface", number)
        page.get_by_role("button", name="Draw another").click()
    ready(page, step)
    return [float(gap) for gap in page.evaluate("self.painted")]


def main() -> None:
    """Measure and print a table."""
    path = chromium.find()
    if path is None:
        sys.exit(chromium.ADVICE)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        store = Store(Path(scratch) / "models")
        for network in NETWORKS:
            run_experiment(TrainConfig(dataset=DEFAULT_DATASET, network=network, epochs=1), store)
        with serving(store.folder, Path(scratch) / "log.txt") as (base, _):
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{base}/tour")
            settle(page)
            ready(page, 0)
            curve(page, ".board .surface", 0)
            stepped = stepping(page)
            page.evaluate(WATCH)
            drawn = {}
            for step, name in enumerate(STEPS):
                if step:
                    page.get_by_role("button", name="Next ›").click()
                ready(page, step)
                drawn[name] = drawing(page, step)
            browser.close()
    every = [gap for gaps in drawn.values() for gap in gaps]
    show(
        f"The tour, all {len(STEPS)} steps (a step at most {max(stepped):.0f} ms, a drawing in the "
        f"median {statistics.median(every):.0f} ms)",
        ["", "p50, ms", "p95, ms", "times"],
        [
            ["step → next, painted", *spread(stepped), len(stepped)],
            *([f"pen → every picture of “{name}”", *spread(gaps), len(gaps)]
              for name, gaps in drawn.items()),
            ["pen → every picture, all steps", *spread(every), len(every)],
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
