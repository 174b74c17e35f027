"""What every page has around it: title, logo, and what is in sight on a low screen."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

LOW = {"width": 1280, "height": 720}


def open_low(page: Page, address: str) -> None:
    page.set_viewport_size(LOW)
    page.goto(address)
    settle(page)


def test_the_tab_is_named_after_page_and_run(page, server):
    open_low(page, server)
    expect(page).to_have_title("Overview · digits lenet5 · Inkling")
    page.get_by_role("link", name="Mistakes", exact=True).click()
    expect(page).to_have_title("Mistakes · digits lenet5 · Inkling")
    assert page.locator("link[rel*='icon']").get_attribute("href").startswith("data:image/svg")
    expect(page.get_by_alt_text("Logo")).to_be_visible()


@pytest.mark.parametrize("name", ["", "compare", "confusion_matrix"])
def test_a_page_begins_at_the_top(page, server, name):
    open_low(page, f"{server}/{name}")
    title = page.get_by_role("heading", level=1)
    assert title.bounding_box()["y"] < 40
    # What is in the corner above it can still be clicked.
    page.get_by_role("button", name="Main menu").click()
    expect(page.get_by_role("menuitemradio", name="Dark")).to_be_visible()


def test_without_the_list_of_pages_the_logo_covers_nothing(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server)
    settle(page)
    logo = page.get_by_alt_text("Logo").first.bounding_box()
    title = page.get_by_role("heading", level=1).bounding_box()
    assert logo["y"] + logo["height"] < title["y"]
