"""The form for several trainings at once: networks × presets × seeds, and what is searched."""

import streamlit as st

from dashboard.widgets import explaining, job_forms, ranges, training
from dashboard.words import jobs as job_words
from dashboard.words import sweeps as sweep_words
from dashboard.words import text
from pipeline import access
from pipeline.config import NETWORKS, PRESETS, TrainConfig
from pipeline.errors import InklingError
from pipeline.jobs.requests import Request, Sweeping, Training
from pipeline.sweeps import outline
from pipeline.sweeps.plan import Sweep
from pipeline.words import counted

MOST_SEEDS = 10


def form() -> None:
    """Ask what to train, and add it to the queue.

    What is searched, or handed to Ray, is one job, as `inkling sweep` makes it. Else each training
    is a job of its own, which can be watched, moved and stopped by itself.
    """
    left, right = st.columns(2, gap="large")
    with left:
        dataset = job_forms.dataset()
        networks = st.multiselect(
            "Networks",
            list(NETWORKS),
            key=job_forms.recalled("sweep_networks"),
        )
    with right:
        presets = st.multiselect(
            "Presets",
            list(PRESETS),
            key=job_forms.recalled("sweep_presets"),
        )
        seeds = st.number_input(
            "How many seeds",
            1,
            MOST_SEEDS,
            key=job_forms.recalled("sweep_seeds"),
            help=f"{explaining.hover('seed')} {job_words.SEEDS}",
        )
        below = st.container()
    searched, on = ranges.asked(), _by_ray()
    whole = bool(searched.bounds or on)
    with below:
        learns = not whole and training.learns_from_corrections(dataset)
    job_forms.keep_choices()
    if not networks or not presets:
        _start(dataset, [], 0)
    elif whole:
        plan = Sweep.of(
            dataset=dataset, networks=networks, presets=presets, seeds=tuple(range(int(seeds))),
            budget=searched.budget, **searched.bounds,
        )  # fmt: skip
        wanted = outline.trainings(plan)
        st.caption(sweep_words.how_many(plan, len(wanted)))
        if on is None:
            job_forms.takes(wanted)
        _start(dataset, [Sweeping(plan, on)], len(wanted), most=bool(plan.searched))
    else:
        # Seed by seed, so that every network has its first result soon.
        configs = [
            TrainConfig(
                dataset=dataset, network=network, preset=preset, seed=seed, corrections=learns
            )
            for seed in range(int(seeds))
            for preset in presets
            for network in networks
        ]
        job_forms.takes(configs)
        _start(dataset, [Training(config) for config in configs], len(configs))


def _by_ray() -> str | None:
    """Ask whether Ray is to train, where the operator has one for visitors: where it is."""
    on = access.ray()
    if on is None:
        return None
    label = text.plain(sweep_words.by_ray(on))
    return on if st.toggle(label, key=job_forms.recalled("sweep_on_ray")) else None


def _start(dataset: str, requests: list[Request], count: int, *, most: bool = False) -> None:
    """Let people start what they asked for, and say what is wrong with the dataset if they do.

    Args:
        dataset: that was asked for.
        requests: the jobs to start.
        count: how many trainings these make.
        most: whether that is the most there can be.
    """
    label = f"Train {'up to ' * most}{counted(count, 'network')}"
    if st.button(label, type="primary", icon=":material/playlist_add:", disabled=not requests):
        try:
            job_forms.checked(dataset)
        except InklingError as error:
            st.error(text.plain(str(error)))
        else:
            job_forms.start(*requests)
