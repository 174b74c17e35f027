"""Measuring how well a run withstands adversarial changes of its test images."""

import itertools
from datetime import UTC, datetime

import numpy as np

from pipeline.analysis import adversarial
from pipeline.analysis.adversarial import Explain, Norm
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.preprocess import to_model_input
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr
from pipeline.serving.gradients import GradientGraph
from pipeline.store.run_folder import Run
from pipeline.store.run_info import Robustness, UnderChange

IMAGES = 500  # of the test part, as many of each class as its share
SEED = 0
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


def sample(labels: np.ndarray, count: int) -> np.ndarray:
    """Choose images of each class in proportion, seeded.

    Args:
        labels: int (n,), the classes of all images.
        count: how many to choose; all, if there are fewer.

    Returns:
        int64 (min(n, count),), their indices, ascending.
    """
    shuffled = np.random.default_rng(SEED).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    count = min(count, len(labels))
    return np.sort(by_class[np.arange(count) * len(labels) // max(count, 1)])


def _gradient_graph(run: Run) -> GradientGraph:
    content, anatomy = run.gradient_bytes(), run.anatomy()
    if content is None:
        reason = anatomy.no_gradients if anatomy else "Add it with `inkling evaluate` first."
        raise InklingError(f"Run {run.id} has no gradient graph to mislead it with. {reason}")
    with quiet_stderr():
        return GradientGraph(content)
