"""The report, opened from a disk without a network: read, clicked, printed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.export.formats import Format, export
from pipeline.export.report.options import ReportOptions
from pipeline.export.report.writing import write_html
from pipeline.store.run_folder import Run
from tests.browser.conftest import TIMEOUT, settle
from tests.browser.test_accessibility import faults

SIZES = ((1280, 720), (1920, 1080), (390, 844))
PAGES = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module")
def report(tiny_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the tiny run."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_html(tiny_run, path, ReportOptions())
    return path


@pytest.fixture
def opened(request, browser: Browser, report: Path) -> Iterator[Page]:
    """The report, light unless a test asks, without a network; its console stays empty."""
    mode = getattr(request, "param", "light")
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=mode)
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    yield page
    assert said == []
    assert [url[:60] for url in asked if not url.startswith(("data:", report.as_uri()))] == []
    context.close()


def test_a_cell_shows_its_images(opened: Page, tiny_run: Run):
    metrics = tiny_run.info.metrics
    expect(opened.locator(".verdict")).to_contain_text(f"{metrics.correct} of {metrics.total}")
    table = tiny_run.predictions(["label", "predicted"])
    of_three = int(((table["label"] == 3) & (table["predicted"] == 3)).sum())
    cell = opened.locator("[data-cell='3-3']")
    expect(cell).to_have_text(str(of_three))
    cell.click()
    expect(opened.locator("#panel-title")).to_have_text("true “3”, says “3”")
    assert of_three > 24
    note = opened.locator("#panel-note")
    expect(note).to_have_text(f"24 of {of_three} images shown, most confident first")
    pictures = opened.locator("#panel-pictures canvas")
    expect(pictures).to_have_count(24)
    expect(pictures.first).to_have_accessible_name(re.compile("^Test image .* of class “3”, read"))
    # Something was drawn: ink and paper.
    levels = "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, 28, 28).data).size"
    opened.wait_for_function(f"({levels})(document.querySelector('#panel-pictures canvas')) > 2")


def test_the_keyboard_reaches_every_cell(opened: Page):
    cell = opened.locator("[data-cell='4-4']")
    cell.click()
    opened.keyboard.press("ArrowRight")
    focused = opened.locator("#matrix button:focus")
    expect(focused).to_have_attribute("data-cell", re.compile(r"-[5-9]$"))
    opened.keyboard.press("Enter")
    expect(focused).to_have_attribute("aria-pressed", "true")
    expect(cell).to_have_attribute("aria-pressed", "false")
    opened.keyboard.press("Tab")
    expect(opened.locator("#matrix button:focus")).to_have_count(0)


@pytest.mark.parametrize("opened", ["light", "dark"], indirect=True)
def test_nothing_grave_is_found(opened: Page):
    for details in opened.locator("details").all():
        details.evaluate("element => element.open = true")
    assert faults(opened) == []


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_the_screen(opened: Page, size: tuple[int, int]):
    opened.set_viewport_size({"width": size[0], "height": size[1]})
    assert opened.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints_on_several_pages(opened: Page, paper: str, tmp_path: Path):
    printed = opened.pdf(format=paper, path=tmp_path / "report.pdf")
    assert 2 < len(PAGES.findall(printed)) < 15
    opened.emulate_media(media="print")
    expect(opened.locator("#panel")).to_be_hidden()
    expect(opened.locator(".gallery").first).to_be_visible()
    opened.emulate_media(media="screen")


def test_the_installed_browser_prints_it(
    tiny_run: Run, tmp_path: Path, chromium_path: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CHROMIUM", chromium_path)
    (printed,) = export(tiny_run, tmp_path / "report.pdf", Format.PDF)
    content = printed.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(PAGES.findall(content)) > 2


def test_the_overview_hands_it_over(page: Page, server: str, tiny_run: Run):
    page.goto(f"{server}/?lang=de")
    settle(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="Bericht herunterladen").click()
    assert started.value.suggested_filename == f"report-{tiny_run.id}.html"
    text = started.value.path().read_text("utf-8")
    assert '<html lang="de">' in text
    assert f"Richtig bei {tiny_run.info.metrics.correct} von" in text


def test_the_pad_in_it_predicts(browser: Browser, tiny_run: Run, tmp_path: Path):
    path = tmp_path / "report.html"
    write_html(tiny_run, path, ReportOptions(with_pad=True))
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    errors: list[str] = []
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else 0
    )
    page.goto(path.as_uri())
    pad = page.locator("#pad .pad[data-state='ready']").first
    expect(pad).to_be_visible()
    drawn_on = pad.locator("canvas").first
    drawn_on.scroll_into_view_if_needed()
    box = drawn_on.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 3 / 4, steps=8)
    page.mouse.up()
    expect(pad).to_contain_text("%")
    context.close()
    assert errors == []
