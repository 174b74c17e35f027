import numpy as np

from dashboard.words import drawing as drawing_words
from pipeline.serving.prediction import Prediction

SHARES = np.array([0.2, 0.1, 0.7], np.float32)


def test_a_guess_names_the_runner_up():
    assert drawing_words.guess("abc", Prediction((SHARES,))) == "**c** (70.0%), then a (20.0%)"


def test_what_is_out_of_distribution_is_remarked_first():
    far = Prediction((SHARES,), ood_score=2.0, ood_threshold=1.0, is_ood=True)
    assert drawing_words.guess("abc", far) == (
        "Unlike anything in training. Best guess: **c** (70.0%), then a (20.0%)"
    )


def test_names_that_others_chose_are_escaped():
    assert drawing_words.guess(["*", "b", "_x_"], Prediction((SHARES,))).startswith(r"**\_x\_** (")


def test_many_classes_are_not_listed():
    assert "a, b" in drawing_words.invitation("ab")
    assert "one of 26 classes" in drawing_words.invitation("abcdefghijklmnopqrstuvwxyz")
