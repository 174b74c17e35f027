"""A second opinion on corrections: which of them an independent network contradicts strongly.

A network is independent of a correction if it was trained here, has not learned from corrections,
and is not the one that was corrected. Its confidence is calibrated, so 99% against a label is a
reason to look again, not a proof: what people correct is often just what networks get wrong.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.errors import InklingError
from pipeline.ink.drawing import ink_to_image
from pipeline.serving.inference import ServingGraph
from pipeline.store.corrections import Correction, Corrections
from pipeline.store.run_folder import Run

STRONG = 0.99  # confidence from which a contradiction counts
MOST_JUDGES = 2  # the second is for what the first one had predicted itself


@dataclass(frozen=True)
class Contradiction:
    """What an independent network takes a correction for.

    Attributes:
        run: id of the network's run.
        predicted: name of the class that it predicts.
        confidence: in [0, 1].
    """

    run: str
    predicted: str
    confidence: float


def contradictions(
    found: Corrections, runs: Iterable[Run], load: Callable[[Run], ServingGraph] = Run.graph
) -> dict[str, Contradiction]:
    """Find the corrections that an independent network contradicts strongly.

    Args:
        found: the corrections.
        runs: those in the store.
        load: how to get a run's network; one that cannot be loaded is left out.

    Returns:
        What that network predicts, by the correction's id. Where there is no independent network,
        nothing is contradicted.
    """
    known = list(runs)
    against: dict[str, Contradiction] = {}
    for names in dict.fromkeys(kept.class_names for kept in found.standing):
        unheard = list(found.fitting(names))
        for judge, graph in _graphs(judges(known, names), load):
            heard = [kept for kept in unheard if kept.run != judge.id]
            unheard = [kept for kept in unheard if kept.run == judge.id]
            against |= _against(judge, graph, heard)
    return against


def judges(runs: Iterable[Run], class_names: Sequence[str]) -> list[Run]:
    """Choose the networks to ask, best first: those that saw the most images, then by accuracy."""

    def fits(run: Run) -> bool:
        framed = run.info.dataset.mnist_framed
        known = not run.info.added and not run.info.corrections  # what it has learned from
        return framed and known and run.class_names == tuple(class_names)

    def rank(run: Run) -> tuple[int, float]:
        return run.info.dataset.counts.get("train", 0), run.info.metrics.accuracy

    return sorted(filter(fits, runs), key=rank, reverse=True)[:MOST_JUDGES]


def strongly_against(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Say for which images a network is all but sure of another class.

    Args:
        probabilities: float (n, classes).
        labels: int (n,).

    Returns:
        bool (n,).
    """
    return (probabilities.argmax(axis=1) != labels) & (probabilities.max(axis=1) >= STRONG)


def _graphs(
    runs: Iterable[Run], load: Callable[[Run], ServingGraph]
) -> Iterable[tuple[Run, ServingGraph]]:
    for run in runs:
        try:
            yield run, load(run)
        except InklingError:  # its own page says what is wrong with it
            continue


def _against(
    judge: Run, graph: ServingGraph, heard: Sequence[Correction]
) -> Mapping[str, Contradiction]:
    if not heard:
        return {}
    images = np.stack([ink_to_image(kept.image, graph.input_shape) for kept in heard])
    labels = np.array([judge.class_names.index(kept.label) for kept in heard])
    probabilities = graph.probabilities(images)
    guesses, shares = probabilities.argmax(axis=1), probabilities.max(axis=1)
    return {
        heard[at].id: Contradiction(judge.id, judge.class_names[guesses[at]], float(shares[at]))
        for at in np.flatnonzero(strongly_against(probabilities, labels)).tolist()
    }
