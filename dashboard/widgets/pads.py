"""What is given to the network, and what it predicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import address, loaders
from dashboard.components import live_pad
from dashboard.components.live_pad import Answer
from dashboard.view import View
from dashboard.widgets import choices, correcting, detail, galleries, looking
from dashboard.words import drawing as drawing_words
from dashboard.words import runs as run_words
from pipeline import words
from pipeline.ink import inputs
from pipeline.ink.drawing import Drawing
from pipeline.ink.inputs import Given
from pipeline.serving.prediction import Prediction
from pipeline.store.run_folder import Run

BEST, DEFAULT, CHOSEN = "Best reader", "Default run", "Chosen run"  # whose answer it is
SEEN = 112  # CSS pixels
BOX = 304  # CSS pixels for what the image is made with


@dataclass(frozen=True)
class Shown:
    """What was given, and what each run predicts for it.

    Attributes:
        given: the image, and the drawing it is made of, if it is one.
        predictions: one per run.
    """

    given: Given
    predictions: Sequence[Prediction]


def readers(view: View) -> Sequence[Run]:
    """Choose whose answer to show: the best reader of drawings, unless two runs are compared.

    Where that is not the chosen run, people can switch.
    """
    best = loaders.best_reader(view.run)
    if view.second is not None or best.id == view.run.id:
        return view.runs
    first = DEFAULT if loaders.is_default(best.id) else BEST
    whose = choices.segmented("draw_answer", "Whose answer", (first, CHOSEN))
    return view.runs if whose == CHOSEN else [best]


def on_stage(view: View) -> None:
    """Show the pad to a room; for networks that read no drawings, a test image with its answer."""
    if view.run.info.dataset.mnist_framed:
        runs = readers(view)
        _live_pad(runs, looking.method(runs[0]))
        return
    sample = view.chosen.sample
    if sample is None:
        sample = int(loaders.rows(view, loaders.CONFIDENT)[0])
    detail.on_stage(view, sample)


def live(runs: Sequence[Run]) -> Given | None:
    """Show the pad that predicts in the browser, while the pen moves."""
    pad = st.container()
    method = looking.method(runs[0])  # below the pad, where it pushes nothing down
    with pad:
        strokes = _live_pad(runs, method)
    if not strokes:
        return None
    return inputs.of_drawing(Drawing.of_strokes(strokes), runs[0].info.input_shape)


def _live_pad(runs: Sequence[Run], method: str | None) -> Any:
    packed = loaders.live_pad(runs, method)
    return live_pad.live_pad(packed, reported=address.stay, key="live_pad")


def predicted(runs: Sequence[Run], given: Given | None) -> Shown | None:
    """Predict what was given with each run."""
    if given is None:
        return None
    return Shown(given, [loaders.predict(run, given.image) for run in runs])


def answers(runs: Sequence[Run], shown: Shown | None, *, what_it_sees: bool) -> None:
    """Show what each run predicts, side by side.

    Args:
        runs: one or two.
        shown: what was given, if anything.
        what_it_sees: whether to show it as the network gets it.
    """
    if shown is None:
        st.write(drawing_words.NOTHING_YET)
        return
    live_pad.answers(
        [
            Answer(
                run_words.answer_by(loaders.label(run)),
                run.class_names,
                said.probabilities,
                said.is_ood,
            )
            for run, said in zip(runs, shown.predictions, strict=True)
        ],
        key="answers",
    )
    if what_it_sees:
        run, first = runs[0], shown.predictions[0]
        said = words.guess(run.class_names, first.probabilities, is_ood=first.is_ood)
        galleries.picture(
            shown.given.image,
            mnist_framed=run.info.dataset.mnist_framed,
            width=SEEN,
            alt=words.SEEN_AS.format(said=said),
            key="seen",
        )
        st.caption(words.SEEN)


def correct(run: Run, shown: Shown | None) -> None:
    """Ask what a drawing was, where there is one."""
    if shown is None:
        correcting.ask(run, predicted="", key="correct")
        return
    predicted = run.class_names[shown.predictions[0].label]
    correcting.ask(run, predicted=predicted, drawing=shown.given.drawing, key="correct")
