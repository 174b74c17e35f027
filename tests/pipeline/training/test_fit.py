import dataclasses
import signal

import numpy as np
import pytest
import tensorflow as tf

from pipeline import config
from pipeline.config import TrainConfig
from pipeline.data.datasets import open_dataset
from pipeline.errors import InklingError
from pipeline.experiment import run_experiment
from pipeline.serving import litert
from pipeline.serving.inference import ServingGraph
from pipeline.store import interrupted
from pipeline.store.interrupted import InterruptedTraining
from pipeline.store.runs import Store
from pipeline.training import augmentation, batches, calibration, networks, optimization, watch
from pipeline.training import fit as training
from pipeline.training.augmentation import augment
from pipeline.training.hardware import computing_in
from pipeline.training.interrupting import asked_to_stop
from pipeline.training.resuming import Continuation, TrainingFailed

QUICK = TrainConfig(network="shallow", epochs=2, learning_rate=3e-3).resolved(1077)


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


@pytest.mark.parametrize("variant", config.VARIANTS)
def test_a_network_like_another_computes_in_the_precision_that_is_set(variant):
    network = networks.build("cnn", (28, 28, 1), 3, variant)
    with computing_in("mixed_bfloat16"):
        wanted, got = networks.build("cnn", (28, 28, 1), 3, variant), networks.like(network)
    for a, b in zip(wanted.layers, got.layers, strict=True):
        assert (a.name, a.output.shape, a.compute_dtype) == (
            b.name,
            b.output.shape,
            b.compute_dtype,
        )
    got.set_weights(network.get_weights())
    with computing_in("float32"):
        again = networks.like(got)
    again.set_weights(got.get_weights())
    images = np.random.default_rng(1).random((4, 28, 28, 1), np.float32)
    assert np.array_equal(again.predict(images, verbose=0), network.predict(images, verbose=0))


def test_an_unknown_network_names_the_known():
    with pytest.raises(InklingError, match="pixels, perceptron, shallow, lenet5, cnn"):
        TrainConfig(network="resnet")
    with pytest.raises(InklingError, match="resnet"):
        networks.build("resnet", (28, 28, 1), 10)


def test_settings_are_resolved_by_the_size_of_the_dataset():
    assert TrainConfig().resolved(1077).epochs == 60
    assert TrainConfig().resolved(54_000).epochs == 14
    assert TrainConfig(preset="quick").resolved(54_000).epochs == 2
    assert TrainConfig(network="pixels").resolved(54_000).augmentation == 0
    chosen = {"epochs": 3, "learning_rate": 0.1, "batch_size": 7, "augmentation": 0.5}
    kept = TrainConfig(
        **chosen, label_smoothing=0.2, allographs=0.3, disturbance=0.4, variant="deep"
    )
    assert kept.resolved(10) == kept
    assert TrainConfig().resolved(10).label_smoothing == 0
    assert TrainConfig(preset="best").resolved(10).label_smoothing == 0.1
    assert TrainConfig(preset="best").resolved(10, digits=True).disturbance == 0.25
    assert TrainConfig(preset="best").resolved(10).disturbance == 0
    assert TrainConfig(preset="best", network="shallow").resolved(10, digits=True).disturbance == 0
    with pytest.raises(InklingError, match="quick, default, best"):
        TrainConfig(preset="slow")


@pytest.mark.parametrize(
    ("preset", "rates"), [("quick", (0.8, 0.95)), ("default", (0.9, 0.999)), ("best", (0.9, 0.999))]
)
def test_only_a_short_training_has_a_short_memory(preset, rates):
    adam = optimization.adam(TrainConfig(preset=preset).resolved(54_000), 100)
    assert (adam.beta_1, adam.beta_2) == rates


