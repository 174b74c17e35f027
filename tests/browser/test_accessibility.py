"""Every page, light and dark: axe-core, what is told of its pictures, and the tables of its charts.

Each page is opened once; the browser's preference for dark pages is turned on while it is open.
"""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser import alternatives
from tests.browser.conftest import TIMEOUT, settle

PAGES = {  # what is opened: as much as can be seen of each page at once
    "tour": "tour",
    "tour, networks missing": "tour?step=2",
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
    "train several": "train?train_what=train-several",
    "add": "train?train_what=add-a-trained-one",
    "corrections": "corrections",
    "glossary": "glossary?term=softmax",
}
# What is faint until it can answer, or is not there yet when Streamlit's script has ended.
READY = {
    **dict.fromkeys(("tour", "tour, networks missing"), ".tour[data-settled='true']"),
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


# All that the colors of a page decide.
COLORS = OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def faults(page: Page, options: dict[str, object] = OPTIONS) -> list[str]:
    """Name what axe-core finds serious or critical, but for what is Streamlit's own."""
    found = []
    for violation in Axe().run(page, options=options).response["violations"]:
        for node in violation["nodes"]:
            own = STREAMLITS.get(violation["id"])
            if violation["impact"] in GRAVE and not (own and is_within(page, node["target"], own)):
                found.append(f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}")
    return found


def is_within(page: Page, target: list, place: str) -> bool:
    """Whether a found element, outside any component, is somewhere in a place."""
    return isinstance(target[0], str) and page.evaluate(WITHIN, [target[0], place])


@pytest.fixture(scope="module")
def one_page(browser: Browser) -> Iterator[Page]:
    """A page for all tests here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    yield page
    context.close()


@pytest.fixture(scope="module", params=PAGES)
def opened(request, one_page: Page, server: str) -> Page:
    """Every page, opened once for all that is checked of it."""
    one_page.goto(f"{server}/{PAGES[request.param]}")
    settle(one_page)
    expect(one_page.locator(READY.get(request.param, "h1")).first).to_be_visible()
    return one_page


def test_nothing_grave_is_found(opened: Page):
    assert faults(opened) == []


def test_every_picture_is_told_from_its_data(opened: Page):
    assert alternatives.untold(opened) == []


def test_behind_every_chart_is_a_table(opened: Page):
    charts = opened.get_by_test_id("stPlotlyChart").locator("visible=true").count()
    tables = opened.get_by_role("button", name="Table: ")
    assert tables.count() >= charts
    for at, button in enumerate(tables.all()):
        button.click()
        dialog = opened.get_by_role("dialog")
        expect(dialog.get_by_role("row").nth(1)).to_be_visible()
        if at == 0:  # the others are alike
            assert faults(opened) == []
        cells = dialog.locator("th, td").all_text_contents()
        assert not [text for text in cells if text in ("", "undefined", "NaN", "[object Object]")]
        opened.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(button).to_be_focused()


def test_in_the_dark_no_color_is_faint(opened: Page):
    opened.emulate_media(color_scheme="dark")
    try:
        expect(opened.locator("html")).to_have_attribute("data-drawn-for", "dark")
        settle(opened)
        assert faults(opened, COLORS) == []
    finally:
        opened.emulate_media(color_scheme="light")


def test_what_is_faint_or_misnamed_is_found(one_page: Page):
    one_page.set_content(
        "<html lang=en><title>t</title><main><p style='color:#888;background:#999'>faint</p>"
        "<button aria-label='other words'>seen</button><ul><div>no item</div></ul></main>"
    )
    assert {fault.split(":")[0] for fault in faults(one_page)} == {
        "color-contrast", "label-content-name-mismatch", "list",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("label", "generic"),
    [
        ("", True), ("The picture", True), ("Chart of the accuracy", True),
        ("4 is read as 9, 12 times", False), ("Predicted as “shirt”", False),
        ("Gradient: computing…", False), ("What the network sees: nothing yet", False),
    ],
)  # fmt: skip
def test_what_would_be_said_of_any_data_is_generic(label: str, generic: bool):
    assert alternatives.is_generic(label) == generic


def test_untold_pictures_are_found(one_page: Page):
    one_page.goto("about:blank")  # a page of the dashboard allows no script of ours
    one_page.set_content(
        "<img alt='Picture'><canvas width=9></canvas><div aria-hidden=true><canvas></canvas></div>"
        "<img alt='An image of 7'><div role=img aria-label='7 of 9'><img></div>"
        "<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML = '<img src=x>'"
        "</script>"
    )
    assert [one.split(":")[0] for one in alternatives.untold(one_page)] == ["'Picture'", "''", "''"]


def test_a_tile_is_named_by_what_it_shows(one_page: Page, server: str):
    one_page.goto(f"{server}/mistakes")
    settle(one_page)
    tile = one_page.locator(".gallery .tile").first
    expect(tile).to_have_accessible_name(re.compile(r"^\d → \d \d+\.\d%$"))
    expect(tile).to_have_accessible_description(re.compile("^test image .* confidence$"))


def test_the_focus_is_seen_in_the_list_of_pages(one_page: Page, server: str):
    one_page.goto(f"{server}/mistakes")
    settle(one_page)
    link = one_page.get_by_role("link", name="Scorecard", exact=True)
    one_page.get_by_role("link", name="Overview", exact=True).focus()
    one_page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_have_css("outline-style", "solid")
    expect(link).to_have_css("outline-width", "2px")


# What has the focus, within components, too; and whether it or what is around it has a ring.
FOCUSED = """() => {
  let node = document.activeElement
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
  const name = `${node.tagName} ${node.getAttribute('aria-label') ?? node.textContent.slice(0, 60)}`
  for (let at = node, up = 0; at && up < 4; at = at.parentElement, up++) {
    const style = getComputedStyle(at)
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
    if (outlined || style.boxShadow !== 'none') return {name, seen: true}
  }
  return {name, seen: node.matches('body, main, input')} // Streamlit frames its inputs
}"""


def test_the_focus_is_always_seen(one_page: Page, server: str):
    one_page.goto(f"{server}/confusion_matrix?true=3&sample=17")
    settle(one_page)
    stops = set()
    for _ in range(45):
        one_page.keyboard.press("Tab")
        focused = one_page.evaluate(FOCUSED)
        assert focused["seen"], focused["name"]
        stops.add(focused["name"])
    assert len(stops) > 30
