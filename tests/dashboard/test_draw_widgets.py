"""The pieces of the Draw page, each on a page of its own."""

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from dashboard import loaders
from dashboard.widgets.downloads import downloads
from dashboard.widgets.photo import photo
from dashboard.widgets.perturbation_map import perturbation_map
from pipeline.ink import drawing
from pipeline.ink.inputs import Given

run = loaders.run("{run}")
image = drawing.from_strokes([[[0, 0], [50, 0], [20, 90]]])[..., None]
{call}
"""


@pytest.fixture
def shown(tiny_run, tiny_store, monkeypatch):
    monkeypatch.setenv("INKLING_MODELS", str(tiny_store.folder))

    def show(call: str) -> AppTest:
        at = AppTest.from_string(SCRIPT.format(run=tiny_run.id, call=call), default_timeout=60)
        at.run()
        assert not at.exception, at.exception
        return at

    return show


@pytest.mark.parametrize("runs", ["[run]", "[run, run]"])
def test_the_perturbation_map_is_explained(shown, runs):
    at = shown(f"perturbation_map({runs}, Given(image), 'map')")
    (caption,) = at.caption
    assert "the predicted class" in caption.value


def test_a_second_run_of_other_classes_is_left_out_in_words(shown):
    at = shown(
        "from dataclasses import replace\n"
        "data = run.info.dataset.model_copy(update={'class_names': ('cat', 'dog')})\n"
        "other = replace(run, info=run.info.model_copy(update={'dataset': data}))\n"
        "perturbation_map([run, other], Given(image), 'map')"
    )
    assert "left out" in at.caption[0].value


def test_what_was_not_drawn_in_strokes_has_no_file_of_them(shown):
    with_strokes = shown("downloads(image, [[[0, 0]]], 'files', 'drawing-7')")
    without = shown("downloads(image, None, 'files', 'a/b')")
    assert "your strokes" in with_strokes.caption[0].value
    assert "strokes" not in without.caption[0].value


def test_without_a_photograph_there_is_no_ink(shown):
    assert [said.value for said in shown("st.write(str(photo(run, 'photo')))").markdown] == ["None"]
