"""Teaching a network what people corrected, and what it made of that, in sentences; pure."""

from collections.abc import Sequence

import pandas as pd

from dashboard.words.corrections import arrow
from dashboard.words.text import percent, plain
from pipeline.analysis.proof import Change, Proof
from pipeline.jobs.job import Status
from pipeline.words import counted

CLICK = "Click a cell, or the name of a class, to see its images."
_NORMS = {"linf": "every value changed a little", "l2": "a change of a small total"}


def offer(taught: int, held_back: int, marked: int, network: str) -> str:
    """Say what a network would be taught: Markdown.

    Args:
        taught, held_back: how many of the corrections it would learn from, and how many not.
        marked: how many test images were marked as wrong and given another class.
        network: what its run is called.
    """
    also = f", and {counted(marked, 'test image')} with a new label" if marked else ""
    return (
        f"**Teach {plain(network)}**: {counted(taught, 'correction')} to learn from, "
        f"{held_back:,} held back{also}."
    )


def nothing(network: str, *, elsewhere: bool) -> str:
    """Say why a network cannot be taught: Markdown."""
    if elsewhere:
        return (
            f"{plain(network)} was trained elsewhere: without its training images it would forget "
            "what it knows. Choose another run in the sidebar to teach it."
        )
    return f"None of these can be taught to {plain(network)}. Choose another run in the sidebar."


def failed(network: str, status: Status) -> str:
    """Say why a retraining failed, and what is left: Markdown.

    Args:
        network: what the run that it went on from is called, as Markdown.
        status: of its job.
    """
    if status.run_id:
        left = (
            "What was learned is saved, but not its map of test images: "
            f"`inkling evaluate {status.run_id}` adds that."
        )
    else:
        left = f"Nothing was saved; {network} is as it was. Retraining begins anew."
    return f"{plain(status.message)} {left}"


def measures(proof: Proof) -> pd.DataFrame:
    """Tabulate what was measured before and after: one row each, as texts."""
    rows = [("Test images right", *_both(proof.accuracy))]
    if proof.held_back.total:
        total = proof.held_back.total
        held = proof.held_back
        rows.insert(
            0, ("Held-back corrections right", f"{held.before:,} of {total:,}",
                f"{held.after:,} of {total:,}"),
        )  # fmt: skip
    worst = proof.worst_class
    if worst.accuracy.gain < 0:
        rows.append((f"Right of “{worst.name}”, which loses most", *_both(worst.accuracy)))
    error = proof.calibration_error
    rows.append(("Calibration error, less is better", f"{error.before:.2%}", f"{error.after:.2%}"))
    rows += [
        (f"Right under attack: {_NORMS[one.norm]}", *_both(one.accuracy))
        for one in proof.robustness
    ]
    return pd.DataFrame(rows, columns=["", "before", "after"])


def interval(proof: Proof) -> str:
    """Say how much the accuracy changed, and how certain that is."""
    found = proof.difference
    left_out = (
        f" {counted(proof.left_out, 'test image')} it was taught "
        f"{'is' if proof.left_out == 1 else 'are'} left out."
        if proof.left_out
        else ""
    )
    value, low, high = (_signed(share) for share in (found.value, found.low, found.high))
    return (
        f"The accuracy on {counted(proof.images, 'test image')} changed by {value} percentage "
        f"points (95% interval {low} to {high}).{left_out}"
    )


def came_from(network: str, taught: int, marked: int) -> str:
    """Say which run a network was taught from, and how much: Markdown.

    Args:
        network: what that run is called.
        taught: how many images it was taught.
        marked: how many of them are test images with a new label.
    """
    drawings, images = counted(taught - marked, "correction"), counted(marked, "test image")
    parts = [drawings] if taught > marked else []
    parts += [f"{images} with a new label"] if marked else []
    return f"Taught {' and '.join(parts)}, going on from {plain(network)}."


def gone(run_id: str) -> str:
    """Say that a taught network has nothing to be compared with: Markdown."""
    return (
        f"The run it was taught from, {plain(run_id)}, is no longer here, so nothing shows what it "
        "learned and what it forgot."
    )


def heard(label: str, before: str, after: str) -> tuple[str, str]:
    """Describe a picture by what the network said: a caption, and a hint for screen readers."""
    sign = "✓" if after == label else "✗"
    return (
        f"{arrow(before, after)} {sign}",
        f"a {label}; before, the network read {before}; now, it reads {after}",
    )


def changed(fixed: int, broken: int) -> str:
    """Title the matrix of what changed."""
    return f"{counted(fixed, 'test image')} newly right, {broken:,} newly wrong"


def of_cell(true: str | None, said: str | None, *, broken: int, fixed: int) -> str:
    """Title the images of a part of that matrix.

    Args:
        true: the class of its row; None for any.
        said: the class of its column, wrongly read before or now; None, or the class of its row,
            for any.
        broken, fixed: how many are newly wrong, and newly right.
    """
    of = "" if true is None else f" of “{true}”"
    read = "" if said in (None, true) else f", read as “{said}” by mistake"
    counts = f"{broken:,} newly wrong, {fixed:,} newly right" if broken or fixed else "none changed"
    return f"Test images{of}{read}: {counts}"


def of_all(title: str, shown: int, count: int) -> str:
    """Add to the title of some pictures how many of all of them are shown, if not all."""
    return f"{title} ({shown:,} of {count:,})" if shown < count else title


def _both(change: Change) -> Sequence[str]:
    return percent(change.before), percent(change.after)


def _signed(share: float) -> str:
    return f"{100 * share:+.2f}".replace("-", "−")
