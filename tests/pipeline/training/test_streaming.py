import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from pipeline.config import TrainConfig
from pipeline.training import fit as training
from pipeline.training import streaming
from pipeline.training.batches import Plan, Share, training_batches
from pipeline.training.streaming import Order, in_batches

BLOCKY = Order(count=1003, block=5, blocks=20)  # windows of 100, the last one of 100 places fewer


def epoch_of(order, epoch, seed=3, count=None):
    places = tf.range(count or order.count // order.block * order.block, dtype=tf.int64)
    return order.at(places, seed, tf.constant(epoch, tf.int64)).numpy()


@pytest.mark.parametrize("order", [Order(1003), BLOCKY, Order(1003, 5, 1000), Order(64, 64, 1)])
def test_every_image_comes_once(order):
    shown = epoch_of(order, 0)
    assert len(set(shown.tolist())) == len(shown) == order.count // order.block * order.block
    assert shown.min() >= 0
    assert shown.max() < order.count


def test_an_order_follows_from_seed_and_epoch():
    first = epoch_of(BLOCKY, 0)
    assert np.array_equal(first, epoch_of(BLOCKY, 0))
    assert not np.array_equal(first, epoch_of(BLOCKY, 1))
    assert not np.array_equal(first, epoch_of(BLOCKY, 0, seed=4))
    part = BLOCKY.at(tf.range(333, 444, dtype=tf.int64), 3, tf.constant(0, tf.int64))
    assert np.array_equal(first[333:444], part)  # wherever a batch begins


def test_each_epoch_leaves_out_others():
    left = [set(range(1003)) - set(epoch_of(BLOCKY, epoch).tolist()) for epoch in range(4)]
    assert [len(one) for one in left] == [3] * 4
    assert len(set.union(*left)) > 6


def test_a_window_reads_whole_blocks_from_everywhere():
    shown = epoch_of(BLOCKY, 2)
    ends = np.flatnonzero(np.diff(np.sort(shown[:100])) != 1)
    assert len(ends) <= 20  # twenty runs of neighbors at most, wherever they are
    assert np.ptp(shown[:100]) > 700
    # Within a window, neighbors in the file are not neighbors in the epoch.
    assert (np.abs(np.diff(shown)) == 1).mean() < 0.1


def test_shuffled_blocks_are_as_good_as_uniform():
    """Of images in the order of their classes, each window has about as many of each."""
    order = Order(count=50_000, block=10, blocks=500)
    classes = epoch_of(order, 0) // 5_000
    counts = np.stack([np.bincount(part, minlength=10) for part in classes.reshape(10, -1)])
    assert counts.min() > 300
    assert counts.max() < 700  # 500 each, ± 3 standard deviations of 50 blocks


@pytest.fixture
def streamed(monkeypatch):
    """Let digits be many: 861 kB in windows of 64 blocks of two."""
    monkeypatch.setattr(streaming, "IN_MEMORY", 100_000)
    monkeypatch.setattr(streaming, "BLOCK", 2 * 784)
    monkeypatch.setattr(streaming, "WINDOW", 64 * 2 * 784)


def test_images_in_order_are_the_same_from_file_and_memory(digits, monkeypatch):
    kept = [np.asarray(batch) for batch in in_batches(digits.x_valid, 50)]
    monkeypatch.setattr(streaming, "IN_MEMORY", 1)
    read = [np.asarray(batch) for batch in in_batches(digits.x_valid, 50)]
    assert [len(batch) for batch in read] == [50, 50, 20]
    assert np.array_equal(np.concatenate(kept), np.concatenate(read))


def test_what_is_streamed_is_what_the_file_holds(digits, streamed):
    config = TrainConfig(network="shallow", epochs=1, batch_size=64).resolved(1077)
    plan = Plan.of(config, digits, ())
    batches = list(training_batches(digits, (), config, plan, 0))
    known = {
        one.tobytes(): label for one, label in zip(digits.x_train, digits.y_train, strict=True)
    }
    for images, labels in batches:
        pixels = np.rint(np.asarray(images) * 255).astype(np.uint8)
        assert [known[one.tobytes()] for one in pixels] == labels.numpy().tolist()
    halves = [
        next(iter(training_batches(digits, (), config, plan, 0, Share(k, 2)))) for k in (0, 1)
    ]
    assert np.array_equal(np.concatenate([images for images, _ in halves]), batches[0][0])


@pytest.mark.process
def test_a_streamed_training_is_resumed_to_the_same_weights(digits, streamed):
    config = TrainConfig(network="shallow", epochs=3, allographs=0.2).resolved(1077)
    kept = []

    def keep(checkpoint):
        if len(checkpoint.rows) == 1:
            kept.append(dataclasses.replace(checkpoint, rows=[*checkpoint.rows]))

    whole = training.fit(config, digits, on_checkpoint=keep)
    resumed = training.fit(config, digits, checkpoint=kept[0])
    for wanted, got in zip(whole.model.get_weights(), resumed.model.get_weights(), strict=True):
        assert np.array_equal(wanted, got)
    assert whole.history["val_accuracy"].max() > 0.7
