"""How far an image can be perturbed before the prediction changes, in sentences; pure."""

from collections.abc import Sequence

from dashboard.words.text import percent
from pipeline.ink.perturbations import Kind, Sweep

UNITS: dict[Kind, str] = {
    "across": "pixels",
    "along": "pixels",
    "turn": "degrees",
    "scale": "% of size",
    "pen": "pixels",
}
_SIDES: dict[Kind, tuple[str, str]] = {
    "across": ("to the left", "to the right"),
    "along": ("upward", "downward"),
    "turn": ("counterclockwise", "clockwise"),
    "pen": ("thinner", "thicker"),
}
_WAYS: dict[Kind, str] = {
    "across": "Shifted sideways",
    "along": "Shifted up or down",
    "turn": "Rotated",
    "scale": "Scaled",
    "pen": "With a different pen width",
}


def amount(kind: Kind, value: float) -> str:
    """Name one step of a sweep: "3 pixels to the left", "70% of its size"."""
    if kind == "scale":
        return f"{100 * value:.0f}% of its size"
    return f"{_measure(kind, value)} {_SIDES[kind][value > 0]}"


def tick(kind: Kind, value: float) -> str:
    """Write one step of a sweep as a number: "−3"."""
    return f"{round(100 * value) if kind == 'scale' else value:g}".replace("-", "−")


def held(sweep: Sweep, names: Sequence[str], boundary: tuple[int | None, int | None]) -> str:
    """Say how far an image can be perturbed before the prediction changes.

    Args:
        sweep: the perturbation.
        names: what is predicted at each step.
        boundary: the nearest steps, to either side, with another prediction; see
            `perturbations.decision_boundary`.
    """
    still, kind, values = names[sweep.neutral], sweep.kind, sweep.values
    if boundary == (None, None):
        return f"{_throughout(kind, values)} it stays “{still}”"
    sides = [
        (end, step, sweep.neutral + (1 if end else -1))
        for end, step in zip((0, len(values) - 1), boundary, strict=True)
    ]
    at_once, later = [], []
    for end, step, nearest in sides:
        if step is None:
            later.append(f"{_up_to(kind, values[end])}, the limit of the test")
        elif step == nearest:
            at_once.append(f"it is already “{names[step]}” at {amount(kind, values[step])}")
        else:
            last = values[step - 1 if end else step + 1]
            later.append(f"{_up_to(kind, last)}, then “{names[step]}”")
    stays = [f"it stays “{still}” " + "; ".join(later)] if later else []
    return f"{_WAYS[kind]}, {'; '.join([*at_once, *stays])}"


def hint(kind: Kind, value: float, *, neutral: bool, readings: Sequence[tuple[str, float]]) -> str:
    """Say what each run predicts at one step: a class and its probability."""
    what = "Unchanged" if neutral else amount(kind, value)
    said = "; the second run: ".join(f"“{name}” ({percent(share)})" for name, share in readings)
    return f"{what}: {said}"


def told(finding: str, sweep: Sweep, names: Sequence[str]) -> str:
    """Describe a whole sweep for a screen reader."""
    first, last = amount(sweep.kind, sweep.values[0]), amount(sweep.kind, sweep.values[-1])
    return f"{finding.rstrip('. ')}. From {first} to {last} the predictions are {', '.join(names)}."


def _measure(kind: Kind, value: float) -> str:
    size = abs(value)
    if kind == "turn":
        return f"{size:g}°"
    return f"{size:.3g} {'pixel' if size == 1 else 'pixels'}"


def _up_to(kind: Kind, value: float) -> str:
    down = kind == "scale" and value < 1
    return f"{'down' if down else 'up'} to {amount(kind, value)}"


def _throughout(kind: Kind, values: Sequence[float]) -> str:
    if kind == "scale":
        return f"From {100 * values[0]:.0f}% to {amount(kind, values[-1])}"
    if kind == "pen":
        return f"From {amount(kind, values[0])} to {amount(kind, values[-1])}"
    either = {"across": "left or right", "along": "up or down", "turn": "either way"}[kind]
    verb = _WAYS[kind].split()[0]
    return f"{verb} by up to {_measure(kind, values[-1])} {either},"
