import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dashboard import loaders
from dashboard.words import runs as run_words
from dashboard.words.text import plain, shorten
from pipeline.analysis.metrics import summarize
from pipeline.data import prepared
from pipeline.store.run_folder import FILM, PREDICTIONS, Run
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text

SECOND = "20990101-000000-digits-lenet5-beef"


def another(run: Run, folder: Path, *, fixed: int, broken: int, run_id: str = SECOND) -> None:
    """Write a copy of a run that is right on other images: so many of each kind."""
    shutil.copytree(run.folder, folder)
    table = run.predictions()
    label, predicted = table["label"].to_numpy(), table["predicted"].to_numpy().copy()
    right, wrong = np.flatnonzero(predicted == label), np.flatnonzero(predicted != label)
    predicted[wrong[:fixed]] = label[wrong[:fixed]]
    predicted[right[:broken]] = (label[right[:broken]] + 1) % len(run.class_names)
    table["predicted"] = predicted
    table.to_parquet(folder / PREDICTIONS, index=False)
    raw = json.loads((folder / "run.json").read_text())
    raw["id"] = run_id
    raw["metrics"] = summarize(table, run.class_names).model_dump()
    raw["files"][PREDICTIONS] = (folder / PREDICTIONS).stat().st_size
    (folder / "run.json").write_text(json.dumps(raw))


@pytest.fixture
def store(tiny_run: Run, tmp_path: Path) -> Store:
    """A store with the tiny run in it."""
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    return store


def label_of(store: Store, run_id: str) -> str:
    return plain(shorten(run_words.run_labels(store.runs())[run_id]))


def test_two_runs_are_judged_in_words(app, store, tiny_run: Run):
    another(tiny_run, store.folder / SECOND, fixed=0, broken=12)
    at = app("compare", store, run=tiny_run.id, second=SECOND)
    first, second = label_of(store, tiny_run.id), label_of(store, SECOND)
    # 2 / 2^12 is 1 / 2,048.
    assert (
        f"**“{first}” is better than “{second}”**: it gets 12 images right that the other misses, "
        "and misses none that the other gets right. By chance alone, a difference this large would "
        "come up 1 time in 2,000."
    ) in text(at)
    assert "on the 12 images that exactly one of the two runs gets right" in text(at)
    assert not at.info


def test_the_same_images_are_compared_whatever_their_classes_were_called(
    store, tiny_run: Run, tmp_path, monkeypatch
):
    another(tiny_run, store.folder / SECOND, fixed=0, broken=12)
    path = store.folder / SECOND / "run.json"
    raw = json.loads(path.read_text())
    raw["dataset"]["fingerprint"] = "of the same images, with other names"
    path.write_text(json.dumps(raw))
    monkeypatch.setenv("INKLING_MODELS", str(store.folder))
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "cache"))
    first = store.open(tiny_run.id)
    assert loaders.comparable(first) == []
    folder = tmp_path / "cache" / "prepared" / "digits-v1"
    folder.mkdir(parents=True)
    facts = first.info.dataset.model_dump() | {"version": prepared.VERSION}
    prepared.write_facts(folder, facts | {"aliases": [raw["dataset"]["fingerprint"]]})
    assert [run.id for run in loaders.comparable(first)] == [SECOND]


def test_what_could_be_chance_is_called_that(app, store, tiny_run: Run):
    another(tiny_run, store.folder / SECOND, fixed=4, broken=1)
    at = app("compare", store, run=tiny_run.id, second=SECOND)
    assert "but this may well be chance**" in text(at)
    assert "1 time in 3." in text(at)  # p = 0.375


def test_fixed_and_broken_link_to_their_images(app, store, tiny_run: Run):
    another(tiny_run, store.folder / SECOND, fixed=4, broken=1)
    at = app("compare", store, run=tiny_run.id, second=SECOND)
    _, *linked = [link.proto for link in at.get("page_link")]  # first, to the glossary
    assert [link.label.split(":")[0] for link in linked] == ["4 fixed", "1 newly broken"]
    assert [link.query_string for link in linked] == [
        f"run={tiny_run.id}&second={SECOND}&change={change}" for change in ("fixed", "broken")
    ]


