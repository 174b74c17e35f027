"""What is said of a drawing, and of the ways to make one; pure."""

from collections.abc import Sequence

from dashboard.words.text import plain
from pipeline import words
from pipeline.serving.prediction import Prediction

MOST_NAMED = 12  # classes

NOT_FRAMED = (
    "This network learned from the images of “{dataset}”, not from ink on paper. Your drawing is "
    "shown to it as white lines on black, so expect little."
)
THICKNESS = (
    "The thickness is only for display; it doesn't change the answer. Strokes are redrawn as wide "
    "as MNIST's before the network sees them."
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
    """Say which test image is edited."""
    return (
        f"Test image {sample:,}, which is “{plain(label)}”. Edit it until the network changes its "
        "mind."
    )
