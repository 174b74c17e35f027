import dataclasses
import json
import shutil
import zipfile

import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline import evaluation
from pipeline.cli.main import app
from pipeline.data.known import KNOWN
from pipeline.errors import InklingError
from pipeline.ink import allographs
from pipeline.serving import prediction
from pipeline.store.run_folder import EXCITING, Run
from pipeline.store.runs import Store
from pipeline.training import networks


@pytest.fixture
def old(tiny_run: Run, tmp_path) -> Run:
    """The tiny run as an older version wrote it: its Keras model is needed to complete it."""
    shutil.copytree(tiny_run.folder, tmp_path / tiny_run.id)
    (tmp_path / tiny_run.id / "features.parquet").unlink()
    info = tmp_path / tiny_run.id / "run.json"
    info.write_text(json.dumps(json.loads(info.read_text("utf-8")) | {"hashes": {}}), "utf-8")
    return Store(tmp_path).open("latest")


def test_what_excites_its_maps_is_added_to_an_older_run(tiny_run, old, digits):
    (old.folder / EXCITING).unlink()
    evaluation.complete(old, digits)
    found, expected = old.excitations(), tiny_run.excitations()
    assert list(found) == list(expected)
    for place, layer in found.items():
        assert np.array_equal(layer.images, expected[place].images)
        assert layer.activations == pytest.approx(expected[place].activations, rel=1e-5)
        kind = tiny_run.info.layers[place].kind
        assert kind != "Flatten"
    assert not found[0].dead.all()


def test_ways_to_write_a_digit_that_it_learned_are_not_strange_to_it(tiny_run, digits):
    model, graph = networks.load(tiny_run.model_path), tiny_run.graph()
    drawn = list(allographs.inked(np.arange(60) % 10, seed=7))

    def strange(share: float) -> tuple[float, float]:
        detector = evaluation.fit_ood_detector(model, digits, share)
        scores, own = (
            [prediction.predict(graph, detector, image).ood_score for image in images]
            for images in ([ink[..., None] for ink in drawn], digits.x_valid)
        )
        return float(np.median(scores)), float(np.mean(np.array(own) > detector.threshold))

    (before, flagged), (after, still_flagged) = strange(0.0), strange(0.5)
    assert after < before / 2
    assert flagged == pytest.approx(0.04, abs=0.01)
    assert still_flagged == pytest.approx(0.04, abs=0.01)


def rewritten(run: Run, change) -> None:
    """Write the Keras model again with other members: change(name, content) -> content or None."""
    with zipfile.ZipFile(run.model_path) as file:
        members = {name: change(name, file.read(name)) for name in file.namelist()}
    with zipfile.ZipFile(run.model_path, "w") as file:
        for name, content in members.items():
            if content is not None:
                file.writestr(name, content)


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: None if name == "config.json" else content,
        lambda name, content: b"[]" if name == "config.json" else content,
        lambda name, content: b"not HDF5" if name == "model.weights.h5" else content,
        lambda name, content: content.replace(b'"Conv2D"', b'"Zonv2D"'),
    ],
    ids=["no configuration", "a list", "weights", "an unknown layer"],
)
def test_a_keras_model_that_cannot_be_loaded_is_a_sentence(old, digits, change):
    rewritten(old, change)
    with pytest.raises(InklingError, match=r"model.keras cannot be loaded: .*Copy its run again"):
        evaluation.evaluate(old, digits)


def test_whatever_keras_raises_is_a_sentence(old, digits, monkeypatch):
    def fail(*_, **__):
        raise NotImplementedError

    monkeypatch.setattr(networks.keras.models, "load_model", fail)
    with pytest.raises(InklingError, match=r"cannot be loaded: NotImplementedError\."):
        evaluation.evaluate(old, digits)


def test_another_keras_model_than_the_runs_is_a_sentence(old, digits):
    networks.build("pixels", (28, 28, 1), 3).save(old.model_path)
    with pytest.raises(InklingError, match=r"another network .* \(None, 3\), not \(None, 28, 28"):
        evaluation.evaluate(old, digits)
    assert old.features() is None


def test_a_run_is_measured_on_its_own_images_whatever_their_classes_are_called_by_now(
    tiny_run, digits
):
    words = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    renamed = dataclasses.replace(digits, class_names=words)
    assert evaluation.evaluate(tiny_run, renamed) == tiny_run.info.metrics
    assert not tiny_run.evaluations()
    other = dataclasses.replace(renamed, fingerprint="another")
    with pytest.raises(InklingError, match="same classes"):
        evaluation.evaluate(tiny_run, other)


def test_what_a_run_saw_in_training_is_told(tiny_run, digits, tmp_path, monkeypatch):
    shutil.copytree(tiny_run.folder, tmp_path / "models" / "mine")
    monkeypatch.setitem(
        KNOWN, "mnist", dataclasses.replace(KNOWN["mnist"], fingerprint=digits.fingerprint)
    )
    arguments = ["evaluate", "mine", "--dataset", "mnist-5k", "--models", str(tmp_path / "models")]
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert json.loads(done.stdout)["total"] == 1500
    assert "Note: The test images of “mnist-5k” are training images of “digits”" in done.stderr
    said = CliRunner().invoke(app, arguments).stdout
    assert "of 1,500 images it saw in training (" in said
    assert "never seen" not in said


def test_a_neighbor_from_a_sample_is_the_training_image_it_was(digits, monkeypatch):
    """Test images that are training images find themselves, by their place in the whole part."""
    rows = np.array([5, 17, 300, 301, 302, 900, 901, 902])
    monkeypatch.setattr(evaluation.embedding, "searched", lambda count: rows)
    known = dataclasses.replace(digits, x_test=digits.x_train[rows], y_test=digits.y_train[rows])
    found = evaluation.embed_images(networks.build("shallow", (28, 28, 1), 10), known)
    assert found["neighbor_0"].tolist() == rows.tolist()
    assert set(found["neighbor_4"]) <= set(rows.tolist())
