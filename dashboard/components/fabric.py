"""What Fabric.js, the canvas's library, says of a drawing; pure."""

from typing import Any

Strokes = list[list[list[float]]]


def strokes_of(drawn: dict[str, Any] | None) -> Strokes:
    """Read Fabric.js's description of a drawing as strokes.

    A path is a list of commands: M and L end in a point, Q in a control point and a point.

    Returns:
        Strokes of `[x, y]` points in canvas pixels, y downwards; an empty list if there is none.
    """
    strokes = []
    for item in (drawn or {}).get("objects", []):
        if item.get("type", "").lower() != "path":
            continue
        points = [[float(x) for x in command[-2:]] for command in item["path"] if len(command) > 2]
        if points:
            strokes.append(points)
    return strokes
