"""A layer in words, and how its maps are laid out; pure, for pages here and in the browser."""

from pipeline.serving.inference import LayerInfo

DOES = {
    "Flatten": "flattens its input into one vector",
    "Dense": "computes a weighted sum of all its inputs for each unit",
    "Conv2D": "slides small filters over its input; each map shows where its filter matches",
    "MaxPooling2D": "keeps the largest of each 2×2, which halves width and height",
    "AveragePooling2D": "keeps the mean of each 2×2, which halves width and height",
    "GlobalAveragePooling2D": "keeps the mean of each feature map",
    "BatchNormalization": "shifts and scales its inputs to a common range",
    "Activation": "keeps what is positive",
    "ReLU": "keeps what is positive",
    "Add": "adds two earlier outputs",
    "Rescaling": "scales the numbers",
}
FEW_UNITS = 24  # as many units as fit side by side at a size that can be told apart


def does(layer: LayerInfo) -> str:
    """Say what a layer does."""
    return DOES.get(layer.kind, "transforms its input")


def gives(layer: LayerInfo) -> str:
    """Say what a layer outputs: "16 maps of 28×28" or "128 numbers"."""
    if len(layer.shape) == 3:
        height, width, maps = layer.shape
        return f"{maps:,}\xa0{'map' if maps == 1 else 'maps'} of\xa0{width}×{height}"
    return f"{layer.shape[-1]:,}\xa0numbers"


def columns(shape: tuple[int, ...]) -> int:
    """Return how many maps, or units, of a layer go side by side.

    Args:
        shape: of its output, without the batch axis.
    """
    if len(shape) == 1:
        return shape[0] if shape[0] <= FEW_UNITS else 64
    return 8 if shape[-1] <= 16 else 16
