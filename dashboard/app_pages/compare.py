"""Which run is better, and whether that is chance."""

import streamlit as st

from dashboard import loaders, state
from dashboard.selection import CHANGE
from dashboard.widgets import frame, leaderboard, selecting
from dashboard.words import comparison as comparison_words
from dashboard.words import general as words
from pipeline import access
from pipeline.analysis.significance import Comparison
from pipeline.store.runs import Run


def sentence(run: Run, second: Run | None, board: list[Run]) -> str:
    """Say which of two runs is better, or which of all is the best."""
    if second is None:
        name = words.plain(comparison_words.name(board[0]))
        return comparison_words.best([one.info.metrics for one in board], name)
    first_name, second_name = (words.plain(comparison_words.name(one)) for one in (run, second))
    return comparison_words.verdict(loaders.compared(run, second), first_name, second_name)


def difference(run: Run, second: Run, found: Comparison) -> None:
    """Link to the images that only one of two runs gets right, and say how the test is made."""
    with st.container(horizontal=True):
        for change, count in (("fixed", found.fixed), ("broken", found.broken)):
            if count:
                st.page_link(
                    "app_pages/confusion_matrix.py",
                    label=f"{count:,} {words.CHANGES[change]}",
                    icon=":material/arrow_forward:",
                    query_params={state.RUN: run.id, state.SECOND: second.id, CHANGE: change},
                )
    st.caption(comparison_words.how(found))


def what_next(board: list[Run]) -> None:
    """Say what to do where no second run is chosen."""
    if len(board) > 1:
        st.info(
            "Choose a second run under “Compare with” at the left. Image by image, two runs can "
            "often be told apart even where their intervals overlap.",
            icon=":material/compare_arrows:",
        )
    elif not access.read_only():
        st.page_link(
            frame.TRAIN_PAGE,
            label="Train another run to compare it with",
            icon=":material/model_training:",
        )


def elsewhere(run: Run) -> None:
    """Say how many runs are left out, and how to see them."""
    same = run.info.dataset.fingerprint
    runs = [entry for entry in loaders.entries() if isinstance(entry, Run)]
    if count := sum(other.info.dataset.fingerprint != same for other in runs):
        st.caption(
            f"{'1 run was' if count == 1 else f'{count:,} runs were'} tested on other images, so "
            "the accuracies are not comparable. Choose such a run at the left to see its "
            "leaderboard."
        )


run = frame.current_run()
chosen = selecting.selection(run)
second = selecting.second_run(run)
board = loaders.leaderboard(run)
frame.heading("Compare", sentence(run, second, board))
selecting.bar(run, chosen)
if second is None:
    what_next(board)
else:
    difference(run, second, loaders.compared(run, second))
coloured = [run] if second is None else [run, second]
left, right = st.columns(2, gap="large")
with left:
    leaderboard.intervals(board, coloured)
with right:
    leaderboard.learning(board, coloured)
leaderboard.table(board)
elsewhere(run)
