import json
import shutil
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import APP
from dashboard.words.text import percent
from pipeline import access
from pipeline.config import TrainConfig
from pipeline.jobs import queue
from pipeline.jobs.job import list_jobs
from pipeline.jobs.requests import Fetch, TakeApart, Training
from pipeline.serving.anatomy import OTHER
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.training.checkpoint import Checkpoint

PAGES = {  # file, and what a page with a run opens with
    "tour": "How a machine reads a digit",
    "overview": r"LeNet\-5 on digits",
    "compare": "Compare",
    "scorecard": "Scorecard",
    "confusion_matrix": "Confusion matrix",
    "mistakes": "Mistakes",
    "labels": "Labels",
    "data": "Data",
    "scored": "Scored",
    "inside": "Inside",
    "draw": "Draw",
    "train": "Train",
    "corrections": "Corrections",
}


def text(at: AppTest) -> str:
    """All the words that a page says outside its widgets."""
    kinds = (at.title, at.markdown, at.caption, at.info, at.warning, at.error, at.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens(app, name):
    at = app(name)
    assert at.title[0].value == PAGES[name]
    assert not at.error
    # What can be downloaded is made when it is clicked.
    assert not [button.proto.label for button in at.get("download_button") if button.proto.url]


def test_the_numbers_are_those_of_the_predictions(app, tiny_run: Run):
    table = tiny_run.predictions()
    right = int((table["label"] == table["predicted"]).sum())
    assert f"**{right} of 600**" in text(app("overview"))
    assert f"**{600 - right} of 600**" in text(app("confusion_matrix"))
    assert f"**{600 - right} of 600**" in text(app("mistakes"))
    worst = table[table["label"] != table["predicted"]].sort_values("confidence").iloc[-1]
    assert (
        f"Test image {int(worst['index'])} is predicted as **“{int(worst['predicted'])}”**"
        in text(app("inside"))
    )


def test_a_cell_in_the_address_is_shown(app, tiny_run: Run):
    table = tiny_run.predictions()
    mistakes = table[table["label"] != table["predicted"]]
    true, predicted = mistakes.groupby(["label", "predicted"]).size().idxmax()
    count = int(((table["label"] == true) & (table["predicted"] == predicted)).sum())
    of = int((table["label"] == true).sum())
    at = app("confusion_matrix", true=str(true), predicted=str(predicted))
    assert f"**{count} of {of}** images of “{true}” are taken for “{predicted}”" in text(at)
    assert at.multiselect(key="true_filter").value == [str(true)]


def test_filters_go_into_the_address(app):
    at = app("mistakes")
    at.multiselect(key="true_filter").select("3").run()
    assert at.query_params["true"] in ("3", ["3"])
    at.switch_page("app_pages/confusion_matrix.py").run()
    assert at.multiselect(key="true_filter").value == ["3"]


def test_an_image_in_the_address_is_shown(app, tiny_run: Run):
    assert "Test image 17 is predicted as" in text(app("inside", sample="17"))


def test_an_address_that_does_not_fit_is_noted(app):
    at = app("inside", sample="99999", true="<b>")
    said = "\n".join(toast.value for toast in at.toast)
    assert "image “99999”" in said
    assert r"“\<b\>”" in said
    assert "sample" not in at.query_params


@pytest.mark.parametrize("part", ["run", "second", "true", "outcome"])
def test_what_an_address_says_is_no_markdown(app, part):
    at = app("mistakes", **{part: "[log in](//evil.example)"})
    notes = [toast.value for toast in at.toast]
    assert any(r"\[log in\]\(//evil\.example\)" in note for note in notes)


def test_a_link_to_a_run_that_is_gone_shows_the_newest_one_from_the_start(app):
    at = app("overview", run="gone", sample="17", true="3", outcome="wrong", second="gone")
    assert [toast.value for toast in at.toast] == [
        r"There is no run “gone” here; showing the newest one\."
    ]
    assert at.query_params.keys() == {"run", "outcome"}


KEPT = {"true": "3", "predicted": "5", "outcome": "wrong"}
OF_IMAGES = {"sample": "17", "confidence": "0.5-1", "tag": "odd"}
OF_TWO = {"second": "third", "second_predicted": "2"}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, KEPT | OF_IMAGES | OF_TWO),
        ({"fingerprint": "0" * 64}, KEPT),
        ({"fingerprint": "0" * 64, "class_names": list("abcdefghij")}, {"outcome": "wrong"}),
    ],
)
def test_another_run_keeps_what_means_the_same_there(app, tiny_run, tmp_path, changes, kept):
    store = Store(tmp_path / "models")
    for folder in ("first", "third"):
        shutil.copytree(tiny_run.folder, store.folder / folder)
    changed_copy(tiny_run, store, "other", **changes)
    area = {"area": "0,0_1,0_1,1"}  # of the map, which every run has its own of
    at = app("mistakes", store, run="first", **KEPT, **OF_IMAGES, **OF_TWO, **area)
    at.selectbox(key="run_picker").set_value("other").run()
    assert not at.exception
    assert dict(at.query_params) == {"run": "other", **kept}


