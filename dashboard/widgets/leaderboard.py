"""Runs tested on the same images, side by side: accuracies, learning curves, and a table."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import loaders
from dashboard.figures import comparison as figures
from dashboard.widgets import choices, explaining, frame
from dashboard.words import comparison as comparison_words
from dashboard.words import text
from pipeline.store.run_folder import Run, RunDamaged
from pipeline.words import counted, interval

MOST_DRAWN = 20  # runs in the figure; the table has all
MOST_CURVES = 5
COLUMNS = {
    "run": st.column_config.TextColumn("Run"),
    # A number, so that sorting puts 100 above 99.
    "accuracy": st.column_config.NumberColumn(
        "Accuracy", format="%.2f%%", help="Accuracy on the test images."
    ),
    "interval": st.column_config.TextColumn(
        "95% confidence interval", help="Confidence interval of the accuracy (Wilson)."
    ),
    "parameters": st.column_config.NumberColumn(
        "Parameters", format="localized", help="The numbers that the network learned."
    ),
    "size": st.column_config.NumberColumn(
        "Size", format="bytes", help="File size of the serving graph, model.tflite."
    ),
    "training": st.column_config.NumberColumn(
        "Training (s)", format="localized", help="Seconds, on the machine it was trained on."
    ),
    "microseconds": st.column_config.NumberColumn(
        "Prediction (µs)",
        format="localized",
        help="Millionths of a second per image, on the same machine; small networks need few.",
    ),
}


def intervals(board: Sequence[Run], chosen: Sequence[Run]) -> None:
    """Draw the best runs' accuracies with their intervals, and those of the chosen runs.

    Args:
        board: all runs, best first.
        chosen: the run, and the second run if there is one.
    """
    left_out = len(board) - accuracies(board, chosen, MOST_DRAWN)
    st.caption(
        "Bold: the runs chosen in the sidebar. Lines are 95% confidence intervals (Wilson)."
        + (f" {counted(left_out, 'more run')} in the table only." if left_out else ""),
        help=explaining.hover("accuracy", "confidence_interval"),
    )


def accuracies(board: Sequence[Run], chosen: Sequence[Run], most: int) -> int:
    """Draw the accuracies of the `most` best runs, and of the chosen ones; return how many."""
    wanted = {run.id for run in chosen}
    shown = [run for place, run in enumerate(board) if place < most or run.id in wanted]
    metrics = [run.info.metrics for run in shown]
    if len(chosen) == 2:
        finding = comparison_words.both_intervals(*(run.info.metrics for run in chosen))
    else:
        finding = comparison_words.spread([run.info.metrics for run in board])
    names = loaders.labels(shown, short=True)
    figure = loaders.drawn(
        figures.intervals, names, metrics, frame.colors(), marked=_marked(shown, chosen)
    )
    alt = "; ".join(
        f"{name}: {comparison_words.accuracy(score)}"
        for name, score in zip(names, metrics, strict=True)
    )
    frame.chart(figure, f"Accuracy of each run with its interval. {alt}.", "intervals", finding)
    return len(shown)


def learning(board: Sequence[Run], chosen: Sequence[Run]) -> None:
    """Draw the learning curves of the chosen runs, or of a single one and the best others."""
    others = [run for run in board if run.id != chosen[0].id]
    wanted = list(chosen) if len(chosen) == 2 else [*chosen, *others[: MOST_CURVES - 1]]
    read = [(run, _history(run)) for run in wanted]
    shown = [run for run, table in read if table is not None]
    histories = [table for _, table in read if table is not None]
    if silent := loaders.labels([run for run in wanted if run not in shown], short=True):
        st.caption(text.plain(f"There is no learning curve for {', '.join(silent)}."))
    if not shown:
        return
    names = loaders.labels(shown, short=True)
    finding = comparison_words.furthest(
        names, [table["val_accuracy"].to_numpy() for table in histories]
    )
    by = choices.segmented("curves_by", "Horizontal axis", ("epochs", "seconds"))
    figure = loaders.drawn(
        figures.learning_curves,
        names,
        histories,
        frame.colors(),
        marked=_marked(shown, chosen),
        by=by,
    )
    alt, terms = f"Validation accuracy by {by}. {finding}.", ("validation", "epoch")
    frame.chart(figure, alt, "learning", finding, terms=terms)


def table(board: Sequence[Run]) -> None:
    """List the runs with accuracy, size and speed, best first."""
    rows = pd.DataFrame(list(map(_row, board, loaders.labels(board, short=True, marked=True))))
    st.dataframe(rows, column_config=COLUMNS, hide_index=True, key="leaderboard")


def _row(run: Run, name: str) -> dict[str, Any]:
    """Return a run's row of the table: one value per column."""
    metrics = run.info.metrics
    return {
        "run": name,
        "accuracy": 100 * metrics.accuracy,
        "interval": interval(metrics.accuracy_low, metrics.accuracy_high),
        "parameters": run.info.parameters,
        "size": run.graph_size,
        "training": round(run.info.timings.get("training", 0)) or None,
        "microseconds": float(f"{1000 * run.info.milliseconds:.2g}") or None,
    }


def _history(run: Run) -> pd.DataFrame | None:
    """Read a run's learning curve; None if it has none, so that the others are still shown."""
    try:
        table = loaders.history(run)
    except RunDamaged:
        return None
    return table if len(table) and {"epoch", "val_accuracy", "seconds"} <= set(table) else None


def _marked(shown: Sequence[Run], chosen: Sequence[Run]) -> dict[int, int]:
    """Find which of the shown runs are chosen: 0 for the run, 1 for the second."""
    ids = [run.id for run in chosen]
    return {place: ids.index(run.id) for place, run in enumerate(shown) if run.id in ids}
