"""The data of the tour's first four steps: what the browser cannot compute from a network."""

from typing import Any

from pipeline.export.tour_material import Material


def grid(material: Material) -> dict[str, Any]:
    """Describe the grid of numbers and the line it is unrolled into: how many features."""
    height, width, channels = material.subject.shape
    return {"features": height * width * channels}


def weights(material: Material) -> dict[str, Any]:
    """Describe `pixels`: how often one weight per pixel is right."""
    return {"right": right(material, "pixels")}


def neuron(material: Material) -> dict[str, Any]:
    """Describe a unit of `perceptron`: all of it is in the network."""
    return {}


def layers(material: Material) -> dict[str, Any]:
    """Describe `perceptron` as a whole: how often it is right."""
    return {"right": right(material, "perceptron")}


def right(material: Material, network: str) -> str:
    """Say on how many test images a network is right; "" if the store lacks it."""
    if network not in material.runs:
        return ""
    metrics = material.runs[network].info.metrics
    return material.texts.say(
        "tour.frame.right",
        correct=metrics.correct,
        total=metrics.total,
        share=material.texts.percent(metrics.accuracy),
    )