def test_a_run_is_not_compared_with_itself(app, tiny_run, tmp_path):
    store = Store(tmp_path / "models")
    for folder in ("first", "second"):
        shutil.copytree(tiny_run.folder, store.folder / folder)
    at = app("mistakes", store, run="first", second="second", change="fixed", sample="17")
    at.selectbox(key="run_picker").set_value("second").run()
    assert at.query_params.keys() == {"run", "sample"}
    assert not at.toast


def test_an_empty_store_says_what_to_do(app, tmp_path):
    empty = Store(tmp_path / "none")
    for name in PAGES:
        at = app(name, empty)
        if name not in ("tour", "train", "corrections"):  # they need no run
            assert "Train a first network" in text(at)
            assert "inkling train" in at.code[0].value


def test_a_damaged_run_says_what_to_do(app, tiny_run: Run, tmp_path):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / "whole")
    shutil.copytree(tiny_run.folder, store.folder / "cut")
    (store.folder / "cut" / "predictions.parquet").write_bytes(b"PAR1")
    assert "damaged" in text(app("overview", store, run="cut"))
    assert app("overview", store).title[0].value == PAGES["overview"]


def test_garbage_in_a_run_is_a_message_on_the_page(app, tiny_run: Run, tmp_path):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / "garbage")
    path = store.folder / "garbage" / "predictions.parquet"
    path.write_bytes(b"x" * path.stat().st_size)
    assert r"predictions\.parquet" in text(app("confusion_matrix", store))


def changed_copy(run: Run, store: Store, folder: str, **dataset: object) -> None:
    """Copy a run into a store under another name, with another description of its dataset."""
    shutil.copytree(run.folder, store.folder / folder)
    path = store.folder / folder / "run.json"
    raw = json.loads(path.read_text())
    raw["dataset"] |= dataset
    path.write_text(json.dumps(raw))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"class_names": list("abcdefghij"), "fingerprint": "0" * 64}, "has different classes"),
        ({"fingerprint": "0" * 64}, "was tested on different images"),
    ],
)
def test_a_run_that_cannot_be_compared_says_why(app, tiny_run, tmp_path, changes, sentence):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / "first")
    changed_copy(tiny_run, store, "other", **changes)
    at = app("confusion_matrix", store, run="first", second="other", change="fixed")
    said = "\n".join(toast.value for toast in at.toast)
    assert sentence in said
    assert "second" not in at.query_params
    assert "change" not in at.query_params
    assert "There is no run “gone”" in "\n".join(
        toast.value for toast in app("mistakes", store, run="first", second="gone").toast
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda table: table.iloc[:-1], "they are for 599 images, but the dataset has 600"),
        (lambda table: table.assign(label=(table["label"] + 1) % 10), "a different label"),
    ],
)
def test_predictions_of_other_images_are_told_from_the_datasets_own(
    app, tiny_run, tmp_path, change, sentence
):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / "swapped")
    path = store.folder / "swapped" / "predictions.parquet"
    change(pd.read_parquet(path)).to_parquet(path, index=False)
    described = store.folder / "swapped" / "run.json"
    raw = json.loads(described.read_text())
    raw["files"]["predictions.parquet"] = path.stat().st_size
    described.write_text(json.dumps(raw))
    at = app("mistakes", store)
    assert sentence in "\n".join(error.value for error in at.error)


def test_two_runs_are_laid_side_by_side(app, tiny_run, tmp_path):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / "first")
    shutil.copytree(tiny_run.folder, store.folder / "second")
    at = app("confusion_matrix", store, run="first", second="second")
    at.segmented_control(key="matrix_view").set_value("Difference").run()
    assert "right and wrong on exactly the same images" in text(at)
    at.segmented_control(key="matrix_view").set_value("Side by side").run()
    assert not at.exception
    assert text(at).count("digits · lenet5") == 2


def test_a_missing_dataset_offers_to_get_it(app, tiny_run: Run, tmp_path):
    store = Store(tmp_path / "models")
    changed_copy(tiny_run, store, "elsewhere", fingerprint="0" * 64, name="fashion_mnist")
    for name in ("mistakes", "labels", "inside"):
        missing_once(app(name, store))
    at = app("confusion_matrix", store)
    at.segmented_control(key="matrix_cells").set_value("Pictures").run()
    missing_once(at)
    at.multiselect(key="true_filter").select("4").run()
    assert text(at).count("are not on this machine") == 2  # in the cells, and beside them
    assert [button.label for button in at.button].count("Get the images") == 1


