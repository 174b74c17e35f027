"""A confusion matrix of real buttons: cells, row headers and column headers can be clicked."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from dashboard.cells import Cells
from dashboard.components import export
from dashboard.components.export import About
from dashboard.components.sheet import SCRIPT, Sheet
from dashboard.words import text

LONGEST_NAME = 24  # letters of a class name in a header; the rest is shown on hover

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_matrix",
    html='<div class="matrix"></div>',
    css=export.STYLE + (_HERE / "matrix.css").read_text("utf-8"),
    js=SCRIPT + export.SCRIPT + (_HERE / "matrix.js").read_text("utf-8"),
)


def matrix(
    cells: Cells,
    class_names: Sequence[str],
    *,
    about: About,
    key: str,
    on_pick: Callable[[int | None, int | None], None],
    true: Sequence[int] = (),
    predicted: Sequence[int] = (),
    sheet: Sheet | None = None,
    places: Sequence[int] = (),
) -> None:
    """Show a matrix, with its downloads.

    Args:
        cells: what the cells show.
        class_names: one name per class.
        about: what it shows, for downloads; its title names the matrix for screen readers.
        key: unique on the page.
        on_pick: called with true and predicted class of what was clicked; None for any.
        true, predicted: the selected classes, to be framed.
        sheet: pictures to show in the cells instead of texts.
        places: for each cell its picture's place in the sheet, -1 for none.
    """
    classes = len(class_names)

    def picked() -> None:
        # A click may come from a page that is being left, whose state is gone by then.
        value = st.session_state.get(key, {}).get("picked")
        if not isinstance(value, dict):
            return
        ends = [value.get(part) for part in ("true", "predicted")]
        if all(end is None or (isinstance(end, int) and 0 <= end < classes) for end in ends):
            on_pick(*ends)

    _component(
        key=key,
        data={
            **asdict(cells),
            "names": list(class_names),
            "shorts": [text.shorten(name, LONGEST_NAME) for name in class_names],
            "about": asdict(about),
            "true": list(true),
            "predicted": list(predicted),
            "sheet": None if sheet is None else asdict(sheet),
            "places": list(places),
        },
        on_picked_change=picked,
    )
