"""What is below the pad and beside it: two runs, files, photographs, the map of changes."""

import json
import re
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Page, expect

from pipeline.ink import drawing, inputs
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser.conftest import right_of_bundled, settle
from tests.browser.pens import draw_strokes, on_paper, open_draw, ready, settled

# Many points: between few the canvas's library cuts corners.
TOP = [[60 + 10 * step, 60] for step in range(14)]
SEVEN = [[*TOP, *([200 - 5 * step, 60 + 10 * step] for step in range(17))]]


@pytest.fixture
def twin(server_store: Store, tiny_run: Run) -> Iterator[str]:
    """A second run on the same images, while a test lasts: its id."""
    folder = server_store.folder / f"{tiny_run.id}-twin"
    shutil.copytree(tiny_run.folder, folder)
    info = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps(info | {"id": folder.name}), encoding="utf-8")
    yield folder.name
    shutil.rmtree(folder)


@pytest.fixture
def drawn(page: Page, server: str, tiny_run: Run) -> Page:
    """The Draw page with a seven on the live pad."""
    open_draw(page, server, tiny_run)
    draw_strokes(page, ready(page), SEVEN, unit=280)
    settled(page)
    expect(page.get_by_role("button", name="Save")).to_be_enabled()
    settle(page)
    return page


def test_two_runs_answer_side_by_side(page, server, tiny_run, twin):
    page.goto(f"{server}/draw?run={tiny_run.id}&second={twin}")
    settle(page)
    draw_strokes(page, ready(page), SEVEN, unit=280)
    settled(page)
    first, second = page.locator(".told strong").all_inner_texts()
    assert first == second  # the twin is the same network
    expect(page.locator(".run")).to_have_count(2)
    for name in page.locator(".run").all():
        expect(name).to_be_visible()
    on_paper(page)
    draw_strokes(page, page.locator(".upper-canvas"), SEVEN, unit=280)
    expect(page.locator(".alone .told strong")).to_have_count(2)
    assert page.locator(".alone .told strong").all_inner_texts() == [first, second]
    settle(page)


def test_what_is_saved_is_read_back_by_predict(drawn, tmp_path):
    # What the pad sent has a tenth of its unit as its finest step.
    expected = drawing.from_strokes(SEVEN).astype(int)
    drawn.get_by_role("button", name="Save").click()
    for kind in ("PNG", "CSV", "JSON"):
        with drawn.expect_download() as started:
            drawn.get_by_role("button", name=kind).click()
        path = tmp_path / started.value.suggested_filename
        assert path.suffix == f".{kind.lower()}"
        started.value.save_as(path)
        (item,) = inputs.read_all([path], (28, 28, 1), mnist_framed=True)
        assert item.error == ""
        assert np.abs(item.image[..., 0].astype(int) - expected).mean() < 1


def test_how_far_it_can_be_changed(drawn):
    drawn.get_by_text("Perturbations").click()
    for words in (
        "Shifted .* left|Shifted sideways",
        "up or down",
        "[Rr]otated",
        "size",
        "thick",
    ):
        expect(drawn.get_by_text(re.compile(words)).first).to_be_visible()
    drawn.get_by_role("radio", name="Layer by layer").click()
    expect(drawn.locator(".inside figure").first).to_be_visible()  # the layers are back
    settle(drawn)


def test_a_photograph_is_read_and_what_is_none_is_told(page, server, tiny_run, tmp_path):
    light = np.linspace(150, 230, 900)[None].repeat(700, axis=0)
    paper = Image.fromarray(light.astype(np.uint8)).convert("RGB")
    ink = ImageDraw.Draw(paper)
    ink.line([(350, 180), (560, 180), (420, 520)], fill=(40, 42, 60), width=22, joint="curve")
    photo = tmp_path / "photo.jpg"
    paper.filter(ImageFilter.GaussianBlur(1.5)).save(photo, quality=85)
    none = tmp_path / "none.png"
    none.write_bytes(b"this is no picture")

    open_draw(page, server, tiny_run)
    page.get_by_text("A photograph").click()
    chooser = page.locator("input[type=file]")
    chooser.set_input_files(photo)
    expect(page.locator(".alone .told strong")).to_have_text("7")
    expect(page.get_by_text("What the network sees")).to_have_count(1)
    chooser.set_input_files(none)
    expect(page.get_by_text("none.png")).to_have_count(2)  # in the list, and in the sentence
    expect(page.get_by_text("The prediction appears here.").first).to_be_visible()
    settle(page)


def test_a_drawing_outlives_another_mode_another_page_and_back(drawn, server, tiny_run):
    answer = drawn.locator(".told strong")
    said = answer.inner_text()
    drawn.get_by_role("radio", name="A photograph").click()
    expect(drawn.locator("input[type=file]")).to_have_count(1)
    drawn.get_by_role("radio", name="Live").click()
    expect(answer).to_have_text(said)
    drawn.get_by_role("link", name="Data", exact=True).click()
    expect(drawn.get_by_role("heading", level=1)).to_have_text("Data")
    drawn.go_back()
    expect(answer).to_have_text(said)
    expect(drawn.get_by_role("button", name="Save")).to_be_enabled()  # the server has it, too
    drawn.reload()
    expect(answer).to_have_text(said)
    settle(drawn)


def test_the_pad_its_answer_and_first_layers_are_visible_without_scrolling(drawn):
    drawn.set_viewport_size({"width": 1280, "height": 720})
    settle(drawn)
    for part in (".surface", ".told", ".bars", ".layers figure:first-child canvas"):
        box = drawn.locator(part).first.bounding_box()
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= 720, part
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert drawn.locator(".told strong").evaluate(size) >= 140  # readable from five meters


def test_before_the_pen_comes_nothing_empty_is_shown(page, server, tiny_run):
    open_draw(page, server, tiny_run)
    ready(page)
    settled(page)
    expect(page.locator(".no-layers")).to_be_visible()
    expect(page.locator(".layers figure").first).not_to_be_visible()
    assert page.locator("[data-testid='stMain']").evaluate("e => e.scrollHeight") <= 900


def test_on_a_phone_the_answer_is_visible_while_drawing(page, server, tiny_run):
    page.set_viewport_size({"width": 390, "height": 844})
    open_draw(page, server, tiny_run)
    surface = ready(page)
    draw_strokes(page, surface, SEVEN, unit=280)
    settled(page)
    told, pad = page.locator(".told").bounding_box(), surface.bounding_box()
    assert told["y"] >= 0
    assert told["y"] + told["height"] <= pad["y"]  # above, where no hand covers it
    assert pad["y"] + pad["height"] <= 844
    settle(page)


@pytest.mark.usefixtures("best_reader")
def test_the_best_reader_answers_and_the_chosen_run_is_a_click_away(page, server, tiny_run):
    page.goto(f"{server}/draw?run={tiny_run.id}")
    settle(page)
    ready(page)
    whose = page.locator(".run")
    expect(whose).to_have_text(re.compile(f"^Answer by .*{right_of_bundled() / 100:.2f}%"))
    page.get_by_role("radio", name="Chosen run").click()
    expect(whose).to_have_text(re.compile("^Answer by digits"))
    expect(page).to_have_url(re.compile("draw_answer=chosen-run"))
    settle(page)
