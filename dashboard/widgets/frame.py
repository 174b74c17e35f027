"""What all pages share: the run picker, the heading, and how a chart is shown."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

import streamlit as st
from plotly.graph_objects import Figure

from dashboard import address, loaders
from dashboard.components.export import About, chart_download
from dashboard.figures.layout import enlarged
from dashboard.palette import Palette, palette
from dashboard.widgets import explaining, presenting, run_editor, stage
from dashboard.words import runs as run_words
from dashboard.words import text
from pipeline.errors import InklingError, denied
from pipeline.store.run_folder import Damaged, Run
from pipeline.store.runs import Store

P = ParamSpec("P")

TRAIN_PAGE, CORRECTIONS_PAGE = "app_pages/train.py", "app_pages/corrections.py"


def is_dark() -> bool:
    """Whether the viewer sees the page in dark mode."""
    return st.context.theme.type == "dark"


def colors() -> Palette:
    """Return the palette for the viewer's mode."""
    return palette(is_dark())


def plainly(show: Callable[P, None]) -> Callable[P, None]:
    """Show one state of the store, and an error that people can fix as a sentence on the page."""

    @wraps(show)
    def shown(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with loaders.one_look():
                show(*args, **kwargs)
        except InklingError as error:
            st.error(text.plain(str(error)), icon=":material/error:")
        except PermissionError as error:  # of a folder that a page only looks into
            st.error(text.plain(denied(error)), icon=":material/error:")

    return shown


def first_run() -> None:
    """Write the default run into an address without a run: the promoted one, or the newest."""
    if address.chosen_run() is None and (entries := loaders.entries()):
        address.change(run=_first(entries).id)


def _first(entries: Sequence[Run | Damaged]) -> Run | Damaged:
    """Return the default run, and say if the one that was promoted is gone."""
    default = loaders.default_run()
    if default.note:
        st.toast(text.plain(default.note), icon=":material/warning:")
    return default.run or entries[0]


def run_picker() -> None:
    """Let people choose a run, in the sidebar of every page."""
    entries = {entry.id: entry for entry in loaders.entries()}
    _note_store(loaders.store())
    if not entries:
        return
    current = address.chosen_run()
    if current not in entries:
        shown = _first([*entries.values()])
        which = "default" if loaders.default_run().promotion else "newest"
        said = f"There is no run “{(current or '')[:60]}” here; showing the {which} one."
        st.toast(text.plain(said))
        current = shown.id
        address.choose_run(None, shown)

    labels = {run_id: f"damaged · {run_id}" for run_id in entries}
    labels |= _labels([entry for entry in entries.values() if isinstance(entry, Run)])
    key = "run_picker"
    st.session_state[key] = current
    st.sidebar.selectbox(
        "Run",
        list(entries),
        format_func=labels.__getitem__,
        key=key,
        on_change=lambda: address.choose_run(entries[current], entries[st.session_state[key]]),
        help="Trained networks with their results, newest first. The default run was promoted: "
        "pages open with it.",
    )
    shown = entries[current]
    with st.sidebar:
        run_editor.run_editor(shown, labels[current], [*entries.values()])
    if isinstance(shown, Run):
        second_picker(shown)


def _note_store(store: Store) -> None:
    """Say in the sidebar what is wrong with a shared store; once also where the sidebar is shut."""
    icon, key = ":material/cloud_off:", "store_note"
    note = run_words.about_store(store.note, store.where)
    if note:
        st.sidebar.warning(text.plain(note), icon=icon)
        if st.session_state.get(key) != note:
            st.toast(text.plain(note), icon=icon)
    st.session_state[key] = note


def _labels(runs: Sequence[Run]) -> dict[str, str]:
    return dict(zip([run.id for run in runs], loaders.labels(runs, marked=True), strict=True))


def second_picker(run: Run) -> None:
    """Let people choose a second run to compare with, if there is any."""
    others = _labels(loaders.comparable(run))
    if not others:
        return
    key, chosen = "second_picker", address.chosen_second()
    st.session_state[key] = chosen if chosen in others else None
    st.sidebar.selectbox(
        "Compare with",
        list(others),
        index=None,
        format_func=others.__getitem__,
        key=key,
        placeholder="none selected",
        on_change=lambda: address.choose_second(st.session_state[key]),
        help="Another run tested on the same images.",
    )


def browser_title(page: str) -> None:
    """Name the browser's tab after the page and its run: "Mistakes · mnist cnn · Inkling"."""
    run = loaders.run(address.chosen_run())
    shown = [page, *([run_words.short_label(run)] if run else []), "Inkling"]
    st.set_page_config(page_title=" · ".join(shown))


def title(said: str) -> None:
    """Open a page with its name, and beside it what people are looking at."""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="title"):
        st.title(text.plain(said), width="content")
        if not address.presenting():
            explaining.about_page(address.page())


def heading(name: str, sentence: str, *terms: str) -> None:
    """Open a page with its name and its main result in one sentence.

    Args:
        name: of the page.
        sentence: Markdown.
        terms: of the sentence, which are explained beside it.
    """
    if address.presenting():
        stage.heading(name, sentence)
        return
    title(name)
    st.markdown(f"##### {sentence}", help=explaining.hover(*terms))


def about(title: str, kind: str, runs: Sequence[Run] = ()) -> About:
    """Describe a picture that can be downloaded.

    Args:
        title: the finding, or what it shows.
        kind: begins the names of its files, such as "confusion-matrix".
        runs: whose results it shows; by default the runs in the address.
    """
    ids = (address.chosen_run(), address.chosen_second())
    shown = runs or [run for run in map(loaders.run, ids) if run]
    source = " and ".join(run_words.dated(run) for run in shown)
    names = [kind, *(run.id for run in shown)]
    return About(title, f"{source} · Inkling" if source else "Inkling", "-".join(names))


def chart(
    figure: Figure,
    alt: str,
    key: str,
    finding: str = "",
    *,
    kind: str = "",
    terms: Sequence[str] = (),
    **more: Any,
) -> None:
    """Show a figure below its finding, with its numbers and downloads below it.

    Args:
        figure: the chart.
        alt: what screen readers say instead.
        key: unique on the page.
        finding: what the figure shows, above it.
        kind: begins the names of downloaded files; by default the key.
        terms: of the finding, which are explained beside it.
        more: for `st.plotly_chart`; without it, the chart has no interaction but hover texts.
    """
    if address.presenting():
        if finding:
            st.markdown(text.plain(finding))
        shown = enlarged(Figure(figure), presenting.scale())  # other pages show it, too
        st.plotly_chart(shown, key=key, alt=alt, height="stretch", config={"displayModeBar": False})
        return
    if finding:
        st.markdown(f"**{text.plain(finding)}**", help=explaining.hover(*terms))
    with st.container(gap=None):
        st.plotly_chart(figure, key=key, alt=alt, **({"config": {"displayModeBar": False}} | more))
        chart_download(about(finding or alt, kind or key.replace("_", "-")), chart=key)
