import json
import shutil

import numpy as np
import pytest

from dashboard import loaders
from dashboard.components import gallery
from pipeline import access
from pipeline.scoring import known, processes
from pipeline.scoring import score as scoring
from pipeline.scoring.network import Network, Scorer
from pipeline.scoring.result import Scored, write_table
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text
from tests.pipeline.scoring import made


def scored(store: Store, run, paths, out) -> Scored:
    """Score in this process, which is quicker than to start one."""

    def here(tasks, network: Network, out, workers):
        scorer = Scorer(network)
        for task in tasks:
            with (out / task.name).open("wb") as file:
                rows = list(scorer.tables(task.part.read(network.takes)))
                write_table(file, network.schema, rows)
            yield sum(map(len, rows))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "score", here)
        found = scoring.score(run, paths, out)
    known.note(store, found.path)
    return found


@pytest.fixture
def result(tmp_path, tiny_run, digits) -> tuple[Store, Scored]:
    """A store with the tiny run, and 60 digits, 3 images of noise and a broken one, scored."""
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    noise = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    folder = tmp_path / "images"
    folder.mkdir()
    made.idx(folder / "a-ubyte", np.concatenate([digits.x_test[:60, ..., 0], noise]))
    (folder / "broken.parquet").write_bytes(b"no table")
    return store, scored(store, store.open(tiny_run.id), [folder], tmp_path / "scored.parquet")


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """The tiles of the galleries that are shown."""
    galleries = []
    monkeypatch.setattr(
        gallery, "_component", lambda **said: galleries.append(said["data"]["tiles"])
    )
    return galleries


def test_the_newest_result_is_shown(app, result, shown):
    store, _ = result
    at = app("scored", store)
    assert f"**63** images without labels, read by {loaders_label(at)}" in text(at)
    assert "1 image or file could not be read" in text(at)
    (tiles,) = shown
    confidences = [tile["facts"][2] for tile in tiles]
    assert len(tiles) == 60
    assert confidences == sorted(confidences, reverse=True)
    (bars, *_) = [json.loads(chart.proto.spec)["data"] for chart in at.get("plotly_chart")][-1:]
    assert sum(sum(trace["y"]) for trace in bars) == 63


def loaders_label(at) -> str:
    """How the page names the tiny run."""
    return text(at).split("read by ")[1].split(".")[0]


def test_what_is_least_typical_comes_first(app, result, shown):
    store, _ = result
    at = app("scored", store, scored_order="least-typical")
    first = {tile["facts"][0].split(", image ")[1] for tile in shown[0][:3]}
    assert first == {"60", "61", "62"}
    assert "the least typical first" in text(at)
    assert r"unlike anything in training\: score" in text(at)


def test_one_class_is_shown_alone(app, result, shown):
    store, of = result
    label = max(range(10), key=lambda k: of.done.by_class[k].images)
    app("scored", store, scored_class=str(label))
    assert {tile["caption"] for tile in shown[0]} == {of.facts.class_names[label]}
    assert len(shown[0]) == of.done.by_class[label].images


def test_images_that_are_gone_are_said_to_be(app, result, shown, tmp_path):
    store, _ = result
    (tmp_path / "images" / "a-ubyte").unlink()
    loaders.scored_images.clear()
    at = app("scored", store)
    assert "60 images cannot be shown" in text(at)
    assert not shown
    assert len(at.dataframe) == 2


def test_a_result_stays_when_its_run_is_gone(app, result, shown, tiny_run):
    store, _ = result
    (store.folder / tiny_run.id).rename(store.folder / "another")
    assert tiny_run.id.replace("-", "\\-") in text(app("scored", store))
    assert len(shown[0]) == 60


@pytest.mark.parametrize("asked", ["/nowhere", "\0", "[log in](//evil.example)", "~nobody/x"])
def test_a_path_in_the_address_that_is_no_result_is_a_note(app, result, asked):
    store, _ = result
    at = app("scored", store, scored=asked)
    assert len(at.warning) == 1
    assert "63" in text(at)


def test_visitors_see_only_what_is_in_open_folders(app, result, tmp_path, monkeypatch, shown):
    store, of = result
    (tmp_path / "open").mkdir()
    monkeypatch.setenv(access.FOLDERS, str(tmp_path / "open"))
    at = app("scored", store)
    assert "Nothing has been scored yet" in text(at)
    at = app("scored", store, scored=str(of.path))
    assert "is in no folder that visitors may use" in text(at).replace("\\", "")
    shutil.copytree(of.path, tmp_path / "open" / "scored")
    loaders.scored_images.clear()
    at = app("scored", store, scored=str(tmp_path / "open" / "scored"))
    assert "**63** images" in text(at)
    assert "60 images cannot be shown" in text(at)  # they are elsewhere
    assert not shown


def test_a_viewer_may_look(app, result, shown, monkeypatch):
    store, _ = result
    monkeypatch.setenv(access.READ_ONLY, "1")
    app("scored", store)
    assert len(shown[0]) == 60


def test_without_a_result_it_says_how_to_get_one(app, tiny_store):
    at = app("scored", tiny_store)
    assert "Nothing has been scored yet" in text(at)
    assert at.code[0].value.startswith("inkling score")


def test_presented_it_is_one_picture(app, result, shown):
    store, _ = result
    at = app("scored", store, present="1", scored_order="least-confident")
    assert len(shown[0]) == 12
    assert not at.selectbox
