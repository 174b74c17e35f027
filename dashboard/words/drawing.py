"""Sentences about a drawing and about the ways to make one; pure."""

from collections.abc import Sequence

from dashboard.words.text import plain
from pipeline import words
from pipeline.serving.prediction import Prediction

MOST_NAMED = 12  # classes

NOT_FRAMED = (
    "This network was trained on the images of “{dataset}”, not on drawings. It gets your drawing "
    "as white lines on black, so its predictions mean little."
)
THICKNESS = (
    "The thickness is only for display; it doesn't change the answer. Strokes are redrawn with "
    "MNIST's stroke width before the network sees them."
)


def invitation(class_names: Sequence[str]) -> str:
    """Say what to draw: a sentence of Markdown."""
    if len(class_names) > MOST_NAMED:
        return f"Draw one of {len(class_names)} classes and see what the network predicts."
    return f"Draw one of these and see what the network predicts: {plain(', '.join(class_names))}."


def guess(class_names: Sequence[str], prediction: Prediction) -> str:
    """Say a prediction and the runner-up, in Markdown."""
    names = [plain(name) for name in class_names]
    return words.guess(names, prediction.probabilities, is_ood=prediction.is_ood, mark="**")


def starting_image(sample: int, label: str) -> str:
    """Say which test image is being edited."""
    return (
        f"Test image {sample:,}, which is “{plain(label)}”. Edit it until the prediction changes."
    )
