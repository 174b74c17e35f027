"""The map of the test images, with lasso selection."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from dashboard import address, images, loaders
from dashboard.components.hover_pictures import hover_pictures
from dashboard.figures import data as figures
from dashboard.selection import Selection, area_text
from dashboard.view import View
from dashboard.widgets import detail, explaining, frame
from dashboard.words import data as data_words
from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run

TOOLS = {
    "displayModeBar": True,
    "displaylogo": False,
    "modeBarButtons": [["lasso2d", "select2d", "zoom2d", "pan2d", "resetScale2d"]],
    "showTips": False,
}


def image_map(view: View, dataset: Dataset | None) -> None:
    """Show the map, and beside it the selected images."""
    run = view.run
    places = loaders.places(run)
    if places is None:
        st.info(
            f"This run has no map yet; `inkling evaluate {run.id}` computes it.",
            icon=":material/scatter_plot:",
        )
        return
    rows = loaders.rows(view, "most confident first")
    left, right = st.columns([5, 3], gap="medium")
    with left:
        _map(run, places, rows, view.chosen)
        if dataset is not None:
            _pictures(run, dataset)
    with right:
        _images(view, dataset, rows)


def on_stage(view: View) -> None:
    """Draw the map for a room, with the selection brought out."""
    places = loaders.places(view.run)
    if places is not None:
        _map(view.run, places, loaders.rows(view, loaders.CONFIDENT), view.chosen)


def _map(run: Run, places: np.ndarray, rows: np.ndarray, chosen: Selection) -> None:
    """Draw the map; a selected area is written to the address."""
    table, names = loaders.predictions(run), run.class_names
    label, predicted = table["label"].to_numpy(), table["predicted"].to_numpy()
    finding = data_words.astray(places, label, predicted, len(names))
    figure = loaders.drawn(
        figures.image_map,
        places,
        table,
        names,
        frame.colors(),
        chosen=None if chosen.filters == Selection() else rows,
        area=chosen.area,
        sample=chosen.sample,
    )
    key = _key(run)

    def drawn() -> None:
        event = st.session_state.get(key)
        if event is None:  # from a page that is being left
            return
        corners = outline(event.selection)
        if not corners and not address.current().get("area"):
            return  # of before the selection: hovering on the way to it may be heard of late
        address.change(area=area_text(corners) if corners else None, sample=None)

    frame.chart(
        figure,
        f"Map of the test images by how similar the network finds them. {finding}.",
        key,
        finding,
        kind="map",
        on_select=drawn,
        selection_mode=("lasso", "box"),
        config=TOOLS,
    )
    if address.presenting():
        return
    colors = len(frame.colors().categorical)
    repeated = data_words.repeated(len(names), colors, colors * len(figures.SYMBOLS))
    st.caption(
        f"{data_words.on_map(places)} {repeated}", help=explaining.hover("t_sne", "feature_space")
    )


@st.fragment  # hovering reruns this alone
def _pictures(run: Run, dataset: Dataset) -> None:
    """Show the picture of the point that the pointer is over."""

    def picture(sample: int) -> str | None:
        if not 0 <= sample < len(dataset.x_test):
            return None
        shown = images.for_screen(
            dataset.x_test[sample], mnist_framed=dataset.mnist_framed, dark=frame.is_dark()
        )
        return images.data_uri(shown)

    hover_pictures(_key(run), picture, reported=address.stay)


def _key(run: Run) -> str:
    return f"map_{run.id}"


def outline(selected: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Return the corners of what was drawn on a chart: a lasso, a box, or nothing."""
    if lassos := selected.get("lasso"):
        corners = list(zip(lassos[-1]["x"], lassos[-1]["y"], strict=True))
        return corners if len(corners) >= 3 else []
    if boxes := selected.get("box"):
        (left, right), (bottom, top) = boxes[-1]["x"], boxes[-1]["y"]
        return [(left, bottom), (right, bottom), (right, top), (left, top)]
    return []


def _images(view: View, dataset: Dataset | None, rows: np.ndarray) -> None:
    """Show the selected images, or the one that was picked."""
    chosen = view.chosen
    if chosen.filters == Selection() and chosen.sample is None:
        st.info(
            "Draw a loop around some points to see their images, or use the filter above.",
            icon=":material/lasso_select:",
        )
        return
    table = loaders.predictions(view.run).iloc[rows]
    wrong = int((table["label"] != table["predicted"]).sum())
    sentence = data_words.chosen(len(rows), wrong)
    detail.one_or_all(view, dataset, rows, sentence, "map_images")
