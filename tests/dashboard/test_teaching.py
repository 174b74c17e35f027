"""The Corrections page where a network is taught: the offer, the work, and the proof."""

# ruff: noqa: F811 (tests take a fixture by its name, and this one is imported)
import json
import shutil

import numpy as np
import pytest

from dashboard.words import teaching as words
from pipeline.analysis.proof import HeldBack, prove
from pipeline.jobs import launch
from pipeline.jobs.requests import Retraining
from pipeline.store import reviews, tables
from pipeline.store.run_folder import INFO, PREDICTIONS, TEACHING, Run
from pipeline.store.runs import Store
from pipeline.training.teaching import DRAWN, Taught, TeachingSet
from tests.dashboard.test_corrections_page import kept, press  # noqa: F401
from tests.dashboard.test_labels_page import store  # noqa: F401
from tests.dashboard.test_pages import text


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


def test_what_fits_can_be_taught_and_one_click_starts_it(app, store, kept, monkeypatch, digits):
    reviews.add(store, digits.fingerprint, 3, reviews.WRONG_LABEL, should_be="4")
    asked = []
    monkeypatch.setattr(launch, "start", lambda request, store: asked.append(request))
    at = app("corrections", store)
    assert "2 corrections to learn from" in text(at)
    assert "and 1 test image with a new label" in text(at)
    press(at, "retrain")
    assert asked == [Retraining(store.open("latest").id)]


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


def test_without_the_run_it_came_from_that_is_said(app, store, taught, tiny_run):
    shutil.rmtree(store.folder / tiny_run.id)
    at = app("corrections", store, run=taught.id)
    assert "is no longer here, so nothing shows what it learned" in text(at)


def test_the_measures_before_and_after(tiny_run):
    table = tiny_run.predictions()
    proof = prove(table, table, tiny_run.class_names, held_back=HeldBack(10, 2, 8, 6), taught=[0])
    found = words.measures(proof).set_index("")
    assert found.loc["Held-back corrections right"].tolist() == ["2 of 10", "8 of 10"]
    assert not [row for row in found.index if "loses most" in row]
    assert "1 test image it was taught is left out" in words.interval(proof)
    assert words.heard("7", "1", "7")[0] == "1 → 7 ✓"
