"""Settings over their seeds: which are best by more than chance, and which of them mattered."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import loaders
from dashboard.figures import seeds as figures
from dashboard.widgets import explaining, frame
from dashboard.words import seeds as seed_words
from dashboard.words import text
from pipeline.analysis import sweeps
from pipeline.store.run_folder import Run, RunDamaged
from pipeline.sweeps import results, telling

MOST_DRAWN = 12  # settings; “inkling sweep” lists all
MANY = 4  # trainings from which on it can be told which settings mattered


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


def _leaderboard(table: pd.DataFrame, ranked: Sequence[sweeps.Standing]) -> None:
    names = telling.titles(table, ranked)
    accuracy = table.set_index("run")["accuracy"]
    found = [{seed: float(accuracy[run]) for seed, run in one.runs.items()} for one in ranked]
    figure = loaders.drawn(figures.over_seeds, names, found, frame.colors())
    finding = seed_words.finding(names, ranked)
    frame.chart(figure, seed_words.told(names, ranked), "over_seeds", finding)
    st.caption(seed_words.HOW)
    for name, one in zip(names, ranked, strict=True):
        if one.behind is not None:
            st.caption(text.plain(f"{name}: {telling.behind(one)}."))


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