def without(run: Run, store: Store, *names: str) -> None:
    """Copy a run into a store without some of its files."""
    folder = store.folder / "older"
    shutil.copytree(run.folder, folder)
    for name in names:
        (folder / name).unlink()


def test_an_older_run_is_taken_apart_on_request(app, tiny_run: Run, tmp_path, children):
    store = Store(tmp_path / "models")
    without(tiny_run, store, "anatomy.npz", "gradients.tflite")
    at = app("inside", store)
    assert "Taking it apart takes a few seconds" in text(at)
    assert "Each layer has its own scale" in text(at)  # what its layers compute is shown
    next(button for button in at.button if button.label == "Take it apart").click().run()
    (job,) = list_jobs(store)
    assert job.request == TakeApart("older")
    children[0].end("failed", message="It is another network.")
    at.run()
    assert [error.value for error in at.error] == [r"It is another network\."]


def test_a_network_without_gradients_names_the_layer(app, tiny_run: Run, tmp_path):
    store = Store(tmp_path / "models")
    without(tiny_run, store, "gradients.tflite")
    run = store.open("older")
    parts = list(run.anatomy().parts)
    parts[2] = replace(parts[2], name="odd", op=OTHER)
    run.add_anatomy(replace(run.anatomy(), parts=tuple(parts), no_gradients="So be it."), None)
    at = app("inside", store)
    assert "what the layer “odd” computes is not known here" in text(at)
    assert "Each layer has its own scale" in text(at)


def test_nothing_is_taken_apart_where_nothing_may_change(app, tiny_run, tmp_path, monkeypatch):
    store = Store(tmp_path / "models")
    without(tiny_run, store, "anatomy.npz", "gradients.tflite")
    monkeypatch.setenv(access.READ_ONLY, "1")
    at = app("inside", store)
    assert "`inkling evaluate older` does it" in text(at)
    assert "Take it apart" not in [button.label for button in at.button]


def test_what_a_map_does_on_all_test_images_is_counted(app, tiny_run: Run):
    at = app("inside", sample="17")
    at.session_state["inside"] = {"switched": [[0, 0]]}
    at.run()
    (said,) = at.info
    assert said.value.startswith("Without map 1 of conv1, it is right on")
    assert f"test images instead of {tiny_run.info.metrics.correct}" in said.value
    at.session_state["inside"] = {"switched": [[-1, "no"]]}
    at.run()
    assert not at.exception
    assert not at.info


@pytest.mark.parametrize("chosen", [[0, 1], [0, 99_999], [0, -1], [99, 0], "x", [None, {}]])
def test_whatever_map_a_browser_asks_for_the_page_stands(app, chosen):
    at = app("inside", sample="17")
    at.session_state["inside"] = {"chosen": chosen}
    at.run()
    assert not at.exception
    assert not at.error


def test_an_image_is_compared_with_a_clear_one_of_a_class(app, tiny_run: Run):
    table = tiny_run.predictions()
    wrong = int((table["label"] != table["predicted"]).to_numpy().argmax())
    at = app("inside", sample=str(wrong))
    names = [tiny_run.class_names[table[part][wrong]] for part in ("predicted", "label")]
    picks = [button for button in at.button if button.label.startswith("A clear")]
    assert [pick.label for pick in picks] == [f"A clear “{name}”" for name in names]
    picks[1].click().run()
    other = at.number_input(key="other").value
    assert at.query_params["other"] in (str(other), [str(other)])
    assert table["label"][other] == table["predicted"][other] == table["label"][wrong]
    right = table[
        (table["label"] == table["predicted"]) & (table["label"] == table["label"][wrong])
    ]
    assert table["confidence"][other] == right["confidence"].max()
    at.button(key="no_other").click().run()
    assert "other" not in at.query_params
    assert at.number_input(key="other").value is None


def test_an_image_to_compare_with_that_is_not_there_leaves_the_address(app):
    for wrong in ("99999", "<b>", "-1"):
        at = app("inside", other=wrong)
        assert "other" not in at.query_params
        assert at.toast


def test_a_second_run_that_was_not_taken_apart_is_named(app, tiny_run: Run, tmp_path):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    without(tiny_run, store, "anatomy.npz", "gradients.tflite")
    at = app("inside", store, run=tiny_run.id, second="older")
    assert r"cannot be compared\: that run was not taken apart" in text(at)
    assert r"run\: inkling evaluate older" in text(at)


def test_the_address_of_feature_maps_leads_inside(app):
    at = app("feature_maps", sample="17")
    assert at.title[0].value == "Inside"
    assert "Test image 17 is predicted as" in text(at)


