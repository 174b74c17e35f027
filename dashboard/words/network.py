"""A network's layers, folded into stages, in words; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.words.text import percent, plain
from pipeline.serving import layer_words
from pipeline.serving.ablation import Ablation
from pipeline.serving.anatomy import Anatomy
from pipeline.serving.inference import LayerInfo
from pipeline.words import counted

NOT_TAKEN_APART = (
    "This run was published before Inkling took networks apart, so only the outputs of its layers "
    "are shown. Taking it apart takes a few seconds, once."
)
NO_CURVE = "trained elsewhere, so there are no settings and no learning curve here."
MOST_NAMED = 3  # maps and units in a sentence
POOLING = {"MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D"}
FOLLOWS_THE_PEN = "What every layer and neuron makes of your drawing, while the pen moves."


@dataclass(frozen=True)
class Stage:
    """Layers that belong together.

    Attributes:
        name: such as "Convolutional block 2".
        layers: in order, at least one.
    """

    name: str
    layers: Sequence[LayerInfo]

    @property
    def parameters(self) -> int:
        """How many parameters its layers have together."""
        return sum(layer.parameters for layer in self.layers)


def stages(layers: Sequence[LayerInfo]) -> list[Stage]:
    """Fold layers into convolutional blocks, and what follows them.

    A block begins with the first convolution after a pooling layer, so it holds what comes between;
    what comes before any convolution prepares the image. Everything from the first layer on whose
    output is no grid belongs to the classifier.
    """
    blocks: list[list[LayerInfo]] = []
    pooled = True
    flat = [layer for layer in layers if len(layer.shape) == 1]
    for layer in (layer for layer in layers if len(layer.shape) != 1):
        if _convolves(layer) and pooled:
            blocks.append([])
            pooled = False
        elif not blocks:
            blocks.append([])
        blocks[-1].append(layer)
        pooled = pooled or layer.kind in POOLING
    first = 1 if not blocks or any(map(_convolves, blocks[0])) else 0
    found = [
        Stage(f"Convolutional block {number}" if number else "Preparation", block)
        for number, block in enumerate(blocks, start=first)
    ]
    return [*found, Stage("Dense layers", flat)] if flat else found


def _convolves(layer: LayerInfo) -> bool:
    return "Conv" in layer.kind  # depthwise and separable ones are convolutions, too


def stage_title(stage: Stage) -> str:
    """Say in a line what a stage gives and how much it has learned, as Markdown."""
    learned = counted(stage.parameters, "parameter")
    return f"**{stage.name}** · {layer_words.gives(stage.layers[-1])} · {learned}"


def layer_line(layer: LayerInfo) -> str:
    """Describe a layer in a line of Markdown."""
    learned = f" · {counted(layer.parameters, 'parameter')}" if layer.parameters else ""
    what = layer_words.does(layer)
    return f"**{plain(layer.name)}** · {layer_words.gives(layer)}{learned} · :gray[{what}]"


def unexplained(unknown: Sequence[str], why: str) -> str:
    """Say why only the outputs of a network's layers can be shown.

    Args:
        unknown: the names of the layers whose arithmetic is not known.
        why: there is no gradient graph, in a sentence.
    """
    if not unknown:
        return f"Only the outputs of its layers can be shown. {why}"
    named = ", ".join(f"“{name}”" for name in unknown)
    subject = f"the layer {named} computes" if len(unknown) == 1 else f"the layers {named} compute"
    return f"Only the outputs of its layers can be shown: what {subject} is not known here."


def other_image(number: int, row: pd.Series, class_names: Sequence[str]) -> str:
    """Say what a network reads in an image that another one is compared with.

    Args:
        number: of the test image.
        row: its label, predicted class and confidence.
        class_names: one name per class.
    """
    true = class_names[int(row["label"])]
    return f"Compared with test image {number:,}, labeled “{true}”, {_read_as(row, class_names)}"


def second_run(name: str, row: pd.Series, class_names: Sequence[str]) -> str:
    """Say what a second run reads in the same image; see `other_image`."""
    return f"The same image in {name}, {_read_as(row, class_names)}"


def second_run_on_drawing(name: str) -> str:
    """Say that a second run reads the same drawing."""
    return f"The same drawing in {name}."


def under_drawing(number: int, label: str) -> str:
    """Name the test image that is shown until something is drawn."""
    return f"Test image {number:,}, labeled “{label}”"


def _read_as(row: pd.Series, class_names: Sequence[str]) -> str:
    predicted = class_names[int(row["predicted"])]
    return f"predicted as “{predicted}” with {percent(float(row['confidence']))} confidence"


def second_not_taken_apart(name: str, run_id: str) -> str:
    """Say why the layers of a second run are not shown."""
    return (
        f"The layers of {name} cannot be compared: that run was not taken apart. "
        f"Choose it as the first run to see why, or run: inkling evaluate {run_id}"
    )


def switched(anatomy: Anatomy, gates: np.ndarray) -> list[tuple[str, float]]:
    """Name the maps and units that are switched off (0) or scaled: ("map 7 of conv2", 0.5), …."""
    named, start = list[tuple[str, float]](), 0
    for layer in anatomy.gated:
        what = "map" if len(anatomy.shapes[layer]) == 3 else "unit"
        for unit in range(anatomy.shapes[layer][-1]):
            factor = float(gates[start + unit])
            if factor != 1:
                named.append((f"{what} {unit + 1} of {anatomy.parts[layer].name}", factor))
        start += anatomy.shapes[layer][-1]
    return named


def ablation(
    changed: Sequence[tuple[str, float]], found: Ablation, class_names: Sequence[str]
) -> str:
    """Say what a network loses with maps and units switched off or scaled.

    Args:
        changed: what `switched` found.
        found: what changes on the test images.
        class_names: one name per class.
    """
    if len(changed) > MOST_NAMED:
        what = f"With {len(changed)} maps and units changed"
    elif any(factor for _, factor in changed):
        what = "With " + ", ".join(
            f"{name} at {percent(factor)}" if factor else f"{name} switched off"
            for name, factor in changed
        )
    else:
        what = f"Without {', '.join(name for name, _ in changed)}"
    said = (
        f"{what}, it is right on {found.after:,} of {found.images:,} test images instead of "
        f"{found.before:,}."
    )
    if not found.shifts:
        return said
    shifts = ", ".join(
        f"“{class_names[shift.true]}” taken for “{class_names[shift.predicted]}” "
        f"({shift.more:,} more)"
        for shift in found.shifts
    )
    return f"{said} What grows most: {shifts}."
