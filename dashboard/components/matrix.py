"""A confusion matrix of real buttons: cells, row headers and column headers can be clicked."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from dashboard.cells import Cells
from dashboard.components.sheet import SCRIPT, Sheet

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "inkling_matrix",
    html='<div class="matrix"></div>',
    css=(_HERE / "matrix.css").read_text("utf-8"),
    js=SCRIPT + (_HERE / "matrix.js").read_text("utf-8"),
)


def matrix(
    cells: Cells,
    class_names: Sequence[str],
    *,
    label: str,
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
        label: names the matrix for screen readers and for downloaded files.
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
            "label": label,
            "true": list(true),
            "predicted": list(predicted),
            "sheet": None if sheet is None else asdict(sheet),
            "places": list(places),
        },
        on_picked_change=picked,
    )
