"""The ways to give a drawing to the network, and what it predicts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard import address, images, loaders
from dashboard.components.canvas import SIDE, canvas
from dashboard.components.live_pad import live_pad
from dashboard.widgets import correcting, frame, galleries, network
from dashboard.widgets import photo as photos
from dashboard.words import drawing as drawing_words
from dashboard.words import runs as run_words
from dashboard.words import text
from pipeline.export.pad_spec import NotLive
from pipeline.ink import drawing
from pipeline.ink.drawing import Drawing, Strokes
from pipeline.serving.prediction import Prediction
from pipeline.store.runs import Run

# CSS pixels; the first matches the pen of MNIST, 2.4 of 28 pixels wide.
PEN, WIDEST = 24, 48


@dataclass(frozen=True)
class Shown:
    """A drawing, and what each run predicts for it.

    Attributes:
        drawing: what was drawn.
        images: for each run the input of its network: uint8 (height, width, channels).
        predictions: one per run.
    """

    drawing: Drawing
    images: Sequence[np.ndarray]
    predictions: Sequence[Prediction]


def live(runs: Sequence[Run]) -> Drawing | None:
    """Show the pad that predicts in the browser, while the pen moves."""
    try:
        packed = loaders.live_pad(runs)
    except NotLive as error:
        st.info(f"{error} Use the canvas under “Edit an image” instead.", icon=":material/info:")
        return None
    return _drawn(live_pad(packed, key="live_pad"))


def canvas_pad(run: Run, sample: int | None) -> Drawing | None:
    """Show streamlit-drawable-canvas, on blank paper or over a test image."""
    dataset = galleries.images_of(run) if sample is not None and _editable(run) else None
    if sample is None or dataset is None:
        width = _thickness()
        edits = canvas("canvas", dark=frame.is_dark(), width=width, eraser=False, picture=None)
        st.caption(drawing_words.THICKNESS)
        _offer_test_images(run)
        return _drawn([edit.points for edit in edits])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        eraser = st.segmented_control(
            "Tool", ["Pen", "Eraser"], default="Pen", required=True, key="canvas_tool",
            label_visibility="collapsed",
        ) == "Eraser"  # fmt: skip
        width = _thickness()
    return Drawing(_edited(run, sample, dataset.x_test[sample], width, eraser=eraser))


def photo(run: Run) -> Drawing | None:
    """Take a photograph of a digit on paper."""
    ink = photos.photo(run, "photo")
    return None if ink is None else Drawing(ink)


def answers(runs: Sequence[Run], shown: Shown | None, *, what_it_sees: bool) -> None:
    """Show what each run predicts for a drawing, side by side.

    Args:
        runs: one or two.
        shown: the drawing, if there is one.
        what_it_sees: whether to show the drawing as the network gets it.
    """
    if shown is None:
        st.markdown("#### Nothing drawn yet")
        st.write("The prediction appears when you lift the pen or upload a photograph.")
        return
    for place, run, said in zip(st.columns(len(runs)), runs, shown.predictions, strict=True):
        with place:
            if len(runs) > 1:
                st.caption(text.plain(run_words.run_label(run)))
            st.markdown(f"#### {drawing_words.guess(run.class_names, said)}")
            network.probabilities(said.probabilities, run, f"drawing_bars_{run.id}")
    if what_it_sees:
        galleries.picture(
            shown.drawing.ink[..., None], mnist_framed=True, width=140, key="seen",
            alt="Your drawing as the network sees it.",
        )  # fmt: skip
        st.caption("What the network sees")


def correct(run: Run, shown: Shown | None) -> None:
    """Ask what a drawing was, unless it could not be kept."""
    if shown is None:
        correcting.ask(run, predicted="", key="correct")
        return
    predicted = run.class_names[shown.predictions[0].label]
    correcting.ask(run, predicted=predicted, drawing=shown.drawing, key="correct")


def _thickness() -> int:
    """Let people choose how wide the pen is, in CSS pixels."""
    return int(st.slider("Thickness", 4, WIDEST, PEN, key="canvas_width"))


def _edited(run: Run, sample: int, image: np.ndarray, width: int, *, eraser: bool) -> np.ndarray:
    """Let people draw over a test image; return it as the network sees it."""
    dark = frame.is_dark()
    label = run.class_names[int(loaders.predictions(run)["label"].iloc[sample])]
    shown = images.data_uri(images.for_screen(image, mnist_framed=True, dark=dark), scale=10)
    edits = canvas(f"canvas_{sample}", dark=dark, width=width, eraser=eraser, picture=shown)
    st.caption(drawing_words.starting_image(sample, label))
    with st.container(horizontal=True):
        _offer_test_images(run, "Another mistake")
        st.button(
            "Blank paper", icon=":material/ink_eraser:",
            on_click=address.change, kwargs={"sample": None},
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
        address.change(sample=int(wrong[turn % len(wrong)]))

    st.button(
        label, icon=":material/edit:", on_click=pick,
        help="A test image that the network got wrong: edit it until the network gets it right.",
    )  # fmt: skip


def _editable(run: Run) -> bool:
    info = run.info
    return info.dataset.mnist_framed and info.input_shape == (drawing.SIZE, drawing.SIZE, 1)


def _drawn(strokes: Strokes | None) -> Drawing | None:
    """Ink the strokes that the browser sent.

    Raises:
        InklingError: they are not strokes, or too many.
    """
    return Drawing.of_strokes(strokes) if strokes else None
