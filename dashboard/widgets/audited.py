"""Labels of the training and validation images, as the networks of an audit see them."""

from collections.abc import Callable, Hashable, Mapping

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import address, loaders
from dashboard.components.gallery import Tile, gallery
from dashboard.figures import bars
from dashboard.selection import Selection, matching
from dashboard.view import View
from dashboard.widgets import choices, frame, galleries, marking, selection_bar, stage, work
from dashboard.words import data as data_words
from dashboard.words import text
from dashboard.words import trust as trust_words
from pipeline.config import FOLDS, REPEATS
from pipeline.data.datasets import Dataset, picked
from pipeline.errors import InklingError
from pipeline.store import reviews
from pipeline.store.audits import Audit
from pipeline.store.run_folder import Run

TEST = "test"
PART, IMAGE = "labels_part", "labels_image_"  # in the address; the second once a part
FIRST = 60  # images on a page
ASKED = "Networks that did not learn from it"


def newest(view: View) -> Audit | None:
    """Open the audit of a view's dataset, if there is one that can be shown; say what is not."""
    if not galleries.has_images(view.run):
        return None
    try:
        return loaders.audit(view.run)
    except InklingError as error:
        st.warning(text.plain(str(error)), icon=":material/broken_image:")
        return None


def part_of(audit: Audit | None) -> str:
    """Let people choose a part of the dataset; without an audit there is only the test part."""
    if audit is None:
        return TEST
    parts = {f"{name.capitalize()} images": part for part, name in data_words.PARTS.items()}
    names = sorted(parts, key=lambda name: parts[name] != TEST)  # it came first
    return parts[choices.segmented(PART, "Part of the dataset", names)]


def offer(run: Run) -> None:
    """Offer to audit a run's dataset."""
    images = sum(run.info.dataset.counts.values())
    work.auditing(run, trust_words.not_audited(images, FOLDS * REPEATS))


def heading(sentence: str, marks: pd.DataFrame) -> None:
    """Open the page with a sentence, and say how many images people have marked.

    Args:
        sentence: Markdown.
        marks: from `loaders.marks_table`.
    """
    given = marks["tag"].value_counts()
    wrong, ambiguous = (given.get(tag, 0) for tag in (reviews.WRONG_LABEL, reviews.AMBIGUOUS))
    said = trust_words.marked_so_far(marks["index"].nunique(), wrong, ambiguous)
    frame.heading("Labels", f"{sentence} {said}", "label", "nearest_neighbors")


def of_part(
    view: View,
    audit: Audit,
    part: str,
    above: DeltaGenerator,
    marked_only: Callable[[], bool],
) -> None:
    """Show the images of a part beside one of them, with ways to mark them.

    Args:
        view: its selection narrows the images by class.
        audit: of its dataset.
        part: "train" or "valid".
        above: where the page's main sentence goes.
        marked_only: asks whether to show only what is marked.
    """
    marks = loaders.marks_table(view.run, part, loaders.audited(audit, part))
    doubted, total = audit.facts.doubted[part], audit.facts.counts[part]
    with above:
        heading(trust_words.audited_part(data_words.PARTS[part], doubted, total), marks)
    dataset, found = loaders.dataset(view.run), _rows(view, audit, part)
    first = found[: galleries.ON_STAGE]
    stage.alone(lambda: _gallery(view, dataset, audit, part, first), view=view)
    selection_bar.bar(view)
    left, right = st.columns([3, 2], gap="large")
    with left:
        if marked_only():
            found = found[np.isin(found, marks["index"])]
        if len(found):
            st.caption(trust_words.sorted_images(len(found)))
            _gallery(view, dataset, audit, part, found)
        else:
            st.info("There are no images to show here.", icon=":material/flag:")
        marking.several(_place(view, part), found, FIRST)
        marking.file(marks)
        st.caption(trust_words.who_was_asked(audit.facts))
    with right:
        asked = choices.number(IMAGE + part)
        if asked is None or asked >= total:
            asked = int(found[0]) if len(found) else None
        if asked is not None:
            _detail(view, dataset, audit, part, asked)


