"""What a sweep will try, and how much that is."""

import pytest

from pipeline.sweeps import outline
from pipeline.sweeps.plan import Sweep


def asked(**settings) -> Sweep:
    own = {"networks": ("cnn", "pixels"), "presets": ("quick",), "seeds": (0, 1, 2)}
    return Sweep.of(dataset="/data/my digits", **own | settings)


def test_what_it_tries_is_said_in_a_few_words():
    assert outline.title(asked()) == "Sweep of cnn and pixels on my digits, quick, 3 seeds"
    searched = asked(seeds=(0,), epochs=2, learning_rate=(0.001, 0.02), augmentation=(0.5, 0.5))
    assert outline.title(searched) == (
        "Sweep of cnn and pixels on my digits, quick, 2 epochs, 1 seed, "
        "learning rate 0.001 to 0.02, augmentation 0.5"
    )


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({}, 6),
        ({"augmentation": (0.5, 0.5)}, 6),
        ({"augmentation": (0, 1), "budget": 4, "seeds": (0,)}, 10),
        ({"augmentation": (0, 1), "budget": 4}, 10 + 2 * 3 * 2),  # its own and two, with two seeds
        ({"augmentation": (0, 1), "budget": 1}, 4 + 2 * 2 * 2),
    ],
)
def test_the_trainings_are_counted_before_any_is_made(settings, count):
    assert len(outline.trainings(asked(**settings))) == count
