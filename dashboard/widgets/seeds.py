"""Settings over their seeds: which are best by more than chance, and which of them mattered."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import loaders
from dashboard.figures import seeds as figures
from dashboard.widgets import explaining, frame
from dashboard.words import seeds as seed_words
from pipeline.analysis import sweeps
from pipeline.store.run_folder import Run, RunDamaged
from pipeline.sweeps import results, telling

MOST_DRAWN = 12  # settings; the table lists all
MANY = 4  # trainings from which on it can be told which settings mattered
COLUMNS = {
    "accuracy": st.column_config.NumberColumn(
        "Accuracy", format="%.2f%%", help="On the test images, the mean over seeds."
    ),
    "sd": st.column_config.NumberColumn("± sd", format="%.2f", help="Over seeds, in points."),
    "seeds": st.column_config.NumberColumn("Seeds"),
    "behind": st.column_config.NumberColumn(
        "Against the best", format="%+.2f", help="In percentage points, over the same seeds."
    ),
    "interval": st.column_config.TextColumn("95% interval"),
    "more": st.column_config.TextColumn("More than seeds"),
}


def over_seeds(board: Sequence[Run]) -> None:
    """Compare settings that were trained with several seeds, if there are any.

    Args:
        board: runs that were tested on the same images.
    """
    rows = [results.row(run, history) for run in board if (history := _history(run)) is not None]
    table = results.as_table(rows)
    several = table.groupby(list(results.SETTINGS), dropna=False)["seed"].transform("nunique") > 1
    ranked = sweeps.leaderboard(table[several], results.SETTINGS)
    if not ranked:
        return
    st.subheader("Over seeds", help=explaining.hover("seed"))
    left, right = st.columns(2, gap="large")
    with left:
        _leaderboard(table[several], ranked[:MOST_DRAWN])
    with right:
        _what_mattered(table)
    _table(table[several], ranked)


def _leaderboard(table: pd.DataFrame, ranked: Sequence[sweeps.Standing]) -> None:
    names = telling.titles(table, ranked)
    accuracy = table.set_index("run")["accuracy"]
    found = [{seed: float(accuracy[run]) for seed, run in one.runs.items()} for one in ranked]
    figure = loaders.drawn(figures.over_seeds, names, found, frame.colors())
    finding = seed_words.finding(names, ranked)
    frame.chart(figure, seed_words.told(names, ranked), "over_seeds", finding)
    st.caption(seed_words.RINGS)


def _table(table: pd.DataFrame, ranked: Sequence[sweeps.Standing]) -> None:
    """List all settings, and whether each is behind the best ones by more than seeds."""
    if len(ranked) < 2:
        return
    varied = sweeps.varied(table, results.SETTINGS)
    named = [name for name in results.SETTINGS if name in (*sweeps.KINDS, *varied)]
    rows = [{name: one.settings[name] for name in named} | seed_words.row(one) for one in ranked]
    st.dataframe(
        pd.DataFrame(rows),
        column_config=COLUMNS | {name: _column(name, rows[0][name]) for name in named},
        hide_index=True,
        placeholder="",
        key="seeds_table",
    )
    st.caption(seed_words.HOW)


def _column(setting: str, value: object) -> Any:
    label = results.NAMES.get(setting, setting).capitalize()
    if isinstance(value, float):
        return st.column_config.NumberColumn(label, format="%.3g")
    return st.column_config.Column(label)


def _what_mattered(table: pd.DataFrame) -> None:
    shares = telling.explained(table)
    if len(shares) < 2 or len(table) < MANY:
        return
    figure = loaders.drawn(figures.what_mattered, shares, frame.colors())
    listed = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    alt = f"Explained alone, of the differences in validation accuracy: {listed}."
    frame.chart(figure, alt, "what_mattered", seed_words.mattered(shares))
    st.caption(seed_words.EXPLAINED)


def _history(run: Run) -> pd.DataFrame | None:
    """Read a run's history; None where that is damaged, or the dataset is not all it learned."""
    if not results.comparable(run):
        return None
    try:
        table = loaders.history(run)
    except RunDamaged:
        return None
    return table if len(table) and "val_accuracy" in table else None
