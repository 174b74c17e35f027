"""What the forms of the Train page share: the dataset, what was chosen last, and the start."""

import platform
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard import loaders
from dashboard.words import jobs as job_words
from dashboard.words import text
from pipeline.config import DEFAULT_DATASET, DEFAULT_NETWORK, DEFAULT_PRESET, TrainConfig
from pipeline.data import datasets, prepared
from pipeline.data.known import NAMES
from pipeline.data.prepared import list_own
from pipeline.errors import InklingError
from pipeline.jobs import estimate, history, queue
from pipeline.jobs.requests import Request
from pipeline.sweeps.plan import BUDGET

OWN = "your own…"
KEPT = "train_form"  # in the session: what was chosen last
CHOICES: dict[str, object] = {  # the forms' widgets, and what they begin with
    "train_dataset": DEFAULT_DATASET,
    "train_path": "",
    "train_network": DEFAULT_NETWORK,
    "train_preset": DEFAULT_PRESET,
    "train_epochs": None,
    "train_seed": 0,
    "train_corrections": False,
    "sweep_networks": ["pixels", "shallow", "cnn"],
    "sweep_presets": ["quick"],
    "sweep_seeds": 1,
    "sweep_searched": [],
    "sweep_learning_rate": (0.002, 0.02),
    "sweep_augmentation": (0.0, 1.0),
    "sweep_label_smoothing": (0.0, 0.2),
    "sweep_budget": BUDGET,
    "sweep_on_ray": False,
    "add_path": "",
    "add_name": "",
    "add_pixels": None,
}


def recalled(key: str) -> str:
    """Return the key of a widget, set to what was chosen last: widgets forget between pages."""
    st.session_state.setdefault(key, kept(key))
    return key


def kept(key: str) -> Any:
    """Return what was chosen last, for a widget that takes it as its value."""
    return {**CHOICES, **st.session_state.get(KEPT, {})}[key]


def keep_choices() -> None:
    """Keep what is chosen, and what was chosen in widgets that are not shown now."""
    shown = {key: st.session_state[key] for key in CHOICES if key in st.session_state}
    st.session_state[KEPT] = st.session_state.get(KEPT, {}) | shown


def _own() -> dict[str, str]:
    """Name people's own datasets that were used before: a label for each reference."""
    return {
        one.reference: f"{one.name} – {one.source}" if one.source else one.name
        for one in list_own()
    }


def dataset() -> str:
    """Ask for a dataset; "" while the path of an own dataset is missing.

    `checked` says what is wrong with it.
    """
    own = _own()
    choices = [*NAMES, *own, OWN]
    if st.session_state[recalled("train_dataset")] not in choices:  # deleted since
        st.session_state["train_dataset"] = DEFAULT_DATASET
    name: str = st.selectbox(
        "Dataset", choices, format_func=lambda name: own.get(name, name), key="train_dataset"
    )
    if name != OWN:
        return name
    path: str = st.text_input(
        "Folder or .npz file on this machine",
        key=recalled("train_path"),
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


def checked(dataset: str) -> str:
    """Return a dataset that was asked for, or raise InklingError: why it cannot be opened."""
    if not dataset:
        raise InklingError("Say where your dataset is: a folder or an .npz file.")
    datasets.check(dataset)
    return dataset


def start(*requests: Request, upload: bytes | None = None) -> None:
    """Add jobs to the queue, and show them; `upload` is the file that they are about."""
    try:
        queue.add(requests, loaders.store(), upload)
    except InklingError as error:
        st.error(text.plain(str(error)))
    else:
        st.rerun()


def takes(configs: Sequence[TrainConfig]) -> None:
    """Say what trainings on one dataset will take, as far as earlier ones tell."""
    known = prepared.find(configs[0].dataset) if configs and configs[0].dataset else None
    if known is None:
        return
    store, runs, images = loaders.store(), loaders.runs(), known.counts["train"]
    jobs, machine = history.read(store), platform.node()
    alike = {_takes_as_long(config): config for config in configs}
    found = {
        kind: estimate.estimate(config, images, runs, jobs, machine)
        for kind, config in alike.items()
    }
    each = [found[_takes_as_long(config)] for config in configs]
    st.caption(job_words.takes([config.network for config in configs], each))


def _takes_as_long(config: TrainConfig) -> tuple[object, ...]:
    """Return what trainings that take as long have in common."""
    return config.network, config.preset, config.epochs
