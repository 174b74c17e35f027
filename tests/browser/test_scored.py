"""The Scored page of a real scoring: its orders, one class, an image, light, dark and narrow."""

import re
import shutil
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from dashboard.words.scored import where
from pipeline.data.datasets import Dataset
from pipeline.scoring import known
from pipeline.scoring.result import Scored
from pipeline.scoring.score import score
from pipeline.store.runs import Store
from tests.browser import alternatives
from tests.browser.conftest import settle
from tests.browser.test_accessibility import COLORS, faults
from tests.browser.test_dashboard import corner_of_pictures, open_page
from tests.pipeline.scoring import made

pytestmark = pytest.mark.process
FIRST = 60  # images that the page shows at once


@pytest.fixture(scope="module")
def result(
    server_store: Store, digits: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scored]:
    """600 digits and three images of noise, scored by the served run, and one that is broken."""
    folder = tmp_path_factory.mktemp("unlabelled")
    made.idx(folder / "digits-ubyte", digits.x_test[..., 0])
    np.savez(folder / "noise.npz", noise=made.images(3, (28, 28)))
    (folder / "broken.png").write_bytes(b"no picture")
    run = server_store.open("latest")
    found = score(run, [folder], tmp_path_factory.mktemp("out") / "scored.parquet", workers=1)
    known.note(server_store, found.path)
    yield found
    shutil.rmtree(server_store.folder / known.FOLDER)


def wanted(result: Scored, column: str, *, largest: bool, of: str | None = None) -> list[str]:
    """How the hints of the tiles have to begin, from all rows of the result."""
    table = pd.read_parquet(result.path)
    table = table[table["class"].notna() if of is None else table["class"] == of]
    rows = table.sort_values(column, ascending=not largest, kind="stable").head(FIRST)
    return [f"{where(row)}: read as {row['class']}, " for row in rows.to_dict("records")]


def check(page: Page, beginnings: list[str]) -> None:
    """Check that a gallery shows these images, in this order."""
    tiles = page.locator(".gallery .tile")
    expect(tiles).to_have_count(len(beginnings))
    first = re.compile(f"^{re.escape(beginnings[0])}")
    expect(tiles.first).to_have_attribute("title", first)
    hints = tiles.evaluate_all("tiles => tiles.map((tile) => tile.title)")
    assert [
        hint for hint, start in zip(hints, beginnings, strict=True) if not hint.startswith(start)
    ] == []


def test_it_is_sorted_three_ways(page: Page, server: str, result: Scored):
    open_page(page, server, "Scored")
    expect(page.get_by_text("603 images without labels, read by")).to_be_visible()
    expect(page.get_by_text("1 image or file could not be read").first).to_be_visible()
    check(page, wanted(result, "confidence", largest=True))
    page.get_by_role("radio", name="Least confident").click()
    expect(page).to_have_url(re.compile("scored_order=least-confident"))
    check(page, wanted(result, "confidence", largest=False))
    page.get_by_role("radio", name="Least typical").click()
    expect(page).to_have_url(re.compile("scored_order=least-typical"))
    strangest = wanted(result, "ood_score", largest=True)
    check(page, strangest)
    assert {"noise.npz" in hint for hint in strangest[:3]} == {True}
    page.reload()  # a link says it all
    settle(page)
    check(page, strangest)
    page.go_back()
    check(page, wanted(result, "confidence", largest=False))


def test_one_class_is_shown_alone(page: Page, server: str, result: Scored):
    open_page(page, server, "Scored", "scored_order=least-confident")
    page.get_by_role("combobox", name="Read as").click()
    page.get_by_role("option", name="3", exact=True).click()
    expect(page).to_have_url(re.compile("scored_class=3"))
    threes = wanted(result, "confidence", largest=False, of="3")
    check(page, threes)
    count = result.done.by_class[3].images
    said = f"{count} images read as “3”, the least confident first."
    expect(page.get_by_text(said)).to_be_visible()
    page.locator(".gallery .tile").nth(1).click()
    expect(page.get_by_text(threes[1].split(": read as")[0], exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="3", exact=True)).to_be_visible()
    expect(page.locator(".gallery .tile").nth(1)).to_have_attribute("aria-pressed", "true")


def test_light_dark_and_narrow_it_can_be_read(page: Page, server: str, result: Scored):
    open_page(page, server, "Scored")
    expect(page.locator(".gallery .tile")).to_have_count(FIRST)
    assert corner_of_pictures(page) == 255  # of paper
    assert faults(page) == []
    assert alternatives.untold(page) == []
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-drawn-for", "dark")
    settle(page)
    assert corner_of_pictures(page) == 0
    assert faults(page, COLORS) == []
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth <= main.clientWidth")
    page.emulate_media(color_scheme="light")
