"""A run whose files were altered takes no page down, and none says nothing of it."""

import json
import shutil

import pytest

from pipeline.store.runs import Store
from tests.hostile import runs


def without_epochs(path):
    path.write_text(path.read_text("utf-8").replace("epoch", "epock", 1), "utf-8")


ALTERATIONS = {
    "flipped detector": ("novelty.npz", lambda path: runs.flipped(path, 0), "draw"),
    "flipped predictions": ("predictions.parquet", lambda path: runs.flipped(path, 0), "overview"),
    "history without epochs": ("history.csv", without_epochs, "overview"),
    "lone surrogates": ("run.json", runs.info(hardware={"a": "\ud800"}), "inside"),
}


@pytest.mark.parametrize(("file", "alter", "page"), ALTERATIONS.values(), ids=ALTERATIONS)
def test_an_altered_run_is_a_message_on_the_page(app, tmp_path, file, alter, page):
    store = Store(tmp_path / "models")
    shutil.copytree(runs.KEPT, store.folder)
    alter(store.folder / runs.RUN / file)
    at = app(page, store)
    assert any("damaged" in said.value or "cannot be read" in said.value for said in at.error)


def test_a_graph_that_ends_the_process_that_opens_it_is_not_opened_here(tmp_path, monkeypatch):
    from pipeline.serving import probe
    from pipeline.store import integrity
    from pipeline.store.run_folder import RunDamaged

    shutil.copytree(runs.KEPT, tmp_path / "models")
    run = Store(tmp_path / "models").open("latest")
    assert "hashes" not in json.loads((run.folder / "run.json").read_text("utf-8"))
    opened = []
    monkeypatch.setattr(integrity, "_tried", {})
    monkeypatch.setattr(probe, "survives", opened.append)
    for _ in range(2):
        with pytest.raises(RunDamaged, match="a process that opens it fails"):
            run.graph()
    assert opened == [run.graph_path]  # in a child, and once
