"""What a sweep will try and how much that is, before anything is trained; pure."""

from pathlib import PurePath

from pipeline.config import TrainConfig
from pipeline.sweeps.plan import FINALISTS, SEARCHED, Sweep
from pipeline.words import counted, joined


def title(plan: Sweep) -> str:
    """Say in a few words what a sweep tries, its ranges at the end."""
    networks, presets = joined(plan.networks), joined(plan.presets)
    said = [f"Sweep of {networks} on {PurePath(plan.dataset).name}", presets]
    if plan.epochs:
        said.append(counted(plan.epochs, "epoch"))
    said.append(counted(len(plan.seeds), "seed"))
    for name in SEARCHED:
        bounds = getattr(plan, name)
        if bounds is not None:
            low, high = (f"{end:g}" for end in bounds)
            said.append(f"{name.replace('_', ' ')} {low if low == high else f'{low} to {high}'}")
    return ", ".join(said)


def trainings(plan: Sweep) -> list[TrainConfig]:
    """List as many trainings as a sweep makes at most, each with the network and preset it has.

    Which settings of a search are trained with every seed is known only once all have been trained
    with the first one; the preset's own stand for them here. It makes fewer where some are in the
    store already, or where Ray gives some up early.
    """
    first = plan.first()
    if not plan.searched:
        return first
    own = first[: len(plan.networks) * len(plan.presets)]
    best = 1 + min(FINALISTS, plan.budget)
    later = [c.model_copy(update={"seed": seed}) for seed in plan.seeds[1:] for c in own]
    return first + best * later
