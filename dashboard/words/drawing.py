"""Sentences about a drawing or an image, and about the ways to make one; pure."""

from collections.abc import Sequence

import numpy as np

from dashboard.words.text import percent, plain

MOST_NAMED = 12  # classes

NOTHING_YET = "The prediction appears here."
UNDO = "Point at the box for undo, redo and clear."
THICKNESS = (
    "The thickness is only for display; it doesn't change the answer. Strokes are redrawn with "
    f"MNIST's stroke width before the network sees them. {UNDO}"
)
NO_TEST_IMAGES = "The test images are not on this machine, so there is only blank paper to draw on."
UPLOAD_INK = (
    "Photograph of one drawing on paper",
    "One drawing, alone on the paper and away from its edges. On a phone you can use the camera.",
)
UPLOAD = (
    "An image to try",
    "Any image, in its own colors. It is resized to the size of the network's input, exactly as "
    "`inkling predict` does it.",
)
NOT_EXPLAINED_YET = (
    "This network has not been taken apart yet, which is what this needs. It takes a few seconds, "
    "once."
)
NOT_EXPLAINED = "The gradients of this network cannot be computed here. {why}"
NO_CAM = "Grad-CAM explains the last convolution; this network has none."
NO_INK = "Nothing stands out from the paper. Draw one thing, darker and away from the edges."


def invitation(class_names: Sequence[str], *, is_ink: bool) -> str:
    """Say what to draw, or what to try: a sentence of Markdown.

    Args:
        class_names: one name per class.
        is_ink: whether the network was trained on ink; if not, it takes images as they are.
    """
    verb = "Draw" if is_ink else "Try an image of"
    if len(class_names) > MOST_NAMED:
        return f"{verb} one of {len(class_names)} classes and see what the network predicts."
    names = plain(", ".join(class_names))
    return f"{verb} one of these and see what the network predicts: {names}."


def starting_image(sample: int, label: str) -> str:
    """Say which test image is being edited."""
    return (
        f"Test image {sample:,}, which is “{plain(label)}”. Edit it until the prediction changes. "
        f"{UNDO}"
    )


def pixels(image: np.ndarray, *, is_ink: bool) -> str:
    """Describe what a network gets, for those who do not see it: ": 28×28 pixels, ink on 17.0%".

    Args:
        image: uint8 (height, width, channels).
        is_ink: whether it is light ink on black.
    """
    height, width, channels = image.shape
    inked = float((image > 0).any(axis=-1).mean())
    what = f"ink on {percent(inked)}" if is_ink else "gray" if channels == 1 else "in color"
    return f": {width}×{height} pixels, {what}"
