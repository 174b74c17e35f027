"""What the page Inside compares an image with: another test image, and the second run."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import address, loaders
from dashboard.widgets import choices
from dashboard.words import text
from pipeline.store.run_folder import Run

OTHER = "other"  # in the address: the number of a test image


def other_image(run: Run, sample: int) -> int | None:
    """Let people choose a test image to compare one with; None if none is chosen."""
    last = run.info.metrics.total - 1
    other = choices.optional_number(OTHER, "Compare with test image", last)
    with st.container(horizontal=True, key="quick_others"):
        _quick_picks(run, sample)
        if other is not None:
            st.button("None", key="no_other", type="tertiary", on_click=_write, args=(None,))
    return other


def _write(other: int | None) -> None:
    address.change({OTHER: None if other is None else str(other)})


def _quick_picks(run: Run, sample: int) -> None:
    """Offer an image of the predicted class and one of the true class, both predicted right."""
    table = loaders.predictions(run)
    row = table.iloc[sample]
    for label in dict.fromkeys((int(row["predicted"]), int(row["label"]))):
        found = typical(table, label, sample)
        if found is not None:
            name = text.plain(text.shorten(run.class_names[label]))
            st.button(
                f"A clear “{name}”",
                key=f"clear_{label}",
                help="The image of this class that it is most sure of, and right about",
                on_click=_write,
                args=(found,),
            )


def typical(table: pd.DataFrame, label: int, sample: int) -> int | None:
    """Find the image of a class that a network is most sure of, and right about.

    Args:
        table: label, predicted and confidence of every test image.
        label: the class.
        sample: an image that it is not.
    """
    fits = ((table["label"] == label) & (table["predicted"] == label)).to_numpy().copy()
    fits[sample] = False
    rows = np.flatnonzero(fits)
    return int(rows[table["confidence"].to_numpy()[rows].argmax()]) if len(rows) else None
