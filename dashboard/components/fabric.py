"""What Fabric.js, the canvas's library, says of a drawing; pure."""

from typing import Any

Strokes = list[list[list[float]]]


def strokes_of(drawn: dict[str, Any] | None) -> Strokes:
    """Read Fabric.js's description of a drawing as strokes.

    Returns:
        Strokes of `[x, y]` points in canvas pixels, y downwards; an empty list if there is none.
    """
    return [points for points, _ in coloured_strokes_of(drawn)]


def coloured_strokes_of(drawn: dict[str, Any] | None) -> list[tuple[list[list[float]], str]]:
    """Read Fabric.js's description of a drawing as strokes with their colours, first to last.

    A path is a list of commands: M and L end in a point, Q in a control point and a point.
    """
    strokes = []
    for item in (drawn or {}).get("objects", []):
        if item.get("type", "").lower() != "path":
            continue
        points = [[float(x) for x in command[-2:]] for command in item["path"] if len(command) > 2]
        if points:
            strokes.append((points, str(item.get("stroke", ""))))
    return strokes