def test_what_was_predicted_for_an_image_is_shown_without_it(app, tiny_run: Run, tmp_path):
    store = Store(tmp_path / "models")
    changed_copy(tiny_run, store, "elsewhere", fingerprint="0" * 64, name="fashion_mnist")
    at = app("inside", store, sample="17")
    missing_once(at)
    (chart,) = at.get("plotly_chart")
    (bars,) = json.loads(chart.proto.spec)["data"]
    shares = tiny_run.probabilities(17)
    assert bars["text"] == [percent(share) if share >= 0.0005 else "" for share in shares]
    at.number_input(key="sample_number").set_value(18).run()
    assert "Test image 18 is predicted as" in text(at)


def missing_once(at: AppTest) -> None:
    """One quiet line says that pictures are missing, with a button."""
    assert text(at).count(r"“fashion\_mnist” are not on this machine") == 1
    assert [button.label for button in at.button].count("Get the images") == 1
    assert not at.warning


def test_getting_images_says_why_it_failed(app, tiny_run: Run, tmp_path, children):
    store = Store(tmp_path / "models")
    changed_copy(tiny_run, store, "elsewhere", fingerprint="0" * 64, name="mnist")
    at = app("mistakes", store)
    next(button for button in at.button if button.label == "Get the images").click().run()
    (job,) = list_jobs(store)
    assert job.request == Fetch(tiny_run.info.config.dataset)
    children[0].end("failed", message="The files could not be downloaded.")
    at.run()
    assert at.error[0].value == r"The files could not be downloaded\."
    assert any(button.label == "Get the images" for button in at.button)
    # On another page of the same person, too.
    at.switch_page("app_pages/labels.py").run()
    assert at.error[0].value == r"The files could not be downloaded\."


def test_the_train_page_starts_a_training(app, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(queue, "add", lambda requests, store, upload: started.extend(requests))
    at = app("train", Store(tmp_path / "models"))
    at.selectbox(key="train_network").select("pixels")
    at.number_input(key="train_epochs").set_value(2)
    next(button for button in at.button if button.label == "Train").click().run()
    assert started == [Training(TrainConfig(network="pixels", epochs=2))]


def test_the_train_page_goes_on_with_an_interrupted_training(app, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(queue, "add", lambda requests, store, upload: started.extend(requests))
    store = Store(tmp_path / "models")
    config = TrainConfig(dataset="digits", network="pixels", epochs=9)
    rows = [{"val_accuracy": 0.5, "val_loss": 1.0}, {"val_accuracy": 0.75, "val_loss": 0.9}]
    InterruptedTraining.of(store, config, "f").save(config, Checkpoint(rows, best_epoch=2))
    at = app("train", store)
    assert "interrupted after 2 of 9 epochs, with a best validation accuracy of 75.0%" in text(at)
    next(button for button in at.button if button.label == "Resume").click().run()
    assert started == [Training(config, resume=True)]
    next(button for button in at.button if button.label == "Discard").click().run()
    assert "interrupted" not in text(at)


def test_an_interrupted_training_that_cannot_be_read_is_in_nobodys_way(app, tmp_path):
    store = Store(tmp_path / "models")
    config = TrainConfig(dataset="digits", network="pixels", epochs=9)
    place = InterruptedTraining.of(store, config, "f")
    place.save(config, Checkpoint())
    (place.folder / "settings.json").write_text("{")
    at = app("train", store)
    assert "cannot be read" in at.warning[0].value
    assert [button.label for button in at.main.button] == ["Discard", "Train"]


def test_the_train_page_says_what_is_missing(app, tmp_path):
    at = app("train", Store(tmp_path / "models"))
    at.selectbox(key="train_dataset").select("your own…").run()
    next(button for button in at.button if button.label == "Train").click().run()
    assert "Say where your dataset is" in at.error[0].value


def test_read_only_does_not_register_the_page_that_trains(app, monkeypatch):
    assert app("train").title[0].value == PAGES["train"]
    monkeypatch.setenv("INKLING_READ_ONLY", "1")
    assert app("train").title[0].value == PAGES["overview"]  # as for any page there is none of


@pytest.mark.process
def test_the_web_process_never_imports_what_trains(tiny_store):
    """A fresh process opens every page; pytest's own has TensorFlow loaded already."""
    code = f"""
import os, sys
os.environ["INKLING_MODELS"] = {str(tiny_store.folder)!r}
from streamlit.testing.v1 import AppTest
at = AppTest.from_file({str(APP)!r}, default_timeout=60).run()
for name, title in {PAGES!r}.items():
    at.switch_page(f"app_pages/{{name}}.py").run()
    assert not at.exception, at.exception
    assert at.title[0].value == title
heavy = [name for name in ("tensorflow", "keras", "sklearn", "scipy") if name in sys.modules]
print("heavy:", heavy)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "heavy: []", done.stderr
