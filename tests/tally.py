"""What a run of tests has tried and what was lost, counted by the tests and said at its end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

INPUTS, FAULTS, LOST = "inputs tried", "faults injected", "lost"
_counts: Counter[str] = Counter()
LONG = {"slow": "make hostile", "cluster": "make cluster"}  # what runs them, by their marker
_left_out: Counter[str] = Counter()


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
def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count the tests that take long and are left out, by the target that runs them."""
    _left_out.update(name for item in items for name in LONG if item.get_closest_marker(name))


@pytest.hookimpl
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what a worker of a parallel run has counted to the one who asked."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput |= {"tally": dict(_counts), "left out": dict(_left_out)}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """Add what a worker has counted; each has left out the same tests."""
    told = getattr(node, "workeroutput", {})
    _counts.update(told.get("tally", {}))
    for name, count in told.get("left out", {}).items():
        _left_out[name] = max(_left_out[name], count)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it, if there is anything to say."""
    if _counts[INPUTS] or _counts[FAULTS]:
        _counts[LOST] += 0  # which is worth saying
    said = ", ".join(f"{what}: {number:,}" for what, number in sorted(_counts.items()))
    if said:
        terminalreporter.write_line(said)
    if _left_out:
        left = " and ".join(f"{count} ({LONG[name]})" for name, count in sorted(_left_out.items()))
        terminalreporter.write_line(f"left out, because they take long: {left}")
