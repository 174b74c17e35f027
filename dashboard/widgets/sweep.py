"""The form for several trainings at once: networks × presets × seeds."""

import streamlit as st

from dashboard.widgets import explaining, job_forms, training
from dashboard.words import jobs as job_words
from dashboard.words import text
from pipeline.config import NETWORKS, PRESETS, TrainConfig
from pipeline.errors import InklingError
from pipeline.jobs.requests import Training
from pipeline.words import counted

MOST_SEEDS = 10


def form() -> None:
    """Ask what to train, and add it to the queue."""
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
        learns = training.learns_from_corrections(dataset)
    job_forms.keep_choices()
    # Seed by seed, so that every network has its first result soon.
    wanted = [
        TrainConfig(dataset=dataset, network=network, preset=preset, seed=seed, corrections=learns)
        for seed in range(int(seeds))
        for preset in presets
        for network in networks
    ]
    job_forms.takes(wanted)
    label = f"Train {counted(len(wanted), 'network')}"
    if st.button(label, type="primary", icon=":material/playlist_add:", disabled=not wanted):
        try:
            job_forms.checked(dataset)
        except InklingError as error:
            st.error(text.plain(str(error)))
        else:
            job_forms.start(*(Training(config) for config in wanted))
