import numpy as np
import pytest

from dashboard.components.strips import Band
from dashboard.widgets.perturbation_map import bands
from dashboard.words import perturbations as perturbation_words
from pipeline.ink.perturbations import Sweep, decision_boundary


def sweep(kind, values, neutral) -> Sweep:
    images = np.zeros((len(values), 1, 1, 1), np.uint8)
    return Sweep(kind, tuple(values), neutral, images)


def held(kind, values, neutral, names) -> str:
    found = decision_boundary(np.array([ord(name) for name in names]), neutral)
    return perturbation_words.held(sweep(kind, values, neutral), names, found)


@pytest.mark.parametrize(
    ("kind", "values", "neutral", "names", "sentence"),
    [
        ("across", (-2, -1, 0, 1, 2), 2, "77777",
         "Shifted by up to 2 pixels left or right, it stays “7”"),
        ("turn", (-20, -10, 0, 10, 20), 2, "11777",
         "Rotated, it is already “1” at 10° counterclockwise; it stays “7” up to 20° clockwise, "
         "the limit of the test"),
        ("along", (-2, -1, 0, 1, 2), 2, "17779",
         "Shifted up or down, it stays “7” up to 1 pixel upward, then “1”; up to 1 pixel "
         "downward, then “9”"),
        ("scale", (0.8, 0.9, 1.0, 1.1, 1.2), 2, "07777",
         "Scaled, it stays “7” down to 90% of its size, then “0”; up to 120% of its size, the "
         "limit of the test"),
        ("pen", (-0.5, -0.25, 0, 0.25, 0.5), 2, "88988",
         "With a different pen width, it is already “8” at 0.25 pixels thinner; it is already “8” "
         "at 0.25 pixels thicker"),
        ("pen", (-1, 0, 1, 2), 1, "8888", "From 1 pixel thinner to 2 pixels thicker it stays “8”"),
    ],
)  # fmt: skip
def test_the_finding_says_how_far_an_answer_holds(kind, values, neutral, names, sentence):
    assert held(kind, values, neutral, names) == sentence


def test_ticks_are_short_numbers():
    assert [perturbation_words.tick("across", value) for value in (-8.0, 0.0, 8.0)] == [
        "−8",
        "0",
        "8",
    ]
    assert [perturbation_words.tick("scale", value) for value in (0.7, 1.0)] == ["70", "100"]
    assert perturbation_words.tick("pen", -0.25) == "−0.25"


def test_a_step_says_what_both_runs_read():
    said = perturbation_words.hint("turn", -30.0, neutral=False, readings=[("7", 0.5), ("1", 0.25)])
    assert said == "30° counterclockwise: “7” (50.0%); the second run: “1” (25.0%)"
    assert perturbation_words.hint("turn", 0.0, neutral=True, readings=[("7", 1.0)]).startswith(
        "Unchanged"
    )


def test_whoever_does_not_see_it_is_told_each_step():
    told = perturbation_words.told("It stays", sweep("turn", (-10, 0, 10), 1), ["1", "7", "7"])
    assert (
        told == "It stays. From 10° counterclockwise to 10° clockwise the predictions are 1, 7, 7."
    )


def test_steps_read_alike_are_one_band():
    assert bands(["1", "1", "7", "7", "9", "7"], 2) == [
        Band(0, 2, "then 1", "1", False),
        Band(2, 2, "7", "7", True),
        Band(4, 1, "9", "9", False),
        Band(5, 1, "7", "7", True),
    ]