class TestBatchShift:
    def test_a_batch_is_shifted_alike_by_a_pixel_at_most(self, random):
        images = tf.constant(random.random((3, 28, 28, 1)), tf.float32)
        seen = set()
        for step in range(60):
            shifted = augmentation.shift_batch(images, tf.constant([0, step]), 1)
            assert shifted.shape == images.shape
            padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
            seen |= {
                (down, right)
                for down in range(3)
                for right in range(3)
                if np.array_equal(shifted, padded[:, down : down + 28, right : right + 28])
            }
        assert len(seen) == 9  # each is as likely as any other

    def test_larger_images_are_shifted_further(self):
        line = np.zeros((1, 64, 8, 3), np.float32)
        line[0, 32, 4] = 1
        places = [
            np.argwhere(augmentation.shift_batch(line, tf.constant([0, step]), 1))[0, 1:3]
            for step in range(60)
        ]
        rows, columns = np.transpose(places)
        assert set(rows) == {30, 31, 32, 33, 34}
        assert set(columns) == {3, 4, 5}

    @pytest.mark.parametrize(
        ("preset", "network", "shifted"),
        [("quick", "cnn", True), ("quick", "shallow", False), ("default", "lenet5", False)],
    )
    def test_only_quick_shifts_and_only_for_networks_that_benefit(
        self, digits, monkeypatch, preset, network, shifted
    ):
        asked = []
        monkeypatch.setattr(
            batches, "shift_batch", lambda images, seed, most: asked.append(most) or images
        )
        config = TrainConfig(preset=preset, network=network, epochs=1).resolved(1077)
        plan = batches.Plan.of(config, digits, ())
        batches.training_batches(digits, (), config, plan, first_epoch=0)
        assert asked == ([1] if shifted else [])


@pytest.mark.parametrize(
    ("preset", "images", "steps"), [("quick", 5120, 18), ("quick", 256, 1), ("default", 5120, 40)]
)
def test_an_epoch_of_quick_leaves_out_a_tenth(digits, preset, images, steps):
    """Of batches of 256 and 128: 0.9 · 20; one at least; 40."""
    labels, pixels = np.zeros(images, np.int64), np.zeros((images, 28, 28, 1), np.uint8)
    many = dataclasses.replace(digits, x_train=pixels, y_train=labels)
    assert batches.Plan.of(TrainConfig(preset=preset).resolved(images), many, []).steps == steps


@pytest.mark.mnist
@pytest.mark.process  # a quarter of a minute
def test_quick_is_right_on_99_percent_of_mnist(mnist_folder):
    mnist = open_dataset("mnist", mnist_folder)
    config = TrainConfig(dataset="mnist", preset="quick", seed=1)  # a seed that once missed it
    trained = training.fit(config.resolved(len(mnist.y_train)), mnist)
    probabilities = trained.model.predict(np.float32(mnist.x_test[:]) / 255, verbose=0)
    assert (probabilities.argmax(axis=1) == mnist.y_test).mean() >= 0.99


def test_training_learns_without_touching_the_test_part(digits):
    blind = dataclasses.replace(digits, x_test=Untouchable(), y_test=Untouchable())
    told = []
    trained = training.fit(QUICK.model_copy(update={"epochs": 6}), blind, told.append)
    assert trained.history["val_accuracy"].max() > 0.8
    assert trained.history["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert set(trained.history.columns) == {
        "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds",
    }  # fmt: skip
    *training_told, calibrating = told
    assert calibrating.stage == "Calibrating"
    assert training_told[-1].done == training_told[-1].total
    assert [p.done for p in training_told] == sorted(p.done for p in training_told)


def test_the_kept_weights_are_those_of_the_best_epoch(digits):
    trained = training.fit(QUICK, digits)
    row = trained.history.set_index("epoch").loc[trained.best_epoch]
    outputs = trained.model.predict(digits.x_valid[:] / np.float32(255), verbose=0)
    assert (outputs.argmax(axis=1) == digits.y_valid).mean() == pytest.approx(row["val_accuracy"])


