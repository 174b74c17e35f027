"""How well a run tells strange images from its own."""

import streamlit as st

from dashboard import loaders
from dashboard.figures import strangers as figures
from dashboard.widgets import explaining, frame
from dashboard.words import strangers as words
from pipeline.store.run_folder import Run


def strangers(run: Run) -> None:
    """Show how strange images of several origins are to a run, or say how to measure it."""
    st.subheader(
        "Strangers: does it notice what it knows nothing about?",
        help=explaining.hover("out_of_distribution", "auroc"),
    )
    found = loaders.strangers(run)
    if found is None:
        st.markdown(words.WHAT)
        st.caption("Not measured yet. It takes half a minute:")
        st.code(f"inkling evaluate {run.id} --strangers", language="bash", wrap_lines=True)
        return
    st.markdown(f"{words.WHAT} {words.CHART}")
    finding = words.finding(found)
    alt = f"The scores of {len(found.groups)} kinds of images against a threshold. {finding}."
    figure = loaders.drawn(figures.spread, found, frame.colors())
    frame.chart(figure, alt, "strangers", finding=finding)
    st.caption(words.how(found))
