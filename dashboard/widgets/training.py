"""The form for a new training, and interrupted trainings to resume."""

from collections.abc import Sequence

import streamlit as st

from dashboard import loaders
from dashboard.widgets import explaining, frame, job_forms
from dashboard.words import corrections as correction_words
from dashboard.words import runs as run_words
from dashboard.words import text
from dashboard.words import training as training_words
from dashboard.words import trust as trust_words
from pipeline import words
from pipeline.config import NETWORKS, PRESETS, TrainConfig
from pipeline.data import datasets
from pipeline.errors import InklingError
from pipeline.jobs.requests import Training
from pipeline.store.corrections import CORRECTIONS
from pipeline.store.interrupted import InterruptedTraining


def form() -> None:
    """Ask what to train, and start it."""
    left, right = st.columns(2, gap="large")
    with left:
        dataset = job_forms.dataset()
        network = st.selectbox(
            "Network",
            list(NETWORKS),
            format_func=lambda key: f"{key} – {NETWORKS[key].title}",
            key=job_forms.recalled("train_network"),
        )
        terms = run_words.LESSON_TERMS[network]
        st.caption(NETWORKS[network].lesson, help=explaining.hover("neural_network", *terms))
    with right:
        preset = st.selectbox(
            "Preset",
            list(PRESETS),
            format_func=lambda key: f"{key} – {PRESETS[key].purpose}",
            key=job_forms.recalled("train_preset"),
        )
        wide, narrow = st.columns([3, 2])
        epochs = wide.number_input(
            "Epochs",
            1,
            1000,
            value=None,
            placeholder="the preset’s",
            key=job_forms.recalled("train_epochs"),
            help=f"{explaining.hover('epoch')} {training_words.PRESET_EPOCHS}",
        )
        seed = narrow.number_input(
            "Seed",
            0,
            2**31 - 1,
            key=job_forms.recalled("train_seed"),
            help=explaining.hover("seed"),
        )
        learns = learns_from_corrections(dataset)
    job_forms.keep_choices()
    config = TrainConfig(
        dataset=dataset,
        network=network,
        preset=preset,
        epochs=epochs,
        seed=int(seed),
        corrections=learns,
    )
    job_forms.takes([config])
    if st.button("Train", type="primary", icon=":material/play_arrow:"):
        try:
            job_forms.checked(dataset)
        except InklingError as error:
            st.error(text.plain(str(error)))
        else:
            job_forms.start(Training(config))


def interrupted(place: InterruptedTraining, resumed: Sequence[TrainConfig]) -> None:
    """Offer to resume an interrupted training, to start it again, or to discard it.

    Args:
        place: of its checkpoint.
        resumed: those that go on already, or wait for that, which are left out.
    """
    with st.container(border=True, key=f"interrupted_{place.key}"):
        config = None
        try:
            rows, config = place.rows(), place.config()
            if config in resumed:
                st.caption(training_words.waits_to_resume(config))
                return
            said = training_words.interrupted(config, rows)
            st.markdown(said, help=explaining.hover("checkpoint", "validation"))
        except InklingError as error:
            st.warning(text.plain(str(error)))
        with st.container(horizontal=True, gap="small"):
            _ways_on(place, config)


def _ways_on(place: InterruptedTraining, config: TrainConfig | None) -> None:
    """Show what can be done with an interrupted training; without settings, only discarding it."""
    if config is not None and st.button(
        "Resume",
        icon=":material/resume:",
        key=f"resume_{place.key}",
        help=training_words.RESUMED,
    ):
        job_forms.start(Training(config, resume=True))
    if config is not None and st.button(
        "Start again",
        icon=":material/restart_alt:",
        key=f"restart_{place.key}",
        help=training_words.STARTED_AGAIN,
    ):
        job_forms.start(Training(config))
    if st.button("Discard", icon=":material/delete:", key=f"forget_{place.key}"):
        place.forget()
        st.rerun()


def learns_from_corrections(dataset: str) -> bool:
    """Ask whether to learn from corrections too, if any of them fit the dataset."""
    found = loaders.corrections()
    names = datasets.mnist_framed_classes(dataset) if dataset else ()
    fitting, learnable = found.fitting(names), found.learnable(names)
    if not learnable:
        if fitting:
            st.caption(correction_words.ALL_HELD_BACK)
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        learns = st.toggle(
            f"Also learn from corrections ({len(learnable):,})",
            key=job_forms.recalled("train_corrections"),
            help=f"Drawings that people labeled on the Draw page, kept in `{CORRECTIONS}` beside "
            f"the runs. {correction_words.left_out(len(fitting) - len(learnable))} "
            f"{trust_words.unreadable(found.damaged)}".strip(),
            width="content",
        )
        st.page_link(frame.CORRECTIONS_PAGE, label="Look at them", icon=":material/spellcheck:")
    if learns:
        against = sum(kept.id in loaders.contradictions() for kept in learnable)
        if said := words.contradicted(against, len(learnable)):
            st.warning(said, icon=":material/visibility:")
    return learns
