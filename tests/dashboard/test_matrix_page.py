import json
import shutil

import numpy as np
import pandas as pd
import pytest

from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text


def sent(at, part: str) -> list[dict]:
    """What the page's components got, of those that got a part by this name."""
    found = [json.loads(one.proto.json or "{}") for one in at.get("bidi_component")]
    return [data for data in found if part in data]


def cell(data: dict, true: int, predicted: int) -> int:
    return data["numbers"][true * len(data["names"]) + predicted]


@pytest.fixture(scope="module")
def two_runs(tiny_run: Run, tmp_path_factory) -> Store:
    """A store with a run, and another that is right where it is wrong on odd rows."""
    store = Store(tmp_path_factory.mktemp("two") / "models")
    for folder in ("first", "second"):
        shutil.copytree(tiny_run.folder, store.folder / folder)
    path = store.folder / "second" / "predictions.parquet"
    table = pd.read_parquet(path)
    odd = table["index"] % 2 == 1
    table["predicted"] = table["predicted"].where(~odd, table["label"]).astype("int32")
    table.to_parquet(path, index=False)
    described = store.folder / "second" / "run.json"
    raw = json.loads(described.read_text())
    raw["files"]["predictions.parquet"] = path.stat().st_size
    described.write_text(json.dumps(raw))
    return store


@pytest.mark.parametrize("link", [{"confidence": "0-0.6"}, {"outcome": "wrong"}])
def test_the_matrix_counts_what_the_filters_leave(app, tiny_run, two_runs, link):
    table = tiny_run.predictions()
    wrong = table["label"] != table["predicted"]
    keep = wrong if "outcome" in link else table["confidence"] <= 0.6
    at = app("confusion_matrix", two_runs, run="first", **link)
    (matrix,) = sent(at, "numbers")
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (table["label"][keep], table["predicted"][keep]), 1)
    assert matrix["numbers"] == counts.ravel().tolist()
    assert 0 < keep.sum() < len(table)
    assert f"Only the {keep.sum()} images that match the filters are counted." in text(at)
    # A cell shows as many images as it says.
    true, predicted = map(int, divmod(counts.argmax(), 10))
    at = app(
        "confusion_matrix", two_runs, run="first", true=str(true), predicted=str(predicted), **link
    )
    (matrix,), (gallery,) = sent(at, "numbers"), sent(at, "tiles")
    assert cell(matrix, true, predicted) == len(gallery["tiles"]) == counts.max()


def test_without_filters_the_matrix_counts_every_image(app, two_runs):
    at = app("confusion_matrix", two_runs, run="first", true="3", predicted="3")
    assert sum(sent(at, "numbers")[0]["numbers"]) == 600
    assert "match the filters" not in text(at)


def test_a_reload_of_a_difference_shows_what_its_cell_says(app, tiny_run, two_runs):
    table = tiny_run.predictions()
    fixed = (table["label"] != table["predicted"]) & (table["index"] % 2 == 1)
    true, predicted = fixed[fixed].index.map(lambda i: (table["label"][i], table["predicted"][i]))[
        0
    ]
    count = int((fixed & (table["label"] == true) & (table["predicted"] == predicted)).sum())
    link = {"true": str(true), "predicted": str(predicted), "change": "changed"}
    at = app("confusion_matrix", two_runs, run="first", second="second", **link)
    (matrix,), (gallery,) = sent(at, "numbers"), sent(at, "tiles")
    assert cell(matrix, true, predicted) == count
    assert len(gallery["tiles"]) == count > 0


def test_the_second_matrix_counts_the_same_images(app, tiny_run, two_runs):
    table = tiny_run.predictions()
    at = app(
        "confusion_matrix", two_runs, run="first", second="second", outcome="wrong",
        matrix_view="side-by-side",
    )  # fmt: skip
    first, second = (np.reshape(data["numbers"], (10, 10)) for data in sent(at, "numbers"))
    wrong = table["label"] != table["predicted"]
    assert first.sum() == second.sum() == wrong.sum()
    assert np.trace(first) == 0
    assert np.trace(second) == (wrong & (table["index"] % 2 == 1)).sum() > 0
