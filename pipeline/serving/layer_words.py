"""Layers in words, and how their feature maps are arranged; pure, for pages and the browser."""

from pipeline.serving.inference import LayerInfo

DOES = {
    "Flatten": "flattens its input into one vector",
    "Dense": "computes a weighted sum of all its inputs for each unit",
    "Conv2D": "slides small filters over its input; each feature map shows where one matches",
    "MaxPooling2D": "keeps the maximum of each 2×2 block, which halves width and height",
    "AveragePooling2D": "keeps the mean of each 2×2 block, which halves width and height",
    "GlobalAveragePooling2D": "keeps the mean of each feature map",
    "BatchNormalization": "shifts and scales its inputs to a common range",
    "Activation": "applies an activation function",
    "ReLU": "sets negative values to zero",
    "Add": "adds the outputs of earlier layers",
    "Rescaling": "rescales its input",
}
FEW_UNITS = 24  # that fit side by side and can still be told apart


def does(layer: LayerInfo) -> str:
    """Describe what a layer does."""
    return DOES.get(layer.kind, "transforms its input")


def gives(layer: LayerInfo) -> str:
    """Describe the output of a layer: "16 feature maps of 28×28" or "128 values"."""
    if len(layer.drawn_shape) == 3:
        height, width, maps = layer.drawn_shape
        return f"{maps:,}\xa0feature {'map' if maps == 1 else 'maps'} of\xa0{width}×{height}"
    return f"{layer.drawn_shape[0]:,}\xa0values"


def columns(shape: tuple[int, ...]) -> int:
    """Return how many feature maps, or units, of a layer go side by side.

    Args:
        shape: of its output, without the batch axis.
    """
    if len(shape) == 1:
        return shape[0] if shape[0] <= FEW_UNITS else 64
    return 8 if shape[-1] <= 16 else 16
