import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pipeline.data.datasets import Dataset
from pipeline.ink.drawing import Drawing
from pipeline.store import corrections, teaching
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser.conftest import settle
from tests.browser.test_accessibility import faults
from tests.browser.test_dashboard import cell, open_page
from tests.dashboard.test_teaching import taught_from

DIGITS = tuple("0123456789")
SEVEN = Drawing.of_strokes([[[60.0, 60.0], [200.0, 60.0], [120.0, 220.0]]])
ONE = Drawing.of_strokes([[[60.0, 60.0], [60.0, 220.0]]])


def test_a_correction_is_looked_at_and_undone(page: Page, server: str, server_store: Store):
    for label, drawn in (("9", SEVEN), ("7", SEVEN), ("1", ONE)):
        corrections.add(server_store, label=label, class_names=DIGITS, drawing=drawn, predicted="4")
    open_page(page, server, "Corrections")
    expect(page.get_by_role("heading", name="Labeled “1”")).to_be_visible()
    page.get_by_title("labeled 7, predicted as 4").click()
    expect(page.get_by_role("heading", name="Labeled “7”")).to_be_visible()
    page.get_by_role("button", name="2", exact=True).click()
    expect(page.get_by_role("heading", name="Labeled “2”")).to_be_visible()
    assert [one.label for one in corrections.read(server_store).standing] == ["9", "2", "1"]
    page.get_by_role("button", name="Undo this correction").click()
    expect(page.get_by_text("1 correction undone.")).to_be_visible()
    expect(page.get_by_role("heading", name="Labeled “1”")).to_be_visible()
    page.get_by_role("button", name=re.compile("^.*Undo all 2…")).click()
    page.get_by_role("button", name="Undo 2 corrections").click()
    expect(page.get_by_text("None so far.")).to_be_visible()
    assert corrections.read(server_store).standing == ()


@pytest.fixture
def taught(server_store: Store, tiny_run: Run, digits: Dataset) -> Iterator[Run]:
    """A run in the server's store that was taught, while a test lasts."""
    run = taught_from(tiny_run, server_store, digits)
    yield run
    shutil.rmtree(run.folder)


def test_a_click_on_what_changed_shows_those_images(
    page: Page, server: str, taught: Run, tiny_run: Run
):
    (fixed,) = teaching.proof_of(taught, tiny_run).fixed
    row = tiny_run.predictions().iloc[fixed]
    true, said = int(row["label"]), int(row["predicted"])
    page.goto(f"{server}/corrections?run={taught.id}")
    settle(page)
    page.get_by_text("1 test image newly right, 1 newly wrong", exact=True).click()
    expect(page.get_by_text("Click a cell, or the name of a class")).to_be_visible()
    cell(page, true, said).click()
    found = page.get_by_role("group", name=f"of “{true}”, read as “{said}” by mistake")
    expect(found.locator(".tile")).to_have_count(1)
    expect(found.locator(".tile")).to_contain_text(f"{said} → {true} ✓")
    expect(cell(page, true, said)).to_have_attribute("aria-pressed", "true")
    settle(page)
    assert faults(page) == []
    cell(page, true, said).press("Enter")  # once more: none is chosen
    expect(page.get_by_text("Click a cell, or the name of a class")).to_be_visible()
