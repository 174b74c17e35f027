"""How a machine reads a digit: the tour, which computes in the browser."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from dashboard import address, loaders
from dashboard.components import tour as component
from dashboard.widgets import choices, frame, work
from dashboard.widgets.queue import look
from pipeline import access
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset, DatasetMissing
from pipeline.data.prepared import same_images
from pipeline.export import tour_later, tour_networks
from pipeline.export.tour_networks import Subject
from pipeline.export.tour_spec import STEPS
from pipeline.jobs import history
from pipeline.jobs.job import Job
from pipeline.jobs.requests import Series, TakeApart, Training
from pipeline.prose.texts import Texts
from pipeline.store.run_folder import Run

STEP = "step"  # in the address
KEY, TURN = "tour", "_tour_turn"
FILM = "film"  # of a training, as something that may be missing
SHORTEST = {FILM: "pixels"}  # the network that brings it
PRESETS = {"cnn": "quick"}  # the others take seconds anyway
DIG = {  # by step: the page where one can dig, and whose run it opens; "" for any
    "grid": ("data", ""),
    "weights": ("inside", "pixels"),
    "neuron": ("inside", "perceptron"),
    "layers": ("inside", "perceptron"),
    "shift": ("draw", "cnn"),
    "convolution": ("inside", "cnn"),
    "learning": ("overview", "pixels"),
    "trust": ("scorecard", "cnn"),
}


@st.fragment
@frame.plainly
def tour(run: Run | None, texts: Texts) -> None:
    """Show the tour for the dataset of a run, or for the one that comes with Inkling.

    Args:
        run: the chosen run, if there is one.
        texts: the sentences of the visitor's language.
    """
    subject, images = _subject(run)
    found = tour_networks.choose(subject, loaders.runs(), run.id if run else None)
    packed = {name: loaders.tour_network(name, one, texts.language) for name, one in found.items()}
    ready = {name: one for name, one in found.items() if packed[name]}
    filmed = tour_networks.filmed(subject, loaders.runs())
    shown = loaders.tour(subject, images, ready, filmed, texts.language)
    asked = component.tour(shown, _stepped, key=KEY)
    with st.container(key="tour_parts"):
        for name, one in packed.items():
            if one:
                component.network(one, key=f"tour_{name}")
        links = _links(ready, texts)
        lacking = [name for name in tour_networks.NETWORKS if name not in ready]
        _news(links, subject, found, lacking if filmed else [*lacking, FILM], texts)
        _measured(ready, subject, images, texts)
    _answer(asked, subject, found, links)


def title(run: Run | None, texts: Texts) -> str:
    """Name the page."""
    subject, _ = _subject(run)
    return texts.say("tour.title" if subject.is_digits else "tour.title_other")


def _subject(run: Run | None) -> tuple[Subject, Dataset | None]:
    """Say what the tour is about: what the run was trained on, or what comes with Inkling."""
    if run is None or run.bundled:  # the bundled run's images are seldom on this machine
        images = loaders.embedded()
        same = (images.fingerprint,)
        subject = Subject(
            images.name, same, images.class_names, images.image_shape, images.mnist_framed
        )
        return subject, images
    info = run.info
    try:
        found = loaders.dataset(run)
    except (DatasetMissing, loaders.PredictionsMismatch):
        found = None
    same_as = same_images(info.dataset.fingerprint)
    return Subject(
        info.dataset_reference,
        tuple(sorted(same_as)),
        run.class_names,
        info.input_shape,
        info.dataset.mnist_framed,
    ), found


def _news(
    links: dict[str, dict[str, str]],
    subject: Subject,
    found: Mapping[str, Run],
    lacking: list[str],
    texts: Texts,
) -> None:
    """Tell the tour what changes while it is open; once a second while something is trained."""
    job = _job()
    running = job is not None and not job.status().ended

    @st.fragment(run_every=1 if running else None)
    def panel() -> None:
        status = job.status() if job else None
        if running and status and (status.ended or _arrived(subject, lacking)):
            st.rerun()
        said = None
        if running and status:
            progress = status.progress
            share = min(progress.done / progress.total, 1.0) if progress.total else 0.0
            percent = texts.percent(share, 0)
            waits = status.state == "waiting"
            if waits:
                look()  # nobody else may
            left = texts.counted("tour.left", len(lacking), share=percent)
            said = {
                "said": texts.say("tour.waits") if waits else left,
                "share": share,
                "stoppable": progress.stoppable and not (job and job.asked_to_stop),
            }
        failed = status.message if status and status.state == "failed" and lacking else ""
        component.tell(
            component.News(
                step=_step(),
                turn=st.session_state.get(TURN, 0),
                present=address.presenting(),
                links=links,
                missing={name: _lacks(name, found, texts) for name in lacking},
                job=said,
                failed=failed,
                can_train=access.may(access.Change.TRAIN),
                command=_command(subject, lacking, found),
            ),
            key="tour_news",
        )

    panel()


def _measured(
    ready: Mapping[str, Run], subject: Subject, images: Dataset | None, texts: Texts
) -> None:
    """Tell the tour how shifting its test images changes accuracy, shortly before that is shown."""
    runs = {name: ready[name] for name in tour_later.SHIFTED if name in ready}
    soon = _step() >= list(STEPS).index("shift") - 1
    if len(runs) < len(tour_later.SHIFTED) or not soon:
        return
    unseen = {
        name: run
        for name, run in runs.items()
        if run.info.dataset.fingerprint in subject.fingerprints
    }
    curves = loaders.shift_curves(unseen, images) if images else {}
    curve = tour_later.curve(curves, tour_later.measured(runs), texts)
    component.measured(curve, key="tour_curve")


def _arrived(subject: Subject, lacking: list[str]) -> bool:
    """Whether one of the networks that were missing is there, or a film."""
    there = tour_networks.choose(subject, loaders.runs(), None)
    if FILM in lacking and tour_networks.filmed(subject, loaders.runs()):
        return True
    return any(name in there and there[name].anatomy() is not None for name in lacking)


def _lacks(name: str, found: Mapping[str, Run], texts: Texts) -> str:
    """Say that a network is missing, or has to be taken apart; or a film."""
    if name == FILM:
        return texts.say("tour_later.film.missing")
    if name in found:
        return texts.say("tour.missing.apart", network=loaders.label(found[name]))
    return texts.say(f"tour.missing.{name}")


def _command(subject: Subject, lacking: list[str], found: Mapping[str, Run]) -> str:
    """Say what to run where nothing can be trained on the dashboard."""
    return " && ".join(
        f"inkling evaluate {found[name].id}"
        if name in found
        else f"inkling train --dataset {subject.dataset} --network {SHORTEST.get(name, name)}"
        for name in lacking
    )


def _job() -> Job | None:
    """Find the last job that was to bring the tour's networks."""
    jobs = history.read(loaders.store())
    return next((one.job for one in jobs if isinstance(one.request, Series)), None)


