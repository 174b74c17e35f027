"""“What am I looking at?”, by keyboard, in German, and on a phone."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settle
from tests.browser.test_accessibility import faults

ASK = {"en": "What am I looking at?", "de": "Was sehe ich hier?"}


def test_a_page_is_explained_in_german_by_keyboard_and_so_is_the_next(page: Page, server: str):
    page.goto(f"{server}/scorecard?lang=de")
    settle(page)
    button = page.get_by_role("button", name=ASK["de"])
    button.focus()
    page.keyboard.press("Enter")
    said = page.get_by_role("dialog", name=ASK["de"])
    expect(said.get_by_text("Ein Netz gibt immer eine Antwort")).to_be_visible()
    expect(said.get_by_text("Die Kalibrierung fragt")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(said.get_by_text("Genauer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(said.get_by_text("Die Kalibrierung fragt")).to_be_visible()
    expect(said.locator("[lang='de']")).to_have_count(2)
    assert faults(page) == []
    page.keyboard.press("Escape")
    expect(said).to_have_count(0)
    expect(button).to_be_focused()
    page.get_by_role("link", name="Mistakes", exact=True).click()
    expect(page).to_have_url(re.compile("/mistakes.*lang=de"))
    page.get_by_role("button", name=ASK["de"]).click()
    expect(page.get_by_text("Das sind die Testbilder")).to_be_visible()


def test_a_term_is_explained_to_the_keyboard(page: Page, server: str):
    page.goto(f"{server}/scorecard")
    settle(page)
    page.get_by_role("heading", name="Calibration:").get_by_role("button").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    shown = page.get_by_role("tooltip")
    expect(shown).to_contain_text("Whether the network is right as often as its confidence says.")


def beside(button: Locator, title: Locator) -> None:
    """Check that the button is whole on the screen of a phone, in the row of the title."""
    sign, heading = button.bounding_box(), title.bounding_box()
    assert sign["x"] + sign["width"] <= 390
    assert button.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert heading["y"] <= sign["y"] + sign["height"] / 2 <= heading["y"] + heading["height"]


def test_on_a_phone_the_sign_alone_is_beside_the_title(page: Page, server: str):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server}/confusion_matrix")
    settle(page)
    button = page.get_by_role("button", name=ASK["en"])
    title = page.get_by_role("heading", level=1)
    beside(button, title)
    title.evaluate("h1 => (h1.textContent += ' of a network, named at length, on a dataset')")
    beside(button, title)
    button.click()
    body = page.get_by_role("dialog", name=ASK["en"]).bounding_box()
    assert body["x"] >= 0
    assert body["x"] + body["width"] <= 390
