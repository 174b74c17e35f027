"""Naming, annotating and deleting runs from the sidebar, and what a page sees of later changes."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import loaders
from pipeline.access import READ_ONLY
from pipeline.store.bundled import BUNDLED
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text


@pytest.fixture
def store(tiny_run: Run, tmp_path: Path) -> Store:
    """A store with two copies of the tiny run in it."""
    store = Store(tmp_path / "models")
    for name in ("first", "second"):
        shutil.copytree(tiny_run.folder, store.folder / name)
    return store


def button(at: AppTest, label: str):
    return next(button for button in at.button if button.label == label)


def test_a_run_gets_a_name_and_a_note(app, store):
    at = app("overview", store, run="first")
    at.text_input[0].set_value("My *best*")
    at.text_area[0].set_value("Two [more] epochs?")
    button(at, "Save").click().run()
    assert store.open("first").about.name == "My *best*"
    assert r"Two \[more\] epochs?" in text(at)
    assert any(option.startswith("My *best* · ") for option in at.selectbox[0].options)
    assert app("overview", store, run="second").selectbox[0].options == at.selectbox[0].options


def test_a_run_is_deleted_after_a_word(app, store):
    at = app("compare", store, run="first", second="second")
    button(at, "Delete this run…").click().run()
    assert "This cannot be undone" in text(at)
    assert len(store.runs()) == 2
    button(at, "Delete").click().run()
    assert [run.id for run in store.runs()] == ["second"]
    assert at.query_params["run"] in ("second", ["second"])
    assert "second" not in at.query_params
    assert not at.error


def test_another_persons_page_survives_a_deletion(app, store, monkeypatch):
    """The run is deleted while the page is being made, after the run was looked up."""
    real, listed = loaders.leaderboard, []

    def leaderboard(run: Run) -> list[Run]:
        listed.append(real(run))
        store.delete(store.open("first"))
        return listed[0]

    monkeypatch.setattr(loaders, "leaderboard", leaderboard)
    loaders.history.clear()
    at = app("compare", store, run="first")
    assert "cannot be read" in at.error[0].value
    monkeypatch.undo()
    monkeypatch.setenv("INKLING_MODELS", str(store.folder))
    at = app("compare", store, run="first")
    assert "There is no run “first” here" in at.toast[0].value
    assert not at.error


def test_a_damaged_run_can_be_deleted(app, store):
    (store.folder / "first" / "model.tflite").unlink()
    at = app("overview", store, run="first")
    button(at, "Delete this run…").click().run()
    button(at, "Delete").click().run()
    assert [entry.id for entry in store.entries()] == ["second"]
    assert not at.error


def test_the_bundled_run_stays(app, store, tiny_run, monkeypatch):
    monkeypatch.setenv(BUNDLED, str(tiny_run.folder))
    at = app("overview", store, run=tiny_run.id)
    assert "Comes with Inkling" in text(at)
    assert "Delete this run…" not in [button.label for button in at.button]
    at.text_input[0].set_value("Included")
    button(at, "Save").click().run()
    assert Store(store.folder, tiny_run.folder).open(tiny_run.id).about.name == "Included"
    assert not (tiny_run.folder / "about.json").exists()


def test_read_only_shows_the_note_and_no_way_to_change_it(app, store, monkeypatch):
    store.open("first").describe(note="Look at the sevens.")
    monkeypatch.setenv(READ_ONLY, "1")
    at = app("overview", store, run="first")
    assert r"Look at the sevens" in text(at)
    assert not at.text_input
    assert "Delete this run…" not in [button.label for button in at.button]


def test_what_is_added_to_a_run_is_seen(store, tiny_run, monkeypatch):
    monkeypatch.setenv("INKLING_MODELS", str(store.folder))
    names = ("features.parquet", "out_of_distribution.npz")
    for name in names:
        (store.folder / "first" / name).unlink()
    run = loaders.run("first")
    assert not loaders.has_features(run)
    assert loaders.ood_detector(run) is None
    for name in names:
        shutil.copyfile(tiny_run.folder / name, store.folder / "first" / name)
    run = loaders.run("first")
    assert loaders.has_features(run)
    assert loaders.ood_detector(run) is not None


def test_a_damaged_run_that_is_mended_is_seen(store, tiny_run, monkeypatch):
    monkeypatch.setenv("INKLING_MODELS", str(store.folder))
    path = store.folder / "first" / "predictions.parquet"
    whole = path.read_bytes()
    with path.open("r+b") as file:  # in place: the folder's own time stamp stays
        file.truncate(100)
    assert loaders.run("first") is None
    with path.open("r+b") as file:
        file.write(whole)
    assert loaders.run("first") is not None
