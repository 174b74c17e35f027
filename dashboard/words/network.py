"""A network's layers, folded into stages, in words; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.words.text import plain
from pipeline.serving import layer_words
from pipeline.serving.inference import LayerInfo
from pipeline.words import counted

NOT_TAKEN_APART = (
    "This run was published before Inkling took networks apart, so only the outputs of its layers "
    "are shown. Taking it apart takes a few seconds, once."
)
NO_CURVE = "trained elsewhere, so there are no settings and no learning curve here."
POOLING = {"MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D"}


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
    layers = "layer" if len(unknown) == 1 else "layers"
    named = ", ".join(f"“{name}”" for name in unknown)
    return (
        f"Only the outputs of its layers can be shown: what the {layers} {named} computes is not "
        "known here."
    )
