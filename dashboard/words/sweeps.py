"""What a sweep will try, and what becomes of it when it is stopped, in sentences; pure."""

from pipeline import cluster
from pipeline.jobs.job import Status
from pipeline.sweeps.plan import FINALISTS, Sweep
from pipeline.words import counted, duration

SEARCH = (
    "Tries settings within ranges, beside the preset’s own. Those that do best on the validation "
    "images are trained with every seed; test images choose nothing."
)
TRIED = "For each network and preset, spread evenly over the ranges, beside the preset’s own."
NOT_AGAIN = "What is in the store already is not trained again."
GOES_ON = "It goes on where it ended: with what is not in the store yet."
STOPPED = (
    "The sweep was stopped. Runs that it had made are kept, and it can go on with the rest, from "
    "the training that it was in."
)


def how_many(plan: Sweep, count: int) -> str:
    """Say what a sweep trains.

    Args:
        plan: what is asked for.
        count: how many trainings that is, at most.
    """
    if not plan.searched:
        return f"{counted(count, 'training')}, one for each combination. {NOT_AGAIN}"
    tried = counted(plan.budget, "setting")
    ranges = "the range" if len(plan.searched) == 1 else "the ranges"
    first = (
        f"{counted(count, 'training')}: for each network and preset, its own settings and {tried} "
        f"from {ranges}, with one seed"
    )
    if len(plan.seeds) == 1:
        return f"{first}. Only more seeds can tell what is more than chance. {NOT_AGAIN}"
    best = f"the {FINALISTS} best" if plan.budget > 1 else "the better one"
    others = len(plan.seeds) - 1
    more = "another seed" if others == 1 else f"{others} other seeds"
    return f"Up to {first}; then {best} and its own with {more}. {NOT_AGAIN}"


def by_ray(on: str) -> str:
    """Say where Ray trains, on a switch: several at once, and where.

    Args:
        on: as `cluster.connected` takes it.
    """
    known = {
        cluster.LOCAL: "on all cores of this machine",
        cluster.AUTO: "on the Ray cluster of this machine",
    }
    return f"Several at once, {known.get(on, f'by Ray at {on}')}"


def left(status: Status) -> str:
    """Say how long a sweep will take yet, as far as can be told."""
    seconds = status.progress.seconds_left
    return "…" if seconds is None else f"About {duration(seconds)} left, if nothing else runs."


def stopping(status: Status, *, asked: bool, discard: bool = False) -> str:
    """Say what Stop would do; once it was pressed, what is done.

    Args:
        status: of a sweep that has not ended.
        asked: whether Stop was pressed.
        discard: whether the training that is under way is not to be kept.
    """
    if not asked:
        return "Stop keeps the runs that are done. It can go on later."
    return "Stopping. The runs that are done are kept, and it can go on later."
