import dataclasses

import numpy as np
import pytest

from pipeline import config, exporting, networks, training
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.experiment import run_experiment
from pipeline.inference import ServingGraph
from pipeline.runs import Store

QUICK = TrainConfig(network="shallow", epochs=2, learning_rate=3e-3)


class Untouchable:
    """Stands where the test part is, and tells on whoever looks at it."""

    def __getattribute__(self, name):
        raise AssertionError(f"the test part was touched: {name}")


def test_every_network_is_described_and_built():
    assert set(networks.BUILDERS) == set(config.NETWORKS)


@pytest.mark.parametrize(
    ("name", "parameters"), [("pixels", 7850), ("perceptron", 13_002), ("shallow", 101_770)]
)
def test_parameters_worked_out_by_hand(name, parameters):
    # 784·10+10; 784·16+16 + 16·16+16 + 16·10+10; 784·128+128 + 128·10+10
    assert networks.build(name, (28, 28, 1), 10).count_params() == parameters


@pytest.mark.parametrize("shape", [(8, 8, 1), (64, 64, 3), (28, 20, 1)])
@pytest.mark.parametrize("name", networks.BUILDERS)
def test_every_network_takes_every_size(name, shape):
    model = networks.build(name, shape, 3)
    assert model.output_shape == (None, 3)
    assert model.layers[-1].name == "probabilities"


def test_an_unknown_network_names_the_known():
    with pytest.raises(InklingError, match="pixels, perceptron, shallow, lenet5, cnn"):
        TrainConfig(network="resnet")
    with pytest.raises(InklingError, match="resnet"):
        networks.build("resnet", (28, 28, 1), 10)


def test_settings_are_resolved_by_the_size_of_the_dataset():
    assert TrainConfig().resolved(1077).epochs == 60
    assert TrainConfig().resolved(54_000).epochs == 12
    assert TrainConfig(epochs=3, learning_rate=0.1).resolved(10).model_dump() == {
        **TrainConfig(epochs=3, learning_rate=0.1).model_dump()
    }


def test_training_learns_without_touching_the_test_part(digits):
    blind = dataclasses.replace(digits, x_test=Untouchable(), y_test=Untouchable())
    told = []
    trained = training.fit(QUICK.model_copy(update={"epochs": 6}), blind, told.append)
    assert trained.history["val_accuracy"].max() > 0.8
    assert trained.history["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert set(trained.history.columns) == {
        "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds",
    }  # fmt: skip
    assert told[-1].done == told[-1].total
    assert [p.done for p in told] == sorted(p.done for p in told)


def test_the_kept_weights_are_those_of_the_best_epoch(digits):
    trained = training.fit(QUICK, digits)
    row = trained.history.set_index("epoch").loc[trained.best_epoch]
    outputs = trained.model.predict(digits.x_valid / np.float32(255), verbose=0)
    assert (outputs.argmax(axis=1) == digits.y_valid).mean() == pytest.approx(row["val_accuracy"])


def test_the_same_seed_gives_the_same_network(digits):
    first, second, other = (
        training.fit(QUICK.model_copy(update={"seed": seed}), digits).model.get_weights()
        for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_a_loss_that_is_no_number_ends_with_advice(digits, monkeypatch):
    monkeypatch.setattr(training.networks, "build", exploding(training.networks.build))
    with pytest.raises(training.TrainingDiverged, match=r"Try a learning rate of 0\.0006"):
        training.fit(QUICK, digits)


def exploding(build):
    def build_and_poison(*args):
        model = build(*args)
        weights = model.get_weights()
        weights[-1][:] = np.nan  # in the last layer: a rectified unit would hide it
        model.set_weights(weights)
        return model

    return build_and_poison


@pytest.mark.parametrize("name", networks.BUILDERS)
def test_the_serving_graph_is_the_network(name, tmp_path, random):
    model = networks.build(name, (12, 10, 3), 4)
    path = tmp_path / "model.tflite"
    exporting.export_litert(model, path)
    graph = ServingGraph(path)
    images = random.integers(0, 256, (16, 12, 10, 3), dtype=np.uint8)
    assert graph.input_shape == (12, 10, 3)
    assert exporting.check_litert(model, graph, images) < 1e-5
    layers = exporting.describe_layers(model)
    outputs = graph.activations(images[0])
    assert [layer.shape for layer in layers] == [output.shape for output in outputs]
    assert sum(layer.parameters for layer in layers) == model.count_params()
    probabilities = graph.probabilities(images)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(16))
    assert np.array_equal(probabilities[0], outputs[-1])


def test_a_graph_of_another_network_is_refused(tmp_path, random):
    path = tmp_path / "model.tflite"
    exporting.export_litert(networks.build("pixels", (8, 8, 1), 3), path)
    images = random.integers(0, 256, (4, 8, 8, 1), dtype=np.uint8)
    other = networks.build("pixels", (8, 8, 1), 3)
    with pytest.raises(exporting.ExportMismatch, match="probabilities"):
        exporting.check_litert(other, ServingGraph(path), images)
    with pytest.raises(exporting.ExportMismatch, match="outputs for"):
        exporting.check_litert(networks.build("shallow", (8, 8, 1), 3), ServingGraph(path), images)


def test_a_file_that_is_no_graph_is_one_sentence(tmp_path):
    (tmp_path / "model.tflite").write_bytes(b"no graph")
    with pytest.raises(InklingError, match="damaged"):
        ServingGraph(tmp_path / "model.tflite")
    with pytest.raises(InklingError, match="No such file"):
        ServingGraph(tmp_path / "none.tflite")


def test_images_of_another_shape_are_refused(tiny_run):
    with pytest.raises(ValueError, match="takes"):
        tiny_run.graph().probabilities(np.zeros((1, 8, 8, 1), np.uint8))


def test_an_experiment_publishes_what_it_measured(tiny_run, digits):
    table = tiny_run.predictions()
    metrics = tiny_run.info.metrics
    assert metrics.total == len(table) == 600
    assert table["label"].to_numpy().tolist() == digits.y_test.tolist()
    assert metrics.correct == int((table["label"] == table["predicted"]).sum())
    probabilities = tiny_run.graph().probabilities(digits.x_test[:50])
    columns = [f"probability_{k}" for k in range(10)]
    assert table.loc[:49, columns].to_numpy() == pytest.approx(probabilities, abs=1e-6)
    assert tiny_run.info.dataset.fingerprint == digits.fingerprint
    assert len(tiny_run.history()) == tiny_run.info.config.epochs == 3


def test_a_failed_export_check_publishes_nothing(tmp_path, monkeypatch):
    def differs(*args):
        raise exporting.ExportMismatch("layer hidden differs")

    monkeypatch.setattr(exporting, "check_litert", differs)
    store = Store(tmp_path / "models")
    with pytest.raises(exporting.ExportMismatch):
        run_experiment(QUICK, store)
    assert store.entries() == []
    assert list(store.folder.iterdir()) == []


def test_a_store_that_cannot_be_written_is_found_out_before_training(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(training, "fit", lambda *args: pytest.fail("trained for nothing"))
    with pytest.raises(InklingError, match="cannot be written"):
        run_experiment(QUICK, Store(tmp_path / "file"))
