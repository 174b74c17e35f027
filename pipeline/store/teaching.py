"""What networks are taught of a store's corrections, and the proof of what one has learned.

A new training takes them along as extra examples. The teaching set of a retraining also holds the
test images whose label people marked as wrong and gave another one.
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
from pipeline.training.checkpoint import ExtraExamples
from pipeline.training.teaching import DRAWN, HELD_BACK, Taught, TeachingSet, is_held_back

__all__ = ["HELD_BACK", "Taught", "gather", "is_held_back", "proof_of", "relabeled"]

REPEATS = 20  # per epoch, so that a dozen matter among 54,000; see docs/training.md
MOST_SHARE = 0.2  # of an epoch


def to_learn(found: Corrections, dataset: Dataset) -> ExtraExamples:
    """Turn the corrections that fit a dataset into extra images to learn from.

    Those that are held back are left out: a network that has learned them could not show later
    what it was taught.

    Args:
        found: the corrections.
        dataset: the one to train on; it is not changed.

    Raises:
        InklingError: there is none to learn from, or the dataset's images are not framed like
            drawings.
    """
    names = tuple(dataset.class_names)
    kept = found.learnable(names)
    if not dataset.mnist_framed or not kept:
        raise InklingError(_nothing_to_learn(found, dataset))
    images = np.stack([ink_to_image(one.image, dataset.image_shape) for one in kept])
    labels = np.array([names.index(one.label) for one in kept], np.int64)
    return ExtraExamples(images, labels, repeats(len(labels), len(dataset.y_train)))


def _nothing_to_learn(found: Corrections, dataset: Dataset) -> str:
    """Say why a dataset's training cannot learn from corrections, and what to do."""
    if not dataset.mnist_framed:
        why = f"No corrections fit “{dataset.name}”: its images are not drawings."
    elif found.fitting(dataset.class_names):
        why = (
            "There is nothing to learn from yet: every fifth correction, on average, is held back "
            "as a test of what was learned, and so far all of them are."
        )
    else:
        why = f"No corrections fit “{dataset.name}”: there are none with its classes yet."
    return f"{why} Correct more drawings on the Draw page, or train without corrections."


def newest_drawing(found: Corrections, dataset: Dataset) -> tuple[np.ndarray, int] | None:
    """Return the newest correction that fits a dataset: its image and its class; None if none does.

    The image is uint8 (height, width, channels), like the dataset's.
    """
    fitting = found.fitting(dataset.class_names) if dataset.mnist_framed else ()
    if not fitting:
        return None
    newest = fitting[-1]
    label = tuple(dataset.class_names).index(newest.label)
    return ink_to_image(newest.image, dataset.image_shape), label


def repeats(corrections: int, training_images: int) -> int:
    """Return how many times an epoch shows each correction: 20, or fewer if there are many.

    Together they then make up at most a fifth of an epoch, unless showing each once is more.
    """
    fitting = MOST_SHARE / (1 - MOST_SHARE) * training_images / max(corrections, 1)
    return max(1, min(REPEATS, int(fitting)))


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
