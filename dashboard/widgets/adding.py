"""The form that adds a network that was trained elsewhere, and what was found out about one."""

from pathlib import Path

import streamlit as st

from dashboard.widgets import job_forms
from dashboard.words import text
from dashboard.words import training as training_words
from pipeline.data import datasets
from pipeline.errors import InklingError
from pipeline.jobs.job import MOST_UPLOADED
from pipeline.jobs.requests import Adding
from pipeline.preprocess import RANGES
from pipeline.store.run_folder import LONGEST_NAME, About, Run

MEGABYTE = 2**20


def form() -> None:
    """Ask for a network and what to test it on, and add it."""
    st.caption(training_words.WHAT_CAN_BE_ADDED)
    left, right = st.columns(2, gap="large")
    with left:
        upload = st.file_uploader(
            "A Keras network",
            type="keras",
            max_upload_size=MOST_UPLOADED // MEGABYTE,
            key="add_upload",
        )
        path = st.text_input(
            "Or where its file is on this machine",
            key=job_forms.recalled("add_path"),
            placeholder="a .keras file",
            disabled=upload is not None,
        ).strip()
    with right:
        dataset = job_forms.dataset()
        name = st.text_input(
            "Name of the run",
            key=job_forms.recalled("add_name"),
            max_chars=LONGEST_NAME,
            placeholder="that of its file",
        )
        pixels = st.selectbox(
            "Pixels it was trained on",
            list(RANGES),
            index=None,
            format_func=lambda key: f"from {RANGES[key].name}",
            key=job_forms.recalled("add_pixels"),
            placeholder="found out",
            help=training_words.PIXELS,
        )
    job_forms.keep_choices()
    if st.button("Add", type="primary", icon=":material/add:"):
        try:
            About.of(name)
            tested_on = datasets.canonical(job_forms.checked(dataset))
            if upload is None and not path:
                raise InklingError("Choose a .keras file, or say where it is on this machine.")
        except InklingError as error:
            st.error(text.plain(str(error)))
        else:
            file = upload.name if upload else str(Path(path).expanduser().absolute())
            request = Adding(file, tested_on, name, uploaded=upload is not None, pixels=pixels)
            job_forms.start(request, upload=upload.getvalue() if upload else None)


def found(run: Run) -> None:
    """List what was found out about a network that was added."""
    if run.info.added:
        st.markdown("\n".join(f"- {text.plain(said)}" for said in run.info.added.found))
