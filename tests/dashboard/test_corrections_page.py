# ruff: noqa: F811 (tests take a fixture by its name, and this one is imported)
import pytest
from streamlit.testing.v1 import AppTest

from pipeline.ink.drawing import Drawing
from pipeline.store import corrections, second_opinion
from pipeline.store.corrections import Correction
from pipeline.store.runs import Store
from pipeline.store.second_opinion import Contradiction
from tests.dashboard.test_labels_page import store, tiles  # noqa: F401
from tests.dashboard.test_pages import text

DIGITS = tuple("0123456789")
SEVEN = Drawing.of_strokes([[[60.0, 60.0], [200.0, 60.0], [120.0, 220.0]]])
ONE = Drawing.of_strokes([[[70.0, 60.0], [60.0, 220.0]]])
HELD_BACK = Drawing.of_strokes([[[60.0, 60.0], [60.0, 220.0]]])  # by its pixels


@pytest.fixture
def kept(store: Store) -> list[Correction]:
    """Three corrections, oldest first; the last one is of a dataset with other classes."""
    given = (("7", DIGITS, SEVEN), ("1", DIGITS, ONE), ("b", ("a", "b"), ONE))
    return [
        corrections.add(store, label=label, class_names=names, drawing=drawn, predicted=names[0])
        for label, names, drawn in given
    ]


@pytest.fixture
def doubted(kept, monkeypatch) -> Correction:
    """One of them, which an independent network contradicts."""
    against = {kept[0].id: Contradiction("gone", "4", 0.997)}
    monkeypatch.setattr(second_opinion, "contradictions", lambda *given: against)
    return kept[0]


def labels(store: Store) -> list[str]:
    return [one.label for one in corrections.read(store).standing]


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click().run()
    assert not at.exception
    return at


def test_all_are_listed_newest_first_with_the_first_in_detail(app, store, kept):
    at = app("corrections", store)
    assert "**3 drawings** that people gave the right class" in text(at)
    assert [tile["caption"] for tile in tiles(at)] == ["a → b", "0 → 1", "0 → 7"]
    assert at.subheader[0].value == "Labeled “b”"
    assert not at.warning


def test_one_is_undone_and_the_next_comes_up(app, store, kept):
    at = app("corrections", store)
    at.session_state["correction_picked"] = kept[1].id
    at.run()
    assert at.subheader[0].value == "Labeled “1”"
    press(at, "undo_correction")
    assert labels(store) == ["7", "b"]
    assert at.toast[0].value == "1 correction undone."
    assert at.subheader[0].value == "Labeled “b”"


def test_one_is_given_another_class_where_it_is(app, store, kept):
    at = app("corrections", store)
    at.session_state["correction_picked"] = kept[1].id
    at.run()
    press(at, "relabel_is_4")
    assert labels(store) == ["7", "4", "b"]
    assert at.toast[0].value == "Now “4”, no longer “1”\\."
    assert at.subheader[0].value == "Labeled “4”"
    press(at, "relabel_is_4")  # once more, which changes nothing
    assert len((store.folder / corrections.CORRECTIONS).read_text().splitlines()) == 4


def test_another_class_for_what_another_tab_has_undone_is_refused(app, store, kept):
    at = app("corrections", store)
    corrections.take_back(store, kept[2].id)
    press(at, "relabel_is_0")
    assert at.toast[0].value == r"This correction was undone meanwhile\. Nothing was changed\."


def test_all_are_undone_with_a_word_first(app, store, kept):
    at = app("corrections", store)
    assert at.button(key="undo_corrections").label == "Undo 3 corrections"
    press(at, "undo_corrections")
    assert labels(store) == []
    assert "None so far." in text(at)
    assert not [button for button in at.button if "undo" in str(button.key)]
    corrections.add(store, label="7", class_names=DIGITS, drawing=SEVEN)
    assert "**1 drawing** that people gave the right class. A training can learn from it" in text(
        at.run()
    )


def test_those_contradicted_come_first_to_look_at_again(app, store, kept, doubted):
    at = app("corrections", store)
    assert at.warning[0].value.startswith("1 of 3 corrections contradicts")
    assert [(tile["caption"], tile["detail"]) for tile in tiles(at)] == [("0 → 7", "look again")]
    assert "predicts “4” with 99.70% confidence" in at.warning[1].value
    assert not [button for button in at.button if button.key == "undo_corrections"]
    at.segmented_control(key="corrections").set_value("All").run()
    assert len(tiles(at)) == 3
    assert at.query_params["corrections"] in ("all", ["all"])


def test_what_another_tab_has_undone_is_said(app, store, kept):
    at = app("corrections", store)
    corrections.take_back(store, kept[2].id)
    press(at, "undo_correction")
    assert at.toast[0].value == r"This correction was already undone\. Nothing was changed\."
    assert labels(store) == ["7", "1"]


def test_lines_that_cannot_be_read_are_counted(app, store, kept):
    with (store.folder / corrections.CORRECTIONS).open("a") as file:
        file.write("{cut off")
    assert "1 line of it could not be read" in text(app("corrections", store))


def test_a_network_that_was_not_corrected_is_asked(app, store, tiny_run, monkeypatch):
    monkeypatch.setattr(second_opinion, "STRONG", 0.0)  # the tiny run is never all but sure
    guess = int(tiny_run.graph().probabilities(SEVEN.ink[None, ..., None]).argmax())
    right, wrong = DIGITS[guess], DIGITS[guess - 1]
    for label in (right, wrong):
        corrections.add(store, label=label, class_names=DIGITS, drawing=SEVEN)
    corrections.add(store, label=wrong, class_names=DIGITS, drawing=SEVEN, run=tiny_run.id)
    at = app("corrections", store)
    assert at.warning[0].value.startswith("1 of 3 corrections contradicts")
    assert [tile["caption"] for tile in tiles(at)] == [wrong]
    assert f"predicts “{right}”" in at.warning[1].value
