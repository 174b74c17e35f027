"""Programs that packages bring, wherever those are installed."""

from importlib.metadata import files
from pathlib import Path


def program(package: str, name: str) -> str:
    """Return the path of a program that an installed package has."""
    (found,) = (file for file in files(package) or [] if file.name == name)
    return str(Path(found.locate()).resolve())
