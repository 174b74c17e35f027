"""The last lines of `make hostile`."""

import pytest

from tests.hostile import tally


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was tried, and whether anything was lost."""
    for line in tally.lines():
        terminalreporter.write_line(line)