@pytest.mark.process
def test_the_same_seed_gives_the_same_network(digits):
    first, second, other = (
        training.fit(QUICK.model_copy(update={"seed": seed}), digits).model.get_weights()
        for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_a_loss_that_is_no_number_ends_with_advice(digits, monkeypatch):
    monkeypatch.setattr(training.networks, "build", exploding(training.networks.build))
    with pytest.raises(TrainingFailed, match=r"Try a learning rate of 0\.0006"):
        training.fit(QUICK, digits)


def test_the_last_good_epoch_is_kept_when_the_loss_explodes(digits):
    config = QUICK.model_copy(update={"epochs": 5})
    build = networks.build
    models = []

    def remember(*args, **kwargs):
        models.append(build(*args, **kwargs))
        return models[-1]

    def explode(checkpoint):
        if len(checkpoint.rows) == 2:
            bias = models[0].layers[-1].bias
            bias.assign(bias * np.nan)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "build", remember)
        trained = training.fit(config, digits, on_checkpoint=explode)
    assert len(trained.history) == 2
    assert "became nan in epoch 3" in trained.ended_early
    assert not trained.may_go_on  # the same steps would end the same way
    assert np.isfinite(trained.model.get_weights()[-1]).all()


@pytest.mark.process
@pytest.mark.parametrize("network", ["shallow", "cnn"])
def test_an_interrupted_training_goes_on_as_if_it_had_not_been(digits, tmp_path, network):
    config = TrainConfig(
        network=network, epochs=4, augmentation=0.5, allographs=0.2, disturbance=0.3
    ).resolved(1077)
    place = InterruptedTraining.of(Store(tmp_path), config, digits.fingerprint)

    def keep_two(checkpoint):
        if len(checkpoint.rows) <= 2:
            place.save(config, checkpoint)

    whole = training.fit(config, digits, on_checkpoint=keep_two)
    assert place.config() == config
    kept = place.load()
    assert len(kept.rows) == 2
    told = []
    before = tuple(row["val_accuracy"] for row in kept.rows)
    resumed = training.fit(config, digits, told.append, checkpoint=kept)
    assert len(before) == 2
    assert told[0].history == before  # a chart goes on where it was
    assert told[-2].history == tuple(resumed.history["val_accuracy"])  # the last is calibration
    for wanted, got in zip(whole.model.get_weights(), resumed.model.get_weights(), strict=True):
        assert np.array_equal(wanted, got)
    columns = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
    assert whole.history[columns].equals(resumed.history[columns])


@pytest.mark.process
def test_stopping_keeps_the_best_epoch_so_far(digits):
    def interrupt(checkpoint):
        if len(checkpoint.rows) == 3:
            raise KeyboardInterrupt

    trained = training.fit(QUICK.model_copy(update={"epochs": 9}), digits, on_checkpoint=interrupt)
    assert len(trained.history) == 3
    assert trained.ended_early == "Training was stopped in epoch 4 of 9."
    assert trained.may_go_on


