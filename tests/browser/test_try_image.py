"""Networks that take images: the page and the exported file predict as `inkling predict` does."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline import words
from pipeline.export import html_page
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests import made
from tests.browser.conftest import settle
from tests.browser.pens import draw_strokes

LINE = [[[20 + 10 * step, 105] for step in range(25)]]
# Of a probability: decoders of JPEG, and what is half transparent, differ by a gray level.
APART = 0.02


@pytest.fixture(scope="module")
def shapes(server_store: Store, shapes_run: Run) -> Iterator[Run]:
    """A run on the made dataset, in the server's store while these tests last."""
    shutil.copytree(shapes_run.folder, server_store.folder / shapes_run.id)
    run = server_store.open(shapes_run.id)
    yield run
    shutil.rmtree(run.folder)


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return made.write_strangers(tmp_path_factory.mktemp("strangers"))


@pytest.fixture(scope="module")
def expected(shapes: Run, strangers: list[Path]) -> list[dict[str, Any]]:
    """What `inkling predict` says about twenty images."""
    command = [sys.executable, "-m", "pipeline.cli", "predict", shapes.id, *map(str, strangers)]
    environment = {**os.environ, "INKLING_MODELS": str(shapes.folder.parent)}
    done = subprocess.run(
        [*command, "--json"], env=environment, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_twenty_images_are_read_as_predict_reads_them(page, server, shapes, strangers, expected):
    assert {answer["predicted"] for answer in expected} == set(made.NAMES)
    page.goto(f"{server}/draw?run={shapes.id}")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Try an image")
    for path, answer in zip(strangers, expected, strict=True):
        page.locator("input[type=file]").set_input_files(path)
        expect(page.get_by_text(path.name)).to_be_visible()
        settle(page)
        expect(page.locator(".told strong")).to_have_text(answer["predicted"])
        expect(page.locator(".told .share")).to_have_text(words.percent(answer["confidence"]))
        remark = words.OOD_REMARK if answer["is_ood"] else ""
        expect(page.locator(".remark")).to_have_text(remark)


def test_nothing_on_the_page_speaks_of_drawings(page, server, shapes, strangers):
    page.goto(f"{server}/draw?run={shapes.id}")
    settle(page)
    page.locator("input[type=file]").set_input_files(strangers[0])
    expect(page.locator(".told strong")).to_be_visible()
    for view in ("Layer by layer", "Perturbations"):
        page.get_by_role("radio", name=view).click()
        settle(page)
        said = page.locator("[data-testid='stMain']").inner_text().lower()
        for word in ("digit", "paper", "drawing", "photograph", "it was a"):
            assert word not in said, word


def test_an_image_outlives_another_mode_and_page(page, server, shapes, strangers, expected):
    page.goto(f"{server}/draw?run={shapes.id}")
    settle(page)
    page.locator("input[type=file]").set_input_files(strangers[3])
    answer = page.locator(".told strong")
    expect(answer).to_have_text(expected[3]["predicted"])
    page.get_by_role("radio", name="Edit an image").click()
    expect(page.locator(".upper-canvas")).to_be_visible()
    page.get_by_role("radio", name="Try an image").click()
    expect(answer).to_have_text(expected[3]["predicted"])
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data")
    page.go_back()
    expect(answer).to_have_text(expected[3]["predicted"])
    page.get_by_role("button", name="Remove").click()
    expect(answer).to_have_count(0)
    settle(page)


def test_a_color_image_is_opened_and_edited(page, server, shapes):
    page.goto(f"{server}/draw?run={shapes.id}&sample=0")
    settle(page)
    canvas = page.locator(".upper-canvas")
    box = canvas.bounding_box()
    assert (box["width"], box["height"]) == (280, 210)  # as the image: 32×24
    share = page.locator(".told .share")
    before = share.inner_text()
    draw_strokes(page, canvas, LINE, unit=280)
    expect(share).not_to_have_text(before)
    after = share.inner_text()
    page.get_by_role("radio", name="Try an image").click()
    expect(page.locator("input[type=file]")).to_have_count(1)
    page.get_by_role("radio", name="Edit an image").click()
    expect(share).to_have_text(after)  # what was drawn is there again
    settle(page)


def test_the_exported_page_reads_them_alike(
    browser: Browser, shapes, strangers, expected, tmp_path
):
    html_page.write_page(shapes, tmp_path / "shapes.html")
    context = browser.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    page: Page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto((tmp_path / "shapes.html").as_uri())
    pad = page.locator(".pad:not(.inside)")
    expect(pad).to_have_attribute("data-state", "ready")
    for path, answer in zip(strangers, expected, strict=True):
        page.locator("input[type=file]").set_input_files(path)
        expect(page.locator(".told strong")).to_have_text(answer["predicted"])
        expect(pad).to_have_attribute("data-settled", "true")
        said = float(page.locator(".told .share").inner_text().rstrip(" %")) / 100
        assert said == pytest.approx(answer["confidence"], abs=APART), path.name
    assert page.locator(".layers figure").count() == len(shapes.info.layers)
    none = tmp_path / "none.png"
    none.write_bytes(b"this is no picture")
    page.locator("input[type=file]").set_input_files(none)
    expect(page.get_by_text("none.png is not an image")).to_be_visible()
    expect(page.locator(".told strong")).to_have_text("")
    assert errors == []
    context.close()
