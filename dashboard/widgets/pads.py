"""The ways to show a drawing to the network, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard import images, loaders, state
from dashboard.components.canvas import SIDE, canvas
from dashboard.components.live_pad import live_pad
from dashboard.widgets import correcting, frame, galleries, network
from dashboard.widgets import photo as photos
from dashboard.words import general as words
from pipeline.export.pad_spec import NotLive
from pipeline.ink import drawing, pictures
from pipeline.ink.drawing import Strokes
from pipeline.store.runs import Run

# CSS pixels; the first is as wide as the pen of MNIST, 2.4 of 28 pixels.
PEN, WIDEST = 24, 48


@dataclass(frozen=True)
class Drawing:
    """What somebody drew.

    Attributes:
        ink: uint8 (28, 28), 0 is paper and 255 is ink.
        strokes: what it was made from; None where it started from a picture.
        shown: whether the page shows already what the network sees.
    """

    ink: np.ndarray
    strokes: Strokes | None = None
    shown: bool = False

    def image(self, run: Run) -> np.ndarray:
        """Return it as a run's network takes it: uint8 (height, width, channels)."""
        return pictures.ink_to_image(self.ink, run.info.input_shape)


def live(runs: Sequence[Run]) -> Drawing | None:
    """Show the pad that answers in the browser, while the pen moves."""
    try:
        packed = loaders.live_pad(runs)
    except NotLive as error:
        st.info(f"{error} The canvas draws for it.", icon=":material/info:")
        return None
    return _drawn(live_pad(packed, key="live_pad"))


def on_server(run: Run, sample: int | None) -> Drawing | None:
    """Show streamlit-drawable-canvas, on blank paper or over a test image."""
    dataset = galleries.images_of(run) if sample is not None and _editable(run) else None
    if sample is None or dataset is None:
        width = _thickness()
        edits = canvas("canvas", dark=frame.is_dark(), width=width, rubber=False, picture=None)
        st.caption("Here the thickness is for your eye only: strokes are inked anew, like MNIST's.")
        _offer_test_images(run)
        return _drawn([edit.points for edit in edits])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rubber = st.segmented_control(
            "Tool", ["Pen", "Rubber"], default="Pen", required=True, key="canvas_tool",
            label_visibility="collapsed",
        ) == "Rubber"  # fmt: skip
        width = _thickness()
    return Drawing(_edited(run, sample, dataset.x_test[sample], width, rubber=rubber))


def _thickness() -> int:
    """Let people choose how wide the pen is, in CSS pixels."""
    return int(st.slider("Thickness", 4, WIDEST, PEN, key="canvas_width"))


def _edited(run: Run, sample: int, image: np.ndarray, width: int, *, rubber: bool) -> np.ndarray:
    """Let people draw over a test image; return what the network sees of it."""
    dark = frame.is_dark()
    label = run.class_names[int(loaders.predictions(run)["label"].iloc[sample])]
    shown = images.data_uri(images.for_screen(image, ink=True, dark=dark), scale=10)
    edits = canvas(f"canvas_{sample}", dark=dark, width=width, rubber=rubber, picture=shown)
    st.caption(
        f"Test image {sample:,}, which is “{words.plain(label)}”. Change it until the network "
        "changes its mind."
    )
    with st.container(horizontal=True):
        _offer_test_images(run, "Another mistake")
        st.button(
            "Blank paper", icon=":material/ink_eraser:",
            on_click=state.change, kwargs={"sample": None},
        )  # fmt: skip
    return drawing.edited(image[..., 0], edits, SIDE)


def _offer_test_images(run: Run, label: str = "Start from a mistake") -> None:
    """Offer to start from an image that the network got wrong."""
    if not _editable(run) or run.info.metrics.correct == run.info.metrics.total:
        return

    def pick() -> None:
        table = loaders.predictions(run)
        wrong = np.flatnonzero(table["label"].to_numpy() != table["predicted"].to_numpy())
        turn = st.session_state["canvas_turn"] = st.session_state.get("canvas_turn", -1) + 1
        state.change(sample=int(wrong[turn % len(wrong)]))

    st.button(
        label, icon=":material/edit:", on_click=pick,
        help="A test image that the network got wrong, to edit until it gets it right.",
    )  # fmt: skip


def _editable(run: Run) -> bool:
    return run.info.dataset.ink and run.info.input_shape == (drawing.SIZE, drawing.SIZE, 1)


def _drawn(strokes: Strokes | None) -> Drawing | None:
    """Ink strokes as the browser sent them.

    Raises:
        InklingError: they are no strokes, or too many.
    """
    return Drawing(drawing.checked_ink(strokes), strokes) if strokes else None


def photo(run: Run) -> Drawing | None:
    """Take a photograph of a digit on paper."""
    ink = photos.photo(run, "photo")
    return None if ink is None else Drawing(ink, shown=True)


def answers(runs: Sequence[Run], found: Drawing | None) -> None:
    """Show what each run makes of a drawing, side by side."""
    if found is None:
        st.markdown("#### Nothing drawn yet")
        st.write("The answer comes when you lift the pen, or hand a photograph in.")
        return
    for place, run in zip(st.columns(len(runs)), runs, strict=True):
        with place:
            image = found.image(run)
            activations = loaders.graph(run).activations(image)
            shares, usual = activations[-1], loaders.novelty(run)
            strange = usual is not None and usual.is_strange(
                usual.of_activations(image, activations)
            )
            if len(runs) > 1:
                st.caption(words.plain(words.run_label(run)))
            st.markdown(f"#### {words.guess(run.class_names, shares, strange=strange)}")
            network.probabilities(shares, run, f"drawing_bars_{run.id}")
    if not found.shown:
        galleries.picture(
            found.ink[..., None], ink=True, width=140, key="seen",
            alt="Your drawing as the network sees it.",
        )  # fmt: skip
        st.caption("What the network sees")


def correct(run: Run, found: Drawing | None) -> None:
    """Ask what a drawing was, where it may be kept."""
    if found is None:
        correcting.ask(run, predicted="", key="correct")
        return
    said = int(loaders.graph(run).probabilities(found.image(run)[None])[0].argmax())
    ink = found.ink if found.strokes is None else None
    correcting.ask(
        run, predicted=run.class_names[said], strokes=found.strokes, ink=ink, key="correct"
    )
