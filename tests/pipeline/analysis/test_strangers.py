import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from pipeline.analysis import strangers
from pipeline.analysis.strangers import OWN, Strangers

OWN_SCORES = np.array([0.0, 1.0, 2.0, 3.0])


def test_the_area_is_how_often_a_stranger_scores_higher():
    # 2.5 is higher than three of four, 1 than one and level with one, 9 than all.
    assert strangers.auroc(OWN_SCORES, np.array([2.5, 1.0, 9.0])) == pytest.approx(
        (3 + 1.5 + 4) / 12
    )


@given(st.lists(st.integers(0, 9), min_size=1), st.lists(st.integers(0, 9), min_size=1))
def test_the_area_is_that_of_scikit_learn(own, strange):
    labels = np.repeat([0, 1], [len(own), len(strange)])
    expected = roc_auc_score(labels, np.array([*own, *strange]))
    assert strangers.auroc(np.array(own), np.array(strange)) == pytest.approx(expected)


def test_the_false_positives_are_what_passes_where_95_of_100_of_its_own_do():
    own = np.arange(101.0)
    assert strangers.fpr95(own, np.array([3.0, 95.0, 95.1, 200.0])) == 0.5


def test_images_of_one_origin_are_summed_up():
    own = strangers.group(OWN, OWN_SCORES, 2.0)
    other = strangers.group("noise", np.array([1.0, 4.0]), 2.0, OWN_SCORES)
    assert (own.own, own.images, own.flagged, own.auroc) == (True, 4, 0.25, None)
    assert own.quantiles[2] == 1.5
    assert (other.own, other.images, other.flagged) == (False, 2, 0.5)
    assert other.auroc == pytest.approx((1.5 + 4) / 8)
    worse = other.model_copy(update={"name": "worse", "auroc": 0.1})
    found = Strangers(groups=(own, other, worse), threshold=2.0, created="2026-03-09T00:00:00Z")
    assert [group.name for group in found.others] == ["worse", "noise"]
    assert Strangers.model_validate_json(found.model_dump_json()) == found
