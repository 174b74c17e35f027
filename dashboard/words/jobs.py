"""What waits, what is over, and what a training will take, in sentences; pure."""

from collections.abc import Sequence

from dashboard.words.text import plain
from pipeline.jobs.estimate import Estimate
from pipeline.jobs.history import Entry
from pipeline.words import counted, duration, joined

SEEDS = (
    "Each network is trained this many times, with the seeds 0, 1, 2 and so on, which shows how "
    "far results differ by chance alone."
)


def takes(networks: Sequence[str], found: Sequence[Estimate | None]) -> str:
    """Say what some trainings will take: Markdown.

    Args:
        networks: of each.
        found: what is known of each.
    """
    known = [(name, one) for name, one in zip(networks, found, strict=True) if one is not None]
    unknown = sorted({name for name, one in zip(networks, found, strict=True) if one is None})
    said = []
    if known:
        about = duration(sum(one.seconds for _, one in known))
        earlier = sum({name: one.trainings for name, one in known}.values())
        memory = max(one.memory for _, one in known)
        needs = f", and up to {gigabytes(memory)} of memory" if memory else ""
        said.append(
            f"{'At least' if unknown else 'About'} {about} on this machine{needs}, going by "
            f"{counted(earlier, 'earlier training')}."
        )
    if unknown:
        said.append(
            f"How long {joined(unknown)} will take is not known: this machine has not "
            "trained such a network yet."
        )
    return " ".join(said)


def gigabytes(count: int) -> str:
    """Write a size of memory: "0.9 GB"."""
    return f"{count / 1e9:.1f} GB"


def wait(count: int, *, running: bool) -> str:
    """Say how many jobs wait, and for what."""
    jobs = counted(count, "job")
    then = "they are done one after another" if count > 1 else "it comes next"
    if running:
        return f"{jobs} {'wait' if count > 1 else 'waits'}: {then}, even with this page closed."
    return f"{jobs} {'wait' if count > 1 else 'waits'}."


def its_turn(before: int) -> str:
    """Say what a job waits for.

    Args:
        before: how many others that wait come before it.
    """
    if not before:
        return "It begins when the job that runs is done."
    others = f"{counted(before, 'other')} that {'wait' if before > 1 else 'waits'}"
    return f"It begins when the job that runs and {others} are done."


def waits(place: int, entry: Entry) -> str:
    """Describe a job that waits: Markdown."""
    reason = f" – {plain(entry.unreadable)}" if entry.unreadable else ""
    return f"{place}\\. {plain(entry.title)}{reason}"


def how_it_ended(entry: Entry) -> str:
    """Say how a job ended, and why: Markdown."""
    status = entry.status
    took = f" after {duration(status.seconds)}" if status.seconds else ""
    ended, comma, left = entry.outcome.partition(", ")
    said = [f"{ended.capitalize()}{took}{comma}{left}.", status.message, entry.unreadable]
    if status.peak_memory:
        said.append(f"It took up to {gigabytes(status.peak_memory)} of memory.")
    return plain(" ".join(part for part in said if part))
