"""Optional parts of Inkling, each of which brings a library of its own."""

import importlib.util

from pipeline.errors import InklingError


def check_installed(module: str, name: str, extra: str) -> None:
    """Check that a library is there, without importing it.

    Args:
        module: what it is imported as.
        name: what people call it.
        extra: of Inkling, which brings it.

    Raises:
        InklingError: it is not; the message says how to add it.
    """
    if importlib.util.find_spec(module) is None:
        raise InklingError(f"{name} is not installed. Add it with: pip install 'inkling[{extra}]'")
