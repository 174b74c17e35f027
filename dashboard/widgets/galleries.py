"""Test images: one large, or many to pick from."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import streamlit as st

from dashboard import address, images, loaders
from dashboard.components.export import About
from dashboard.components.gallery import Tile, gallery
from dashboard.components.pictures import Picture, pictures
from dashboard.components.sheet import Sheet
from dashboard.loaders import PredictionsMismatch
from dashboard.view import View
from dashboard.widgets import choices, explaining, frame, work
from dashboard.words import selection as selection_words
from dashboard.words import text
from pipeline import access
from pipeline.data.datasets import Dataset, DatasetMissing, picked
from pipeline.store.run_folder import Run

PAGES = (100, 200, 400)  # choices for the number of tiles on a page
PAGE = PAGES[0]  # the default
LONGEST_NAME = 12  # letters of a class name under a tile; the whole is in its hint
TILE = 84  # CSS pixels, the smallest width of a tile
LONG, GALLERY_HEIGHT = 30, 640  # more tiles scroll within so many CSS pixels
ON_STAGE = 12  # images that can be seen from afar
SECOND = "predicted by the second run"


def images_of(run: Run, *, offers: bool = True) -> Dataset | None:
    """Open a run's images; if they are missing or do not match, say so and offer to get them.

    Args:
        run: whose test images are to be shown.
        offers: False where another part of the page already offers to get them.
    """
    try:
        return loaders.dataset(run)
    except PredictionsMismatch as mismatch:
        st.error(text.plain(str(mismatch)), icon=":material/broken_image:")
    except DatasetMissing as missing:
        offers = offers and access.may(access.Change.TRAIN) and not address.presenting()
        work.missing_images(run, str(missing), offers=offers)
    return None


def has_images(run: Run) -> bool:
    """Whether a run's images are on this machine, as it was measured on them."""
    try:
        loaders.dataset(run)
    except (PredictionsMismatch, DatasetMissing):
        return False
    return True


def order_picker(run: Run, key: str, default: str) -> str:
    """Let people choose what a gallery is sorted by."""
    known = [
        name
        for name, (column, _) in loaders.ORDERS.items()
        if column in loaders.COLUMNS or loaders.has_features(run)
    ]
    explained = explaining.hover("confidence", "margin", "loss", "feature_space")
    return choices.select(key, "Sort by", known, default=default, explained=explained)


def size_picker(key: str) -> int:
    """Let people choose how many images a page shows."""
    return choices.select(key, "Images per page", PAGES, default=PAGE)


def gallery_of(
    view: View,
    dataset: Dataset | None,
    rows: np.ndarray,
    key: str,
    label: str,
    on_pick: Callable[[int], None] | None,
    *,
    framed: int | None = None,
    focus: int | None = None,
    page_size: int = PAGE,
    notes: dict[int, str] | None = None,
    tile_width: int = TILE,
) -> None:
    """Show test images with true → predicted and confidence, in pages.

    If the images are not on this machine, a table shows the same facts.

    Args:
        view: the runs whose predictions are shown.
        dataset: the images; None if they are not on this machine.
        rows: int (m,), row numbers of test images, in order.
        key: unique on the page.
        label: what they are: the title of downloads, and for screen readers.
        on_pick: called with the image that was clicked; None if none can be.
        framed: the image to put a frame around.
        focus: the image that takes the keyboard's focus.
        page_size: the most tiles on a page.
        notes: shown instead of the confidence, by image.
        tile_width: smallest width of a tile in CSS pixels.
    """
    notes = notes or {}
    shown = rows[page_of(len(rows), page_size)]
    run, second = view.run, view.second
    table = loaders.predictions(run).iloc[shown]
    others = None if second is None else loaders.predictions(second)["predicted"].iloc[shown]
    if dataset is None:
        named = {
            part: table[part].map(lambda k: run.class_names[k]) for part in ("label", "predicted")
        }
        told = {"note": [notes.get(int(sample), "") for sample in shown]} if notes else {}
        st.dataframe(table[["confidence"]].assign(**named, **told), key=f"{key}_table")
        return
    tiles = []
    columns = (table[name].tolist() for name in ("label", "predicted", "confidence"))
    for at, (truth, guess, confidence) in enumerate(zip(*columns, strict=True)):
        sample, names = int(shown[at]), run.class_names
        true, predicted = names[truth], names[guess]
        share = text.percent(confidence)
        other = "" if others is None else names[int(others.iloc[at])]
        facts: dict[str, str | float]
        facts = {"test image": sample, "true": true, "predicted": predicted}
        facts["confidence (%)"] = 100 * confidence
        facts |= {SECOND: other} if other else {}
        facts |= {"note": notes.get(sample, "")} if notes else {}
        tiles.append(
            Tile(
                id=sample,
                caption=" → ".join(text.shorten(name, LONGEST_NAME) for name in (true, predicted)),
                detail=notes.get(sample) or (f"second: {other}" if other else share),
                hint=f"test image {sample}: true {true}, predicted {predicted}, {share} confidence"
                + (f"; the second run predicts {other}" if other else "")
                + (f"; {notes[sample]}" if sample in notes else ""),
                facts=facts,
            )
        )
    sheet = sheet_of(dataset, shown)
    # A long gallery scrolls by itself, so that what is beside it stays in view.
    with st.container(height=GALLERY_HEIGHT if len(tiles) > LONG else "content", border=False):
        gallery(
            tiles,
            sheet,
            about=_about(view, label, key),
            key=key,
            on_pick=on_pick,
            chosen=framed,
            focus=focus,
            tile_width=tile_width,
        )


