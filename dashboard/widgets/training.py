"""The form for a new training, and interrupted trainings to resume."""

import streamlit as st

from dashboard import loaders
from dashboard.widgets import frame
from dashboard.words import text
from dashboard.words import training as training_words
from dashboard.words import trust as trust_words
from pipeline import words
from pipeline.config import (
    DEFAULT_DATASET,
    DEFAULT_NETWORK,
    DEFAULT_PRESET,
    NETWORKS,
    PRESETS,
    TrainConfig,
)
from pipeline.data import datasets
from pipeline.data.known import NAMES
from pipeline.data.prepared import list_own
from pipeline.errors import InklingError
from pipeline.jobs import launch
from pipeline.jobs.job import Training
from pipeline.store.corrections import CORRECTIONS
from pipeline.store.interrupted import InterruptedTraining

OWN = "your own…"
KEPT = "train_form"  # in the session: what was chosen last
CHOICES: dict[str, object] = {  # the form's widgets, and what they begin with
    "train_dataset": DEFAULT_DATASET,
    "train_path": "",
    "train_network": DEFAULT_NETWORK,
    "train_preset": DEFAULT_PRESET,
    "train_epochs": None,
    "train_seed": 0,
    "train_corrections": False,
}


def form() -> None:
    """Ask what to train, and start it."""
    left, right = st.columns(2, gap="large")
    with left:
        dataset = _dataset()
        network = st.selectbox(
            "Network",
            list(NETWORKS),
            format_func=lambda key: f"{key} – {NETWORKS[key].title}",
            key=_recalled("train_network"),
        )
        st.caption(NETWORKS[network].lesson)
    with right:
        preset = st.selectbox(
            "Preset",
            list(PRESETS),
            format_func=lambda key: f"{key} – {PRESETS[key].purpose}",
            key=_recalled("train_preset"),
        )
        wide, narrow = st.columns([3, 2])
        epochs = wide.number_input(
            "Epochs",
            1,
            1000,
            value=None,
            placeholder="the preset’s",
            key=_recalled("train_epochs"),
            help="Passes over the training images; a preset shows a small dataset more often.",
        )
        seed = narrow.number_input("Seed", 0, 2**31 - 1, key=_recalled("train_seed"))
        learns = _learns_from_corrections(dataset)
    _keep_choices()
    if st.button("Train", type="primary", icon=":material/play_arrow:"):
        try:
            if not dataset:
                raise InklingError("Say where your dataset is: a folder or an .npz file.")
            datasets.check(dataset)
            config = TrainConfig.of(
                dataset=dataset,
                network=network,
                preset=preset,
                epochs=epochs,
                seed=int(seed),
                corrections=learns,
            )
        except InklingError as error:
            st.error(text.plain(str(error)))
        else:
            _start(Training(config))


def interrupted(place: InterruptedTraining) -> None:
    """Offer to resume an interrupted training, or to discard it."""
    with st.container(
        horizontal=True, vertical_alignment="center", border=True, key=f"interrupted_{place.key}"
    ):
        config = None
        try:
            rows, config = place.rows(), place.config()
            st.markdown(training_words.interrupted(config, rows))
        except InklingError as error:
            st.warning(text.plain(str(error)))
        if config is not None and st.button(
            "Resume",
            icon=":material/resume:",
            key=f"resume_{place.key}",
            help=training_words.RESUMED,
        ):
            _start(Training(config, resume=True))
        if st.button("Discard", icon=":material/delete:", key=f"forget_{place.key}"):
            place.forget()
            st.rerun()


def _recalled(key: str) -> str:
    """Return the key of a widget, set to what was chosen last: widgets forget between pages."""
    kept = {**CHOICES, **st.session_state.get(KEPT, {})}
    st.session_state.setdefault(key, kept[key])
    return key


def _keep_choices() -> None:
    """Keep what is chosen, and what was chosen in widgets that are not shown now."""
    shown = {key: st.session_state[key] for key in CHOICES if key in st.session_state}
    st.session_state[KEPT] = st.session_state.get(KEPT, {}) | shown


def _own() -> dict[str, str]:
    """Name people's own datasets that were used before: a label for each reference."""
    return {
        one.reference: f"{one.name} – {one.source}" if one.source else one.name
        for one in list_own()
    }


def _dataset() -> str:
    """Ask for a dataset; "" while the path of an own dataset is missing."""
    own = _own()
    choices = [*NAMES, *own, OWN]
    if st.session_state[_recalled("train_dataset")] not in choices:  # deleted since
        st.session_state["train_dataset"] = DEFAULT_DATASET
    name: str = st.selectbox(
        "Dataset", choices, format_func=lambda name: own.get(name, name), key="train_dataset"
    )
    if name != OWN:
        return name
    path: str = st.text_input(
        "Folder or .npz file on this machine",
        key=_recalled("train_path"),
        help="A folder with one subfolder of images per class, a folder of IDX files, or an .npz "
        "file with x_train, y_train, x_test, y_test. All images must have the same size, 8 to 64 "
        "pixels. IDX files have no class names: put them into a file `classes.txt` in the same "
        "folder, one per line.",
    ).strip()
    if path:
        try:
            datasets.check(path)
        except InklingError as error:
            st.error(text.plain(str(error)))
    return path


def _learns_from_corrections(dataset: str) -> bool:
    """Ask whether to learn from corrections too, if any of them fit the dataset."""
    found = loaders.corrections()
    fitting = found.fitting(datasets.mnist_framed_classes(dataset)) if dataset else ()
    if not fitting:
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        learns = st.toggle(
            f"Also learn from corrections ({len(fitting):,})",
            key=_recalled("train_corrections"),
            help=f"Drawings that people labeled on the Draw page, kept in `{CORRECTIONS}` beside "
            f"the runs. {trust_words.unreadable(found.damaged)}",
            width="content",
        )
        st.page_link(frame.CORRECTIONS_PAGE, label="Look at them", icon=":material/spellcheck:")
    if learns:
        against = sum(kept.id in loaders.contradictions() for kept in fitting)
        if said := words.contradicted(against, len(fitting)):
            st.warning(said, icon=":material/visibility:")
    return learns


def _start(request: Training) -> None:
    """Start a training, and show it."""
    try:
        launch.start(request, loaders.store())
    except InklingError as error:
        st.error(text.plain(str(error)))
    else:
        st.rerun()
