"""Latency of the live pad: from event to painted bars, to the first prediction, and by the server.

`python benchmarks/live.py [RUN] [--models DIR]` drives a real Chromium on a real server. A mouse
draws synthetic curves, one point every 16 ms; the time is taken from the pointer event's own time
stamp to the frame that shows new bars and all layers, and once more with gradient × input over the
ink, to the frame that shows that, too. For comparison, the canvas that predicts on
the server is timed from the mouse's release to the new bars. First predictions are timed from
opening a URL (or clicking the page's link) until the pad has made its first prediction, in a fresh
browser and again in the same one; `pad.html` is opened from disk.
"""

import math
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.arguments import chosen_run
from benchmarks.table import show
from pipeline.evaluation import take_apart
from pipeline.export import html_page
from pipeline.store.runs import Store
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, serving, settle

ROOT = Path(__file__).parents[1]
POINTS, CURVES = 60, 6
EVERY = 0.016  # seconds between two points
LIFTS = 12
VISITS = 5

# Follows each prediction to the frame in which it is painted.
WATCH = """() => {
    self.painted = []
    const {port1, port2} = new MessageChannel(), waiting = []
    port1.onmessage = () => self.painted.push(performance.now() - waiting.shift())
    document.addEventListener("painted", ({detail}) => {
        waiting.push(detail)
        requestAnimationFrame(() => port2.postMessage(0))
    })
}"""
# The server's prediction: from the release of the mouse to different bars.
RELEASE = """() => {
    const find = (root) => root.querySelector(".alone .bars") ?? [...root.querySelectorAll("*")]
        .map((element) => element.shadowRoot && find(element.shadowRoot)).find(Boolean)
    const said = () => find(document)?.innerHTML
    self.answered = new Promise((done, fail) => {
        setTimeout(() => fail(Error("the bars have been the same for ten seconds")), 10_000)
        window.addEventListener("mouseup", ({timeStamp}) => {
            const before = said()
            const look = () => said() === before ? requestAnimationFrame(look)
                : done(performance.now() - timeStamp)
            look()
        }, {once: true, capture: true})
    })
}"""


def curve(
    page: Page,
    selector: str,
    turn: float,
    every: float = EVERY,
    at: tuple[float, float] = (0.5, 0.5),
    size: float = 0.65,
) -> None:
    """Draw a curve with the mouse, as fast as by hand, around a place in shares of the box."""
    box = page.locator(selector).bounding_box()
    assert box is not None

    def place(step: int) -> tuple[float, float]:
        angle = 2 * math.pi * step / POINTS
        x = at[0] + size / 2 * math.sin(angle + turn)
        y = at[1] + size / 2 * math.sin(2 * angle + 2 * turn)
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*place(0))
    page.mouse.down()
    started = time.perf_counter()
    for step in range(1, POINTS):
        page.mouse.move(*place(step))
        time.sleep(max(0.0, started + step * every - time.perf_counter()))
    page.mouse.up()


def ready(page: Page) -> float:
    """Wait until the pad is ready; return milliseconds since the document was requested."""
    page.wait_for_selector(".pad[data-state=ready]", timeout=60_000)
    return float(page.evaluate("performance.now()"))


def following(page: Page) -> list[float]:
    """Time the pad while the pen moves: milliseconds from event to painted prediction."""
    curve(page, ".surface", 0)
    page.evaluate(WATCH)
    for number in range(CURVES):
        curve(page, ".surface", number)
        page.get_by_role("button", name="Clear", exact=True).click()
    return [float(gap) for gap in page.evaluate("self.painted")]


def lifting(page: Page) -> list[float]:
    """Time the canvas that predicts on the server: milliseconds from release to the new bars."""
    page.get_by_text("Edit an image").click()
    page.wait_for_selector(".upper-canvas")
    settle(page)
    if (blank := page.get_by_role("button", name="Blank paper")).count():  # it has test images
        blank.click()
        page.get_by_role("button", name="Start from a mistake").wait_for()
        expect(page.locator(".upper-canvas")).to_have_count(1)
    gaps = []
    for number in range(LIFTS + 1):
        settle(page)
        time.sleep(0.3)
        page.evaluate(RELEASE)
        place = 0.15 + 0.23 * (number % 4), 0.15 + 0.23 * (number // 4)  # on paper still blank
        curve(page, ".upper-canvas", 0, every=0.004, at=place, size=0.15)
        gaps.append(float(page.evaluate("self.answered")))
    return gaps[1:]


def visits(browser: Browser, address: str, link: str = "") -> list[float]:
    """Time the first prediction in a fresh browser: on a first visit, then on a second."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    times = []
    for _ in range(2):
        page = context.new_page()
        page.goto(address)
        if link:
            settle(page)
            before = float(page.evaluate("performance.now()"))
            page.get_by_role("link", name=link, exact=True).click()
            times.append(ready(page) - before)
        else:
            times.append(ready(page))
        page.close()
    context.close()
    return times


def spread(values: list[float]) -> list[str]:
    """Return the median and the 95th percentile as text."""
    return [f"{statistics.median(values):.0f}", f"{statistics.quantiles(values, n=20)[-1]:.0f}"]


def main() -> None:
    """Measure and print two tables."""
    chosen = chosen_run()
    path = chromium.find()
    if path is None:
        sys.exit(chromium.ADVICE)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        store = Store(Path(scratch) / "models")
        shutil.copytree(chosen.folder, store.folder / chosen.id)  # what is added to it goes with it
        run = store.open(chosen.id)
        take_apart(run)
        taken = Path(scratch) / "pad.html"
        html_page.write_page(run, taken)
        with serving(store.folder, Path(scratch) / "log.txt") as (base, _):
            browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            draw = f"{base}/draw?run={run.id}"
            page.goto(draw)
            ready(page)
            live = following(page)
            page.goto(f"{draw}&draw_looks=gradient-input")
            ready(page)
            page.locator(".overlay").wait_for()
            overlaid = following(page)
            asked = lifting(page)
            ways = {
                "Draw page, by URL": [visits(browser, draw) for _ in range(VISITS)],
                "Draw page, from the sidebar": [
                    visits(browser, base, "Draw") for _ in range(VISITS)
                ],
                f"pad.html ({taken.stat().st_size / 1e6:.2f} MB), from disk": [
                    visits(browser, taken.as_uri()) for _ in range(VISITS)
                ],
            }
            browser.close()
    ratio = statistics.median(asked) / statistics.median(live)
    show(
        f"{run.id}: from pen to painted prediction, all {len(run.info.layers)} layers shown "
        f"(the server takes {ratio:.0f} times as long)",
        ["", "p50, ms", "p95, ms", "predictions"],
        [
            ["live pad: event → bars and layers", *spread(live), len(live)],
            ["the same with gradient × input over the ink", *spread(overlaid), len(overlaid)],
            ["server canvas: pen lifted → bars", *spread(asked), len(asked)],
        ],
    )
    rows = [
        [name, *(f"{statistics.median(times):.0f}" for times in zip(*found, strict=True))]
        for name, found in ways.items()
    ]
    show(f"First prediction, median of {VISITS}, ms", ["", "first visit", "second visit"], rows)


if __name__ == "__main__":
    main()
