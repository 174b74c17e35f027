"""What the Overview opens with: pictures to look at, a way to try it, and how far to trust it."""

import streamlit as st

from dashboard import loaders
from dashboard.selection import Selection
from dashboard.view import View
from dashboard.widgets import explaining, galleries, selection_bar
from dashboard.words import runs as run_words
from dashboard.words import text
from dashboard.words import trust as trust_words
from pipeline.store.run_folder import Run

SHOWN = 6
TILE = 128  # CSS pixels, at least
PICKED = "highlight_picked"


def pictures(run: Run) -> None:
    """Show the most confident mistakes, or without any the closest calls; a click opens one."""
    # A callback cannot leave the page; it says where to, and the page goes on its next run.
    sample = st.session_state.pop(PICKED, None)
    if sample is not None:
        galleries.open_page("mistakes", sample)
    dataset = galleries.images_of(run)
    if dataset is None:
        return
    wrong = run.info.metrics.total - run.info.metrics.correct
    chosen = selection_bar.MISTAKES if wrong else Selection()
    order = "most confident first" if wrong else "smallest margin first"
    title = run_words.highlights(wrong)
    st.markdown(f"**{title}**", help=explaining.hover("confidence"))
    galleries.gallery_of(
        View(run, None, Selection()),
        dataset,
        loaders.rows(View(run, None, chosen), order)[:SHOWN],
        "highlights",
        title,
        lambda sample: st.session_state.update({PICKED: sample}),
        tile_width=TILE,
    )


def invitation(run: Run) -> None:
    """Invite people to try the network themselves."""
    drawn = run.info.dataset.mnist_framed
    sentence, label = run_words.invitation(run)
    with st.container(border=True):
        st.markdown(f"**{sentence}**")
        if st.button(
            label,
            type="primary",
            icon=":material/draw:" if drawn else ":material/add_photo_alternate:",
            width="stretch",
            key="invitation",
        ):
            st.switch_page("app_pages/draw.py")


def trust(run: Run) -> None:
    """Say how far its predictions can be trusted."""
    bins, curve = loaders.calibration(run), loaders.risk_coverage(run)
    said = trust_words.in_short(curve, bins, run.info.metrics.calibration_error)
    st.markdown(text.plain(said), help=explaining.hover("calibration", "accuracy"))
    selection_bar.link(run, "scorecard", "How far to trust it", Selection())
