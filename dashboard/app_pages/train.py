"""Train another network and see if it is better; a child process does the work."""

from pathlib import Path

import streamlit as st

from dashboard import loaders, state
from dashboard.widgets import frame, work
from dashboard.words import general as words
from dashboard.words import trust as trust_words
from pipeline.config import DEFAULT_NETWORK, DEFAULT_PRESET, NETWORKS, PRESETS, TrainConfig
from pipeline.data import datasets
from pipeline.errors import InklingError
from pipeline.jobs import jobs
from pipeline.jobs.jobs import Job, Training
from pipeline.store import interrupted as checkpoints
from pipeline.store.corrections import CORRECTIONS
from pipeline.store.interrupted import Unfinished

OWN = "your own…"


def form() -> None:
    """Ask what to train, and start it."""
    left, right = st.columns(2, gap="large")
    with left:
        name = st.selectbox("Dataset", [*datasets.NAMES, OWN], key="train_dataset")
        path = ""
        if name == OWN:
            path = st.text_input(
                "Folder or .npz on this machine",
                key="train_path",
                help="A folder with a folder of pictures for each class, a folder of IDX files, or "
                "an .npz with x_train, y_train, x_test, y_test. All of one size, 8 to 64 pixels.",
            )
        network = st.selectbox(
            "Network",
            list(NETWORKS),
            index=list(NETWORKS).index(DEFAULT_NETWORK),
            format_func=lambda key: f"{key} – {NETWORKS[key].title}",
            key="train_network",
        )
        st.caption(NETWORKS[network].lesson)
    with right:
        preset = st.selectbox(
            "Preset",
            list(PRESETS),
            index=list(PRESETS).index(DEFAULT_PRESET),
            format_func=lambda key: f"{key} – {PRESETS[key].purpose}",
            key="train_preset",
        )
        epochs = st.number_input(
            "Epochs", 1, 1000, value=None, placeholder="by preset and size", key="train_epochs"
        )
        seed = st.number_input("Seed", 0, 2**31 - 1, value=0, key="train_seed")
        dataset = str(Path(path).expanduser()) if name == OWN else name
        learns = learns_from_corrections(dataset)
    if st.button("Train", type="primary", icon=":material/play_arrow:"):
        try:
            if name == OWN and not path.strip():
                raise InklingError("Say where your dataset lies: a folder or an .npz.")
            config = TrainConfig(
                dataset=dataset,
                network=network,
                preset=preset,
                epochs=epochs,
                seed=int(seed),
                corrections=learns,
            )
        except InklingError as error:
            st.error(str(error))
        else:
            start(Training(config))


def learns_from_corrections(dataset: str) -> bool:
    """Ask whether to learn from what people corrected too, where any of it fits the dataset."""
    found = loaders.corrections()
    count = sum(found.counts(datasets.ink_classes(dataset)).values())
    return count > 0 and st.toggle(
        f"Learn from corrections too ({count:,})",
        value=True,
        key="train_corrections",
        help=f"What people said their drawings were, on the Draw page: kept in `{CORRECTIONS}`, "
        f"beside the runs. {trust_words.unreadable(found.damaged)}",
    )


def start(training: Training) -> None:
    """Start a training, and show it."""
    try:
        jobs.start(training, loaders.store())
    except InklingError as error:
        st.error(str(error))
    else:
        st.rerun()


def interrupted(training: Unfinished) -> None:
    """Offer to go on with a training that was interrupted, or to let it go."""
    with st.container(border=True, key=f"unfinished_{training.key}"):
        config = None
        try:
            config = training.config()
            st.markdown(_where_it_stands(config, training.rows()))
        except InklingError as error:
            st.warning(str(error))
        with st.container(horizontal=True):
            if config is not None and st.button(
                "Resume", icon=":material/resume:", key=f"resume_{training.key}"
            ):
                start(Training(config, resume=True))
            if st.button("Let it go", icon=":material/delete:", key=f"forget_{training.key}"):
                training.forget()
                st.rerun()


def _where_it_stands(config: TrainConfig, rows: list[dict[str, float]]) -> str:
    best = max((row["val_accuracy"] for row in rows), default=0.0)
    learns = ", with the corrections it began with" if config.corrections else ""
    return (
        f"**{config.network}** on **{words.plain(config.dataset)}** was interrupted after "
        f"{len(rows)} of {config.epochs} epochs, with {words.percent(best)} of the validation "
        f"images right. It can go on from there{learns}, to the same end as if nothing had "
        "happened."
    )


def result(job: Job) -> None:
    """Say how the newest training ended."""
    status = job.status()
    if status.state == "failed":
        st.error(status.message, icon=":material/error:")
        return
    run = next((r for r in loaders.store().runs() if r.id == status.run_id), None)
    if run is None:
        st.warning("The training was stopped; no run was written.", icon=":material/stop:")
    else:
        if status.state == "stopped":
            st.warning(f"{status.message} Its best epoch is kept.", icon=":material/stop:")
        st.success(f"Done: {words.verdict(run.info.metrics)}", icon=":material/check:")
        st.page_link(
            "app_pages/overview.py",
            label=words.plain(f"Look at {words.run_label(run)}"),
            icon=":material/visibility:",
            query_params={state.RUN: run.id},
        )


trainings = [
    (job, request.config)
    for job in jobs.list_jobs(loaders.store())
    if isinstance(request := job.request, Training)
]
frame.heading("Train", "Train another network and see if it is better.")
if trainings and not trainings[0][0].status().ended:
    job, config = trainings[0]
    st.markdown(
        f"Training **{config.network}** on **{words.plain(config.dataset)}**. You may look around."
    )
    work.watch(job)
else:
    if trainings:
        result(trainings[0][0])
    for training in checkpoints.list_unfinished(loaders.store()):
        interrupted(training)
    form()
