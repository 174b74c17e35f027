import numpy as np
import pytest

from pipeline.analysis.guard import COMPARABLE, Check, Rule, checks, crossed
from pipeline.analysis.proof import HeldBack, Proof, prove
from tests.pipeline.analysis.test_proof import table


def proof(lost: int, won: int = 0, held: HeldBack | None = None) -> Proof:
    """Of 2,000 images of “a”, some lost and some won; 200 of “b” stay right."""
    label = np.repeat([0, 1], [2000, 200])
    before, after = label.copy(), label.copy()
    before[:won], after[won : won + lost] = 1, 1
    return prove(table(label, before), table(label, after), ("a", "b"), held_back=held)


def met(rule: Rule, found: Proof) -> list[bool | None]:
    return [check.met for check in checks(rule, found)]


ONLY_ACCURACY = Rule(most_lost=None, corrections=False)
ONLY_CLASSES = Rule(accuracy=False, corrections=False)
ONLY_CORRECTIONS = Rule(accuracy=False, most_lost=None)


def test_accuracy_may_be_lower_by_what_chance_explains():
    assert met(ONLY_ACCURACY, proof(lost=5)) == [True]  # 2 in 32
    assert met(ONLY_ACCURACY, proof(lost=6)) == [False]  # 2 in 64
    assert met(ONLY_ACCURACY, proof(lost=6, won=3)) == [True]


def test_a_class_may_lose_exactly_as_much_as_the_rule_says():
    assert met(ONLY_CLASSES, proof(lost=10)) == [True]  # 0.5 points of 2,000
    (check,) = checks(ONLY_CLASSES, proof(lost=11))
    assert check.met is False
    assert check.found == "“a” loses 0.55 points (11 of 2,000 images)"
    assert met(Rule(accuracy=False, most_lost=0.6, corrections=False), proof(lost=11)) == [True]
    assert checks(ONLY_CLASSES, proof(lost=0))[0].found == "none loses any"


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (HeldBack(), None),
        (HeldBack(10, 2, 8, 6), True),
        (HeldBack(10, 2, 2, 1), False),
        (HeldBack(10, 3, 2, 0), False),
        (HeldBack(10, 10, 10, 0), True),  # nothing to gain
    ],
)
def test_corrections_it_was_not_taught_must_be_read_better(held, expected):
    assert met(ONLY_CORRECTIONS, proof(lost=0, held=held)) == [expected]


def test_what_cannot_be_compared_proves_nothing():
    (check,) = checks(Rule(), "they differ")
    assert check == Check(COMPARABLE, "they differ", False)


def test_what_is_crossed_is_told_and_what_cannot_be_measured_is_not():
    assert crossed(checks(Rule(), proof(lost=2))) == ()
    accuracy, classes = crossed(checks(Rule(), proof(lost=11)))
    assert accuracy == (
        "accuracy not significantly worse: 11 newly wrong and 0 newly right of 2,200 test images"
    )
    assert classes.startswith("no class loses more than 0.5 points: “a”")


def test_a_rule_says_only_what_it_asks():
    assert Rule().said.count(";") == 2
    assert ONLY_CLASSES.said == "no class loses more than 0.5 points"
    assert Rule(accuracy=False, most_lost=1, corrections=False).said.endswith("1 point")
    assert Rule(accuracy=False, most_lost=None, corrections=False).said == ""
