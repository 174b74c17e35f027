"""Editing a test image on streamlit-drawable-canvas, or drawing on blank paper."""

import numpy as np
import streamlit as st

from dashboard import address, images, loaders
from dashboard.components.canvas import Canvas, canvas
from dashboard.widgets import choices, frame, galleries
from dashboard.words import drawing as drawing_words
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.ink import drawing, inputs
from pipeline.ink.drawing import Drawing, Edit
from pipeline.ink.inputs import Given
from pipeline.store.run_folder import Run

# CSS pixels; the first matches the pen of MNIST, 2.4 of 28 pixels wide.
PEN, WIDEST = 24, 48
SIDE = 280  # CSS pixels of the canvas's longer side
INK, PAPER = (255,), (0,)  # levels of an ink image
SHADES = {"Black": "#000000", "Gray": "#808080", "White": "#ffffff"}
WAY, EDIT = "draw_way", "Edit an image"  # the choice of the Draw page that leads here
BLANK = "canvas_blank"  # whether blank paper was asked for


def edit(run: Run, sample: int | None) -> Given | None:
    """Let people draw over a test image; without one, over the most confident mistake.

    Networks that were trained on ink also take a drawing on blank paper.
    """
    is_ink = run.info.dataset.mnist_framed
    dataset = _images(run, is_ink=is_ink)
    blank = sample is None and st.session_state.get(BLANK, False)
    if dataset is None or (is_ink and blank):
        return _on_paper(run, offers=dataset is not None) if is_ink else None
    return _over(run, _first_mistake(run) if sample is None else sample, dataset)


def _images(run: Run, *, is_ink: bool) -> Dataset | None:
    """Open the test images; where they are missing, blank paper is enough for ink."""
    if not is_ink:
        return galleries.images_of(run)
    try:
        return loaders.dataset(run)
    except InklingError:
        st.caption(drawing_words.NO_TEST_IMAGES)
        return None


def _on_paper(run: Run, *, offers: bool) -> Given | None:
    """Let people draw on blank paper, from which strokes are framed as on the live pad."""
    ink, paper = _ink_and_paper()
    width = _thickness()
    drawn = canvas("canvas", Canvas(SIDE, SIDE, paper=paper), color=ink, width=width)
    st.caption(drawing_words.THICKNESS)
    if offers:
        _offer_mistake(run, "Start from a mistake")
    if not drawn:
        return None
    return inputs.of_drawing(
        Drawing.of_strokes([path.points for path in drawn]), run.info.input_shape
    )


def _over(run: Run, sample: int, dataset: Dataset) -> Given:
    """Let people draw over a test image, in ink or in its own colors."""
    image, is_ink = np.array(dataset.x_test[sample]), run.info.dataset.mnist_framed
    height, width, _ = image.shape
    scale = SIDE / max(height, width)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        color = _ink_tool() if is_ink else _color_tool(image)
        pen = _thickness()
    shown = images.for_screen(image, mnist_framed=is_ink, dark=frame.is_dark())
    place = Canvas(round(width * scale), round(height * scale), images.data_uri(shown, scale=10))
    edits = [
        Edit(path.points, path.width, _levels(path.color, image, is_ink=is_ink))
        for path in canvas(f"canvas_{run.id}_{sample}", place, color=color, width=pen)
    ]
    label = run.class_names[int(loaders.predictions(run)["label"].iloc[sample])]
    st.caption(drawing_words.starting_image(sample, label))
    with st.container(horizontal=True):
        _offer_mistake(run, "Another mistake")
        if is_ink:
            st.button("Blank paper", icon=":material/ink_eraser:", on_click=_on_blank_paper)
    changed = drawing.edited(image, edits, place.width)
    # What is not edited is no drawing: a network must not learn from its own test images.
    keeps = is_ink and edits and changed.shape == (drawing.SIZE, drawing.SIZE, 1)
    return Given(changed, Drawing(changed[..., 0]) if keeps else None)


def _ink_tool() -> str:
    """Let people choose pen or eraser; return its color."""
    ink, paper = _ink_and_paper()
    tool = st.segmented_control(
        "Tool", ["Pen", "Eraser"], default="Pen", required=True, key="canvas_tool",
        label_visibility="collapsed",
    )  # fmt: skip
    return paper if tool == "Eraser" else ink


def _color_tool(image: np.ndarray) -> str:
    """Let people choose a color, or the image's background; return it as "#rrggbb"."""
    tool = st.segmented_control(
        "Tool", ["Color", "Background"], default="Color", required=True, key="canvas_paint",
        label_visibility="collapsed",
    )  # fmt: skip
    if tool == "Background":
        return images.background(image)
    if image.shape[-1] == 3:
        return str(st.color_picker("Color", "#000000", key="canvas_color"))
    shade = st.segmented_control(
        "Shade", list(SHADES), default="Black", required=True, key="canvas_shade",
        label_visibility="collapsed",
    )  # fmt: skip
    return SHADES[shade]


def _levels(color: str, image: np.ndarray, *, is_ink: bool) -> tuple[int, ...]:
    """Return a pen's color as levels of the image's channels."""
    if is_ink:
        return PAPER if color == _ink_and_paper()[1] else INK
    levels = tuple(bytes.fromhex(color.removeprefix("#")))
    return levels if image.shape[-1] == 3 else levels[:1]


def _ink_and_paper() -> tuple[str, str]:
    return ("#f2efe8", "#0f1318") if frame.is_dark() else ("#1d2430", "#ffffff")


def _thickness() -> int:
    """Let people choose how wide the pen is, in CSS pixels."""
    return int(st.slider("Thickness", 4, WIDEST, PEN, key="canvas_width"))


def _mistakes(run: Run) -> np.ndarray:
    """Find the misclassified test images, most confident first: int64 (m,)."""
    table = loaders.predictions(run)
    wrong = np.flatnonzero(table["label"].to_numpy() != table["predicted"].to_numpy())
    return wrong[np.argsort(-table["confidence"].to_numpy()[wrong], kind="stable")]


def _first_mistake(run: Run) -> int:
    return int(next(iter(_mistakes(run)), 0))


def _offer_mistake(run: Run, label: str) -> None:
    """Offer an image that the network got wrong, each time the next one."""
    if run.info.metrics.correct == run.info.metrics.total:
        return

    def pick() -> None:
        wrong = _mistakes(run)
        turn = st.session_state["canvas_turn"] = st.session_state.get("canvas_turn", 0) + 1
        address.change(sample=int(wrong[turn % len(wrong)]))

    st.button(
        label, icon=":material/edit:", on_click=pick,
        help="A test image that the network got wrong: edit it until the network gets it right.",
    )  # fmt: skip


def _on_blank_paper() -> None:
    st.session_state[BLANK] = True
    address.change({WAY: choices.slug(EDIT)}, sample=None)
