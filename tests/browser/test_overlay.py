"""Where the network looks, over the ink on the live pad, in a real Chromium."""

import itertools
import math
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser.conftest import Distance, settle
from tests.browser.pens import draw_strokes, ready, settled

SIDE = 280
SEVEN = [[[60, 60], [200, 60], [120, 220]]]
FAR = 24  # from a stroke, in the pad's unit: more than the pen's reach and a pixel
# The overlay's opaque pixels: the middle of each, in the pad's unit.
PAINTED = """canvas => {
    const {width, height} = canvas
    const {data} = canvas.getContext("2d").getImageData(0, 0, width, height)
    const found = []
    for (let at = 0; at < width * height; at++) {
        if (data[4 * at + 3] > 0) found.push([
            (at % width + 0.5) / width * 280, (Math.floor(at / width) + 0.5) / height * 280,
        ])
    }
    return found
}"""


def open_pad(page: Page, server: str, run_id: str, looks: str = "") -> Any:
    """Open the live pad with the overlay of an address; return what to draw on."""
    chosen = f"&draw_looks={looks}" if looks else ""
    page.goto(f"{server}/draw?run={run_id}&draw_answer=chosen-run{chosen}")
    settle(page)
    return ready(page)


def gap(x: float, y: float) -> float:
    """How far a point is from the seven."""
    (line,) = SEVEN
    pieces = itertools.pairwise(line)
    return min(_gap_to(x, y, start, end) for start, end in pieces)


def _gap_to(x: float, y: float, start: list[float], end: list[float]) -> float:
    along = (end[0] - start[0], end[1] - start[1])
    share = ((x - start[0]) * along[0] + (y - start[1]) * along[1]) / math.hypot(*along) ** 2
    share = min(max(share, 0), 1)
    return math.hypot(x - start[0] - share * along[0], y - start[1] - share * along[1])


def test_gradient_times_input_lies_over_the_strokes_and_goes_when_it_is_off(
    page: Page, server: str, tiny_run: Run
) -> None:
    surface = open_pad(page, server, tiny_run.id)
    overlay, legend = page.locator(".overlay"), page.locator(".legend")
    expect(overlay).to_be_hidden()
    draw_strokes(page, surface, SEVEN, unit=SIDE)
    settled(page)
    said = page.locator(".told strong").inner_text()
    expect(page.get_by_role("button", name="Save")).to_be_enabled()  # the server was told
    settle(page)
    page.get_by_role("radio", name="Gradient × input").click()
    expect(page).to_have_url(re.compile("draw_looks=gradient-input"))
    expect(legend).to_have_text(re.compile(f"^What the ink adds to the score of “{said}”"))
    settled(page)
    painted = overlay.evaluate(PAINTED)
    assert len(painted) > 100
    assert max(gap(x, y) for x, y in painted) < FAR
    page.get_by_role("button", name="Clear", exact=True).click()
    settled(page)
    assert overlay.evaluate(PAINTED) == []
    expect(legend).to_have_text("")
    page.get_by_role("button", name="Undo", exact=True).click()
    settled(page)
    assert overlay.evaluate(PAINTED) == painted
    page.get_by_role("radio", name="Off").click()
    expect(overlay).to_be_hidden()
    expect(legend).to_be_hidden()
    expect(page.locator(".told strong")).to_have_text(said)  # the drawing stays
    assert overlay.evaluate(PAINTED) == []
    settle(page)


def test_a_choice_stays_though_the_pad_reports_with_the_address_before(
    page: Page, server: str, tiny_run: Run
) -> None:
    distance = Distance(page)
    surface = open_pad(page, server, tiny_run.id, "gradient")
    overlay = page.locator(".overlay")
    draw_strokes(page, surface, SEVEN, unit=SIDE)
    settled(page)
    expect(page.get_by_role("button", name="Save")).to_be_enabled()  # the server was told
    settle(page)
    expect(overlay).to_be_visible()
    with distance.far(page):
        page.get_by_role("button", name="Clear", exact=True).click()  # is reported soon after
        page.get_by_role("radio", name="Off").click()
    expect(page).not_to_have_url(re.compile("draw_looks"))
    settle(page)
    expect(page.get_by_role("radio", name="Off")).to_be_checked()
    expect(overlay).to_be_hidden()


def test_choices_made_quickly_stay_all(page: Page, server: str, tiny_run: Run) -> None:
    distance = Distance(page)
    open_pad(page, server, tiny_run.id)
    with distance.far(page):
        for name in ("Gradient × input", "Perturbations"):
            page.get_by_role("radio", name=name).click()
            page.wait_for_timeout(1500)  # the server has heard of it, the browser not of its answer
    expect(page).to_have_url(re.compile("draw_looks=gradient-input"))
    expect(page).to_have_url(re.compile("draw_view=perturbations"))
    settle(page)
    for name in ("Gradient × input", "Perturbations"):
        expect(page.get_by_role("radio", name=name)).to_be_checked()


def test_it_follows_the_pen_and_the_address(page: Page, server: str, tiny_run: Run) -> None:
    surface = open_pad(page, server, tiny_run.id, "gradient")
    box = surface.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    seen = []
    for step in range(1, 5):
        page.mouse.move(box["x"] + 60 + 30 * step, box["y"] + 60)
        settled(page)
        seen.append(page.locator(".overlay").evaluate("canvas => canvas.toDataURL()"))
    page.mouse.up()
    assert len(set(seen)) == 4
    expect(page.locator(".legend")).to_have_text(re.compile("^What more ink would do"))
    # A gradient is there where there is no ink, too.
    assert max(gap(x, y) for x, y in page.locator(".overlay").evaluate(PAINTED)) > FAR
    page.get_by_role("radio", name="Grad-CAM").click()
    expect(page.locator(".legend")).to_have_text(re.compile(r"^Where layer conv\d found what"))
    settle(page)


@pytest.fixture
def older(server_store: Store, tiny_run: Run) -> Iterator[Run]:
    """A run without anatomy in the server's store, while a test lasts."""
    folder = server_store.folder / "20200101-000000-older-cnn-0000"
    shutil.copytree(tiny_run.folder, folder)
    for name in ("anatomy.npz", "gradients.tflite"):
        (folder / name).unlink()
    info = (folder / "run.json").read_text("utf-8").replace(tiny_run.id, folder.name)
    (folder / "run.json").write_text(info, encoding="utf-8")
    yield server_store.open(folder.name)
    shutil.rmtree(folder)


def test_a_run_that_was_not_taken_apart_is_on_request(page: Page, server: str, older: Run) -> None:
    surface = open_pad(page, server, older.id)
    choice = page.get_by_role("radio", name="Gradient × input")
    expect(choice).to_be_disabled()
    draw_strokes(page, surface, SEVEN, unit=SIDE)
    settled(page)
    settle(page)
    page.get_by_role("button", name="Take it apart").click()
    expect(choice).to_be_enabled(timeout=120_000)
    expect(page.get_by_role("button", name="Take it apart")).to_have_count(0)
    choice.click()
    expect(page.locator(".legend")).to_have_text(re.compile("^What the ink adds"))
    settled(page)
    assert page.locator(".overlay").evaluate(PAINTED)
    settle(page)
