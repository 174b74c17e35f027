"""How Fabric.js, the canvas's library, describes a drawing; pure."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Path:
    """One stroke on the canvas.

    Attributes:
        points: `[x, y]` in canvas pixels, y down.
        color: as passed to the canvas.
        width: in canvas pixels.
    """

    points: list[list[float]]
    color: str
    width: float


def paths_of(drawn: dict[str, Any] | None) -> list[Path]:
    """Read Fabric.js's description of a drawing, first stroke to last; empty if there is none.

    A path is a list of commands: M and L end in a point, Q in a control point and a point.
    """
    paths = []
    for item in (drawn or {}).get("objects", []):
        if item.get("type", "").lower() != "path":
            continue
        points = [[float(x) for x in command[-2:]] for command in item["path"] if len(command) > 2]
        if points:
            paths.append(
                Path(points, str(item.get("stroke", "")), float(item.get("strokeWidth", 1)))
            )
    return paths
