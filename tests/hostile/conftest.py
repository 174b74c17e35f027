"""The last lines of `make hostile`."""

import pytest

from tests.dashboard.conftest import app, components_found_once
from tests.hostile import tally

__all__ = ["app", "components_found_once"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was tried, and whether anything was lost."""
    for line in tally.lines():
        terminalreporter.write_line(line)
