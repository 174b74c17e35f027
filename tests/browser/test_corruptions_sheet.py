"""The sheet of corruptions in a real browser: by mouse, by keyboard, to screen readers."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pipeline.analysis import corruption_sheet
from pipeline.analysis.corruption_sheet import CorruptionSheet
from pipeline.robustness import measure_corruptions
from pipeline.store.run_folder import CORRUPTIONS
from pipeline.store.runs import Store
from tests.browser import alternatives
from tests.browser.conftest import settle
from tests.browser.test_accessibility import faults


@pytest.fixture(scope="module")
def sheet(server_store: Store, digits) -> Iterator[CorruptionSheet]:
    """What is measured of the served run, and kept with it as long as these tests run."""
    run = server_store.open("latest")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corruption_sheet, "PART", 60)
        yield measure_corruptions(run, digits)
    (run.folder / CORRUPTIONS).unlink()


def test_a_click_shows_what_is_misread(page: Page, server: str, sheet: CorruptionSheet) -> None:
    page.goto(f"{server}/scorecard")
    settle(page)
    pictures = page.get_by_role("group", name="Accuracy by corruption")
    expect(pictures.get_by_role("button")).to_have_count(15)
    expect(pictures.locator("[aria-pressed='true']")).to_contain_text(
        sheet.worst_first[0].name.replace("_", " ")
    )
    pictures.get_by_role("button", name=re.compile("^fog")).click()
    expect(page).to_have_url(re.compile("corruption=fog"))
    misread = page.get_by_role("group", name="Misread: fog")
    expect(misread.locator(".tile")).to_have_count(len(sheet.of("fog")[4].mistakes))

    severities = page.get_by_role("group", name="Accuracy by severity: fog")
    expect(severities.locator("[aria-pressed='true']")).to_contain_text("severity 5")
    severities.locator("[aria-pressed='true']").focus()
    page.keyboard.press("ArrowLeft")  # from the one that is shown to the next
    expect(page).to_have_url(re.compile("severity=4"))
    expect(page.get_by_text(re.compile(r"^Fog \(.*severity 4 of 5: right on"))).to_be_visible()
    expect(severities.locator("[aria-pressed='true']")).to_be_focused()
    settle(page)
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert faults(page) == []
    assert alternatives.untold(page) == []
