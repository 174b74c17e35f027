"""Receptive fields: the patch of the image that each position of a layer can see.

They are computed from the graph, once for every row and column of a layer, so branches, strides and
padding need no formula of their own.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.serving.anatomy import OTHER, Anatomy, Part, Shape, windows

Spans = np.ndarray  # int (positions, 2): the first and the last row, or column, of the image


@dataclass(frozen=True)
class ReceptiveField:
    """What the positions of a layer can see.

    Attributes:
        rows: int (height, 2) of the layer, or (units, 2): the first and the last row of the image.
        columns: int (width, 2), or (units, 2), likewise.
    """

    rows: Spans
    columns: Spans


def receptive_fields(anatomy: Anatomy) -> list[ReceptiveField]:
    """Compute the receptive fields of every layer, in order.

    A position that sees only what is beyond the edge of the image has an empty field: its first
    row is behind its last.
    """
    height, width, _ = anatomy.image_shape
    image = ReceptiveField(_each(height), _each(width))
    found: list[ReceptiveField] = []
    for place, part in enumerate(anatomy.parts):
        given = [image if source < 0 else found[source] for source in part.inputs]
        shapes = [anatomy.shape(source) for source in part.inputs]
        found.append(_field(part, anatomy.shapes[place], shapes, given, image))
    return found


def _field(
    part: Part,
    shape: Shape,
    shapes: list[Shape],
    given: list[ReceptiveField],
    image: ReceptiveField,
) -> ReceptiveField:
    rows, columns = ([getattr(field, axis) for field in given] for axis in ("rows", "columns"))
    if part.op in ("convolution", "max_pool", "average_pool"):
        down, across = windows(part, shapes[0], shape)
        return ReceptiveField(_windowed(rows[0], down), _windowed(columns[0], across))
    if part.op in ("pad", "crop"):
        sign = -1 if part.op == "pad" else 1
        (top, _), (left, _) = part.settings["around"]
        return ReceptiveField(
            _moved(rows[0], shape[0], sign * top), _moved(columns[0], shape[1], sign * left)
        )
    if part.op == "enlarge":
        down, across = part.settings["size"]
        return ReceptiveField(np.repeat(rows[0], down, 0), np.repeat(columns[0], across, 0))
    if part.op == "flatten" and len(shapes[0]) == 3:
        height, width, maps = shapes[0]
        return ReceptiveField(
            np.repeat(rows[0], width * maps, 0),
            np.tile(np.repeat(columns[0], maps, 0), (height, 1)),
        )
    if _in_place(part, shape, shapes):
        return ReceptiveField(_union(rows), _union(columns))
    return _everything(shape, given or [image])


def _in_place(part: Part, shape: Shape, shapes: list[Shape]) -> bool:
    """Whether each position, or unit, of a layer depends on that very one of its inputs."""
    if len(shape) == 3:
        known = part.op not in ("reshape", "permute", OTHER)
        return known and all(other[:2] == shape[:2] for other in shapes)
    mixing = ("dense", "concatenate", "reshape", "permute", OTHER)
    return part.op not in mixing and all(other == shape for other in shapes)


def _everything(shape: Shape, given: list[ReceptiveField]) -> ReceptiveField:
    """Return the field of positions that each depend on all of their inputs."""
    spans = []
    for axis, name in enumerate(("rows", "columns")):
        seen = np.concatenate([getattr(field, name) for field in given])
        count = shape[axis] if len(shape) == 3 else shape[-1]
        spans.append(np.tile(_over(seen), (count, 1)))
    return ReceptiveField(*spans)


def _windowed(spans: Spans, windows: np.ndarray) -> Spans:
    return np.array([_over(spans[first:last]) for first, last in windows])


def _moved(spans: Spans, count: int, by: int) -> Spans:
    nothing = spans[:0]
    sources = range(by, count + by)
    return np.array([_over(spans[at : at + 1] if at >= 0 else nothing) for at in sources])


def _over(spans: Spans) -> tuple[int, int]:
    seen = spans[spans[:, 0] <= spans[:, 1]]
    return (int(seen[:, 0].min()), int(seen[:, 1].max())) if len(seen) else (0, -1)


def _union(spans: list[Spans]) -> Spans:
    return np.array([_over(np.stack(cells)) for cells in zip(*spans, strict=True)])


def _each(count: int) -> Spans:
    return np.stack([np.arange(count)] * 2, 1)
