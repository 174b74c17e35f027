"""What a network computes from one image: probabilities, and every layer's output."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dashboard import images, loaders
from dashboard.components.pictures import Picture, pictures
from dashboard.figures import bars
from dashboard.palette import Palette
from dashboard.widgets import explaining, frame
from dashboard.words import text
from pipeline import words
from pipeline.serving import layer_words
from pipeline.serving.inference import LayerInfo
from pipeline.store.run_folder import Run

SHARPNESS = 4  # factor by which a mosaic is enlarged, so that its pixels are even
CELL = 24  # CSS pixels per unit of a short layer


def probabilities(
    values: Sequence[float] | np.ndarray, run: Run, key: str, true: int | None = None
) -> None:
    """Show the probability of each class as bars."""
    figure = loaders.drawn(
        bars.probability_bars, values, run.class_names, frame.colors(), true=true
    )
    best = int(np.argmax(values))
    alt = f"Probability of each class; the largest is “{run.class_names[best]}”"
    frame.chart(figure, f"{alt}, {text.percent(float(values[best]))}.", key)


def feature_maps(run: Run, activations: Sequence[np.ndarray], key: str) -> None:
    """Show what every layer computed from an image, first to last.

    Args:
        run: the run whose layers they are.
        activations: one float array per layer, as in `Prediction.activations`.
        key: unique on the page.
    """
    stronger, nothing = ("brighter", "dark") if frame.is_dark() else ("darker", "blank")
    st.caption(
        f"The {stronger}, the higher the activation; {nothing} is zero or below. Each layer has "
        "its own scale.",
        help=explaining.hover("layer", "activation", "feature_map"),
    )
    shown = [
        loaders.made(layer_picture, layer, activation, frame.colors())
        for layer, activation in zip(run.info.layers, activations, strict=True)
    ]
    pictures(shown, key=key)


def layer_picture(layer: LayerInfo, activation: np.ndarray, colors: Palette) -> Picture:
    """Lay out the output of one layer."""
    drawn = activation.reshape(layer.drawn_shape)
    columns = layer_words.columns(drawn.shape)
    mosaic = images.feature_mosaic(drawn, colors, columns)
    gives = layer_words.gives(layer)
    short = drawn.ndim == 1 and len(drawn) == columns
    output = words.OUTPUT.format(name=layer.name, gives=gives)
    strongest = int(drawn.argmax())
    said = words.STRONGEST if drawn.flat[strongest] > 0 else words.SILENT
    return Picture(
        source=images.data_uri(mosaic, SHARPNESS),
        alt=said.format(output=output, place=strongest % drawn.shape[-1] + 1),
        width=CELL * columns if short else None,
        name=layer.name,
        detail=f"· {gives} · {layer_words.does(layer)}",
    )
