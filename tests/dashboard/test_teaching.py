"""The Corrections page where a network is taught: the offer, the work, and the proof."""

# ruff: noqa: F811 (tests take a fixture by its name, and this one is imported)
import json
import shutil

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.widgets import proof
from dashboard.words import teaching as words
from pipeline.analysis.proof import HeldBack, prove
from pipeline.jobs import queue
from pipeline.jobs.job import list_jobs
from pipeline.jobs.requests import Fetch, Retraining
from pipeline.jobs.worker import StatusWriter
from pipeline.progress import Progress
from pipeline.store import reviews, tables, teaching
from pipeline.store.run_folder import INFO, PREDICTIONS, TEACHING, Run
from pipeline.store.runs import Store
from pipeline.training.teaching import DRAWN, Taught, TeachingSet
from tests.dashboard.test_correcting import text
from tests.dashboard.test_corrections_page import kept, press  # noqa: F401
from tests.dashboard.test_labels_page import store, tiles  # noqa: F401


def taught_from(run: Run, store: Store, digits) -> Run:
    """Put a run into the store as if it had been taught: one test image fixed, one broken."""
    folder = store.folder / f"29991231-235959-{run.id[16:]}"
    shutil.copytree(run.folder, folder)
    table = run.predictions()
    right = np.flatnonzero(table["label"] == table["predicted"])[0]
    wrong = np.flatnonzero(table["label"] != table["predicted"])[0]
    table.loc[right, "predicted"] = (table.loc[right, "label"] + 1) % 10
    table.loc[wrong, "predicted"] = table.loc[wrong, "label"]
    tables.write(table, folder / PREDICTIONS)
    lessons = TeachingSet(
        ("a", "b", "c"), digits.x_train[:3], np.array([1, 2, 3]),
        np.array([True, True, False]), np.array([DRAWN] * 3),
    )  # fmt: skip
    with (folder / TEACHING).open("wb") as file:
        Taught(lessons, np.array([0, 0, 0]), np.array([1, 7, 3])).save(file)
    raw = json.loads((folder / INFO).read_text())
    raw["files"][PREDICTIONS] = (folder / PREDICTIONS).stat().st_size
    raw["created"] = "2999-12-31T23:59:59Z"
    raw["retrained"] = {"run": run.id, "taught": 1, "held_back": 2, "share": 0.1, "images": 100}
    (folder / INFO).write_text(json.dumps(raw))
    return store.open(folder.name)


@pytest.fixture
def taught(store, tiny_run, digits) -> Run:
    """A run that was taught, in a store with the run that it came from."""
    return taught_from(tiny_run, store, digits)


def test_what_fits_can_be_taught_and_one_click_starts_it(app, store, kept, children, digits):
    reviews.add(store, digits.fingerprint, 3, reviews.WRONG_LABEL, should_be="4")
    at = app("corrections", store)
    assert "2 corrections to learn from" in text(at)
    assert "and 1 test image with a new label" in text(at)
    press(at, "retrain")
    (job,) = list_jobs(store)
    assert job.request == Retraining(store.open("latest").id)
    assert "You can use other pages meanwhile" in text(at)
    assert not [button for button in at.button if button.key == "retrain"]


def test_it_waits_for_what_runs_and_can_be_given_up(app, store, kept, children):
    queue.add([Fetch("digits")] * 2, store)
    at = app("corrections", store)
    press(at, "retrain")
    assert "It begins when the job that runs is done." in text(at)  # before the other
    assert len(children) == 1
    job = list_jobs(store)[0]
    press(at, f"give_up_{job.id}")
    assert job not in list_jobs(store)
    press(at, "retrain")
    children[0].die()  # nobody looks but this page
    at.run()
    assert list_jobs(store)[0].status().state == "starting"
    assert "It begins when" not in text(at.run())


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (False, " is as it was. Retraining begins anew."),
        (True, "What was learned is saved, but not its map of test images"),
    ],
)
def test_one_that_was_killed_says_what_is_left_and_begins_anew_by_a_click(
    app, store, kept, children, tiny_run, digits, published, said
):
    at = app("corrections", store)
    press(at, "retrain")
    made = taught_from(tiny_run, store, digits).id if published else ""
    StatusWriter(children[0].folder).report(Progress("Training", 3, 6, run_id=made))
    children[0].die()
    at.run()
    assert said in at.error[0].value.replace("\\", "")
    assert any(button.key == "see_proof" for button in at.button) == published
    press(at, "retrain")
    assert len(children) == 2
    assert not at.error


