"""The Draw page, mostly of a network that was not trained on ink."""

import json
import re
import shutil
from dataclasses import replace

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


def test_what_is_saved_is_made_when_it_is_clicked(tiny_run, tiny_store, monkeypatch):
    monkeypatch.setenv("INKLING_MODELS", str(tiny_store.folder))
    at = open_draw(tiny_run, draw_way="edit-an-image")
    saved = [button.proto for button in at.get("download_button")]
    assert [one.label for one in saved] == ["PNG", "CSV"]
    # A file with an address would be gone, and the address dead, when the page is drawn again.
    assert all(one.deferred_file_id and not one.url for one in saved)


def test_a_mode_that_the_network_does_not_have_is_dropped(gray):
    at = open_draw(gray, draw_way="live")
    assert at.segmented_control("draw_way").value == "Try an image"


def test_where_the_network_looks_can_be_chosen(tiny_run, tiny_store, monkeypatch):
    monkeypatch.setenv("INKLING_MODELS", str(tiny_store.folder))
    at = open_draw(tiny_run, draw_looks="grad-cam")
    choice = at.segmented_control("draw_looks")
    assert choice.options == ["Off", "Gradient × input", "Gradient", "Grad-CAM"]
    assert choice.value == "Grad-CAM"
    assert not choice.disabled
    assert "Take it apart" not in said(at)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_run_that_was_not_taken_apart_says_so_and_how(tiny_run, tmp_path, monkeypatch, read_only):
    folder = tmp_path / "models" / "older"
    shutil.copytree(tiny_run.folder, folder)
    for name in ("anatomy.npz", "gradients.tflite"):
        (folder / name).unlink()
    monkeypatch.setenv("INKLING_MODELS", str(folder.parent))
    if read_only:
        monkeypatch.setenv("INKLING_READ_ONLY", "1")
    run = Store(folder.parent).open("latest")
    at = open_draw(run, draw_looks="gradient", draw_answer="chosen-run")
    assert at.segmented_control("draw_looks").disabled
    assert "has not been taken apart yet" in said(at)
    assert ("Take it apart" in said(at)) is not read_only
    assert ("`inkling evaluate" in said(at)) is read_only


def test_what_has_no_gradients_says_why(tiny_run, tmp_path, monkeypatch):
    folder = tmp_path / "models" / "older"
    shutil.copytree(tiny_run.folder, folder)
    anatomy = tiny_run.anatomy()
    with (folder / "anatomy.npz").open("wb") as file:
        replace(anatomy, no_gradients="The layer “odd” has none.").save(file)
    (folder / "gradients.tflite").unlink()
    monkeypatch.setenv("INKLING_MODELS", str(folder.parent))
    at = open_draw(Store(folder.parent).open("latest"), draw_answer="chosen-run")
    assert at.segmented_control("draw_looks").disabled
    assert "The layer “odd” has none" in said(at)
    assert "Take it apart" not in said(at)


def test_grad_cam_needs_a_convolution(tiny_run, tmp_path, monkeypatch):
    folder = tmp_path / "models" / "dense"
    shutil.copytree(tiny_run.folder, folder)
    anatomy = tiny_run.anatomy()
    parts = tuple(
        replace(part, op="identity") if part.op == "convolution" else part for part in anatomy.parts
    )
    with (folder / "anatomy.npz").open("wb") as file:
        replace(anatomy, parts=parts).save(file)
    monkeypatch.setenv("INKLING_MODELS", str(folder.parent))
    run = Store(folder.parent).open("latest")
    assert "this network has none" in said(open_draw(run, draw_looks="grad-cam"))
    assert "this network has none" not in said(open_draw(run, draw_looks="gradient"))
