import shutil

import numpy as np
import pytest

from pipeline.analysis.proof import HeldBack
from pipeline.errors import InklingError
from pipeline.ink.drawing import Drawing
from pipeline.store import corrections, reviews, teaching
from pipeline.store.reviews import AMBIGUOUS, WRONG_LABEL
from pipeline.store.run_folder import TEACHING, Run
from pipeline.store.run_info import Retrained, Robustness, UnderChange
from pipeline.training.teaching import DRAWN, Taught, TeachingSet, is_held_back

NAMES = tuple("0123456789")


def correct(store, image, label="7", names=NAMES) -> str:
    return corrections.add(store, label=label, class_names=names, drawing=Drawing(image)).id


def gathered(store, digits):
    return teaching.gather(corrections.read(store), reviews.read(store), digits)


@pytest.fixture
def drawings(random) -> dict[bool, np.ndarray]:
    """Two drawings: one that is held back, and one that is not."""
    found: dict[bool, np.ndarray] = {}
    while len(found) < 2:
        ink = random.integers(0, 256, (28, 28), np.uint8)
        found[is_held_back(ink)] = ink
    return found


def test_drawings_and_marked_test_images_are_taught(store, digits, drawings):
    taught, kept = correct(store, drawings[False]), correct(store, drawings[True], "1")
    correct(store, drawings[False], "seven", ("seven", "eight"))  # of other classes
    wrong = next(at for at in range(100) if not is_held_back(digits.x_test[at]))
    for index, tag, should_be in (
        (wrong, WRONG_LABEL, "4"),
        (wrong + 1, WRONG_LABEL, ""),  # nobody said what it is
        (wrong + 2, AMBIGUOUS, ""),
        (wrong + 3, WRONG_LABEL, "eleven"),
    ):
        reviews.add(store, digits.fingerprint, index, tag, should_be=should_be)
    reviews.add(store, "another dataset", 0, WRONG_LABEL, should_be="4")
    found = gathered(store, digits)
    assert found.ids == (taught, kept, "")
    assert found.labels.tolist() == [7, 1, 4]
    assert found.test_index.tolist() == [DRAWN, DRAWN, wrong]
    assert found.held_back.tolist() == [False, True, False]
    assert np.array_equal(found.images[0, ..., 0], drawings[False])
    assert np.array_equal(found.images[2], digits.x_test[wrong])


def test_another_class_for_the_same_drawing_leaves_it_held_back(store, digits, drawings):
    correct(store, drawings[False])
    first = correct(store, drawings[True], "1")
    corrections.take_back(store, first)
    correct(store, drawings[True], "2")
    assert gathered(store, digits).held_back.tolist() == [False, True]


def test_without_anything_to_learn_it_says_what_to_do(store, digits, drawings):
    with pytest.raises(InklingError, match="No corrections fit “digits” yet"):
        gathered(store, digits)
    correct(store, drawings[True])
    with pytest.raises(InklingError, match="every fifth correction is held back"):
        gathered(store, digits)


def test_robustness_is_compared_where_both_were_measured_alike(tiny_run):
    def measured(*accuracy, budgets=(0, 0.1, 0.2)):
        under = {"linf": UnderChange(budgets=budgets, accuracy=accuracy)}
        return Robustness(
            by_norm=under, images=9, seed=0, iterations=1, created=tiny_run.info.created
        )

    (found,) = teaching._under_change(measured(1, 0.8, 0), measured(1, 0.9, 0))
    assert (found.norm, found.budget, found.accuracy.before, found.accuracy.after) == (
        "linf", 0.1, 0.8, 0.9,
    )  # fmt: skip
    assert teaching._under_change(measured(1, 0.8, 0), None) == ()
    other = measured(1, 0.8, 0, budgets=(0, 0.2, 0.3))
    assert teaching._under_change(measured(1, 0.8, 0), other) == ()


def test_a_run_compared_with_itself_proves_nothing(tiny_run):
    proof = teaching.proof_of(tiny_run, tiny_run)
    assert (proof.fixed, proof.broken, proof.p_value) == ((), (), 1)
    assert proof.held_back.total == 0
    assert proof.images == tiny_run.info.metrics.total
    assert proof.calibration_error.after == pytest.approx(tiny_run.info.metrics.calibration_error)


def test_a_run_that_another_did_not_come_from_is_asked_what_was_held_back(
    tiny_run, digits, tmp_path
):
    table = tiny_run.predictions(["label", "predicted"])
    right = table["label"] == table["predicted"]
    some = [int(right.idxmax()), int((~right).idxmax()), 0]
    drawn = np.full(3, DRAWN)
    labels, held_back = digits.y_test[some], np.array([True, True, False])
    lessons = TeachingSet(("a", "b", "c"), digits.x_test[some], labels, held_back, drawn)
    folder = shutil.copytree(tiny_run.folder, tmp_path / "taught")
    with (folder / TEACHING).open("wb") as file:
        Taught(lessons, before=labels, after=labels).save(file)

    def held(origin: str, **before) -> HeldBack:
        retrained = Retrained(run=origin, taught=1, held_back=2, share=0.1, images=10)
        info = tiny_run.info.model_copy(update={"id": "taught", "retrained": retrained})
        first = Run(tiny_run.folder, tiny_run.info.model_copy(update=before))
        return teaching.proof_of(Run(folder, info), first).held_back

    assert held(tiny_run.id) == HeldBack(2, 2, 2, 0)  # as it was noted then
    assert held("another run") == HeldBack(2, 1, 2, 1)  # as it reads them now
    # Trained with corrections by an earlier version, which held none back.
    assert held(tiny_run.id, corrections={"7": 3}, holds_back=False) == HeldBack(learned_before=2)
    assert held(tiny_run.id, corrections={"7": 3}, holds_back=True).total == 2
