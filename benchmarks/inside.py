"""Latency of the page Inside: opening it, another picture, hovering, and what takes many runs.

`python benchmarks/inside.py [RUN] [--models DIR]` drives a real Chromium on a real server. Another
picture is timed from its arrival in the page to the frame in which every layer is painted, and from
the click on it; hovering from the pointer event's own time stamp to the frame with the new sum and
receptive field. Opening is timed from the click on the page's link to the first painted layers.
Attribution and fooling are what the page itself says that they took, with every new picture anew.
"""

import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.arguments import chosen_run
from benchmarks.live import spread
from benchmarks.table import show
from pipeline.store.run_folder import Run
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, serving, settle

VISITS = 5
PICTURES = 30
HOVERS = 200
ANSWERS = 15  # pictures that are explained and fooled

# `__painted` fills with the time of every picture, from its arrival to its frame; `__summed` with
# that of every pointer event, to the frame after the sum has changed.
WATCH = """() => {
    const find = (root, what) => root.querySelector(what) ?? [...root.querySelectorAll("*")]
        .map((element) => element.shadowRoot && find(element.shadowRoot, what)).find(Boolean)
    const frame = (then) => {
        const {port1, port2} = new MessageChannel()
        port1.onmessage = then
        requestAnimationFrame(() => port2.postMessage(0))
    }
    self.__painted = []
    self.__summed = []
    document.addEventListener("painted", ({detail}) => {
        frame(() => self.__painted.push(performance.now() - detail))
    })
    let moved = null
    window.addEventListener("pointermove", ({timeStamp}) => (moved = timeStamp), true)
    new MutationObserver(() => {
        if (moved === null) return
        const since = moved
        moved = null
        frame(() => self.__summed.push(performance.now() - since))
    }).observe(find(document, ".sum-place"), {childList: true, subtree: true, characterData: true})
}"""


def ready(page: Page) -> float:
    """Wait until every layer is painted; return milliseconds since the document was requested."""
    page.wait_for_selector(".inside-view[data-state=ready][data-settled=true]", timeout=60_000)
    return float(page.evaluate("performance.now()"))


def opening(page: Page, base: str, run: Run) -> float:
    """Time the click on the page's link, on a dashboard that is open: milliseconds."""
    page.goto(f"{base}/?run={run.id}")
    settle(page)
    before = float(page.evaluate("performance.now()"))
    page.get_by_role("link", name="Inside", exact=True).click()
    return ready(page) - before


def other_pictures(page: Page) -> tuple[list[float], list[float]]:
    """Choose other images: milliseconds in the page, and from the click on."""
    tiles, clicked = page.locator(".gallery .tile"), []
    for number in range(PICTURES):
        count = int(page.evaluate("self.__painted.length"))
        before = float(page.evaluate("performance.now()"))
        tiles.nth((number + 1) % tiles.count()).click()
        page.wait_for_function(f"self.__painted.length > {count}")
        clicked.append(float(page.evaluate("performance.now()")) - before)
        settle(page)
    return [float(gap) for gap in page.evaluate("self.__painted")], clicked


def hovering(page: Page) -> list[float]:
    """Move over the large map: milliseconds from each event to its painted sum."""
    page.locator(".place").scroll_into_view_if_needed()
    box = page.locator(".place").bounding_box()
    assert box is not None
    page.evaluate("self.__summed.length = 0")  # another picture brings another sum, too
    rng = random.Random(0)
    for _ in range(HOVERS):
        page.mouse.move(
            box["x"] + rng.random() * box["width"], box["y"] + rng.random() * box["height"]
        )
        page.wait_for_timeout(20)
    return [float(gap) for gap in page.evaluate("self.__summed")]


def many_runs(page: Page) -> dict[str, list[float]]:
    """Look where it looked, and fool it, on other images: milliseconds of each, by its name."""
    tiles, took = page.locator(".gallery .tile"), dict[str, list[float]]()
    for number in range(ANSWERS):
        count = int(page.evaluate("self.__painted.length"))
        tiles.nth((number + 1) % tiles.count()).click()
        page.wait_for_function(f"self.__painted.length > {count}")
        for figure in explained(page, "Where it looked").locator("figure[data-took]").all():
            note(took, figure.locator("figcaption").inner_text(), figure)
        part = explained(page, "Fool it")
        part.get_by_role("slider").press("ArrowRight")
        note(took, "Fool it: within a budget", explained(page, "Fool it"))
        part.get_by_role("button", name="Find the smallest").click()
        note(took, "Fool it: the smallest change", explained(page, "Fool it"))
    return took


def explained(page: Page, name: str) -> Locator:
    """Wait until a part of the page has computed what it shows."""
    part = page.get_by_role("region", name=name)
    part.scroll_into_view_if_needed()
    page.locator("section[data-settled=true]").and_(part).wait_for()
    return part


def note(took: dict[str, list[float]], name: str, timed: Locator) -> None:
    """Add what an element of the page says that it took."""
    took.setdefault(name, []).append(float(timed.get_attribute("data-took") or "nan"))


def main() -> None:
    """Measure and print a table."""
    run = chosen_run()
    path = chromium.find()
    if path is None:
        sys.exit(chromium.ADVICE)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        store = Path(scratch) / "models"
        shutil.copytree(run.folder, store / run.id)  # what is added to it goes with it
        environment = {**os.environ, "INKLING_MODELS": str(store)}
        inkling = [sys.executable, "-m", "pipeline.cli"]
        subprocess.run(
            [*inkling, "evaluate", run.id], env=environment, check=True, capture_output=True
        )
        with serving(store, Path(scratch) / "log.txt") as (base, _):
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            opened = [opening(page, base, run) for _ in range(VISITS)]
            page.evaluate(WATCH)
            painted, clicked = other_pictures(page)
            hovered = hovering(page)
            answered = many_runs(page)
            browser.close()
    show(
        f"{run.id}: the page Inside, all {len(run.info.layers)} layers",
        ["", "p50, ms", "p95, ms", "times"],
        [
            ["link → every layer painted", f"{statistics.median(opened):.0f}", "", len(opened)],
            ["another picture: in the page → painted", *spread(painted), len(painted)],
            ["another picture: click → painted", *spread(clicked), len(clicked)],
            ["pointer → sum and receptive field", *spread(hovered), len(hovered)],
            *([name, *spread(took), len(took)] for name, took in answered.items()),
        ],
    )


if __name__ == "__main__":
    main()
