"""Drawing with a real mouse what people drew on a tablet."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from pipeline.store.run_folder import Run
from tests.browser.conftest import TIMEOUT, settle
from tests.conftest import REAL_DATA

Strokes = list[list[list[float]]]
TABLET = 500  # the side of the box that the drawings are in, in their unit


def drawings(some: int) -> list[dict[str, Any]]:
    """Read the first of the real drawings: `label`, `writer`, `strokes`."""
    path = Path(REAL_DATA or "") / "drawings" / "pen-digits-dev.jsonl"
    with path.open(encoding="utf-8") as lines:
        return [json.loads(next(lines)) for _ in range(some)]


def draw_strokes(page: Page, pad: Locator, strokes: Strokes, unit: float = TABLET) -> None:
    """Draw on a square with the mouse, point by point."""
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for stroke in strokes:
        places = [
            (box["x"] + x / unit * box["width"], box["y"] + y / unit * box["height"])
            for x, y in stroke
        ]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()


# The same by events of the page's own, at once; far quicker than a mouse, and all a pad can tell.
DRAW = """(surface, [strokes, unit]) => {
    const {left, top, width, height} = surface.getBoundingClientRect()
    surface.setPointerCapture = () => {}  // there is no such pointer to capture
    const send = (type, [x, y]) => surface.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, button: 0, bubbles: true,
        clientX: left + x / unit * width, clientY: top + y / unit * height,
    }))
    for (const stroke of strokes) {
        send("pointerdown", stroke[0])
        for (const point of stroke.slice(1)) send("pointermove", point)
        send("pointerup", stroke.at(-1))
    }
}"""


def open_draw(page: Page, server: str, run: Run) -> None:
    """Open the Draw page with the answer of a run, and of no other that may read better."""
    page.goto(f"{server}/draw?run={run.id}&draw_answer=chosen-run")
    settle(page)


def on_paper(page: Page) -> None:
    """Turn to the canvas, and to blank paper."""
    page.get_by_role("radio", name="Edit an image").click()
    page.get_by_role("button", name="Blank paper").click()
    expect(page.get_by_role("button", name="Start from a mistake")).to_be_visible()
    expect(page.locator(".upper-canvas")).to_have_count(1)
    settle(page)


def ready(page: Page) -> Locator:
    """Wait until the live pad can answer; return what to draw on."""
    pad = page.locator(".pad:not(.inside)[data-state='ready']")
    pad.wait_for(state="attached", timeout=TIMEOUT)
    return page.locator(".surface")


def settled(page: Page) -> None:
    """Wait until the live pad has answered to the last point."""
    pad = page.locator(".pad:not(.inside)[data-settled='true']")
    pad.wait_for(state="attached", timeout=TIMEOUT)


def shares_of(page: Page, answer: int = 0) -> dict[str, str]:
    """Read the bars of an answer: percentages by class."""
    rows = page.locator(".answer").nth(answer).locator(".bars li").all_inner_texts()
    return dict(row.split("\n") for row in rows)


def predicted(run: Run, drawn: list[Strokes], folder: Path) -> list[dict[str, Any]]:
    """Ask `inkling predict --json` about drawings."""
    file = folder / "drawings.jsonl"
    file.write_text("\n".join(json.dumps({"strokes": strokes}) for strokes in drawn))
    command = [sys.executable, "-m", "pipeline.cli", "predict", run.id, str(file), "--json"]
    environment = {**os.environ, "INKLING_MODELS": str(run.folder.parent)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
