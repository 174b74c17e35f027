"""How every page with a run begins: which run, which second run, what is selected."""

import streamlit as st

from dashboard import address, loaders
from dashboard.view import View
from dashboard.widgets import frame
from dashboard.words import text
from pipeline import access
from pipeline.store.run_folder import Damaged, Run


def view() -> View:
    """Read from the address what a page shows; if there is no run, say what to do and stop.

    Parts of the address that do not fit are removed from it, with a note.
    """
    run = current_run()
    second = _second(run)
    chosen = address.read_selection(run.class_names, run.info.metrics.total)
    for sentence in chosen.dropped:
        st.toast(text.plain(sentence), icon=":material/link_off:")
    return View(run, second, chosen)


def current_run() -> Run:
    """Return the chosen run; if there is none to show, say what to do and stop the page."""
    wanted = address.chosen_run()
    entry = next((entry for entry in loaders.entries() if entry.id == wanted), None)
    if isinstance(entry, Run):
        return entry
    if address.presenting():
        frame.heading(*_why_nothing(entry))
        st.stop()
    if isinstance(entry, Damaged):
        frame.title("This run cannot be shown")
        st.error(text.plain(entry.reason), icon=":material/broken_image:")
        st.write("Choose another run in the sidebar.")
    else:
        frame.title("No network is trained yet")
        st.write(
            f"The store `{loaders.store().where}` has no runs. Train a first network: on the "
            "built-in MNIST digits it takes about a minute."
        )
        if not access.may(access.Change.TRAIN):
            st.info("You can only look here; train with `inkling train` on the command line.")
        else:
            st.page_link(
                frame.TRAIN_PAGE, label="Train a network", icon=":material/model_training:"
            )
        st.code("inkling train", language="bash")
    st.stop()


def _why_nothing(entry: Damaged | None) -> tuple[str, str]:
    """Say, as title and sentence, why there is no run to present."""
    if entry is not None:
        return "This run cannot be shown", text.plain(entry.reason)
    return "No network is trained yet", "There is nothing to present before a network is trained."


def _second(run: Run) -> Run | None:
    """Return the run to compare with, if one is chosen that can be compared."""
    wanted = address.chosen_second()
    if wanted is None:
        return None
    found = next((other for other in loaders.comparable(run) if other.id == wanted), None)
    if found is None:
        st.toast(text.plain(_why_not(run, wanted)), icon=":material/link_off:")
        address.choose_second(None)
    return found


def _why_not(run: Run, wanted: str) -> str:
    other = loaders.run(wanted)
    if other is None:
        return f"There is no run “{wanted[:60]}” here to compare with."
    if other.class_names != run.class_names:
        return (
            f"Run {wanted} has different classes ({', '.join(other.class_names)[:80]}), so it "
            "cannot be compared with this one."
        )
    return f"Run {wanted} was tested on different images, so it cannot be compared with this one."
