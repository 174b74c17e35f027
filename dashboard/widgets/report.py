"""The report of a run, made when it is asked for."""

import streamlit as st

from dashboard import address, language, loaders
from dashboard.words import text
from pipeline.export.report import writing
from pipeline.export.report.options import ReportOptions
from pipeline.export.report.say import Say
from pipeline.store.run_folder import Run


def hand_over(run: Run) -> None:
    """Offer the report of a run, compared with the second run if one is chosen."""
    say = Say(language.chosen())
    chosen = address.chosen_second()
    second = next((other for other in loaders.comparable(run) if other.id == chosen), None)
    with st.container(border=True):
        st.markdown(f"**{say('button.title')}**")
        about = say("button.about")
        if second:
            name = text.plain(loaders.label(second, short=True))
            about += " " + say("button.compared", second=name)
        st.caption(about)
        with_pad = st.checkbox(say("button.pad"), key="report_with_pad")
        options = ReportOptions(second, with_pad, say.language)
        # Made in a thread of its own once it is clicked; the button shows that it works.
        st.download_button(
            say("button.label"),
            lambda: writing.html(run, options),
            file_name=f"report-{run.id}.html",
            mime="text/html",
            icon=":material/description:",
            key="report",
            on_click="ignore",
            width="stretch",
        )
