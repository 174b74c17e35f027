import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import log_loss, precision_recall_fscore_support

from pipeline.analysis import metrics as evaluation

NAMES = ("a", "b", "c")
LABELS = np.array([0, 0, 1, 1, 2])
PROBABILITIES = np.array(
    [[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.0, 1.0, 0.0], [0.25, 0.35, 0.4]]
)


def test_the_table_says_what_was_predicted_and_how_sure():
    table = evaluation.predictions_table(LABELS, PROBABILITIES)
    assert table["predicted"].tolist() == [0, 1, 1, 1, 2]
    assert table["confidence"].tolist() == pytest.approx([0.7, 0.6, 0.8, 1.0, 0.4])
    assert table["margin"].tolist() == pytest.approx([0.5, 0.3, 0.7, 1.0, 0.05])
    assert table["loss"].tolist() == pytest.approx(-np.log([0.7, 0.3, 0.8, 1.0, 0.4]), abs=1e-6)
    assert list(table.columns[-3:]) == ["probability_0", "probability_1", "probability_2"]


def test_a_certain_mistake_has_a_finite_loss():
    table = evaluation.predictions_table(np.array([1]), np.array([[1.0, 0.0]]))
    assert 80 < table["loss"][0] < 100


def test_metrics_worked_out_by_hand():
    metrics = evaluation.summarize(evaluation.predictions_table(LABELS, PROBABILITIES), NAMES)
    assert (metrics.correct, metrics.total, metrics.accuracy) == (4, 5, 0.8)
    a, b, c = metrics.classes
    assert (a.precision, a.recall, a.support) == (1.0, 0.5, 2)
    assert (b.precision, b.recall, b.support) == (pytest.approx(2 / 3), 1.0, 2)
    assert b.f1 == pytest.approx(0.8)
    assert c.f1 == 1.0
    assert [(m.true, m.predicted, m.count) for m in metrics.confusions] == [(0, 1, 1)]


def test_metrics_agree_with_scikit_learn(random):
    labels = random.integers(0, 7, 500)
    probabilities = random.dirichlet(np.ones(7), 500)
    metrics = evaluation.summarize(
        evaluation.predictions_table(labels, probabilities), tuple("abcdefg")
    )
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, probabilities.argmax(axis=1)
    )
    assert [score.precision for score in metrics.classes] == pytest.approx(precision)
    assert [score.recall for score in metrics.classes] == pytest.approx(recall)
    assert [score.f1 for score in metrics.classes] == pytest.approx(f1)
    assert [score.support for score in metrics.classes] == support.tolist()
    assert metrics.log_loss == pytest.approx(log_loss(labels, probabilities), rel=1e-5)


@pytest.mark.parametrize(
    ("successes", "trials"), [(591, 600), (0, 5), (5, 5), (1, 2), (9970, 10000)]
)
def test_the_wilson_interval_agrees_with_scipy(successes, trials):
    expected = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert evaluation.wilson_interval(successes, trials) == pytest.approx(expected, abs=1e-9)


def test_calibration_error_of_known_classifiers():
    sure = np.ones(10)
    assert evaluation.calibration_error(sure, np.ones(10, bool)) == 0
    assert evaluation.calibration_error(sure, np.zeros(10, bool)) == 1
    # Always 0.75 sure, right three times of four: perfectly calibrated.
    assert evaluation.calibration_error(np.full(4, 0.75), np.array([1, 1, 1, 0], bool)) == 0
    # Two bins: 0.9 sure and always right (gap 0.1), 0.5 sure and never right (gap 0.5).
    mixed = evaluation.calibration_error(
        np.array([0.9, 0.9, 0.5, 0.5]), np.array([1, 1, 0, 0], bool)
    )
    assert mixed == pytest.approx(0.3)


def test_calibration_bins_worked_out_by_hand():
    # Fifths: (0.4, 0.6] holds 0.5 and its upper edge 0.6, (0.8, 1] holds the rest; others none.
    confidence = np.array([0.5, 0.6, 0.9, 1.0, 1.0])
    bins = evaluation.calibration_bins(confidence, np.array([1, 0, 1, 1, 0], bool), bins=5)
    assert bins[["low", "high"]].to_numpy().tolist() == [[0.4, 0.6], [0.8, 1.0]]
    assert bins["count"].tolist() == [2, 3]
    assert bins["confidence"].tolist() == pytest.approx([0.55, 2.9 / 3])
    assert bins["accuracy"].tolist() == pytest.approx([1 / 2, 2 / 3])
    low, high = evaluation.wilson_interval(2, 3)
    assert bins.loc[1, ["accuracy_low", "accuracy_high"]].tolist() == pytest.approx([low, high])


def test_images_can_be_left_out():
    table = evaluation.predictions_table(LABELS, PROBABILITIES)  # all right but the second
    assert evaluation.hits(table, frozenset()) == (4, 5)
    assert evaluation.hits(table, frozenset({1, 4})) == (3, 3)
    assert evaluation.hits(table, frozenset({-1, 5})) == (4, 5)


def test_a_class_never_seen_or_predicted_divides_by_nothing():
    counts = evaluation.confusion_counts(np.array([0, 0]), np.array([0, 0]), 2)
    assert counts.tolist() == [[2, 0], [0, 0]]
    assert evaluation.class_scores(counts, ("a", "b"))[1].model_dump() == {
        "name": "b", "precision": 0, "recall": 0, "f1": 0, "support": 0,
    }  # fmt: skip


def test_top_confusions_are_in_order_and_leave_the_diagonal_out():
    counts = np.array([[90, 1, 4], [0, 80, 0], [4, 7, 70]])
    found = evaluation.top_confusions(counts, most=3)
    assert [(c.true, c.predicted, c.count) for c in found] == [(2, 1, 7), (0, 2, 4), (2, 0, 4)]


def test_what_cannot_be_evaluated_is_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        evaluation.predictions_table(np.array([0]), np.array([[0.2, 0.2]]))
    with pytest.raises(ValueError, match="2 labels"):
        evaluation.predictions_table(np.array([0, 1]), np.array([[0.5, 0.5]]))
    with pytest.raises(ValueError, match="empty"):
        evaluation.summarize(pd.DataFrame({"label": [], "predicted": []}), NAMES)
    with pytest.raises(ValueError, match="at least one"):
        evaluation.wilson_interval(0, 0)


def test_changes_are_counted_by_what_the_wrong_one_said():
    labels, first, second = (
        np.array(row) for row in ([0, 0, 0, 1, 1, 2], [1, 0, 2, 1, 0, 2], [0, 2, 2, 1, 1, 2])
    )
    fixed, broken = evaluation.changed_counts(labels, first, second, 3)
    assert fixed.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert broken.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 0]]
    for true, said in np.ndindex(3, 3):  # each cell has as many images as it counts
        found = evaluation.changed_in(labels, first, second, true, said)
        assert found.sum() == fixed[true, said] + broken[true, said]
    assert evaluation.changed_in(labels, first, second, None, 0).tolist() == [0, 0, 0, 0, 1, 0]
    assert evaluation.changed_in(labels, first, second, 0, None).tolist() == [1, 1, 0, 0, 0, 0]
