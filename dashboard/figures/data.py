"""What is in a dataset: its classes by part, and a map of its test images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import Table, class_axis, cut, finish, outlined, plain
from dashboard.palette import LEAST_SEEN, Palette, contrast
from dashboard.words import data as data_words

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "star")
CROSS = "x"  # of a mistake
FADED = 0.08  # opacity of images that are not selected
MOST_NAMES = 30  # classes; above that their names would hide the map


def class_counts(
    counts: Mapping[str, np.ndarray], class_names: Sequence[str], palette: Palette
) -> go.Figure:
    """Draw how many images each class has in each part of the dataset.

    Args:
        counts: int (classes,) by the name of a part; at most three, the last in the accent color.
        class_names: one name per class.
        palette: for the page's mode.
    """
    shades = (palette.sequential[3], palette.sequential[6], palette.accent)[-len(counts) :]
    names = [str(name) for name in class_names]
    figure = go.Figure()
    for (part, values), shade in zip(counts.items(), shades, strict=True):
        figure.add_bar(
            x=[plain(name) for name in names],
            y=values,
            name=part,
            marker={"color": shade, "line": outlined(palette)},
            hovertemplate="%{x}, " + part + " images: %{y:,}<extra></extra>",
        )
    figure.update_layout(
        xaxis=class_axis(names, "class"),
        yaxis={"title": "images", "tickformat": ",", "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=True,
        barmode="group",
        bargap=0.3,
    )
    columns = Table({"class": "x"}, {"images": "y"}, across=True)
    return finish(figure, palette, height=340, table=columns)


def image_map(
    places: np.ndarray,
    table: pd.DataFrame,
    class_names: Sequence[str],
    palette: Palette,
    *,
    chosen: np.ndarray | None = None,
    area: Sequence[tuple[float, float]] = (),
    sample: int | None = None,
) -> go.Figure:
    """Draw test images at their places, by true class, with mistakes as crosses on top.

    Args:
        places: float32 (n, 2), NaN for images without a place.
        table: label, predicted, confidence, one row per test image.
        class_names: one name per class.
        palette: for the page's mode.
        chosen: int (m,), row numbers of the images not to fade; None to fade none.
        area: corners of a polygon to outline.
        sample: an image to put a ring around.
    """
    label = table["label"].to_numpy()
    known, wrong = ~np.isnan(places[:, 0]), label != table["predicted"].to_numpy()
    opacity = np.full(len(table), 0.75, np.float32)
    if chosen is not None:
        opacity[np.setdiff1d(np.arange(len(table)), chosen)] = FADED
    size = 5 if known.sum() > 3000 else 8
    figure = go.Figure()
    for cross in (False, True):  # mistakes on top: they are among other classes
        for number in range(len(class_names)):
            rows = np.flatnonzero(known & (label == number) & (wrong == cross))
            if len(rows):
                style = mark(number, palette, size, cross) | {"opacity": opacity[rows]}
                figure.add_trace(_points(places, table, class_names, rows, style))
    _add_legend(figure, class_names, palette, crosses=bool((wrong & known).any()))
    if sample is not None and known[sample]:
        figure.add_trace(_ring(places[sample], palette))
    if area:
        path = "M" + " L".join(f"{x},{y}" for x, y in area) + " Z"
        line = {"color": palette.text, "width": 2, "dash": "dot"}
        figure.add_shape(type="path", path=path, line=line)
    if len(class_names) <= MOST_NAMES:
        centers = data_words.medians(places, label, len(class_names))
        _name_classes(figure, centers, class_names, palette)
    bare = {"showgrid": False, "showticklabels": False, "ticks": ""}
    clear = "rgba(0,0,0,0)"
    columns = Table(
        {"test image": "customdata.0"},
        {
            "true → predicted": "text",
            "confidence (%)": "customdata.1",
            "place across": "x",
            "place up": "y",
        },
    )
    return finish(figure, palette, height=580, table=columns).update_layout(
        dragmode="lasso",
        hovermode="closest",
        xaxis=bare,
        yaxis=bare | {"scaleanchor": "x"},
        modebar={"bgcolor": clear, "color": palette.text, "activecolor": palette.accent},
    )


def mark(number: int, palette: Palette, size: int, cross: bool) -> dict[str, Any]:
    """Return the marker of a class's images, or of its mistakes."""
    # Ten classes have ten colors. Those after them have another symbol of the same color, and
    # neighbors differ in both: color is never alone.
    turn, place = divmod(number, len(palette.categorical))
    color, symbol = palette.categorical[place], SYMBOLS[(place + turn) % len(SYMBOLS)]
    outline = {"color": palette.text, "width": 1}
    if not cross:
        pale = contrast(color, palette.surface) < LEAST_SEEN  # yellow on paper
        thin = {"line": outline | {"width": 0.5}} if pale else {}
        return {"color": color, "symbol": symbol, "size": size} | thin
    return {"color": color, "symbol": CROSS, "size": size + 4, "line": outline}


def _points(
    places: np.ndarray,
    table: pd.DataFrame,
    class_names: Sequence[str],
    rows: np.ndarray,
    style: dict[str, Any],
) -> go.Scattergl:
    """Draw some images of one class."""
    shown = table.iloc[rows]
    number = int(shown["label"].iloc[0])
    confidence = 100 * shown["confidence"].to_numpy(np.float64)
    return go.Scattergl(
        x=places[rows, 0],
        y=places[rows, 1],
        mode="markers",
        name=plain(class_names[number]),
        legendgroup=str(number),
        showlegend=False,
        marker=style,
        text=[
            plain(f"{class_names[number]} → {class_names[guess]}") for guess in shown["predicted"]
        ],
        customdata=np.stack([rows.astype(np.float64), confidence], axis=-1),
        hovertemplate="%{text}, %{customdata[1]:.1f}% confidence<br>test image %{customdata[0]:,}"
        "<extra></extra>",
    )


def _add_legend(
    figure: go.Figure, class_names: Sequence[str], palette: Palette, *, crosses: bool
) -> None:
    """Explain the markers, never faded; a click shows or hides a class with its mistakes."""
    named = class_names if len(class_names) <= MOST_NAMES else ()
    keys = [
        (str(number), plain(cut(str(name))), mark(number, palette, 8, cross=False))
        for number, name in enumerate(named)
    ]
    if crosses:
        hollow = mark(0, palette, 8, cross=True) | {"color": palette.surface}
        keys.append(("mistake", "mistake", hollow))
    for group, name, style in keys:
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=name, legendgroup=group, marker=style
        )
    legend = {"orientation": "h", "y": -0.02, "yanchor": "top", "x": 0, "itemsizing": "constant"}
    figure.update_layout(legend=legend)


def _ring(place: np.ndarray, palette: Palette) -> go.Scatter:
    """Draw a ring around one image."""
    style = {"symbol": "circle-open", "size": 22, "color": palette.text, "line": {"width": 3}}
    return go.Scatter(
        x=place[:1], y=place[1:], mode="markers", marker=style, hoverinfo="skip", showlegend=False
    )


def _name_classes(
    figure: go.Figure, centers: np.ndarray, class_names: Sequence[str], palette: Palette
) -> None:
    """Write each class's name amid its images, so that nobody needs the legend."""
    for (x, y), name in zip(centers, class_names, strict=True):
        if not np.isnan(x):
            figure.add_annotation(
                x=float(x),
                y=float(y),
                text=f"<b>{plain(cut(str(name)))}</b>",
                showarrow=False,
                font={"size": 15, "color": palette.text},
                bgcolor=palette.surface,
                opacity=0.8,
                borderpad=2,
            )
