import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.proof import Change, HeldBack, prove

NAMES = ("a", "b", "c")


def table(label, predicted, confidence=1.0):
    columns = {"label": label, "predicted": predicted, "confidence": confidence}
    return pd.DataFrame(columns).astype({"confidence": float})


LABEL = [0, 0, 0, 0, 1, 1, 2, 2]
BEFORE = table(LABEL, [0, 0, 1, 1, 1, 1, 0, 2])
AFTER = table(LABEL, [0, 1, 0, 1, 1, 1, 2, 2], 0.75)


def test_a_proof_worked_out_by_hand():
    found = prove(BEFORE, AFTER, NAMES)
    assert (found.fixed, found.broken) == ((2, 6), (1,))
    assert (found.images, found.left_out) == (8, 0)
    assert found.accuracy == Change(5 / 8, 6 / 8)
    assert found.difference.value == pytest.approx(1 / 8)
    assert found.difference.low < 1 / 8 < found.difference.high
    assert found.p_value == 1  # 2 of 3 tosses
    assert [(one.name, one.images) for one in found.classes] == [("a", 4), ("b", 2), ("c", 2)]
    assert [one.accuracy for one in found.classes] == [
        Change(0.5, 0.5),
        Change(1, 1),
        Change(0.5, 1),
    ]
    assert found.worst_class.name == "a"
    # Certain and right on 5 of 8, then 75% sure and right on as many.
    assert found.calibration_error.before == pytest.approx(3 / 8)
    assert found.calibration_error.after == pytest.approx(0)
    assert not found.is_worse
    assert not found.is_better


def test_images_it_was_taught_prove_nothing():
    found = prove(BEFORE, AFTER, NAMES, taught=[1, 6])
    assert (found.fixed, found.broken) == ((2,), ())
    assert (found.images, found.left_out) == (6, 2)
    assert found.accuracy == Change(4 / 6, 5 / 6)
    assert [one.images for one in found.classes] == [3, 2, 1]
    with pytest.raises(ValueError, match="not taught"):
        prove(BEFORE, AFTER, NAMES, taught=range(8))


@pytest.mark.parametrize(("newly", "worse"), [(5, False), (6, True)])  # 2/32 and 2/64 by chance
def test_only_what_chance_does_not_explain_is_worse_or_better(newly, worse):
    label = np.zeros(100, int)
    all_right, some_wrong = table(label, 0), table(label, [1] * newly + [0] * (100 - newly))
    lost, won = prove(all_right, some_wrong, NAMES), prove(some_wrong, all_right, NAMES)
    assert (lost.is_worse, lost.is_better) == (worse, False)
    assert (won.is_worse, won.is_better) == (False, worse)
    assert lost.worst_class.accuracy.gain == pytest.approx(-newly / 100)


def test_other_images_are_refused():
    with pytest.raises(ValueError, match="same images"):
        prove(BEFORE, AFTER.iloc[:5], NAMES)


def test_what_was_held_back_is_counted():
    label = np.array([0, 1, 2, 2])
    found = HeldBack.of(label, np.array([1, 1, 0, 0]), np.array([0, 0, 2, 0]))
    assert found == HeldBack(total=4, before=1, after=2, learned=2)


def test_it_says_what_was_learned_and_what_was_not_forgotten():
    label = np.zeros(10_000, int)
    before, after = np.zeros_like(label), np.zeros_like(label)
    before[:7], after[7:13] = 1, 1
    held_back = HeldBack(total=10, before=0, after=8, learned=8)
    found = prove(table(label, before), table(label, after), NAMES, held_back=held_back)
    assert found.said == (
        "Learned 8 of 10 drawings it had not seen before. 6 of 10,000 test images newly wrong, "
        "7 newly right: no sign of forgetting."
    )
