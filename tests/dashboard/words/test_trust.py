from datetime import UTC, datetime

import numpy as np
import pytest

from dashboard.words import trust as trust_words
from pipeline.analysis.metrics import Metrics, calibration_bins, calibration_error
from pipeline.analysis.selective_prediction import risk_coverage
from pipeline.store.run_info import DatasetInfo, Evaluation

# The 120 least confident of 10,000 hold 25 errors; 3 are among the most confident.
CORRECT = np.ones(10_000, bool)
CORRECT[[*range(25), 9_000, 9_001, 9_002]] = False
SOME = risk_coverage(np.linspace(0.5, 1, 10_000), CORRECT)


def metrics(accuracy: float) -> Metrics:
    return Metrics(
        correct=round(1000 * accuracy), total=1000, accuracy=accuracy, accuracy_low=accuracy - 0.01,
        accuracy_high=accuracy + 0.005, log_loss=0, calibration_error=0, classes=[], confusions=[],
    )  # fmt: skip


def test_accuracy_comes_with_its_interval():
    assert trust_words.accuracy(metrics(0.98)) == (
        "Right on **980 of 1,000** test images it had never seen (98.0%); 95% confidence interval "
        "97.0% to 98.5%."
    )


def test_without_the_marked_images():
    # Wilson: scipy.stats.binomtest(8, 10).proportion_ci(method="wilson") is 0.490 to 0.943.
    assert trust_words.left_out(9, 8, 10) == (
        "Without the 9 marked images: right on **8 of 10** (80.0%; 49.0% to 94.3%)."
    )
    assert "the one marked image" in trust_words.left_out(1, 8, 10)
    assert "none left" in trust_words.left_out(10, 0, 0)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (0, "With all 10,000 images left to the network, 28 errors remain"),
        (120, "With the 120 least confident of 10,000 images passed to a person, 3 errors remain"),
        (
            9_002,
            "With the 9,002 least confident of 10,000 images passed to a person, 1 error remains",
        ),
        (
            9_003,
            "With the 9,003 least confident of 10,000 images passed to a person, no error remains",
        ),
    ],
)
def test_what_remains_when_a_person_helps(passed, said):
    assert trust_words.passed_on(SOME, passed) == said


def test_the_threshold_that_passing_on_means():
    assert trust_words.threshold(SOME, 0) == "The network is right on 9,972 of 10,000 (99.72%)."
    assert trust_words.threshold(SOME, 2_000) == (
        "Images with 60.0% confidence or less are passed on. On the others, the network is right "
        "on 7,997 of 8,000 (99.96%)."
    )
    assert trust_words.threshold(SOME, 10_000).endswith("none are left to the network.")


def calibrated(said: float, right: int, of: int) -> str:
    confidence, correct = np.full(of, said), np.arange(of) < right
    bins = calibration_bins(confidence, correct)
    return trust_words.calibration(bins, calibration_error(confidence, correct))


def test_calibration_says_what_the_numbers_allow():
    assert calibrated(0.9, 930, 1000) == "At 90.0% confidence, it is right 93.0% of the time"
    assert calibrated(0.9, 899, 1000) == "Its confidence matches its accuracy: the mean gap is 0.1%"
    # 95 of 100 could be chance: the interval reaches from 89 to 98%.
    assert calibrated(0.9, 95, 100) == (
        "As far as 100 images can tell, its confidence matches its accuracy: the mean gap is 5.0%"
    )
    assert calibrated(0.9, 0, 5).startswith("As far as 5 images")


def test_the_hardest_other_dataset_is_named():
    def on(name: str, accuracy: float) -> Evaluation:
        described = DatasetInfo(
            name=name, fingerprint="f", class_names=(), counts={}, mnist_framed=True
        )
        now = datetime.now(UTC)
        return Evaluation(dataset=described, metrics=metrics(accuracy), created=now)

    assert trust_words.elsewhere(metrics(0.98), [on("near", 0.95), on("far", 0.6)]) == (
        "60.0% on “far”, 98.0% on the test images of its own dataset"
    )
    assert trust_words.elsewhere(metrics(0.98), []) == (
        "98.0% on the test images of its own dataset"
    )


def test_marks_and_what_could_not_be_read_of_them():
    assert trust_words.marked_so_far(0, 0, 0) == "No image is marked so far."
    assert trust_words.marked_so_far(9, 5, 4) == (
        "Marked so far: **9** (5 as wrong label, 4 as ambiguous)."
    )
    assert trust_words.marked_so_far(2, 0, 0) == "Marked so far: **2**."
    assert trust_words.unreadable(0) == ""
    assert trust_words.unreadable(1).startswith("1 line of it could not be read and was")
    assert trust_words.unreadable(3).startswith("3 lines of it could not be read and were")
