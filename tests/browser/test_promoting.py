"""Promoting a run and going back, as people do it: two dialogs, by mouse and by keyboard."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.store import promotions
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser.conftest import dismiss, settle
from tests.browser.test_accessibility import faults
from tests.dashboard.test_compare_page import SECOND, another


@pytest.fixture
def two_runs(server_store: Store, tiny_run: Run) -> Iterator[Store]:
    """The server's store with a newer run that is worse, while a test lasts."""
    another(tiny_run, server_store.folder / SECOND, fixed=0, broken=12)
    yield server_store
    shutil.rmtree(server_store.folder / SECOND)
    (server_store.folder / promotions.POINTER).unlink(missing_ok=True)


def dialog(page: Page, button: str) -> Locator:
    """Open a dialog by its button."""
    page.get_by_role("button", name=button).click()
    opened = page.get_by_role("dialog")
    expect(opened).to_be_visible()
    settle(page)
    return opened


def test_a_run_is_promoted_and_all_is_as_before_when_that_is_undone(
    page: Page, server: str, two_runs: Store, tiny_run: Run
):
    page.goto(f"{server}/compare?run={tiny_run.id}")
    settle(page)
    asked = dialog(page, "Promote…")
    assert faults(page) == []
    asked.get_by_role("textbox", name="Why?").fill("It reads <b>my</b> 7s.")
    page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    dismiss(page, "is the default run.")
    expect(page.get_by_text("“It reads <b>my</b> 7s.”")).to_be_visible()

    page.goto(server)  # as anybody opens it from now on
    settle(page)
    expect(page.get_by_text("The default run, promoted")).to_be_visible()

    page.goto(f"{server}/compare?run={tiny_run.id}&second={SECOND}")
    settle(page)
    asked = dialog(page, "Promote…")
    expect(asked.get_by_text("✗ Not met")).to_be_visible()
    promote = asked.get_by_role("button", name="Promote", exact=True)
    promote.click()
    expect(asked.get_by_role("alert")).to_contain_text("say in a sentence why")
    asked.get_by_role("textbox").fill("For the workshop.")
    promote.click()
    expect(asked).to_have_count(0)
    assert two_runs.open("default").id == SECOND

    dismiss(page, "is the default run.")
    listed = dialog(page, "History…")
    assert faults(page) == []
    listed.get_by_role("button", name="Go back to").click()
    expect(listed).to_have_count(0)
    dismiss(page, "is the default run again.")
    expect(page.get_by_text("“It reads <b>my</b> 7s.”")).to_be_visible()
    assert two_runs.open("default").id == tiny_run.id
