"""Which run is better, and whether that could be chance."""

import streamlit as st

from dashboard import address, loaders
from dashboard.selection import CHANGE
from dashboard.view import View
from dashboard.widgets import (
    explaining,
    films,
    frame,
    leaderboard,
    opening,
    promoting,
    seeds,
    selection_bar,
    stage,
)
from dashboard.words import comparison as comparison_words
from dashboard.words import selection as selection_words
from dashboard.words import text
from pipeline import access
from pipeline.analysis.significance import Comparison
from pipeline.store.run_folder import Run
from pipeline.words import counted

ON_STAGE = 6  # runs that can be read from afar


def sentence(view: View, board: list[Run]) -> str:
    """Say which of two runs is better, or which of all runs is the best."""
    if view.second is None:
        name = text.plain(loaders.label(board[0], short=True))
        return comparison_words.best([one.info.metrics for one in board], name)
    first, second = map(text.plain, loaders.labels(view.runs, short=True))
    return comparison_words.verdict(loaders.compared(view.run, view.second), first, second)


def difference(run: Run, second: Run, found: Comparison) -> None:
    """Link to the images that only one of two runs gets right, and explain the test."""
    with st.container(horizontal=True):
        for change, count in (("fixed", found.fixed), ("broken", found.broken)):
            if count:
                st.page_link(
                    "app_pages/confusion_matrix.py",
                    label=f"{count:,} {selection_words.CHANGES[change]}",
                    icon=":material/arrow_forward:",
                    query_params={address.RUN: run.id, address.SECOND: second.id, CHANGE: change},
                )
    st.caption(comparison_words.how(found), help=explaining.hover("mcnemar", "seed"))


def what_next(board: list[Run]) -> None:
    """Say what to do while no second run is chosen."""
    if len(board) > 1:
        st.info(
            "Choose a second run under “Compare with” in the sidebar. Compared image by image, two "
            "runs can often be told apart even where their confidence intervals overlap.",
            icon=":material/compare_arrows:",
        )
    elif access.may(access.Change.TRAIN):
        st.page_link(
            frame.TRAIN_PAGE,
            label="Train another run to compare it with",
            icon=":material/model_training:",
        )


def elsewhere(board: list[Run]) -> None:
    """Say how many runs are left out of a leaderboard, and how to see them."""
    if count := len(loaders.runs()) - len(board):
        st.caption(
            f"{counted(count, 'run')} tested on other images {'is' if count == 1 else 'are'} not "
            "listed, because the accuracies are not comparable. Choose such a run in the sidebar "
            "to see its leaderboard."
        )


view = opening.view()
board = loaders.leaderboard(view.run)
frame.heading("Compare", sentence(view, board), "confidence_interval", "test_set")
stage.alone(lambda: leaderboard.accuracies(board, view.runs, ON_STAGE))
selection_bar.bar(view)
if view.second is None:
    what_next(board)
else:
    difference(view.run, view.second, loaders.compared(view.run, view.second))
promoting.default_line(view.runs)
left, right = st.columns(2, gap="large")
with left:
    leaderboard.intervals(board, view.runs)
with right:
    leaderboard.learning(board, view.runs)
seeds.over_seeds(board)
films.replay(view)
leaderboard.table(board)
elsewhere(board)
