"""What can be downloaded: charts, matrices and galleries, as files for slides and reports."""

import base64
import io
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Download, Locator, Page, expect

from pipeline.store.run_folder import Run
from tests.browser.conftest import settle

SVG = "{http://www.w3.org/2000/svg}"
GALLERY, MATRIX, CHART = ".gallery", ".matrix", ".js-plotly-plot"


def download(page: Page, kind: str, what: str = "") -> Download:
    """Download the first thing on a page whose title holds some words as PNG, SVG or CSV."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=re.compile(f"^Download {kind}: .*{what}")).first.click()
    return waiting.value


def read(page: Page, kind: str, what: str = "") -> bytes:
    return Path(download(page, kind, what).path()).read_bytes()


def svg(page: Page, what: str = "") -> ElementTree.Element:
    return ElementTree.fromstring(read(page, "SVG", what))


def said(drawn: ElementTree.Element) -> str:
    return "\n".join(node.text or "" for node in drawn.iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [("", CHART), ("confusion_matrix", MATRIX), ("mistakes", GALLERY), ("scorecard", CHART)],
)
def test_a_picture_names_its_finding_its_run_and_the_date(page, server, tiny_run, address, shown):
    page.goto(f"{server}/{address}?run={tiny_run.id}")
    settle(page)
    expect(page.locator(shown).first).to_be_visible()
    drawn = svg(page)
    title = page.get_by_role("button", name="Download SVG: ").first.get_attribute("aria-label")
    finding, words = title.removeprefix("Download SVG: "), said(drawn)
    assert finding in words.replace("\n", " ")
    created = tiny_run.info.created
    assert f"{created:%B} {created.day}, {created:%Y}" in words
    assert "lenet5" in words

    png = Image.open(io.BytesIO(read(page, "PNG")))
    assert png.size == (2 * int(drawn.get("width")), 2 * int(drawn.get("height")))
    colors = np.asarray(png.convert("RGB")).reshape(-1, 3)
    assert len(np.unique(colors, axis=0)) > 20  # it is not blank


def test_files_are_named_after_what_they_show_and_the_run(page, server, tiny_run: Run):
    page.goto(f"{server}/confusion_matrix?run={tiny_run.id}")
    settle(page)
    assert download(page, "PNG").suggested_filename == f"confusion-matrix-{tiny_run.id}.png"


def test_a_chart_holds_its_axes_and_bars(page, server):
    page.goto(server)
    settle(page)
    bars = page.locator(f"{CHART} .bars path")
    expect(bars).to_have_count(10)
    drawn = svg(page, "is missed most often")
    assert len([node for node in drawn.iter(f"{SVG}g") if node.get("class") == "point"]) == 10
    assert "true class" in said(drawn)


def test_a_map_holds_its_points_which_are_no_svg(page, server):
    page.goto(f"{server}/data?data_view=map")
    settle(page)
    expect(page.locator(f"{CHART} .gl-canvas-context")).to_be_attached()
    deadline = time.monotonic() + 10  # WebGL draws when it likes
    while (inked := covered(svg(page))) <= 0.01 and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert inked > 0.01


def covered(drawn: ElementTree.Element) -> float:
    """Return the share of pixels that are not transparent, in the layer that has the most."""
    layers = [layer for layer in drawn.iter(f"{SVG}image") if "data:" in layer.get("href", "")]
    shares = [(np.asarray(image_of(layer))[..., 3] > 0).mean() for layer in layers]
    return float(max(shares, default=0))


def image_of(node: ElementTree.Element) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(node.get("href").partition(",")[2])))


def test_a_matrix_holds_every_count(page, server, tiny_run: Run):
    table = tiny_run.predictions()
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (table["label"], table["predicted"]), 1)
    page.goto(f"{server}/confusion_matrix")
    settle(page)
    words = said(svg(page)).split("\n")
    assert all(f"{count:,}" in words for count in counts[counts > 0])
    assert (pd.read_csv(io.BytesIO(read(page, "CSV")), index_col=0).to_numpy() == counts).all()


def test_pictures_in_a_matrix_are_exported_as_pictures(page, server, tiny_run: Run):
    filled = len(tiny_run.predictions().groupby(["label", "predicted"]))
    page.goto(f"{server}/confusion_matrix?matrix_cells=pictures")
    settle(page)
    expect(page.locator(".matrix .picture")).to_have_count(filled)
    drawn = list(svg(page).iter(f"{SVG}image"))
    assert len(drawn) == filled
    # Each is its own image, cut out of the sheet in which all came.
    assert len({node.get("href") for node in drawn}) == filled


def test_a_gallery_holds_its_pictures_with_their_classes(page, server, tiny_run: Run):
    table = tiny_run.predictions()
    wrong = table[table["label"] != table["predicted"]].sort_values("confidence").iloc[::-1]
    page.goto(f"{server}/mistakes?run={tiny_run.id}")
    settle(page)
    expect(page.locator(".gallery .tile")).to_have_count(len(wrong))
    drawn = svg(page)
    assert len(list(drawn.iter(f"{SVG}image"))) == len(wrong)
    first = wrong.iloc[0]
    assert f"{int(first['label'])} → {int(first['predicted'])}" in said(drawn)


def test_a_row_of_pictures_is_taken_along(page, server, tiny_run: Run):
    page.goto(f"{server}/data?run={tiny_run.id}")
    settle(page)
    expect(page.locator(".pictures.row img")).to_have_count(10)
    drawn = svg(page, "The mean training image of each class")
    assert len(list(drawn.iter(f"{SVG}image"))) == 10
    assert "The mean training image of each class" in said(drawn)


def test_the_table_behind_a_chart_has_its_numbers(page, server, tiny_run: Run):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/?run={tiny_run.id}")
    settle(page)
    chart = page.locator(CHART).first
    opens = page.get_by_role("button", name=re.compile("^Table: .* missed most often"))
    opens.focus()
    before = chart.bounding_box()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert chart.bounding_box() == before  # nothing is pushed down
    names = dialog.get_by_role("columnheader").all_text_contents()
    assert names == ["true class", "missed (%)", "missed", "images"]
    with page.expect_download() as waiting:
        dialog.get_by_role("button", name="CSV").click()
    assert waiting.value.suggested_filename == f"classes-{tiny_run.id}.csv"
    table = pd.read_csv(waiting.value.path())
    scores = tiny_run.info.metrics.classes
    assert table["images"].tolist() == [score.support for score in scores]
    assert table["missed (%)"].tolist() == pytest.approx([100 * (1 - s.recall) for s in scores])
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_a_table_of_a_gallery_has_whole_facts(page, server, tiny_run: Run):
    page.goto(f"{server}/mistakes?run={tiny_run.id}")
    settle(page)
    page.get_by_role("button", name="Table: ").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("dialog").get_by_role("button", name="CSV").click()
    listed = pd.read_csv(waiting.value.path()).set_index("test image")
    known = tiny_run.predictions().iloc[listed.index]
    assert listed["true"].tolist() == known["label"].tolist()
    assert listed["predicted"].tolist() == known["predicted"].tolist()
    assert listed["confidence (%)"].to_numpy() == pytest.approx(100 * known["confidence"])


COPIED = """async () => {
  const [item] = await navigator.clipboard.read()
  const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}"""


def test_a_picture_can_be_copied(page, server, tiny_run: Run):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{server}/confusion_matrix?run={tiny_run.id}")
    settle(page)
    button = page.get_by_role("button", name="Copy: ")
    button.click()
    said = page.get_by_role("button", name="Copied: ")
    expect(said).to_have_text("Copied")
    copied = Image.open(io.BytesIO(base64.b64decode(page.evaluate(COPIED))))
    saved = Image.open(io.BytesIO(read(page, "PNG")))
    assert (np.asarray(copied.convert("RGB")) == np.asarray(saved.convert("RGB"))).all()
    expect(button).to_have_text("Copy")


def test_where_nothing_can_be_copied_nothing_offers_it(page, server):
    page.add_init_script("delete window.ClipboardItem")
    page.goto(f"{server}/confusion_matrix")
    settle(page)
    expect(page.get_by_role("button", name="Table: ")).to_be_visible()
    expect(page.get_by_role("button", name="Copy: ")).to_have_count(0)


@pytest.fixture
def twin(server_store, tiny_run: Run) -> Iterator[str]:
    """A second run on the same images, for as long as a test lasts: its id."""
    folder = server_store.folder / f"{tiny_run.id}-twin"
    shutil.copytree(tiny_run.folder, folder)
    yield folder.name
    shutil.rmtree(folder)


@pytest.mark.parametrize(("width", "alike"), [(1280, True), (1920, True), (390, False)])
def test_two_matrices_stand_side_by_side_where_there_is_room(
    page, server, tiny_run, twin, width, alike
):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server}/confusion_matrix?run={tiny_run.id}&second={twin}&matrix_view=side-by-side")
    settle(page)
    matrices = page.locator(".matrix table")
    expect(matrices).to_have_count(2)
    first, second = (matrices.nth(at).bounding_box() for at in range(2))
    assert (first["y"] == second["y"]) == alike
    assert (second["x"] > first["x"] + first["width"]) == alike


def in_sight(place: Locator, height: int) -> bool:
    box = place.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height


def test_a_low_screen_shows_the_whole_matrix_and_both_runs(page, server, tiny_run, twin):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{server}/confusion_matrix?run={tiny_run.id}&second={twin}")
    settle(page)
    assert in_sight(page.locator(".matrix table"), 720)
    assert in_sight(page.get_by_role("combobox", name="Compare with"), 720)
