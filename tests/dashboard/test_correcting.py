import json
import shutil

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pipeline import access
from pipeline.ink.drawing import Drawing
from pipeline.jobs import queue
from pipeline.jobs.requests import Training
from pipeline.store import corrections, second_opinion
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.store.second_opinion import Contradiction
from tests.dashboard.test_pages import text as marked_text

DIGITS = tuple("0123456789")
SEVEN = Drawing.of_strokes([[[60.0, 60.0], [200.0, 60.0], [120.0, 220.0]]])
ONE = Drawing.of_strokes([[[70.0, 60.0], [60.0, 220.0]]])
HELD_BACK = Drawing.of_strokes([[[60.0, 60.0], [60.0, 220.0]]])  # by its pixels
PAGE = """
import numpy as np
import streamlit as st
from dashboard import loaders
from dashboard.widgets import correcting

drawing = st.session_state["drawing"]
correcting.ask(loaders.run({run!r}), predicted="1", key="draw", drawing=drawing)
"""
APP = """
import streamlit as st
st.navigation(
    [st.Page("draw.py"), st.Page("app_pages/train.py"), st.Page("app_pages/corrections.py")]
).run()
"""


def text(at: AppTest) -> str:
    """All the words of a page, as they read: names that others chose are escaped for Markdown."""
    return marked_text(at).replace("\\", "")


@pytest.fixture
def store(tiny_run: Run, tmp_path) -> Store:
    """A store of the test's own, with the tiny run in it."""
    own = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, own.folder / tiny_run.id)
    return own


@pytest.fixture
def page(store, tiny_run, tmp_path, monkeypatch):
    """Open a page that asks what a drawing was, in a small app of its own: a callable."""
    monkeypatch.setenv("INKLING_MODELS", str(store.folder))
    (tmp_path / "app_pages").mkdir()
    for name in ("train", "corrections"):
        (tmp_path / "app_pages" / f"{name}.py").write_text("")
    (tmp_path / "draw.py").write_text(PAGE.format(run=tiny_run.id))
    (tmp_path / "app.py").write_text(APP)

    def draw(drawing: Drawing) -> AppTest:
        at = AppTest.from_file(str(tmp_path / "app.py"), default_timeout=90)
        at.session_state["drawing"] = drawing
        return at.run()

    return draw


def press(at: AppTest, label: str) -> AppTest:
    """Press a button, and look at what the page makes of it."""
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def labels(store: Store) -> list[str]:
    """The labels that stand."""
    return [kept.label for kept in corrections.read(store).standing]


def test_an_answer_is_kept_once_and_thanked_for(page, store, tiny_run):
    at = page(SEVEN)
    assert [button.label for button in at.button] == list(DIGITS)
    assert text(at) == "**It was a …**"
    press(at, "7")
    assert "Thank you! Kept as “7”" in text(at)
    assert "1 correction: 1 × “7”" in text(at)
    assert [link.label for link in at.get("page_link")] == ["Corrections", "Train"]
    at.run()
    press(at, "7")
    (kept,) = corrections.read(store).standing
    assert (kept.label, kept.predicted, kept.run) == ("7", "1", tiny_run.id)
    assert kept.class_names == DIGITS


def test_every_fifth_is_kept_as_a_test(page, store):
    assert "The next training can learn from it" in text(press(page(SEVEN), "7"))
    assert "no training learns from it" in text(press(page(HELD_BACK), "1"))


def test_another_answer_takes_the_place_of_the_first_and_says_so(page, store):
    at = press(press(page(SEVEN), "1"), "7")
    assert "Kept as “7”, no longer as “1”" in text(at)
    assert labels(store) == ["7"]


def test_undo_takes_back_this_one_only(page, store):
    corrections.add(store, label="4", class_names=DIGITS, drawing=SEVEN)
    at = press(press(page(SEVEN), "7"), "Undo correction")
    assert labels(store) == ["4"]
    assert "Thank you" not in text(at)
    assert "1 correction: 1 × “4”" in text(at)
    press(at, "9")
    assert labels(store) == ["4", "9"]


def test_the_next_drawing_is_asked_anew(page, store):
    at = press(page(SEVEN), "7")
    at.session_state["drawing"] = ONE
    at.run()
    assert "Thank you" not in text(at)
    press(at, "1")
    assert labels(store) == ["7", "1"]
    at.session_state["drawing"] = SEVEN  # back to the first, as by undoing
    assert "Kept as “7”" in text(at.run())


def test_what_others_add_and_take_back_is_seen(page, store):
    at = press(page(SEVEN), "7")
    (mine,) = corrections.read(store).standing
    corrections.add(store, label="4", class_names=DIGITS, drawing=ONE)
    assert "2 corrections: 1 × “4”, 1 × “7”" in text(at.run())
    corrections.take_back(store, mine.id)
    assert "Thank you" not in text(at.run())
    press(at, "7")
    assert labels(store) == ["4", "7"]


def test_a_drawn_over_image_is_kept_as_its_ink(page, store):
    ink = np.zeros((28, 28), np.uint8)
    ink[5:20, 10] = 255
    press(page(Drawing(ink)), "1")
    assert np.array_equal(corrections.read(store).standing[0].image, ink)