def test_without_a_second_run_the_best_is_named(app, store, tiny_run: Run):
    another(tiny_run, store.folder / SECOND, fixed=3, broken=0)
    at = app("compare", store, run=tiny_run.id)
    assert f"**“{label_of(store, SECOND)}” is the best of 2 runs**" in text(at)
    assert "Compare with" in at.info[0].value
    table = at.dataframe[0].value
    assert [plain(name) for name in table["run"]] == [
        label_of(store, run_id) for run_id in (SECOND, tiny_run.id)
    ]
    # Numbers, which sort as such: 3 of 600 more.
    correct = tiny_run.info.metrics.correct
    assert table["accuracy"].tolist() == pytest.approx([(correct + 3) / 6, correct / 6])
    assert table["size"].tolist() == [tiny_run.graph_path.stat().st_size] * 2
    # Two digits that mean something, of the fastest network too.
    took = 1000 * tiny_run.info.milliseconds
    assert table["microseconds"].tolist() == pytest.approx([took, took], rel=0.06)


def test_a_single_run_leads_to_training(app, store, tiny_run: Run, monkeypatch):
    at = app("compare", store)
    assert "is the only run tested on these images" in text(at)
    assert [link.proto.page for link in at.get("page_link")] == ["glossary", "train"]
    monkeypatch.setenv("INKLING_READ_ONLY", "1")
    (link,) = app("compare", store).get("page_link")
    assert link.proto.page == "glossary"


def test_runs_on_other_images_are_counted_only(app, store, tiny_run: Run):
    another(tiny_run, store.folder / SECOND, fixed=3, broken=0)
    path = store.folder / SECOND / "run.json"
    raw = json.loads(path.read_text())
    raw["dataset"]["fingerprint"] = "0" * 64
    path.write_text(json.dumps(raw))
    at = app("compare", store, run=tiny_run.id)
    assert "1 run tested on other images is not listed" in text(at)
    assert len(at.dataframe[0].value) == 1


def test_other_labels_under_one_name_are_a_message(app, store, tiny_run: Run):
    another(tiny_run, store.folder / SECOND, fixed=3, broken=0)
    path = store.folder / SECOND / PREDICTIONS
    table = tiny_run.predictions()
    table["label"] = (table["label"] + 1) % 10
    table.to_parquet(path, index=False)
    about = store.folder / SECOND / "run.json"
    raw = json.loads(about.read_text())
    raw["files"][PREDICTIONS] = path.stat().st_size
    about.write_text(json.dumps(raw))
    at = app("compare", store, run=tiny_run.id, second=SECOND)
    assert "but the labels in their predictions differ" in at.error[0].value


def test_many_runs_fit_into_one_picture(app, store, tiny_run: Run):
    for number in range(25):
        run_id = f"20990101-{number:06}-digits-lenet5-{number:04}"
        another(tiny_run, store.folder / run_id, fixed=1, broken=0, run_id=run_id)
    at = app("compare", store, run=tiny_run.id)
    assert len(at.dataframe[0].value) == 26
    # The chosen run is drawn as well: it is not among the best.
    assert "5 more runs in the table only." in text(at)


def test_a_run_without_a_history_keeps_no_other_off_the_page(app, store, tiny_run: Run):
    another(tiny_run, store.folder / SECOND, fixed=3, broken=0)
    path = store.folder / SECOND / "history.csv"
    path.write_bytes(b" " * path.stat().st_size)
    at = app("compare", store, run=tiny_run.id)
    assert f"There is no learning curve for {label_of(store, SECOND)}" in text(at)
    assert len(at.dataframe[0].value) == 2
    assert not at.error


class TestFilms:
    def test_runs_without_a_film_or_with_a_damaged_one_are_named(self, app, store, tiny_run: Run):
        another(tiny_run, store.folder / SECOND, fixed=0, broken=1)
        for content in (None, b"no film"):
            path = store.folder / SECOND / FILM
            path.unlink() if content is None else path.write_bytes(content)
            at = app("compare", store, run=tiny_run.id, second=SECOND)
            assert "How it learned" in text(at)
            assert "There is no film of" in text(at)
        (store.folder / tiny_run.id / FILM).unlink()
        assert "learned" not in [heading.value for heading in app("compare", store).subheader]