def test_test_images_with_a_new_label_are_shown_changed_and_left_out(app, store, kept, digits):
    fingerprint, label = digits.fingerprint, int(digits.y_test[3])
    reviews.add(store, fingerprint, 3, reviews.WRONG_LABEL, should_be=str((label + 1) % 10))
    reviews.add(store, fingerprint, 5, reviews.WRONG_LABEL, should_be="0")
    reviews.add(store, fingerprint, 7, reviews.AMBIGUOUS)
    at = app("corrections", store)
    assert "2 test images with a new label" in text(at)
    shown = tiles(at)
    assert [tile["id"] for tile in shown] == [5, 3]  # newest first
    assert shown[1]["caption"] == f"{label} → {(label + 1) % 10}"
    held_back = teaching.is_held_back(digits.x_test[3])
    assert shown[1]["detail"] == ("held back" if held_back else "to learn from")
    assert at.subheader[0].value == "Labeled “b”"  # a correction, until one of these is picked
    at.session_state["correction_picked"] = 3
    at.run()
    assert at.subheader[0].value == f"“{label}” that should be “{(label + 1) % 10}”"
    press(at, f"should_be_class_is_{(label + 2) % 10}")
    assert reviews.read(store).should_be(fingerprint, 3) == str((label + 2) % 10)
    press(at, "undo_mark")
    assert reviews.read(store).of(fingerprint, 3) == ()
    assert "1 test image with a new label" in text(at)
    assert at.subheader[0].value == "Labeled “b”"


def test_where_only_labels_are_new_the_first_is_shown(app, store, digits):
    reviews.add(store, digits.fingerprint, 5, reviews.WRONG_LABEL, should_be="0")
    at = app("corrections", store)
    assert at.subheader[0].value.endswith("that should be “0”")
    assert at.button(key="retrain")


def test_without_corrections_nothing_is_offered(app, store):
    at = app("corrections", store)
    assert not [button for button in at.button if button.key == "retrain"]


def test_the_proof_is_there_before_anything_is_replaced(app, store, taught, tiny_run):
    at = app("corrections", store, run=taught.id)
    said = text(at)
    assert "Learned 1 of 2 drawings it had not seen before" in said
    assert "1 of 600 test images newly wrong, 1 newly right" in said
    assert "no sign of forgetting" in said
    assert at.button(key="promote_it")
    assert at.button(key="discard_it")
    assert at.dataframe[0].value["after"].tolist()[0] == "1 of 2"
    assert not app("corrections", store, run=tiny_run.id).subheader


def test_a_cell_of_what_changed_shows_its_images(app, store, taught, tiny_run):
    before, after = tiny_run.predictions(), taught.predictions()
    (fixed,) = np.flatnonzero(
        (before["predicted"] != before["label"]) & (after["predicted"] == after["label"])
    )
    true, said = int(before["label"][fixed]), int(before["predicted"][fixed])
    at = app("corrections", store, run=taught.id)
    assert words.CLICK in text(at)

    def picked(*cell: int | None) -> AppTest:
        at.session_state[f"proof_cell_{taught.id}"] = cell
        at.run()
        assert not at.exception
        return at

    assert f"of “{true}”, read as “{said}” by mistake: 0 newly wrong, 1 newly right" in text(
        picked(true, said)
    )
    galleries = [json.loads(part.proto.json or "{}") for part in at.get("bidi_component")]
    assert [
        [tile["caption"] for tile in one["tiles"]]
        for one in galleries
        if one.get("about", {}).get("file") == "proof-cell-images"
    ] == [[f"{said} → {true} ✓"]]
    assert f"Test images of “{true}”: " in text(picked(true, None))
    other = next(k for k in range(10) if k not in (true, int(before["label"][0])))
    assert f"of “{true}”, read as “{other}” by mistake: none changed" in text(picked(true, other))


def test_without_the_run_it_came_from_that_is_said(app, store, taught, tiny_run):
    shutil.rmtree(store.folder / tiny_run.id)
    at = app("corrections", store, run=taught.id)
    assert "is no longer here, so nothing shows what it learned" in text(at)


def test_the_measures_before_and_after(tiny_run):
    table = tiny_run.predictions()
    given = prove(table, table, tiny_run.class_names, held_back=HeldBack(10, 2, 8, 6), taught=[0])
    found = words.measures(given).set_index("")
    assert found.loc["Held-back corrections right"].tolist() == ["2 of 10", "8 of 10"]
    assert not [row for row in found.index if "loses most" in row]
    assert "1 test image it was taught is left out" in words.interval(given)
    assert words.heard("7", "1", "7")[0] == "1 → 7 ✓"


def test_where_not_all_pictures_are_shown_the_title_says_so(app, store, taught, monkeypatch):
    monkeypatch.setattr(proof, "MOST", 1)
    assert "held back: read before → now (1 of 2)" in text(app("corrections", store, run=taught.id))


def test_what_it_was_taught():
    assert words.came_from("a", 49, 3) == (
        "Taught 46 corrections and 3 test images with a new label, going on from a."
    )
    assert words.came_from("a", 1, 0) == "Taught 1 correction, going on from a."
    assert words.came_from("a", 1, 1).startswith("Taught 1 test image with a new label, going")