def _rows(view: View, audit: Audit, part: str) -> np.ndarray:
    """Find the selected images, the most suspicious label first: int32 (m,) indices in the part."""
    table, chosen = loaders.audited(audit, part), view.chosen
    of_labels = Selection(true=chosen.true, predicted=chosen.predicted, outcome=chosen.outcome)
    found = matching(table, of_labels)
    return found[np.argsort(-table["suspicion"].to_numpy()[found], kind="stable")]


def _place(view: View, part: str) -> str:
    return reviews.place(view.run.info.dataset.fingerprint, part)


def _gallery(view: View, dataset: Dataset, audit: Audit, part: str, found: np.ndarray) -> None:
    shown = found[galleries.page_of(len(found), FIRST)]
    if not len(shown):
        return
    notes = {image: ", ".join(tags) for image, tags in _marks(view, part).items()}
    table, names = loaders.audited(audit, part).iloc[shown], view.run.class_names
    tiles = [
        _tile(part, row, names, notes.get(row["index"], "")) for row in table.to_dict("records")
    ]
    images = picked(getattr(dataset, f"x_{part}"), shown)
    title = f"{data_words.PARTS[part].capitalize()} images, least likely label first"
    gallery(
        tiles,
        galleries.sheet_of_pictures(images, mnist_framed=dataset.mnist_framed),
        about=frame.about(title, f"labels-{part}", [view.run]),
        key=f"labels_{part}",
        on_pick=lambda image: address.change(
            {IMAGE + part: str(image), address.PAGE: address.choice(address.PAGE)}
        ),
        chosen=choices.number(IMAGE + part),
        tile_width=galleries.TILE,
    )


def _tile(part: str, row: Mapping[Hashable, float], names: tuple[str, ...], note: str) -> Tile:
    image, given = int(row["index"]), text.percent(float(np.exp(-row["suspicion"])))
    label, predicted = names[int(row["label"])], names[int(row["predicted"])]
    what = f"{data_words.PARTS[part]} image"
    return Tile(
        id=image,
        caption=" → ".join(
            text.shorten(name, galleries.LONGEST_NAME) for name in (label, predicted)
        ),
        detail=note or given,
        hint=f"{what} {image}: labeled {label}, predicted {predicted}; {given} probability of the "
        f"label{f'; {note}' if note else ''}",
        facts={
            what: image,
            "label": label,
            "predicted": predicted,
            "probability of the label (%)": 100 * float(np.exp(-row["suspicion"])),
            "note": note,
        },
    )


def _detail(view: View, dataset: Dataset, audit: Audit, part: str, image: int) -> None:
    row, names = loaders.audited(audit, part).iloc[image], view.run.class_names
    label, what = int(row["label"]), f"{data_words.PARTS[part].capitalize()} image {image:,}"
    given = text.percent(float(np.exp(-row["suspicion"])))
    st.subheader(text.plain(f"{names[label]} → {names[int(row['predicted'])]}"))
    st.caption(f"{what}, {given} probability of its label")
    galleries.picture(
        getattr(dataset, f"x_{part}")[image],
        mnist_framed=dataset.mnist_framed,
        width=224,
        alt=f"{what}, enlarged; its label is “{names[label]}”.",
        key="large",
    )
    marking.one(_place(view, part), image, label, names)
    shares = audit.of_image(part, image)
    figure = loaders.drawn(bars.predictions, [shares], [ASKED], names, frame.colors(), true=label)
    best = int(shares.argmax())
    alt = (
        f"Probability of each class; the largest is “{names[best]}”, {text.percent(shares[best])}."
    )
    frame.chart(figure, alt, "predictions")


def _marks(view: View, part: str) -> dict[int, tuple[str, ...]]:
    """Return the tags of each marked image of a part."""
    marks, place = loaders.marks(), _place(view, part)
    return {image: marks.of(place, image) for image in marks.tagged(place)}
