"""What a run of tests has tried and what was lost, counted by the tests and said at its end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

INPUTS, FAULTS, LOST = "inputs tried", "faults injected", "lost"
_counts: Counter[str] = Counter()


def count(what: str, number: int = 1) -> None:
    """Count something that the end of the run says."""
    _counts[what] += number


def check_kept(kept: bool, what: object) -> None:
    """Fail, and count a loss, if something that had been kept is not as it was."""
    count(LOST, not kept)
    assert kept, what


@contextmanager
def fault() -> Iterator[None]:
    """Count a fault; as lost, if the block, which checks what must hold after it, fails."""
    count(FAULTS)
    try:
        yield
    except BaseException:
        count(LOST)
        raise


@pytest.hookimpl
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what a worker of a parallel run has counted to the one who asked."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tally"] = dict(_counts)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """Add what a worker has counted."""
    _counts.update(getattr(node, "workeroutput", {}).get("tally", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it, if there is anything to say."""
    if _counts[INPUTS] or _counts[FAULTS]:
        _counts[LOST] += 0  # which is worth saying
    said = ", ".join(f"{what}: {number:,}" for what, number in sorted(_counts.items()))
    if said:
        terminalreporter.write_line(said)
