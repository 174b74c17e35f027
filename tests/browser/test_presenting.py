"""Presenter mode in a real browser: a clicker's keys, and what fits on the screen."""

import re
from collections.abc import Iterator
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard import slides
from dashboard.slides import View
from pipeline.store.run_folder import Run
from tests.browser.conftest import TIMEOUT, dismiss, settle
from tests.browser.test_accessibility import READY, faults

SCROLLS = """() => [
  document.scrollingElement, ...document.querySelectorAll("[data-testid='stMain']"),
].some((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)"""
PAGES = (
    "", "scorecard", "compare", "confusion_matrix", "mistakes", "labels", "data",
    "data?data_view=map", "inside", "draw", "train", "corrections",
)  # fmt: skip


@pytest.fixture(scope="module")
def projector(browser: Browser) -> Iterator[Page]:
    """A page as a projector shows it."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    yield page
    context.close()


def test_three_views_are_presented_with_a_clicker(page: Page, server: str, tiny_run: Run) -> None:
    run = ("run", tiny_run.id)
    views = slides.encode(
        [
            View("confusion_matrix", (run,), "What it mixes up"),
            View("mistakes", (run, ("true", "3"))),
            View("inside", (run, ("sample", "17"))),
        ]
    )
    page.goto(f"{server}/scorecard?views={views}")
    settle(page)
    page.locator("h1").click()
    page.keyboard.press("p")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("What it mixes up")
    expect(page.locator(".presenter .place")).to_have_text("1 / 3")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    for key, title, at in (
        ("PageDown", "Mistakes", "2 / 3"),
        ("PageDown", "Inside", "3 / 3"),
        ("PageDown", "Inside", "3 / 3"),
        ("PageUp", "Mistakes", "2 / 3"),
        ("ArrowRight", "Inside", "3 / 3"),
        ("ArrowLeft", "Mistakes", "2 / 3"),
        (" ", "Inside", "3 / 3"),
    ):
        page.keyboard.press(key)
        expect(heading).to_have_text(title)
        expect(page.locator(".presenter .place")).to_have_text(at)
        settle(page)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["views"] == [views]
    assert asked["sample"] == ["17"]
    assert not asked.keys() & {"present", "view"}


def test_a_list_is_loaded_from_a_file_and_presented(page: Page, server: str, tiny_run: Run) -> None:
    views = [
        View("confusion_matrix", (("run", tiny_run.id),), "<b>What it mixes up</b>"),
        View("mistakes", (("run", tiny_run.id), ("true", "3"))),
    ]
    page.goto(f"{server}/scorecard")
    settle(page)
    page.get_by_role("button", name="Views", exact=True).click()
    dialog = page.get_by_role("dialog")
    file = {"mimeType": "application/json", "buffer": b"no list"}
    dialog.locator("input[type='file']").set_input_files({"name": "notes.json", **file})
    dismiss(page, "holds no list of views")
    file |= {"buffer": slides.to_file(views).encode()}
    dialog.locator("input[type='file']").set_input_files({"name": "lesson.json", **file})
    titles = dialog.get_by_role("textbox")
    expect(titles).to_have_count(2)
    expect(titles.first).to_have_value("<b>What it mixes up</b>")
    settle(page)
    assert faults(page) == []
    expect(page).to_have_url(re.compile("views="))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>What it mixes up</b>")
    expect(page.locator(".presenter .place")).to_have_text("1 / 2")


@pytest.mark.parametrize(
    ("address", "mode"),
    [*((address, "light") for address in PAGES), ("confusion_matrix", "dark"), ("draw", "dark")],
)
def test_nothing_scrolls_and_nothing_grave_is_found(
    projector: Page, server: str, address: str, mode: Literal["light", "dark"]
) -> None:
    projector.emulate_media(color_scheme=mode)
    projector.goto(f"{server}/{address}{'&' if '?' in address else '?'}present=1")
    settle(projector)
    expect(projector.get_by_role("heading", level=1)).to_be_visible()
    if ready := READY.get(address):
        expect(projector.locator(ready).first).to_be_visible()
    assert not projector.evaluate(SCROLLS)
    assert faults(projector) == []


def test_letters_can_be_read_from_afar(projector: Page, server: str) -> None:
    projector.goto(f"{server}/mistakes?present=1")
    settle(projector)
    size = "(one) => parseFloat(getComputedStyle(one).fontSize)"
    assert projector.get_by_role("heading", level=1).evaluate(size) >= 48
    assert projector.get_by_role("heading", level=5).evaluate(size) >= 28
    assert projector.locator(".gallery .tile").first.evaluate(size) >= 20


def test_two_quick_presses_lead_two_views_on(page: Page, server: str) -> None:
    page.goto(f"{server}/?present=1")
    settle(page)
    place = page.locator(".presenter .place")
    expect(place).to_have_text(re.compile(r"^\d+ / \d+$"))
    first = int(place.inner_text().split()[0])
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare")
    expect(place).to_have_text(re.compile(rf"^{first + 2} / \d+$"))


def test_what_steps_by_itself_is_asked_first(page: Page, server: str) -> None:
    page.goto(f"{server}/mistakes?present=1")
    settle(page)
    page.evaluate(
        "window.steps = []; document.addEventListener('inkling-step', (event) => {"
        " window.steps.push(event.detail.by); event.preventDefault() })"
    )
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("window.steps") == [1, -1]
    expect(page.get_by_role("heading", level=1)).to_have_text("Mistakes")


def test_a_letter_in_a_field_is_a_letter(page: Page, server: str) -> None:
    page.goto(f"{server}/inside")
    settle(page)
    page.get_by_label(re.compile("^Test image, 0 to")).press("p")
    settle(page)
    assert "present=1" not in page.url


def test_after_a_stroke_a_clicker_still_leads_on(page: Page, server: str) -> None:
    page.goto(f"{server}/draw?present=1")
    settle(page)
    pad = page.locator(".pad[data-state='ready'] .surface").bounding_box()
    page.mouse.move(pad["x"] + 90, pad["y"] + 60)
    page.mouse.down()
    page.mouse.move(pad["x"] + 90, pad["y"] + 250, steps=5)
    page.mouse.up()
    expect(page.locator(".told .best")).not_to_be_empty()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inside")


def test_a_finger_on_the_edge_leads_on(browser: Browser, server: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    phone = context.new_page()
    phone.set_default_timeout(TIMEOUT)
    phone.goto(f"{server}/?present=1")
    settle(phone)
    phone.touchscreen.tap(384, 400)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Scorecard")
    settle(phone)
    phone.touchscreen.tap(6, 400)
    expect(phone.get_by_role("heading", level=1)).not_to_have_text("Scorecard")
    assert not phone.evaluate(SCROLLS)
    context.close()
