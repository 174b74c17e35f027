"""What the hostile tests tried: printed at the end of `make hostile`."""

from collections import Counter

INPUTS, FAULTS, LOST = "inputs tried", "faults injected", "lost"
_counts: Counter[str] = Counter()


def tried(inputs: int = 1) -> None:
    """Count inputs that were handed to Inkling."""
    _counts[INPUTS] += inputs


def injected(faults: int = 1) -> None:
    """Count faults: something that was taken away, damaged or forbidden."""
    _counts[FAULTS] += faults


def check_kept(kept: bool, what: object) -> None:
    """Fail, and count a loss, if something that had been kept is not as it was."""
    _counts[LOST] += not kept
    assert kept, what


def lines() -> list[str]:
    """Say what was tried so far, a line a number; nothing where nothing was."""
    return [f"{what}: {_counts[what]:,}" for what in (INPUTS, FAULTS, LOST)] if _counts else []
