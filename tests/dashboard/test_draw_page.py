"""The Draw page, mostly of a network that was not trained on ink."""

import json
import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import APP
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store


@pytest.fixture
def gray(tiny_run: Run, tmp_path, monkeypatch) -> Run:
    """The tiny run as if its gray images were no ink, in a store of its own."""
    folder = tmp_path / "models" / tiny_run.id
    shutil.copytree(tiny_run.folder, folder)
    info = json.loads((folder / "run.json").read_text("utf-8"))
    info["dataset"]["mnist_framed"] = False
    (folder / "run.json").write_text(json.dumps(info), encoding="utf-8")
    monkeypatch.setenv("INKLING_MODELS", str(folder.parent))
    return Store(folder.parent).open("latest")


def open_draw(run: Run, **address: str) -> AppTest:
    at = AppTest.from_file(str(APP), default_timeout=60)
    at.query_params["run"] = run.id
    for name, value in address.items():
        at.query_params[name] = value
    at.switch_page("app_pages/draw.py")
    at.run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    kinds = (at.title, at.markdown, at.caption, at.info, at.warning, at.button)
    words = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*words, *(button.label for button in at.button)])


@pytest.mark.parametrize("way", ["try-an-image", "edit-an-image"])
def test_an_image_is_asked_for_and_nothing_to_draw_on_paper(gray, way):
    at = open_draw(gray, draw_way=way)
    assert at.title[0].value == "Try an image"
    assert at.segmented_control("draw_way").options == ["Try an image", "Edit an image"]
    assert not re.search(r"digit|paper|drawing|it was a", said(at), re.IGNORECASE)


def test_a_gray_image_is_edited_in_black_gray_and_white(gray):
    at = open_draw(gray, draw_way="edit-an-image")
    assert at.segmented_control("canvas_shade").options == ["Black", "Gray", "White"]
    table = gray.predictions()
    wrong = table[table["label"] != table["predicted"]].sort_values("confidence")
    assert f"Test image {int(wrong.iloc[-1]['index'])}" in said(at)  # the most confident mistake


def test_a_test_image_that_is_not_edited_is_not_offered_to_learn_from(
    tiny_run, tiny_store, monkeypatch
):
    monkeypatch.setenv("INKLING_MODELS", str(tiny_store.folder))
    at = open_draw(tiny_run, draw_way="edit-an-image")
    assert "Test image" in said(at)
    offered = [at.button(f"correct_is_{place}") for place in range(10)]
    assert all(button.disabled for button in offered)


def test_a_mode_that_the_network_does_not_have_is_dropped(gray):
    at = open_draw(gray, draw_way="live")
    assert at.segmented_control("draw_way").value == "Try an image"
