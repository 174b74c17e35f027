"""How long a training will take here and how much memory it needs, going by earlier ones; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.config import TrainConfig
from pipeline.jobs.history import Entry
from pipeline.jobs.requests import Training
from pipeline.store.run_folder import Run

LOADING = 5.0  # seconds until TensorFlow is loaded, where no job says how long that takes here


@dataclass(frozen=True)
class Estimate:
    """What a training will take, going by earlier ones.

    Attributes:
        seconds: from its start until its run is published.
        trainings: how many earlier ones that goes by.
        memory: the most that a training of the same network has taken, in bytes; 0 if unknown.
    """

    seconds: float
    trainings: int
    memory: int


def estimate(
    config: TrainConfig, images: int, runs: Sequence[Run], jobs: Sequence[Entry], machine: str
) -> Estimate | None:
    """Estimate what a training will take; None if no network of its kind was trained here.

    Args:
        config: its settings.
        images: how many training images its dataset has.
        runs: of the store. Those that jobs of other machines published are left out, and so is the
            one that comes with Inkling.
        jobs: of the store.
        machine: the name of this one.
    """
    here = [one for one in jobs if one.status.machine == machine]
    elsewhere = {one.status.run_id for one in jobs} - {one.status.run_id for one in here}
    wanted = config.resolved(images)
    alike = [
        run
        for run in runs
        if not run.bundled and run.id not in elsewhere and _same_network(run, wanted)
    ]
    # The more they have in common, the better; one that is much alike says more than many others.
    alike = _narrowed(alike, lambda run: run.info.dataset_reference == wanted.dataset)
    alike = _narrowed(alike, lambda run: _preset(run) == wanted.preset)
    if not alike:
        return None
    per_image = median(run.info.timings["training"] / _shown(run) for run in alike)
    after = median(sum(run.info.timings.values()) - run.info.timings["training"] for run in alike)
    published = {run.id: sum(run.info.timings.values()) for run in runs}
    loading = [
        one.status.seconds - published[one.status.run_id]
        for one in here
        if isinstance(one.request, Training) and one.status.run_id in published
    ]
    return Estimate(
        seconds=per_image * images * (wanted.epochs or 0)
        + after
        + max(0.0, median(loading) if loading else LOADING),
        trainings=len(alike),
        memory=max((one.status.peak_memory for one in here if _of(one, wanted)), default=0),
    )


def _same_network(run: Run, wanted: TrainConfig) -> bool:
    config, known = run.info.config, run.info
    return (
        config is not None
        and known.status == "finished"
        and (config.network, config.variant) == (wanted.network, wanted.variant)
        and known.timings.get("training", 0) > 0
        and _shown(run) > 0
    )


def _preset(run: Run) -> str:
    return run.info.config.preset if run.info.config else ""


def _shown(run: Run) -> int:
    """Return how many training images a run was shown, again and again."""
    config = run.info.config
    return (config.epochs or 0) * run.info.dataset.counts.get("train", 0) if config else 0


def _narrowed(runs: list[Run], fits: Callable[[Run], bool]) -> list[Run]:
    return [run for run in runs if fits(run)] or runs


def _of(one: Entry, wanted: TrainConfig) -> bool:
    return isinstance(one.request, Training) and one.request.config.network == wanted.network
