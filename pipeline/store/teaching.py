"""The teaching set of a store, and the proof of what a run has learned from it.

It holds the drawings that people corrected, and the test images whose label they marked as wrong
and gave another one.
"""

import numpy as np

from pipeline.analysis.proof import Change, HeldBack, Proof, RobustnessChange, prove
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.ink.drawing import ink_to_image
from pipeline.store.corrections import Corrections
from pipeline.store.reviews import WRONG_LABEL, Reviews
from pipeline.store.run_folder import Run
from pipeline.store.run_info import Robustness
from pipeline.training.teaching import DRAWN, HELD_BACK, Taught, TeachingSet, is_held_back

__all__ = ["HELD_BACK", "Taught", "gather", "is_held_back", "proof_of", "relabeled"]


def gather(found: Corrections, marks: Reviews, dataset: Dataset) -> TeachingSet:
    """Collect what can be taught to a network of a dataset: drawings first, oldest first.

    Raises:
        InklingError: there is nothing to learn from; the message says what to do.
    """
    names = dataset.class_names
    drawn = found.fitting(names) if dataset.mnist_framed else ()
    marked = relabeled(marks, dataset.fingerprint, names, len(dataset.y_test))
    images = [ink_to_image(one.image, dataset.image_shape) for one in drawn]
    images += [np.asarray(dataset.x_test[index]) for index in marked]
    kept = [one.held_back for one in drawn]
    kept += [is_held_back(image) for image in images[len(drawn) :]]
    if all(kept):
        raise InklingError(
            "There is nothing to learn from yet: every fifth correction is held back as a test. "
            "Correct more drawings on the Draw page first."
            if kept
            else f"No corrections fit “{dataset.name}” yet. Correct some drawings on the Draw page "
            "first, or give wrong labels on the Labels page their right class."
        )
    return TeachingSet(
        ids=(*(one.id for one in drawn), *("" for _ in marked)),
        images=np.stack(images),
        labels=np.array([*(names.index(one.label) for one in drawn), *marked.values()], np.int64),
        held_back=np.array(kept),
        test_index=np.array([*(DRAWN for _ in drawn), *marked], np.int64),
    )


def relabeled(
    marks: Reviews, fingerprint: str, class_names: tuple[str, ...], images: int
) -> dict[int, int]:
    """Return the right label of each test image that was marked, by its index, oldest first."""
    return {
        one.index: class_names.index(one.should_be)
        for one in marks.standing
        if one.dataset == fingerprint
        and one.tag == WRONG_LABEL
        and one.should_be in class_names
        and one.index < images
    }


def proof_of(after: Run, before: Run) -> Proof:
    """Compare a run that was taught with the run that it came from, or whose place it takes.

    Raises:
        InklingError: a file of one of them cannot be read, or they were tested on other images.
    """
    columns = ["label", "predicted", "confidence"]
    taught, earlier = after.taught(), before.taught()
    known = {at for one in (taught, earlier) if one for at in one.lessons.taught_test_images}
    try:
        return prove(
            before.predictions(columns),
            after.predictions(columns),
            after.class_names,
            held_back=_held_back(taught, after, before) if taught else None,
            taught=sorted(known),
            robustness=_under_change(before.robustness(), after.robustness()),
        )
    except ValueError as error:
        raise InklingError(
            f"Runs {before.id} and {after.id} cannot be compared: {error}."
        ) from error


def _held_back(taught: Taught, after: Run, before: Run) -> HeldBack:
    """Count what was held back; a run that it did not come from is asked now.

    Earlier versions held nothing back from ordinary trainings. What such a run may have learned is
    counted as that, and proves nothing.
    """
    retrained, kept = after.info.retrained, taught.lessons.held_back
    if not (before.info.never_learned_held_back and after.info.never_learned_held_back):
        return HeldBack(learned_before=int(np.count_nonzero(kept)))
    if retrained is None or retrained.run == before.id or not kept.any():
        return taught.proof
    said = before.graph().probabilities(taught.lessons.images[kept]).argmax(axis=1)
    return HeldBack.of(taught.lessons.labels[kept], said, taught.after[kept])


def _under_change(
    before: Robustness | None, after: Robustness | None
) -> tuple[RobustnessChange, ...]:
    """Compare at the middle size: the smallest mislead no network, the largest every one."""
    found = []
    for norm, first in before.by_norm.items() if before and after else ():
        second = after.by_norm.get(norm) if after else None
        if second is not None and second.budgets == first.budgets:
            middle = len(first.budgets) // 2
            change = Change(first.accuracy[middle], second.accuracy[middle])
            found.append(RobustnessChange(norm, first.budgets[middle], change))
    return tuple(found)
