"""What pages show is deleted or forbidden while they are open: a sentence each time."""

import shutil

import pytest

from pipeline.store.runs import Store
from tests import tally
from tests.hostile import privilege, stores
from tests.hostile.addresses import OF_PAGES


@pytest.fixture
def store(tmp_path, tiny_run, digits) -> Store:
    return stores.full(tmp_path / "models", tiny_run, digits)


def forbid(path) -> None:
    path.chmod(0o000)


TAKEN = {  # what happens to which part of a store
    "the store is deleted": ("", shutil.rmtree),
    "the run is deleted": (stores.FIRST, shutil.rmtree),
    "the other run is deleted": (stores.SECOND, shutil.rmtree),
    "its predictions are deleted": (f"{stores.FIRST}/predictions.parquet", lambda at: at.unlink()),
    "its graph is deleted": (f"{stores.FIRST}/model.tflite", lambda at: at.unlink()),
    "jobs are deleted": (".jobs", shutil.rmtree),
    "the store is forbidden": ("", forbid),
    "the run is forbidden": (stores.FIRST, forbid),
    "its files are forbidden": (f"{stores.FIRST}/predictions.parquet", forbid),
    "its anatomy is forbidden": (f"{stores.FIRST}/anatomy.npz", forbid),
    "reviews are forbidden": ("reviews.jsonl", forbid),
    "corrections are forbidden": ("corrections.jsonl", forbid),
    "jobs are forbidden": (".jobs", forbid),
    "audits are forbidden": (".audits", forbid),
}
FEW = {"the store is deleted", "the run is forbidden", "jobs are forbidden"}
WORST = ("overview", "labels", "train")


@pytest.mark.parametrize(
    ("page", "what"),
    [
        pytest.param(page, what, marks=[] if what in FEW and page in WORST else [pytest.mark.slow])
        for page in OF_PAGES
        for what in TAKEN
    ],
)
def test_a_page_stands_when_something_is_taken_away(app, store, page, what):
    at = app(page, store, **stores.VALID)
    file, take = TAKEN[what]
    path = store.folder / file
    mode = path.stat().st_mode
    try:
        with privilege.dropped():
            take(path)
            tally.count(tally.FAULTS)
            at.run()
            assert not at.exception, at.exception
            assert at.title or at.error
    finally:
        if path.exists():
            path.chmod(mode)


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[] if page == "data" else [pytest.mark.slow]) for page in OF_PAGES],
)
def test_a_page_stands_when_the_images_are_deleted(app, store, tmp_path, monkeypatch, page):
    from pipeline.data.prepared import cache_folder

    here = tmp_path / "cache"
    shutil.copytree(cache_folder(), here)
    monkeypatch.setenv("INKLING_CACHE", str(here))
    at = app(page, store, **stores.VALID)
    shutil.rmtree(here)
    tally.count(tally.FAULTS)
    at.run()
    assert not at.exception, at.exception
    assert at.title
