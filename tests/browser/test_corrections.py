import re

from playwright.sync_api import Page, expect

from pipeline.ink.drawing import Drawing
from pipeline.store import corrections
from pipeline.store.runs import Store
from tests.browser.test_dashboard import open_page

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
    page.get_by_role("button", name="Undo this correction").click()
    expect(page.get_by_text("1 correction undone.")).to_be_visible()
    expect(page.get_by_role("heading", name="Labeled “1”")).to_be_visible()
    page.get_by_role("button", name=re.compile("^.*Undo all 2…")).click()
    page.get_by_role("button", name="Undo 2 corrections").click()
    expect(page.get_by_text("None so far.")).to_be_visible()
    assert corrections.read(server_store).standing == ()