def test_ctrl_c_is_met_between_two_steps_and_the_second_at_once(digits):
    seen = []

    def press(progress):
        seen.append(progress.done)
        if progress.metrics.get("epoch") == 2 and len(seen) % 2 == 0:
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    trained = training.fit(QUICK.model_copy(update={"epochs": 9}), digits, press)
    assert trained.ended_early == "Training was stopped in epoch 3 of 9."
    assert signal.getsignal(signal.SIGINT) is before
    with asked_to_stop() as asked:
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_stopping_before_the_first_epoch_is_an_interrupt(digits):
    def interrupt(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.fit(QUICK, digits, interrupt)


def test_too_little_memory_names_a_smaller_batch(digits, monkeypatch):
    def too_large(*args, **kwargs):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(training.keras.Model, "fit", too_large)
    with pytest.raises(TrainingFailed, match="batch size of 64"):
        training.fit(QUICK, digits)


def test_resume_without_an_interrupted_training_says_so(tmp_path):
    with pytest.raises(InklingError, match="nothing to resume"):
        interrupted.newest(Store(tmp_path))


def test_the_same_training_does_not_run_twice_at_once(tmp_path):
    place = InterruptedTraining.of(Store(tmp_path), QUICK, "f")
    with place.held():
        assert place.running()
        with pytest.raises(InklingError, match="already running"), place.held():
            pass
    assert not place.running()


def test_a_damaged_checkpoint_says_so(tmp_path):
    place = InterruptedTraining(tmp_path)
    assert place.load() is None
    (tmp_path / interrupted.STATE).write_bytes(b"PK cut off")
    with pytest.raises(InklingError, match="damaged"):
        place.load()


def test_a_checkpoint_of_another_network_cannot_be_resumed(digits):
    kept = []
    training.fit(QUICK.model_copy(update={"epochs": 1}), digits, on_checkpoint=kept.append)
    other = TrainConfig(network="pixels", epochs=2).resolved(1077)
    with pytest.raises(InklingError, match="that is built differently"):
        training.fit(other, digits, checkpoint=kept[0])


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_smoothed_labels_expect_a_share_of_every_class(smoothing):
    probabilities = tf.constant([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    loss = optimization.cross_entropy(smoothing)(tf.constant([0, 1]), probabilities)
    wanted = (1 - smoothing) * np.eye(3)[:2] + smoothing / 3
    assert np.asarray(loss) == pytest.approx(-(wanted * np.log(probabilities)).sum(axis=1))


class TestAugmentation:
    def test_strength_nought_changes_nothing(self, digits):
        images = tf.constant(digits.x_train[:8] / np.float32(255))
        same = augment(images, tf.constant([0, 1]), 0.0, mnist_framed=False)
        assert np.asarray(same) == pytest.approx(np.asarray(images), abs=1e-5)

    def test_the_same_seed_gives_the_same_images(self, digits):
        images = tf.constant(digits.x_train[:8] / np.float32(255))
        first, again, other = (
            np.asarray(augment(images, tf.constant([0, seed]), 1.0, mnist_framed=True))
            for seed in (1, 1, 2)
        )
        assert np.array_equal(first, again)
        assert np.abs(first - other).max() > 0.1
        assert first.min() >= 0
        assert first.max() <= 1

    @pytest.mark.parametrize("shape", [(8, 8, 1), (20, 32, 3)])
    def test_any_shape(self, shape, random):
        images = tf.constant(random.random((5, *shape), dtype=np.float32))
        assert augment(images, tf.constant([0, 0]), 1.0, mnist_framed=False).shape == (5, *shape)


class TestTemperature:
    def test_a_classifier_that_is_too_sure_is_cooled(self, random):
        """Labels drawn from softmax(z), predictions made with softmax(3 z): the answer is 3."""
        logits = random.normal(size=(20_000, 5)) * 1.5
        honest = softmax(logits)
        labels = (honest.cumsum(axis=1) < random.random((20_000, 1))).sum(axis=1)
        assert calibration.fit_temperature(softmax(3 * logits), labels) == pytest.approx(
            3, rel=0.05
        )
        assert calibration.fit_temperature(honest, labels) == pytest.approx(1, rel=0.05)

    def test_it_is_in_the_served_graph(self, digits):
        trained = training.fit(QUICK, digits)
        assert trained.temperature != 1
        probabilities = trained.model.predict(digits.x_valid[:] / np.float32(255), verbose=0)
        again = calibration.fit_temperature(probabilities, digits.y_valid[:])
        assert again == pytest.approx(1, abs=0.02)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def exploding(build):
    def build_and_poison(*args, **kwargs):
        model = build(*args, **kwargs)
        weights = model.get_weights()
        weights[-1][:] = np.nan  # in the last layer: a rectified unit would hide it
        model.set_weights(weights)
        return model

    return build_and_poison


@pytest.mark.process
@pytest.mark.parametrize("name", networks.BUILDERS)
def test_the_serving_graph_is_the_network(name, tmp_path, random):
    model = networks.build(name, (12, 10, 3), 4)
    path = tmp_path / "model.tflite"
    litert.export_litert(model, path)
    graph = ServingGraph(path)
    images = random.integers(0, 256, (16, 12, 10, 3), dtype=np.uint8)
    assert graph.input_shape == (12, 10, 3)
    assert litert.check_litert(model, graph, images) < 1e-5
    layers = litert.describe_layers(model)
    outputs = graph.activations(images[0])
    assert [layer.shape for layer in layers] == [output.shape for output in outputs]
    assert sum(layer.parameters for layer in layers) == model.count_params()
    probabilities = graph.probabilities(images)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(16))
    assert np.array_equal(probabilities[0], outputs[-1])


@pytest.mark.process
def test_a_graph_of_more_than_ten_layers_keeps_their_order(tmp_path, random):
    """The converter orders outputs by name, and output_10 comes before output_2."""
    model = networks.build("cnn", (28, 28, 1), 10, variant="deep")
    assert len(litert.shown_layers(model)) > 10
    litert.export_litert(model, tmp_path / "model.tflite")
    images = random.integers(0, 256, (4, 28, 28, 1), dtype=np.uint8)
    graph = ServingGraph(tmp_path / "model.tflite")
    assert litert.check_litert(model, graph, images) < 1e-5


def test_a_graph_of_another_network_is_refused(tmp_path, random):
    path = tmp_path / "model.tflite"
    litert.export_litert(networks.build("pixels", (8, 8, 1), 3), path)
    images = random.integers(0, 256, (4, 8, 8, 1), dtype=np.uint8)
    other = networks.build("pixels", (8, 8, 1), 3)
    with pytest.raises(litert.ExportMismatch, match="probabilities"):
        litert.check_litert(other, ServingGraph(path), images)
    with pytest.raises(litert.ExportMismatch, match="outputs for"):
        litert.check_litert(networks.build("shallow", (8, 8, 1), 3), ServingGraph(path), images)


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


@pytest.mark.process
def test_a_failed_export_check_publishes_nothing(tmp_path, monkeypatch, few_digits):
    def differs(*args):
        raise litert.ExportMismatch("layer hidden differs")

    monkeypatch.setattr(litert, "check_litert", differs)
    store = Store(tmp_path / "models")
    with pytest.raises(litert.ExportMismatch):
        run_experiment(QUICK.model_copy(update={"dataset": few_digits}), store)
    assert store.entries() == []
    assert [path.name for path in store.folder.iterdir()] == [".checkpoints"]  # may go on


def test_a_store_that_cannot_be_written_is_found_out_before_training(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(training, "fit", lambda *args: pytest.fail("trained for nothing"))
    with pytest.raises(InklingError, match="cannot be written"):
        run_experiment(QUICK, Store(tmp_path / "file"))


def test_small_loops_are_filled_in_some_images():
    ring = np.zeros((28, 28, 1), np.float32)
    ring[12:17, 12:17] = 1
    ring[14, 14] = 0  # a hole of one pixel
    batch = tf.constant(np.stack([ring] * 400))
    which = tf.constant([True, False] * 200)[:, None, None, None]
    closed = augmentation._closed(batch, which, tf.constant([0, 1]))
    holes = np.asarray(closed)[:, 14, 14, 0]
    assert (holes[::2] == 1).all()
    assert (holes[1::2] == 0).all()
    assert np.asarray(closed)[0, :10].max() == 0  # what lies around stays as it was


class TestContinuation:
    """Going on with a trained network."""

    def test_what_is_kept_lies_between_old_and_new(self):
        old = networks.build("pixels", (1, 2, 1), 2)
        old.set_weights([np.zeros((2, 2)), np.full(2, 4.0)])
        kept = Continuation(old, 100, blend=0.75).blended([np.full((2, 2), 8.0), np.zeros(2)])
        assert [weights.tolist() for weights in kept] == [[[6, 6], [6, 6]], [1, 1]]

    @pytest.mark.process
    def test_it_begins_where_the_network_was_and_keeps_its_last_epoch(self, digits, monkeypatch):
        learned = training.fit(QUICK, digits)
        weights = learned.model.get_weights()
        slow = QUICK.model_copy(update={"learning_rate": 1e-9, "epochs": 3})
        monkeypatch.setattr(watch, "score", lambda row: (-row["epoch"], 0.0))  # first is best
        again = training.fit(slow, digits, continued=Continuation(learned.model, 256))
        assert again.best_epoch == 3
        assert len(again.history) == 3
        # It was calibrated already, so that no weight changes.
        for before, after in zip(weights, again.model.get_weights(), strict=True):
            np.testing.assert_allclose(before, after, rtol=2e-2, atol=1e-4)
