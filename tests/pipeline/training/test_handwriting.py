from dataclasses import replace

import numpy as np
import pytest

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.ink import allographs
from pipeline.training.batches import Plan, training_batches
from pipeline.training.checkpoint import ExtraExamples
from pipeline.training.handwriting import holds_digits, written


@pytest.fixture
def framed(random):
    """A hundred blank images, named and framed as MNIST's."""
    images, labels = np.zeros((100, 28, 28, 1), np.uint8), np.arange(100) % 10
    parts = {f"x_{part}": images for part in ("train", "valid", "test")}
    parts |= {f"y_{part}": labels for part in ("train", "valid", "test")}
    return Dataset("mnist", tuple("0123456789"), fingerprint="f", mnist_framed=True, **parts)


def test_a_share_of_an_epoch_is_drawn_each_way_about_as_often(framed):
    examples = written(framed, 0.5, seed=1)
    assert examples.shown == 100
    assert examples.images.shape == (50, 28, 28, 1)
    assert examples.images.dtype == np.uint8
    assert np.array_equal(examples.images[..., 0], allographs.inked(examples.labels, 1))
    assert written(framed, 0, seed=1).shown == 0
    many = np.bincount(written(framed, 0.9, seed=1).labels)
    ways = np.array([len(allographs.TEMPLATES[digit]) for digit in range(10)])
    assert np.abs(many - ways * many.sum() / ways.sum()).max() < ways.max()


def test_labels_stand_for_the_digits_that_they_are_named_as(framed):
    letters = ("a", "7", "b", "1", "c", "d", "e", "f", "g", "h")
    examples = written(replace(framed, class_names=letters), 0.5, seed=2)
    assert examples.shown == 20  # as many as there are images of these two
    assert sorted(set(examples.labels.tolist())) == [1, 3]
    digits = np.where(examples.labels == 1, 7, 1)
    assert np.array_equal(examples.images[..., 0], allographs.inked(digits, 2))


def test_drawings_fit_images_of_another_size(framed):
    larger = replace(framed, x_train=np.zeros((100, 32, 40, 1), np.uint8))
    assert written(larger, 0.2, seed=0).images.shape[1:] == (32, 40, 1)


def test_what_holds_no_digits_is_known_and_nothing_is_guessed(framed):
    others = [
        replace(framed, mnist_framed=False),
        replace(framed, class_names=tuple("abcdefghij")),
    ]
    assert holds_digits(framed)
    assert holds_digits(replace(framed, class_names=tuple("01234")))
    assert not holds_digits(replace(framed, name="kuzushiji"))  # numbers for names, perhaps
    for other in others:
        assert not holds_digits(other)
        with pytest.raises(InklingError, match="allographs 0"):
            written(other, 0.1, seed=0)


def test_presets_draw_for_digits_and_for_networks_that_benefit():
    drawing = {preset: TrainConfig(preset=preset) for preset in ("quick", "default", "best")}
    shares = {name: one.resolved(100, digits=True).allographs for name, one in drawing.items()}
    assert shares["quick"] == 0 < shares["default"] == shares["best"]
    assert TrainConfig(network="shallow").resolved(100, digits=True).allographs == 0
    assert drawing["best"].resolved(100).allographs == 0
    assert TrainConfig(allographs=0.3).resolved(100).allographs == 0.3


def test_an_epoch_shows_every_source_as_often_as_it_says(framed):
    def source(level, count, repeats):
        images = np.full((count, 28, 28, 1), level, np.uint8)
        return ExtraExamples(images, np.full(count, level, np.int64), repeats)

    extra = source(3, 2, 20), ExtraExamples(), source(7, 15, 4)
    config = TrainConfig(epochs=1, batch_size=10, augmentation=0).resolved(100)
    plan = Plan.of(config, framed, extra)
    assert plan.steps == 20  # of 100 images, 40 and 60
    batches = list(training_batches(framed, extra, config, plan, first_epoch=0))
    levels = np.concatenate([np.rint(images[:, 0, 0, 0] * 255) for images, _ in batches])
    labels = np.concatenate([given for _, given in batches])
    assert np.bincount(levels.astype(int)).tolist() == [100, 0, 0, 40, 0, 0, 0, 60]
    assert np.array_equal(levels[levels > 0], labels[levels > 0])