def on_stage(
    view: View,
    dataset: Dataset | None,
    rows: np.ndarray,
    key: str,
    label: str,
    notes: dict[int, str] | None = None,
) -> None:
    """Show the first of these images to a room, as large as they fit; a click shows one alone.

    Where images are missing, that has been said.
    """
    if len(rows) == 0:
        st.markdown(selection_words.NOTHING_FITS)
    elif dataset is not None:
        gallery_of(
            view,
            dataset,
            rows[:ON_STAGE],
            key,
            label,
            lambda sample: address.change(sample=sample),
            notes=notes,
        )


def alone(view: View, dataset: Dataset, sample: int) -> None:
    """Show one test image to a room, as large as it fits."""
    gallery_of(
        view, dataset, np.array([sample]), "alone", f"Test image {sample:,}", None, tile_width=TILE
    )


def _about(view: View, label: str, key: str) -> About:
    """Say what a gallery shows: of which runs, and what is selected."""
    about = frame.about(label, key.replace("_", "-"), view.runs)
    said = ", ".join(words for _, words in selection_words.chips(view.chosen, view.run.class_names))
    return replace(about, source=f"{said} · {about.source}") if said else about


def sheet_of(dataset: Dataset, rows: np.ndarray) -> Sheet:
    """Combine test images into one picture, as people should see them.

    Args:
        dataset: where the test images are.
        rows: int (m,), row numbers of test images, in order; m at least 1.
    """
    return sheet_of_pictures(picked(dataset.x_test, rows), mnist_framed=dataset.mnist_framed)


def sheet_of_pictures(shown: np.ndarray, *, mnist_framed: bool) -> Sheet:
    """Combine images uint8 (n, height, width, channels), n at least 1, into one picture."""
    whole, across = images.sheet(shown, mnist_framed=mnist_framed, dark=frame.is_dark())
    return Sheet(images.data_uri(whole), across, -(-len(shown) // across))


def picture(image: np.ndarray, *, mnist_framed: bool, width: int, alt: str, key: str) -> None:
    """Show one image large, with crisp pixels."""
    pictures([_picture(image, mnist_framed, alt, width)], key=key)


def row_of_pictures(
    shown: np.ndarray,
    names: list[str],
    details: list[str],
    *,
    mnist_framed: bool,
    key: str,
    title: str,
) -> None:
    """Show a few images side by side, each with a name and a detail.

    Args:
        shown: uint8 (n, height, width, channels).
        names, details: a few words per image.
        mnist_framed: whether they are light ink on black.
        key: unique on the page.
        title: says what they are, in downloads and for screen readers.
    """
    listed = [
        _picture(image, mnist_framed, f"{title}: {name} {detail}", 64, name, detail)
        for image, name, detail in zip(shown, names, details, strict=True)
    ]
    pictures(listed, key=key, row=frame.about(title, key.replace("_", "-")))


def open_page(page: str, sample: int) -> None:
    """Go to another page with a test image."""
    address.change(sample=sample)
    st.switch_page(f"app_pages/{page}.py", query_params=address.linked())


def page_of(count: int, size: int) -> slice:
    """Let people turn pages, if there is more than one; return the rows of the current page."""
    pages = -(-count // size)
    if pages <= 1:
        return slice(0, size)
    first = (choices.page(pages) - 1) * size
    st.caption(f"{first + 1:,} to {min(first + size, count):,} of {count:,}")
    return slice(first, first + size)


def _picture(
    image: np.ndarray, mnist_framed: bool, alt: str, width: int, name: str = "", detail: str = ""
) -> Picture:
    source = images.data_uri(
        images.for_screen(image, mnist_framed=mnist_framed, dark=frame.is_dark())
    )
    return Picture(source, alt, width, name, detail)
