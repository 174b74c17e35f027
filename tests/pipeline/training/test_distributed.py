import json
import os
import pickle
import socket
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.training import distributed, networks
from pipeline.training import fit as training
from pipeline.training.augmentation import Part
from pipeline.training.batches import Plan, Share, training_batches
from pipeline.training.distributed import DividedDropout, Start, Told, check_divisible, follow
from pipeline.training.hardware import Hardware

WORKER = """
import pickle, sys
from pathlib import Path
from pipeline.training.batches import Share
from pipeline.training.distributed import learn

folder, rank, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
lesson, start = pickle.loads((folder / "lesson.pkl").read_bytes())
told = list(learn(lesson, start, Share(rank, workers)))
(folder / f"told{rank}.pkl").write_bytes(pickle.dumps(told))
"""


PATIENCE = 300  # seconds; only what fails takes so long, and a busy machine some of it


class Processes:
    """Takes the steps of a training in a few processes on this machine, without Ray."""

    def __init__(self, workers: int, folder: Path) -> None:
        self._workers, self._folder = workers, folder

    def hardware(self, *, convolutional):
        return Hardware(devices=("CPU",), precision="float32", workers=self._workers)

    def run(self, model, lesson, first_epoch, callbacks):
        self._folder.mkdir()
        start = Start.of(model, first_epoch, "float32")
        (self._folder / "lesson.pkl").write_bytes(pickle.dumps((lesson, start)))
        addresses = free_addresses(self._workers)
        started = [self._start(rank, addresses) for rank in range(self._workers)]
        try:
            assert [process.wait(PATIENCE) for process in started] == [0] * self._workers
        finally:
            for process in started:  # one that waits for another, which has failed
                process.kill()
        told = [
            pickle.loads((self._folder / f"told{rank}.pkl").read_bytes())
            for rank in range(self._workers)
        ]
        for one, other in zip(told[0], told[-1], strict=True):
            assert one.logs == other.logs
            for wanted, got in zip(one.variables, other.variables, strict=True):
                assert np.array_equal(wanted, got)  # identical on every worker
        follow(model, told[0], first_epoch, callbacks)

    def _start(self, rank, addresses):
        own = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": rank}}
        command = [sys.executable, "-c", WORKER, self._folder, rank, self._workers]
        environment = {**os.environ, "TF_CONFIG": json.dumps(own)}
        return subprocess.Popen([str(part) for part in command], env=environment)


def free_addresses(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    found = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return found


class InFloat32:
    """Takes them in this process, as ever, in the precision of the other workers."""

    def __init__(self):
        self._loop = training.InThisProcess()
        self.run = self._loop.run

    def hardware(self, *, convolutional):
        return Hardware(devices=("CPU",), precision="float32")


@pytest.mark.process
def test_any_number_of_workers_learns_the_same(digits, tmp_path):
    """Batch normalization, dropout, augmentation and disturbed images are those of whole batches.

    A small learning rate, so that what differs in the last digit does not grow. If each worker
    normalized with its own images, or dropped its own units, losses would differ by a hundredth.
    """
    config = TrainConfig(
        network="cnn", epochs=2, batch_size=101, learning_rate=1e-4, augmentation=0.5,
        disturbance=0.3, allographs=0.1, label_smoothing=0.1,
    ).resolved(1077)  # fmt: skip
    alone = training.fit(config, digits, loop=InFloat32())
    kept = []
    loop = Processes(2, tmp_path / "two")  # with 50 and 51 images of each batch
    several = training.fit(config, digits, on_checkpoint=keep_first(kept), loop=loop)
    same(alone, several)
    assert several.hardware.workers == 2
    assert several.film.epochs == pytest.approx(alone.film.epochs)
    # Gone on with by another number of workers: one, in this process.
    resumed = training.fit(config, digits, checkpoint=kept[0], loop=InFloat32())
    same(alone, resumed)


def same(one, other):
    columns = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
    for column in columns:
        tolerance = {"abs": 4e-3} if "accuracy" in column else {"rel": 1e-4}
        assert other.history[column].tolist() == pytest.approx(
            one.history[column].tolist(), **tolerance
        )
    for wanted, got in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-3)


def keep_first(kept):
    """Return what keeps the checkpoint after the first epoch, as a file would."""

    def keep(checkpoint):
        if not kept:
            kept.append(pickle.loads(pickle.dumps(checkpoint)))

    return keep


@pytest.mark.parametrize("disturbance", [0, 0.3])
def test_shares_of_a_batch_are_the_batch(digits, disturbance):
    config = TrainConfig(
        network="cnn", epochs=1, augmentation=1, disturbance=disturbance, batch_size=50
    ).resolved(1077)
    plan = Plan.of(config, digits, ())

    def first(share):
        return next(iter(training_batches(digits, (), config, plan, 0, share)))

    images, labels = first(None)
    parts = [first(Share(rank, 3)) for rank in range(3)]
    assert [len(part) for part, _ in parts] == [16, 17, 17]
    assert np.concatenate([part for part, _ in parts]) == pytest.approx(np.asarray(images))
    assert np.concatenate([part for _, part in parts]).tolist() == labels.numpy().tolist()


def test_dropout_drops_what_it_would_in_one_process():
    images, seed = tf.ones((10, 7)), {"rate": 0.5, "seed": 3}
    whole = np.asarray(keras.layers.Dropout(**seed)(images, training=True))
    part = DividedDropout(Part(slice(3, 8), 10), **seed)
    assert np.array_equal(part(images[3:8], training=True), whole[3:8])
    assert np.array_equal(part(images[3:8], training=False), images[3:8])


def test_callbacks_are_told_as_by_keras():
    model = networks.build("pixels", (1, 2, 1), 2)
    model.compile(optimizer="sgd")
    model.optimizer.build(model.trainable_variables)
    values = [np.ones((2, 2)), np.ones(2)], [np.int64(7), np.float32(0.5)]
    seen = []

    class Notes(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(("begin", epoch))

        def on_train_batch_end(self, batch, logs=None):
            seen.append((batch, float(np.asarray(self.model.variables[1]).sum())))

        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, logs, int(self.model.optimizer.iterations)))

    told = [Told(1, 0), Told(1, 1), Told(1, 1), Told(1, 2, *values, {"loss": 0.5})]  # 1 came again
    bias = float(np.asarray(model.variables[1]).sum())
    follow(model, told, 1, [Notes()])
    assert seen == [
        ("begin", 1), (-1, bias), (0, bias), (1, 2.0), (1, {"loss": 0.5}, 7), ("begin", 2),
    ]  # fmt: skip


def test_more_workers_than_images_are_refused():
    check_divisible(4, 4)
    with pytest.raises(InklingError, match="A batch of 4 cannot be divided among 5 workers"):
        check_divisible(4, 5)


def test_workers_copy_what_is_divided(digits):
    model = networks.build("cnn", (28, 28, 1), 10, "deep")
    divided = distributed._divided(model, Part(slice(0, 2), 4))
    assert [v.shape for v in divided.variables] == [v.shape for v in model.variables]
    kinds = {type(layer) for layer in divided.layers}
    assert DividedDropout in kinds
    assert keras.layers.Dropout not in kinds
    assert all(
        layer.synchronized
        for layer in divided.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    )
