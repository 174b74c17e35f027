import numpy as np
import pytest
import tensorflow as tf

from pipeline.training import disturbance
from pipeline.training.disturbance import CHANGES, disturb

SEED = tf.constant([3, 7])


@pytest.fixture
def images(random):
    return random.random((48, 28, 28, 1), np.float32)


def changed(before, after) -> np.ndarray:
    return (np.asarray(after) != before).any(axis=(1, 2, 3))


def test_so_many_are_disturbed_and_the_others_are_as_they_were(images):
    disturbed = changed(images, disturb(tf.constant(images), SEED, 0.5))
    step = int(0.5 * 48 / (len(CHANGES) + 1))
    beyond = step * (len(CHANGES) + 1)
    assert step == 3
    assert disturbed[:beyond].sum() >= beyond - step  # an outline is only in half of its images
    assert not disturbed[beyond:].any()


@pytest.mark.parametrize(("share", "count"), [(0.0, 48), (0.5, 5)])
def test_no_share_or_too_small_a_batch_changes_nothing(images, share, count):
    same = disturb(tf.constant(images[:count]), SEED, share)
    assert np.array_equal(same, images[:count])


def test_the_same_seed_gives_the_same_images(images):
    first, again, other = (
        np.asarray(disturb(tf.constant(images), tf.constant([3, seed]), 0.5)) for seed in (7, 7, 8)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("shape", [(8, 8, 1), (21, 32, 3), (64, 64, 1)])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_change_takes_every_size_and_changes_something(random, shape, change):
    images = random.random((6, *shape), dtype=np.float32)
    done = np.asarray(change(tf.constant(images), disturbance._Chance(SEED)))
    assert done.shape == images.shape
    assert np.isfinite(done).all()
    assert changed(images, done).any()


@pytest.mark.parametrize("change", [disturbance._light, disturbance._litter])
def test_light_and_litter_take_no_ink_away(images, change):
    assert (np.asarray(change(tf.constant(images), disturbance._Chance(SEED))) >= images).all()


def test_litter_is_made_of_what_is_in_other_images(images):
    levels = np.round(images * 4) / 4
    done = disturbance._litter(tf.constant(levels), disturbance._Chance(SEED))
    assert set(np.unique(done)) <= set(np.unique(levels))


def test_a_cover_is_one_rectangle_of_one_gray(images):
    done = np.asarray(disturbance._cover(tf.constant(images), disturbance._Chance(SEED)))
    for before, after in zip(images, done, strict=True):
        rows, columns, _ = np.nonzero(before != after)
        box = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert box == pytest.approx(box[0, 0, 0])
        assert max(box.shape) <= 10
