import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text


@pytest.fixture
def data(app):
    """Open the page in one of its views: a callable."""

    def open_view(view: str, *store: Store, **address: str) -> AppTest:
        at = app("data", *store, **address)
        if at.session_state["data_view"] != view:
            at.segmented_control(key="data_view").set_value(view).run()
        assert not at.exception, at.exception
        return at

    return open_view


def copy_of(run: Run, folder: Path) -> Store:
    store = Store(folder / "models")
    shutil.copytree(run.folder, store.folder / "copy")
    return store


def test_the_sentence_counts_every_image(data, digits: Dataset):
    said = text(data("Classes"))
    counts = digits.counts
    assert f"**1,797** images of 28×28 pixels in 10 classes: {counts['train']:,} for tr" in said


def test_classes_show_counts_means_and_samples(data, digits: Dataset):
    at = data("Classes")
    every = np.bincount(np.concatenate([digits.y_train, digits.y_valid, digits.y_test]))
    assert f"“{every.argmax()}” has {every.max():,} images" in text(at)
    assert "1,797 handwritten digits" in text(at)
    assert [element.value for element in at.subheader] == [
        "The mean image of each class", "Random images",
    ]  # fmt: skip


def test_others_are_shown_on_demand(data):
    at = data("Classes")
    next(button for button in at.button if button.label == "Show others").click().run()
    assert at.query_params["data_seed"] in ("1", ["1"])
    assert not at.exception


def test_training_images_are_of_the_true_classes_chosen(data, digits: Dataset):
    at = data("Classes", true="3")
    at.segmented_control(key="data_part").set_value("Training images").run()
    sent = [json.loads(part.proto.json or "{}") for part in at.get("bidi_component")]
    *_, shown = [data["pictures"] for data in sent if "pictures" in data]
    assert len(shown) == 60
    assert {picture["name"] for picture in shown} == {"3"}
    train = np.flatnonzero(digits.y_train == 3)
    assert {int(picture["detail"].removeprefix("· ")) for picture in shown} <= set(train.tolist())


def test_the_address_opens_the_view_it_speaks_of(app):
    assert app("data").session_state["data_view"] == "Classes"
    assert app("data", sample="17").session_state["data_view"] == "One image"
    assert app("data", area="0,0_1,0_1,1").session_state["data_view"] == "Map"


def test_one_image_says_how_it_becomes_a_vector(data, tiny_run: Run):
    at = data("One image", sample="17")
    assert (
        "Row by row, the 28×28 grid is flattened into a vector of 784 numbers, each divided by "
        "255. These numbers are all the network gets." in text(at)
    )
    true = int(tiny_run.predictions()["label"][17])
    assert f"True class “{true}”, predicted" in text(at)
    at.number_input(key="sample_number").set_value(18).run()
    assert at.query_params["sample"] in ("18", ["18"])


def test_one_image_opens_with_the_first_of_the_selection(data, tiny_run: Run):
    at = data("One image", true="3")
    first = int(np.flatnonzero(tiny_run.predictions()["label"] == 3)[0])
    assert at.number_input(key="sample_number").value == first


def test_an_area_of_the_map_is_a_selection(data, tiny_run: Run):
    table = tiny_run.predictions()
    x, y = tiny_run.features()[["map_x", "map_y"]].to_numpy().T
    near = np.round(np.median(x) + np.arange(100) / 100, 2)  # as an address rounds
    edge = next(one for one in near if np.abs(x - one).min() > 0.001)  # no point is on it
    within = x > edge
    wrong = int((within & (table["label"] != table["predicted"])).sum())
    at = data("Map", area=f"{edge},-999_999,-999_999,999_{edge},999")
    assert f"**{within.sum()}** images match this selection; " in text(at)
    assert (f"{wrong} are mistakes" in text(at)) == (wrong > 1)
    assert np.isfinite(y).all()


def test_the_map_says_where_the_mistakes_are(data):
    said = text(data("Map"))
    assert "closer to the predicted class than to the true one" in said
    assert "Draw a loop around some points" in said


def test_a_run_without_features_says_how_to_add_them(data, tiny_run: Run, tmp_path):
    store = copy_of(tiny_run, tmp_path)
    (store.folder / "copy" / "features.parquet").unlink()
    said = text(data("Map", store))
    assert "This run has no map yet" in said
    assert "`inkling evaluate copy` computes it" in said


def test_without_its_images_the_page_still_tells_counts_and_map(data, tiny_run: Run, tmp_path):
    store = copy_of(tiny_run, tmp_path)
    path = store.folder / "copy" / "run.json"
    raw = json.loads(path.read_text())
    raw["dataset"] |= {"fingerprint": "0" * 64, "name": "fashion_mnist"}
    path.write_text(json.dumps(raw))
    said = text(data("Classes", store))
    assert "are not on this machine" in said
    most = int(np.bincount(tiny_run.predictions()["label"]).max())
    assert f"has {most} test images" in said
    at = data("Map", store, area="-999,-999_999,-999_999,999_-999,999")
    assert "**600** images match" in text(at)
    assert len(at.dataframe) == 1
    assert "not on this machine" in text(data("One image", store))


def test_color_images_are_shown_a_channel_at_a_time(monkeypatch):
    from dashboard.components import pixels

    sent = {}
    monkeypatch.setattr(pixels, "_component", lambda **said: sent.update(said["data"]))
    image = np.arange(2 * 8 * 3, dtype=np.uint8).reshape(2, 8, 3)
    pixels.pixels(image, mnist_framed=False, dark=False, key="k", channel=2)
    assert sent["numbers"][1][0] == 8 * 3 + 2
    assert (sent["channel"], sent["channels"], sent["inverted"]) == (2, 3, False)
    assert sent["cell"] == pixels.LARGEST_CELL
    pixels.pixels(np.zeros((64, 64, 1), np.uint8), mnist_framed=True, dark=False, key="k")
    assert (sent["cell"], sent["inverted"]) == (pixels.SMALLEST_CELL, True)
