"""A result of `inkling score`: which one, its images, and one of them."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import address, loaders
from dashboard.components.gallery import Tile, gallery
from dashboard.figures import bars
from dashboard.widgets import choices, frame, galleries
from dashboard.words import scored as words
from dashboard.words import text
from pipeline.errors import InklingError
from pipeline.reading import place
from pipeline.scoring.found import Found
from pipeline.scoring.result import Scored
from pipeline.store.run_folder import Run

RESULT, ORDER, CLASS, IMAGE = "scored", "scored_order", "scored_class", "scored_image"
FIRST = 60  # images on a page


def chosen(run: Run) -> Scored | None:
    """Open the result that the address names, or else the newest, of this run where there is one.

    If it cannot be opened, say why.
    """
    known = loaders.noted_scores()
    asked = address.choice(RESULT)
    try:
        if asked is not None:
            return loaders.scored(place(asked))
    except InklingError as error:
        st.warning(text.plain(str(error)), icon=":material/folder_off:")
    return next((one for one in known if one.facts.run == run.id), next(iter(known), None))


def picker(shown: Scored | None) -> None:
    """Let people choose a result of this store, or say where another one is."""
    known = [str(one.path) for one in loaders.noted_scores()]
    current = str(shown.path) if shown else None
    options = [*dict.fromkeys([*known, *([current] if current else [])])]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if options:
            st.session_state["scored_picker"] = current
            st.selectbox(
                "Result", options, key="scored_picker",
                on_change=lambda: _open(st.session_state["scored_picker"]),
            )  # fmt: skip
        with st.popover("Another folder", icon=":material/folder_open:"):
            st.text_input(
                "Folder that `inkling score` wrote", key="scored_path",
                on_change=lambda: _open(st.session_state["scored_path"].strip()),
            )  # fmt: skip


def nothing() -> None:
    """Say how to get a result."""
    st.markdown(words.HOW)
    st.code(words.COMMAND, language="bash")


def reader(of: Scored) -> str:
    """Name the run that scored; by its id where it is not in this store any more."""
    run = loaders.run(of.facts.run)
    return loaders.label(run, short=True) if run else of.facts.run


def order_and_class(of: Scored) -> tuple[str, str | None]:
    """Let people choose what images are sorted by, and what they were read as."""
    names = {label: key for key, label in words.ORDERS.items()}
    if of.facts.threshold is None:
        del names[words.ORDERS["least_typical"]]
    classes = {str(label): name for label, name in enumerate(of.facts.class_names)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = choices.segmented(ORDER, "Sorted by", tuple(names), voids=[])
        label = choices.found(CLASS, "Read as", classes, placeholder="any class")
    return names[order], None if label is None else classes[label]


def images(of: Scored, order: str, class_name: str | None) -> None:
    """Show the images that are worth a look, beside one of them."""
    rows = loaders.scored_samples(of, order, class_name)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.caption(words.sorted_by(order, len(rows), class_name))
        shown = galleries.page_of(len(rows), FIRST)
        found = loaders.scored_images(of, order, class_name, shown)
        _gallery(of, rows[shown], found)
    with right:
        if len(rows):
            asked = choices.number(IMAGE)
            at = asked if asked is not None and asked < len(rows) else shown.start or 0
            here = range(len(rows))[shown]
            if at in here:
                one = found[at - here.start]
            else:
                (one,) = loaders.scored_images(of, order, class_name, slice(at, at + 1))
            _detail(of, rows.to_dict("records")[at], one)


def on_stage(of: Scored, order: str, class_name: str | None) -> None:
    """Show the first images to a room."""
    first = slice(0, galleries.ON_STAGE)
    rows = loaders.scored_samples(of, order, class_name)[first]
    _gallery(of, rows, loaders.scored_images(of, order, class_name, first))


def by_class(of: Scored) -> None:
    """Show how many images were read as each class."""
    finding, tells = words.by_class(of), of.facts.threshold is not None
    figure = loaders.drawn(
        bars.scored_bars, of.done.by_class, of.facts.class_names, frame.colors(), tells=tells
    )
    frame.chart(figure, f"How many images were read as each class. {finding}.", "by_class", finding)


def failed(of: Scored) -> None:
    """List the first images that could not be read, with their reasons."""
    if of.done.failed:
        with st.expander(words.failed(of), icon=":material/broken_image:"):
            listed = pd.DataFrame(of.done.reasons, columns=["source", "reason"])
            st.dataframe(listed, hide_index=True)


def _open(path: str) -> None:
    address.change({RESULT: path or None, CLASS: None, IMAGE: None, address.PAGE: None})


def _gallery(of: Scored, rows: pd.DataFrame, found: list[Found]) -> None:
    """Show images with what they were read as; those that are gone stay empty, and are counted."""
    if not len(rows):
        st.info("There are no images to show here.", icon=":material/image_search:")
        return
    blank = np.zeros(of.facts.shape, np.uint8)
    pictures = np.stack([blank if one.image is None else one.image for one in found])
    gone = [one.error for one in found if one.image is None]
    if gone:
        st.warning(
            text.plain(words.gone(len(gone), gone[0])), icon=":material/image_not_supported:"
        )
    if len(gone) < len(found) or address.presenting():
        listed = zip(rows.index, rows.to_dict("records"), found, strict=True)
        tiles = [_tile(of, int(at), row, one) for at, row, one in listed]
        long = len(tiles) > galleries.LONG  # then it scrolls, so that what is beside it stays
        with st.container(height=galleries.GALLERY_HEIGHT if long else "content", border=False):
            gallery(
                tiles,
                galleries.sheet_of_pictures(pictures, mnist_framed=of.facts.mnist_framed),
                about=frame.about("Images without labels", "scored"),
                key="scored_gallery",
                on_pick=lambda at: address.change(
                    {IMAGE: str(at), address.PAGE: address.choice(address.PAGE)}
                ),
                chosen=choices.number(IMAGE),
                tile_width=galleries.TILE,
            )
    else:
        st.dataframe(rows[["class", "confidence", "ood_score", "source"]], hide_index=True)


def _tile(of: Scored, at: int, row: Mapping[Hashable, Any], found: Found) -> Tile:
    share, where = text.percent(row["confidence"]), words.where(row)
    strange = words.ood(_score(row), of.facts)
    return Tile(
        id=at,
        caption=text.shorten(row["class"], galleries.LONGEST_NAME),
        detail="not there" if found.image is None else share,
        hint=f"{where}: read as {row['class']}, {share} confidence"
        + (f"; {strange}" if strange else "")
        + (f"; {found.error}" if found.error else ""),
        facts={
            "image": where,
            "class": row["class"],
            "confidence (%)": 100 * row["confidence"],
            "OOD score": "" if _score(row) is None else row["ood_score"],
        },
    )


def _detail(of: Scored, row: Mapping[Hashable, Any], found: Found) -> None:
    """Show one image, and what the run that scored it says now, if it is here."""
    said = [f"{text.percent(row['confidence'])} confidence", words.ood(_score(row), of.facts)]
    st.subheader(text.plain(row["class"]))
    st.caption(text.plain("; ".join(part for part in said if part)))
    if found.image is None:
        st.info(text.plain(found.error), icon=":material/image_not_supported:")
    else:
        alt = f"The image, enlarged; it was read as “{row['class']}”."
        framed = of.facts.mnist_framed
        galleries.picture(found.image, mnist_framed=framed, width=224, alt=alt, key="large")
    st.code(words.where(row), language=None, wrap_lines=True)
    run = loaders.run(of.facts.run)
    if run is None or found.image is None or run.info.input_shape != of.facts.shape:
        return
    shares = loaders.predict(run, found.image).probabilities
    titles, names = loaders.labels([run]), run.class_names
    figure = loaders.drawn(bars.predictions, [shares], titles, names, frame.colors())
    best = int(shares.argmax())
    alt = (
        f"Probability of each class; the largest is “{names[best]}”, {text.percent(shares[best])}."
    )
    frame.chart(figure, alt, "predictions")


def _score(row: Mapping[Hashable, Any]) -> float | None:
    return None if pd.isna(row["ood_score"]) else float(row["ood_score"])
