"""Measuring how well a run tells strange images from its own."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from pipeline.analysis import strangers
from pipeline.analysis.out_of_distribution import OodDetector
from pipeline.analysis.sampling import SEED, sample
from pipeline.analysis.strangers import OWN, Group, Strangers
from pipeline.data.datasets import Dataset
from pipeline.data.known import DIGITS
from pipeline.errors import InklingError
from pipeline.evaluation import images_of, is_own
from pipeline.ink import nondigits
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr
from pipeline.serving.inference import ServingGraph
from pipeline.store.run_folder import Run

IMAGES = 2_000  # of one origin
EACH = 60  # drawings of a kind
NOISE = 500  # images
MIDDLE, DEVIATION = 127.5, 64.0  # of Gaussian noise
UNIFORM, GAUSSIAN = "uniform noise", "Gaussian noise"
DRAWINGS = "drawings that are no digits"
STAGE = "Looking at strangers"


def measure(run: Run, dataset: Dataset, on_progress: OnProgress = silent) -> Strangers:
    """Measure how strange made images are to a run, and keep it with the run.

    These are noise and, for a network that reads digits, drawings of seventeen other things.

    Args:
        run: the run; it has an out-of-distribution detector.
        dataset: the one it was trained on.
        on_progress: called after each image.

    Raises:
        InklingError: the run has no detector, or its folder cannot be written.
    """
    with quiet_stderr():
        graph = run.graph()
    detector = _detector(run)
    rows = sample(dataset.y_test, IMAGES)
    own = _scores(graph, detector, dataset.x_test[rows], OWN, on_progress)
    groups = [strangers.group(OWN, own, detector.threshold)]
    for name, images in _made(dataset):
        scores = _scores(graph, detector, images, name, on_progress)
        groups.append(strangers.group(name, scores, detector.threshold, own))
    return _keep(run, detector, groups, run.strangers())


def measure_dataset(
    run: Run, dataset: Dataset, others: Dataset, on_progress: OnProgress = silent
) -> Strangers:
    """Measure how strange the test images of another dataset are to a run; see `measure`.

    Args:
        run: the run.
        dataset: the one it was trained on.
        others: one of other things, whatever its classes are called.
        on_progress: called after each image.

    Raises:
        InklingError: as above, or the images have another size, or are the run's own.
    """
    if others.image_shape != dataset.image_shape:
        raise InklingError(
            f"{others.name} has {images_of(others.image_shape)}, and run {run.id} takes "
            f"{images_of(dataset.image_shape)}. Choose a dataset whose images are like these."
        )
    if is_own(run, others):
        raise InklingError(f"{others.name} is what run {run.id} was trained on: no strangers.")
    known = run.strangers() or measure(run, dataset, on_progress)
    with quiet_stderr():
        graph = run.graph()
    detector = _detector(run)
    own, strange = (
        _scores(graph, detector, part.x_test[sample(part.y_test, IMAGES)], name, on_progress)
        for part, name in ((dataset, OWN), (others, others.name))
    )
    found = strangers.group(others.name, strange, detector.threshold, own)
    return _keep(run, detector, [found], known)


def _made(dataset: Dataset) -> Iterator[tuple[str, np.ndarray]]:
    """Make strange images, by origin: uint8 (n, height, width, channels), the same every time."""
    random = np.random.default_rng(SEED)
    size = (NOISE, *dataset.image_shape)
    yield UNIFORM, random.integers(0, 256, size).astype(np.uint8)
    bell = random.normal(MIDDLE, DEVIATION, size)
    yield GAUSSIAN, bell.round().clip(0, 255).astype(np.uint8)
    if dataset.mnist_framed and dataset.class_names == DIGITS:
        kinds = nondigits.REPORTING.values()
        yield DRAWINGS, np.concatenate([nondigits.images(kind, EACH, random) for kind in kinds])


def _scores(
    graph: ServingGraph,
    detector: OodDetector,
    images: np.ndarray,
    name: str,
    on_progress: OnProgress,
) -> np.ndarray:
    """Score images, uint8 (n, height, width, channels): float64 (n,)."""
    found = np.empty(len(images))
    for row, image in enumerate(images):
        found[row] = detector.score_activations(image, graph.activations(image))
        on_progress(Progress(STAGE, row + 1, len(images), name))
    return found


def _keep(
    run: Run, detector: OodDetector, groups: list[Group], before: Strangers | None
) -> Strangers:
    """Keep what was measured with a run, and what was measured before of other origins."""
    names = {group.name for group in groups}
    kept = [group for group in before.groups if group.name not in names] if before else []
    in_order = sorted([*groups, *kept], key=lambda group: not group.own)
    found = Strangers(
        groups=tuple(in_order), threshold=detector.threshold, created=datetime.now(UTC)
    )
    run.add_strangers(found)
    return found


def _detector(run: Run) -> OodDetector:
    found = run.ood_detector()
    if found is None:
        raise InklingError(
            f"Run {run.id} has no out-of-distribution score; `inkling evaluate {run.id}` adds it."
        )
    return found