def _step() -> int:
    """Return the step in the address, counted from 0; the nearest there is."""
    return min(max((choices.number(STEP) or 1), 1), len(STEPS)) - 1


def _stepped() -> None:
    """Write into the address where the visitor has gone."""
    match st.session_state[KEY].get("step"):
        case {"step": int(step), "turn": int(turn)} if 0 <= step < len(STEPS):
            st.session_state[TURN] = turn
            address.change({STEP: str(step + 1) if step else None})


def _links(ready: Mapping[str, Run], texts: Texts) -> dict[str, dict[str, str]]:
    """Say where one can dig, by step."""
    links = {}
    for step in STEPS:
        page, network = DIG[step]
        runs = [ready[network]] if network in ready else [] if network else [*ready.values()]
        if runs:
            query = {address.RUN: runs[0].id, address.LANG: texts.language}
            links[step] = {
                "href": f"{page if page != 'overview' else './'}?{urlencode(query)}",
                "label": texts.say(f"tour.links.{step}"),
                "run": runs[0].id,
            }
    return links


def _answer(
    asked: Any, subject: Subject, found: Mapping[str, Run], links: dict[str, dict[str, str]]
) -> None:
    """Do what the visitor asks for, as the browser sent it, unchecked."""
    match asked:
        case {"train": [*names]}:
            known = (*tour_networks.NETWORKS, FILM)
            _train([name for name in known if name in names], subject, found)
        case {"stop": True} if job := _job():
            work.give_up(job)
        case {"dig": str(step)} if step in links:
            st.switch_page(
                f"app_pages/{DIG[step][0]}.py", query_params={address.RUN: links[step]["run"]}
            )


def _train(names: list[str], subject: Subject, found: Mapping[str, Run]) -> None:
    """Start what brings networks: a training, or taking a run apart."""
    wanted = tuple(
        TakeApart(found[name].id)
        if name in found
        else Training(
            TrainConfig(
                dataset=subject.dataset,
                network=SHORTEST.get(name, name),
                preset=PRESETS.get(name, "default"),
            )
        )
        for name in names
    )
    if work.start(Series(wanted)):
        st.rerun()
