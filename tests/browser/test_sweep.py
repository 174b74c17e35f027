"""A person searches for a better learning rate on the Train page, and sees what came of it."""

import pytest
from playwright.sync_api import Page, expect

from pipeline.store.runs import Store
from tests.browser.conftest import leave, serving, settle
from tests.browser.test_accessibility import faults

pytestmark = pytest.mark.process
SECONDS_TO_SWEEP = 180_000  # milliseconds, while other tests compute, too


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a list that folds out."""
    page.get_by_role("combobox", name=label).fill(option)
    page.get_by_role("option", name=option).first.click()
    page.keyboard.press("Escape")
    settle(page)


def enter(page: Page, label: str, number: int) -> None:
    """Enter a number."""
    page.get_by_role("spinbutton", name=label).fill(str(number))
    page.keyboard.press("Enter")
    settle(page)


def test_a_sweep_with_a_range_leads_to_its_leaderboard(page: Page, tmp_path):
    store = Store(tmp_path / "models")
    with serving(store.folder, tmp_path / "log.txt") as (address, _):
        page.goto(f"{address}/train?train_what=train-several")
        settle(page)
        choose(page, "Dataset", "digits")
        page.get_by_role("combobox", name="Networks").focus()
        for _ in range(2):  # of the three that the form begins with
            page.keyboard.press("Backspace")
            settle(page)
        enter(page, "How many seeds", 2)
        choose(page, "Search for better settings", "learning rate")
        expect(page.get_by_role("slider")).to_have_count(2)
        enter(page, "Settings to try", 1)
        assert faults(page) == []
        page.get_by_role("button", name="Train up to 4 networks").click()
        expect(page.get_by_text("Stop keeps the runs that are done.")).to_be_visible()
        found = page.get_by_role("link", name="Compare what it trained")
        found.click(timeout=SECONDS_TO_SWEEP)
        expect(page.get_by_role("heading", name="Over seeds")).to_be_visible()
        expect(page.get_by_text("Rings are runs")).to_be_visible()
        expect(page.get_by_text("the share that each setting explains")).to_be_visible()
        leave(page)
    assert len(store.runs()) == 4
