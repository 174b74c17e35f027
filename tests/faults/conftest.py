"""What the tests of faults share."""

import shutil
from pathlib import Path

import pytest

from tests.faults.writers import World, begin


@pytest.fixture(scope="session")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world to copy."""
    return begin(tmp_path_factory.mktemp("world") / "world")


@pytest.fixture
def world(beginning: World, tmp_path: Path) -> World:
    """A world of the test's own, with something of everything in it."""
    return World(shutil.copytree(beginning.folder, tmp_path / "world"))
