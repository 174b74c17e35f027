"""A serving graph and its test images -> what excites each of its maps and units."""

import numpy as np

from pipeline.analysis import excitation
from pipeline.analysis.excitation import Excitation, Watch
from pipeline.serving.anatomy import ARRANGING, Anatomy
from pipeline.serving.inference import ServingGraph

BATCH = 100  # images whose activations are in memory at once


def what_excites(
    graph: ServingGraph, anatomy: Anatomy, images: np.ndarray
) -> dict[int, Excitation]:
    """Find the images that excite each map and unit most.

    Args:
        graph: of a network.
        anatomy: of the same network.
        images: uint8 (n, height, width, channels), at least one; of more than 10,000, a seeded
            sample is looked at.

    Returns:
        What was found for each layer of maps or units, by its place in `anatomy.parts`; layers that
        only arrange their input anew are left out.
    """
    watches = {
        place: Watch(part.activation)
        for place, part in enumerate(anatomy.parts)
        if part.op not in ARRANGING and len(anatomy.shapes[place]) in (1, 3)
    }
    chosen = excitation.sample(len(images))
    for start in range(0, len(chosen), BATCH):
        rows = chosen[start : start + BATCH]
        activations = [graph.activations(image) for image in images[rows]]
        for place, watch in watches.items():
            watch.see(np.stack([layers[place] for layers in activations]), rows)
    return {place: watch.found() for place, watch in watches.items()}
