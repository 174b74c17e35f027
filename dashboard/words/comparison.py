"""The comparison of runs, in sentences; pure.

Names of runs are inserted unescaped: callers that show a sentence as Markdown escape them first.
"""

from collections.abc import Sequence

import numpy as np

from dashboard.words.text import percent
from pipeline.analysis.metrics import Metrics
from pipeline.analysis.significance import SIGNIFICANT, Comparison
from pipeline.words import counted


def verdict(found: Comparison, first: str, second: str) -> str:
    """Say which of two runs is better, and whether that could be chance."""
    fixed, broken = found.fixed, found.broken
    if fixed == broken == 0:
        return f"**No difference**: “{first}” and “{second}” are right on exactly the same images."
    if fixed == broken:
        return (
            f"**Neither is better**: “{first}” and “{second}” each get "
            f"{counted(fixed, 'image')} right that the other misses."
        )
    better, other = (second, first) if fixed > broken else (first, second)
    more, fewer = max(fixed, broken), min(fixed, broken)
    why = (
        f"it gets {counted(more, 'image')} right that the other misses, and misses "
        f"{f'{fewer:,}' if fewer else 'none'} that the other gets right. By chance alone, a "
        f"difference this large would come up {chance(found.p_value)}."
    )
    if found.p_value >= SIGNIFICANT:
        return f"**“{better}” is ahead of “{other}”, but this may well be chance**: {why}"
    return f"**“{better}” is better than “{other}”**: {why}"


def how(found: Comparison) -> str:
    """Say what the test compares, and what it cannot show."""
    images = found.fixed + found.broken
    only = "1 image that" if images == 1 else f"{images:,} images that"
    return (
        f"McNemar’s exact test, on the {only} exactly one of the two runs gets right. It compares "
        "these two trained networks, not the settings they were trained with: another "
        "seed would give another network."
    )


def chance(p_value: float) -> str:
    """Write a probability as how often that happens: "1 time in 400"."""
    if p_value < 1e-6:
        return "less than 1 time in a million"
    if p_value > 0.5:
        return "more often than not"
    return f"1 time in {round(float(f'{1 / p_value:.2g}')):,}"


def best(board: Sequence[Metrics], name: str) -> str:
    """Say which run is the best, and how certain that is.

    Args:
        board: one entry per run, all tested on the same images, best first.
        name: the name of the first.
    """
    first, others = board[0], board[1:]
    if not others:
        return f"“{name}” is the only run tested on these images."
    tied = sum(other.correct == first.correct for other in board)
    if tied > 1:
        return (
            f"**{tied} of {len(board)} runs are tied for first place**, each right on "
            f"{first.correct:,} of {first.total:,} test images; “{name}” is one of them."
        )
    opening = f"**“{name}” is the best of {len(board)} runs**"
    near = sum(overlap(first, other) > 0 for other in others)
    if not near:
        return f"{opening}: its 95% confidence interval overlaps no other."
    which = "that of the next run" if near == 1 else f"those of the next {near} runs"
    most = "" if near == 1 else "up to "
    return (
        f"{opening}, but its 95% confidence interval overlaps {which} by "
        f"{most}{points(overlap(first, others[0]))}."
    )


def spread(board: Sequence[Metrics]) -> str:
    """State the range of the runs' accuracies, best first, for the title of a chart."""
    high, low = percent(board[0].accuracy), percent(board[-1].accuracy)
    return f"Right on {high if high == low else f'{low} to {high}'} of the test images"


def both_intervals(first: Metrics, second: Metrics) -> str:
    """Say whether the intervals of two runs overlap, for the title of a chart."""
    shared = overlap(first, second)
    if shared <= 0:
        return "The two confidence intervals do not overlap"
    return f"The two confidence intervals overlap by {points(shared)}"


def furthest(names: Sequence[str], accuracies: Sequence[np.ndarray]) -> str:
    """Say which run reached the highest validation accuracy, for the title of a chart.

    Args:
        names: one name per run.
        accuracies: for each run, float (epochs,) in [0, 1].
    """
    reached = [float(values.max()) for values in accuracies]
    first = int(np.argmax(reached))
    tied = reached.count(reached[first])
    if tied > 1:
        return (
            f"{tied} of {len(names)} runs reach the same validation accuracy: "
            f"{percent(reached[first])}"
        )
    epoch = int(accuracies[first].argmax()) + 1
    return (
        f"“{names[first]}” reaches the highest validation accuracy: {percent(reached[first])} in "
        f"epoch {epoch:,}"
    )


def accuracy(metrics: Metrics) -> str:
    """Write an accuracy with its interval: "99.68% (99.55–99.77%)"."""
    low = percent(metrics.accuracy_low).removesuffix("%")
    return f"{percent(metrics.accuracy)} ({low}–{percent(metrics.accuracy_high)})"


def overlap(first: Metrics, second: Metrics) -> float:
    """Return by how much the intervals of two accuracies overlap; 0 or less if they do not."""
    ends = min(first.accuracy_high, second.accuracy_high)
    return ends - max(first.accuracy_low, second.accuracy_low)


def points(share: float) -> str:
    """Write a difference of shares: "0.12 percentage points"."""
    return f"{100 * share:.2f} percentage points"