def test_what_is_refused_is_one_sentence_once(page, store):
    at = press(page(Drawing(np.zeros((28, 28), np.uint8))), "1")
    assert "The drawing is blank" in at.error[0].value
    assert not at.run().error
    assert labels(store) == []


def test_many_classes_are_a_list(page, store, tiny_run):
    path = store.folder / tiny_run.id / "run.json"
    raw = json.loads(path.read_text())
    raw["dataset"]["class_names"] = list("abcdefghijklm")
    raw["layers"][-1]["shape"] = [13]
    raw["metrics"]["classes"] += raw["metrics"]["classes"][:3]
    path.write_text(json.dumps(raw))
    at = page(SEVEN)
    assert not at.button
    at.selectbox[0].select("c").run()
    at.selectbox[0].select("d").run()
    assert labels(store) == ["d"]
    assert "no longer as “c”" in text(at)
    press(at, "Undo correction")
    assert at.selectbox[0].value is None
    assert labels(store) == []


@pytest.mark.parametrize("why", ["read-only", "no drawings"])
def test_nothing_is_asked_where_nothing_comes_of_it(page, store, tiny_run, monkeypatch, why):
    corrections.add(store, label="4", class_names=DIGITS, drawing=ONE)
    if why == "read-only":
        monkeypatch.setenv(access.READ_ONLY, "1")
    else:
        path = store.folder / tiny_run.id / "run.json"
        raw = json.loads(path.read_text())
        raw["dataset"]["mnist_framed"] = False
        path.write_text(json.dumps(raw))
    at = page(SEVEN)
    assert text(at) == ""
    assert not at.button


class TestTrainPage:
    @pytest.fixture
    def started(self, monkeypatch) -> list[Training]:
        """The trainings that the page starts, none of which runs."""
        found: list[Training] = []
        monkeypatch.setattr(queue, "add", lambda requests, store, upload: found.extend(requests))
        return found

    def test_it_learns_from_corrections_only_if_told_to(self, app, store, started):
        for drawing in (SEVEN, ONE):
            corrections.add(store, label="7", class_names=DIGITS, drawing=drawing)
        at = app("train", store)
        assert at.toggle(key="train_corrections").label == "Also learn from corrections (2)"
        press(at, "Train")
        at.toggle(key="train_corrections").set_value(True)
        press(at, "Train")
        assert [request.config.corrections for request in started] == [False, True]
        assert not at.warning  # nobody contradicts

    def test_what_is_held_back_is_not_learned_from(self, app, store):
        corrections.add(store, label="1", class_names=DIGITS, drawing=HELD_BACK)
        at = app("train", store)
        assert not at.toggle
        assert "so far all of them are" in text(at)
        corrections.add(store, label="7", class_names=DIGITS, drawing=SEVEN)
        toggle = app("train", store).toggle(key="train_corrections")
        assert toggle.label == "Also learn from corrections (1)"
        assert "1 more is held back" in toggle.help

    def test_it_says_which_to_look_at_again_before_learning(self, app, store, monkeypatch):
        seven = corrections.add(store, label="7", class_names=DIGITS, drawing=SEVEN)
        corrections.add(store, label="1", class_names=DIGITS, drawing=ONE)
        against = {seven.id: Contradiction("other", "1", 0.997), "of other classes": None}
        monkeypatch.setattr(second_opinion, "contradictions", lambda *given: against)
        at = app("train", store)
        assert not at.warning
        at.toggle(key="train_corrections").set_value(True).run()
        assert at.warning[0].value.startswith("1 of 2 corrections contradicts an independent")
        assert "Look at them" in [link.label for link in at.get("page_link")]

    def test_it_asks_only_where_some_fit(self, app, store, started):
        corrections.add(store, label="b", class_names=("a", "b"), drawing=ONE)
        assert not app("train", store).toggle
        corrections.add(store, label="7", class_names=DIGITS, drawing=SEVEN)
        at = app("train", store)
        at.selectbox(key="train_dataset").select("fashion_mnist").run()
        assert not at.toggle
        press(at, "Train")
        assert not started[0].config.corrections
        at.selectbox(key="train_dataset").select("mnist").run()
        assert not at.toggle[0].value

    def test_lines_that_could_not_be_read_are_told(self, app, store):
        corrections.add(store, label="7", class_names=DIGITS, drawing=SEVEN)
        with (store.folder / corrections.CORRECTIONS).open("a") as file:
            file.write("{cut off")
        assert "1 line of it could not be read" in app("train", store).toggle[0].help


def test_the_scorecard_says_what_a_run_learned_from(app, store, tiny_run):
    assert "also learned" not in text(app("scorecard"))
    path = store.folder / tiny_run.id / "run.json"
    raw = json.loads(path.read_text())
    path.write_text(json.dumps(raw | {"corrections": {"4": 3, "9": 9}}))
    sentence = "It also learned from 12 corrections: 3 × “4”, 9 × “9”."
    assert sentence in text(app("scorecard", store))
