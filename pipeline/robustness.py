"""Measuring how well a run withstands changes of its test images: adversarial ones, corruptions."""

import itertools
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from pipeline.analysis import adversarial, corruption_sheet
from pipeline.analysis.adversarial import Explain, Norm
from pipeline.analysis.corruption_sheet import CorruptionSheet, UnderCorruption
from pipeline.analysis.corruptions import CORRUPTIONS
from pipeline.analysis.sampling import SEED, sample
from pipeline.data import readers
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.preprocess import to_model_input
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr
from pipeline.serving.gradients import GradientGraph
from pipeline.store.run_folder import Run
from pipeline.store.run_info import Robustness, UnderChange

IMAGES = 500  # of the test part, as many of each class as its share
STAGES: dict[Norm, tuple[str, str]] = {
    "linf": ("Misleading", "by small changes of every value (L∞)"),
    "l2": ("Misleading again", "by changes of a small total (L2)"),
}


def measure(run: Run, dataset: Dataset, on_progress: OnProgress = silent) -> Robustness:
    """Measure a run's accuracy under adversarial changes, and keep it with the run.

    Args:
        run: the run; it has a gradient graph, or an anatomy that says why not.
        dataset: the one it was trained on.
        on_progress: called after each image.

    Raises:
        InklingError: the run has no gradient graph, or its folder cannot be written.
    """
    explain = _gradient_graph(run).gradient
    chosen = sample(dataset.y_test, IMAGES)
    images, labels = to_model_input(dataset.x_test[chosen]), dataset.y_test[chosen]
    by_norm = {
        norm: _under_change(explain, images, labels, norm, on_progress)
        for norm in adversarial.BUDGETS
    }
    found = Robustness(
        by_norm=by_norm,
        images=len(chosen),
        seed=SEED,
        iterations=adversarial.ITERATIONS,
        created=datetime.now(UTC),
    )
    run.add_robustness(found)
    return found


def measure_corruptions(
    run: Run, dataset: Dataset, originals: Path | None = None, on_progress: OnProgress = silent
) -> CorruptionSheet:
    """Measure a run's accuracy on corrupted test images, and keep it with the run.

    Args:
        run: the run.
        dataset: the one it was trained on.
        originals: a folder with MNIST-C's own files, to measure it on them, too.
        on_progress: called after each corruption and severity.

    Raises:
        InklingError: a file is missing or damaged, other images than the run takes, or the run's
            folder cannot be written.
    """
    # Before minutes are spent.
    known = on_originals(run, originals, on_progress) if originals else ()
    with quiet_stderr():
        predict = run.graph().probabilities

    def report(done: int, total: int, what: str) -> None:
        on_progress(Progress("Reading corrupted images", done, total, what))

    found = corruption_sheet.measure(
        predict, dataset.x_test, dataset.y_test, is_ink=dataset.mnist_framed, report=report
    ).model_copy(update={"originals": known})
    run.add_corruption_sheet(found)
    return found


def on_originals(
    run: Run, folder: Path, on_progress: OnProgress = silent
) -> tuple[UnderCorruption, ...]:
    """Measure a run's accuracy on the test images of MNIST-C's own files.

    Args:
        run: the run; its classes are the digits.
        folder: where MNIST-C's folders are, or some of them.
        on_progress: called before each.

    Raises:
        InklingError: a file is missing or damaged, or has other images than the run takes.
    """
    with quiet_stderr():
        predict = run.graph().probabilities
    names = [name for name in CORRUPTIONS if (folder / name).is_dir()]
    if not names:
        raise InklingError(
            f"{folder} has none of MNIST-C's folders ({', '.join(CORRUPTIONS)}). Name the folder "
            "that they are in."
        )
    found = []
    for done, name in enumerate(names):
        on_progress(Progress("Reading MNIST-C", done, len(names), name.replace("_", " ")))
        images, labels = readers.read_test_part(folder / name)
        if images.shape[1:] != run.info.input_shape or labels.max() >= len(run.class_names):
            raise InklingError(
                f"Run {run.id} does not take the images of {folder / name}: it was trained on "
                f"{run.info.dataset.name}, and these are MNIST's digits."
            )
        found.append(corruption_sheet.measure_original(predict, images, labels, name))
    return tuple(found)


def _under_change(
    explain: Explain, images: np.ndarray, labels: np.ndarray, norm: Norm, on_progress: OnProgress
) -> UnderChange:
    (stage, note), done = STAGES[norm], itertools.count(1)

    def report() -> None:
        on_progress(Progress(stage, next(done), len(images), note))

    budgets = adversarial.BUDGETS[norm]
    on_progress(Progress(stage, 0, len(images), note))
    accuracy = adversarial.accuracy_under_change(explain, images, labels, budgets, norm, report)
    return UnderChange(budgets=budgets, accuracy=tuple(accuracy))


def _gradient_graph(run: Run) -> GradientGraph:
    content, anatomy = run.gradient_bytes(), run.anatomy()
    if content is None:
        reason = anatomy.no_gradients if anatomy else "Add it with `inkling evaluate` first."
        raise InklingError(f"Run {run.id} has no gradient graph to mislead it with. {reason}")
    with quiet_stderr():
        return GradientGraph(content)
