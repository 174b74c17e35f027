"""The images that excite a map most, each with the patch of it that the map sees there."""

from dataclasses import dataclass

from pipeline.analysis.excitation import NONE, Excitation
from pipeline.serving.receptive_field import ReceptiveField


@dataclass(frozen=True)
class Example:
    """An image that excites a map.

    Attributes:
        image: its index in the test part.
        rows, columns: of the image: the first and the last that the map's peak sees; the first is
            behind the last where it sees only what is beyond the edge.
        activation: of the map at its peak.
    """

    image: int
    rows: tuple[int, int]
    columns: tuple[int, int]
    activation: float


def examples(found: Excitation, field: ReceptiveField, map_: int) -> list[Example]:
    """List the images that excite a map, or a unit, most: strongest first, at most nine.

    Args:
        found: what excites its layer.
        field: of the same layer.
        map_: which of the layer's maps or units.

    Returns:
        None for a map that is dead, or beyond those that were looked at.
    """
    if map_ >= len(found.images):
        return []
    kept = found.images[map_] != NONE
    arrays = (found.images, found.rows, found.columns, found.activations)
    return [
        Example(
            image=int(image),
            rows=(int(field.rows[row, 0]), int(field.rows[row, 1])),
            columns=(int(field.columns[column, 0]), int(field.columns[column, 1])),
            activation=float(activation),
        )
        for image, row, column, activation in zip(
            *(array[map_][kept] for array in arrays), strict=True
        )
    ]
