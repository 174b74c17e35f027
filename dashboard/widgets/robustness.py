"""How well a run withstands adversarial changes."""

import streamlit as st

from dashboard import loaders
from dashboard.figures import robustness as figures
from dashboard.widgets import explaining, frame
from dashboard.words import robustness as words
from dashboard.words import text
from pipeline.store.run_folder import Run


def robustness(run: Run) -> None:
    """Show accuracy against the size of an adversarial change, or say how to measure it."""
    st.subheader(
        "Adversarial examples: how small a change misleads it?",
        help=explaining.hover("adversarial_example", "gradient", "norm"),
    )
    found = loaders.robustness(run)
    if found is None:
        st.markdown(words.WHAT)
        _missing(run)
        return
    st.markdown(f"{words.WHAT} {words.CHARTS}")
    columns = st.columns(len(found.by_norm), gap="large")
    for column, (norm, measured) in zip(columns, found.by_norm.items(), strict=True):
        with column:
            finding = words.finding(measured, norm)
            alt = f"Accuracy against the size of an adversarial change. {finding}."
            figure = loaders.drawn(figures.under_change, measured, norm, frame.colors())
            frame.chart(figure, alt, f"under_change_{norm}", finding=finding)
            st.caption(words.explained(norm))
    st.caption(words.how(found))


def _missing(run: Run) -> None:
    anatomy = loaders.anatomy(run)
    if anatomy is not None and anatomy.no_gradients:
        reason = f"It cannot be measured for this network. {anatomy.no_gradients}"
        st.caption(text.plain(reason))
        return
    st.caption("Not measured yet. It takes about a minute:")
    st.code(f"inkling evaluate {run.id} --adversarial", language="bash", wrap_lines=True)
