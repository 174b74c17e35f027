"""Every page, light and dark, checked by axe-core."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import TIMEOUT, settle

PAGES = {  # what is opened: as much as can be seen of each page at once
    "overview": "",
    "scorecard": "scorecard",
    "compare": "compare",
    "matrix": "confusion_matrix?outcome=wrong",
    "percent": "confusion_matrix?true=3&matrix_cells=of-true",
    "mistakes": "mistakes",
    "labels": "labels",
    "classes": "data",
    "one image": "data?sample=17",
    "map": "data?data_view=map",
    "inside": "inside",
    "two at once": "inside?sample=3&other=17",
    "draw": "draw",
    "where it looks": "draw?draw_looks=gradient",
    "an image": "confusion_matrix?true=3&sample=17",
    "train": "train",
    "add": "train?train_what=add-a-trained-one",
    "corrections": "corrections",
}
# What is faint until it can answer, or is not there yet when Streamlit's script has ended.
READY = {
    **dict.fromkeys(("inside", "two at once"), ".inside-view[data-settled='true']"),
    **dict.fromkeys(("draw", "where it looks"), ".pad[data-state='ready']"),
}
# Streamlit's own, by rule and where: sections of the list of pages are <div> within its <ul>.
STREAMLITS = {
    "list": "[data-testid='stSidebarNavItems']",
    "listitem": "[data-testid='stSidebarNavItems']",
}
OPTIONS = {
    "resultTypes": ["violations"],
    # Still called experimental there: what is said must contain what is seen.
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}
WITHIN = "([at, place]) => document.querySelector(at).closest(place) !== null"
GRAVE = ("serious", "critical")


def faults(page: Page) -> list[str]:
    """Name what axe-core finds serious or critical, but for what is Streamlit's own."""
    found = []
    for violation in Axe().run(page, options=OPTIONS).response["violations"]:
        for node in violation["nodes"]:
            own = STREAMLITS.get(violation["id"])
            if violation["impact"] in GRAVE and not (own and is_within(page, node["target"], own)):
                found.append(f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}")
    return found


def is_within(page: Page, target: list, place: str) -> bool:
    """Whether a found element, outside any component, is somewhere in a place."""
    return isinstance(target[0], str) and page.evaluate(WITHIN, [target[0], place])


@pytest.fixture(scope="module", params=["light", "dark"])
def themed(request, browser: Browser) -> Iterator[Page]:
    """A page in each mode."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme=request.param
    )
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_grave_is_found(themed: Page, server: str, name: str):
    themed.goto(f"{server}/{PAGES[name]}")
    settle(themed)
    expect(themed.locator(READY.get(name, "h1")).first).to_be_visible()
    assert faults(themed) == []


def test_what_is_faint_or_misnamed_is_found(themed: Page):
    themed.set_content(
        "<html lang=en><title>t</title><main><p style='color:#888;background:#999'>faint</p>"
        "<button aria-label='other words'>seen</button><ul><div>no item</div></ul></main>"
    )
    assert {fault.split(":")[0] for fault in faults(themed)} == {
        "color-contrast", "label-content-name-mismatch", "list",
    }  # fmt: skip


def test_a_tile_is_named_by_what_it_shows(themed: Page, server: str):
    themed.goto(f"{server}/mistakes")
    settle(themed)
    tile = themed.locator(".gallery .tile").first
    expect(tile).to_have_accessible_name(re.compile(r"^\d → \d \d+\.\d%$"))
    expect(tile).to_have_accessible_description(re.compile("^test image .* confidence$"))


def test_the_focus_is_seen_in_the_list_of_pages(themed: Page, server: str):
    themed.goto(f"{server}/mistakes")
    settle(themed)
    link = themed.get_by_role("link", name="Scorecard", exact=True)
    themed.get_by_role("link", name="Overview", exact=True).focus()
    themed.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_have_css("outline-style", "solid")
    expect(link).to_have_css("outline-width", "2px")
