"""One GPU keeps the images and makes the batches: as far as that can be tried without one."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.python.framework import kernels

from pipeline.config import TrainConfig
from pipeline.training import hardware, loop, networks, streaming
from pipeline.training.batches import Lesson, Plan, batch_maker, training_batches
from pipeline.training.checkpoint import ExtraExamples
from pipeline.training.loop import InThisProcess

ONLY_PROCESSORS = {"RandomIndexShuffle", "PadV2"}  # shuffle the images of an epoch
SETTINGS = [
    {"preset": "quick"},
    {"augmentation": 0.5},
    {"augmentation": 0.5, "disturbance": 0.5},
    {"augmentation": 0.0, "network": "shallow"},
]


def lesson_of(dataset, **settings):
    """An epoch of a dataset, and besides of twenty other images, three times each."""
    extra = [ExtraExamples(dataset.x_valid[:20], dataset.y_valid[:20], repeats=3)]
    config = TrainConfig(epochs=1, batch_size=32, **settings).resolved(len(dataset.y_train))
    return Lesson(dataset, extra, config, Plan.of(config, dataset, extra))


def runs_on_a_gpu(node: NodeDef) -> bool:
    """Whether this TensorFlow has been built with such an operation for GPUs."""
    types = {name: value.type for name, value in node.attr.items()}
    return any(
        all(types.get(one.name) in one.allowed_values.list.type for one in kernel.constraint)
        for kernel in kernels.get_registered_kernels_for_op(node.op).kernel
        if kernel.device_type in ("GPU", "DEFAULT")
    )


@pytest.mark.parametrize("settings", SETTINGS)
def test_gpus_can_do_all_that_a_batch_takes(digits, settings):
    assert tf.sysconfig.get_build_info()["is_cuda_build"]
    make = tf.function(batch_maker(lesson_of(digits, **settings), device="CPU:0"))
    graph = make.get_concrete_function(tf.TensorSpec((), tf.int64)).graph.as_graph_def()
    nodes = [*graph.node, *(node for one in graph.library.function for node in one.node_def)]
    assert len(nodes) > 50
    lacking = {node.op for node in nodes if not runs_on_a_gpu(node)}
    assert lacking == ONLY_PROCESSORS
    gathered = {node.attr["Tparams"].type for node in nodes if node.op == "GatherV2"}
    assert tf.uint8.as_datatype_enum not in gathered


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_device_makes_the_batches_that_the_processor_makes(digits, settings):
    lesson = lesson_of(digits, **settings)
    make = tf.function(batch_maker(lesson, device="CPU:0"))
    expected = list(training_batches(*lesson, first_epoch=0))
    assert len(expected) == lesson.plan.steps
    for step, (images, labels) in enumerate(expected):
        made, of = make(tf.constant(step, tf.int64))
        assert np.array_equal(of, labels)
        np.testing.assert_allclose(made, images, atol=1e-5)  # sums in another order


def test_a_float16_holds_every_pixel():
    pixels = np.arange(256, dtype=np.uint8)
    assert np.array_equal(streaming.kept(pixels, "CPU:0").numpy().astype(np.uint8), pixels)


class Note(keras.callbacks.Callback):
    """Notes what it is told, and may have had enough after an epoch."""

    def __init__(self, enough=None):
        super().__init__()
        self.seen, self.logs, self._enough = [], [], enough

    def on_train_begin(self, logs=None):
        self.seen.append("begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.seen.append(f"epoch {epoch}")

    def on_train_batch_begin(self, batch, logs=None):
        self.seen.append(f"before step {batch}")

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(f"after step {batch}")

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(f"end of epoch {epoch}")
        self.logs.append({name: float(value) for name, value in logs.items()})
        self.model.stop_training = epoch == self._enough

    def on_train_end(self, logs=None):
        self.seen.append("end")


@pytest.fixture
def learn(digits, monkeypatch):
    """Train from the second epoch of four, with a GPU or none: what was told, and the weights."""

    def learn(gpu, enough=None):
        monkeypatch.setattr(hardware, "only_gpu", lambda: gpu)
        keras.utils.set_random_seed(0)
        config = TrainConfig(network="pixels", epochs=4, batch_size=128, augmentation=0.3)
        config = config.resolved(len(digits.y_train))
        model = networks.build("pixels", digits.image_shape, 10)
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        note = Note(enough)
        lesson = Lesson(digits, (), config, Plan.of(config, digits, ()))
        InThisProcess().run(model, lesson, 1, [note])
        return note, model.get_weights()

    return learn


@pytest.mark.parametrize("enough", [None, 2])
def test_the_steps_are_those_of_keras(learn, monkeypatch, enough):
    expected, expected_weights = learn(None, enough)
    monkeypatch.setattr(keras.Model, "fit", None)
    told, weights = learn("CPU:0", enough)
    assert told.seen == expected.seen
    assert ("epoch 3" in told.seen) == (enough is None)
    assert len(told.logs) == len(expected.logs) == (3 if enough is None else 2)
    for mine, of_keras in zip(told.logs, expected.logs, strict=True):
        assert mine == pytest.approx(of_keras, rel=1e-4)
    for mine, of_keras in zip(weights, expected_weights, strict=True):
        np.testing.assert_allclose(mine, of_keras, atol=1e-4)


@pytest.mark.parametrize("fault", loop.NO_ROOM)
def test_what_does_not_fit_into_a_gpu_stays_in_main_memory(learn, monkeypatch, fault):
    def full(images, device=None):
        if device is not None:
            raise fault(None, None, "out of memory")
        return tf.constant(images)

    monkeypatch.setattr(streaming, "kept", full)
    assert learn("CPU:0")[0].logs == learn(None)[0].logs


def test_what_is_streamed_is_not_put_on_a_gpu(learn, monkeypatch):
    monkeypatch.setattr(streaming, "IN_MEMORY", 1000)
    monkeypatch.setattr(loop, "take_steps", None)
    assert len(learn("CPU:0")[0].logs) == 3


@pytest.mark.process
def test_another_device_than_the_first_keeps_the_images():
    """A second logical CPU stands in for the GPU: a whole training, its images over there."""
    code = """
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from pipeline.config import TrainConfig
from pipeline.data.datasets import open_dataset
from pipeline.training import fit as training
from pipeline.training import hardware, loop
there = tf.config.list_logical_devices("CPU")[1].name
hardware.only_gpu = lambda: there
made = []
take_steps = loop.take_steps
def noting(model, batch, *rest):
    made.extend(one.backing_device for one in tf.function(batch)(tf.constant(0, tf.int64)))
    take_steps(model, batch, *rest)
loop.take_steps = noting
config = TrainConfig(network="cnn", epochs=3, augmentation=0.3).resolved(1077)
trained = training.fit(config, open_dataset("digits"))
print([one.endswith(there) for one in made], trained.history["val_accuracy"].max() > 0.8)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("[True, True] True"), done.stderr
