"""Read-only mode: a dashboard on which nothing can be changed."""

import os

from pipeline.errors import InklingError

READ_ONLY = "INKLING_READ_ONLY"  # environment variable; any value but "" turns it on


def read_only() -> bool:
    """Whether this dashboard is read-only: nothing can be changed, started or stopped."""
    return bool(os.environ.get(READ_ONLY))


def refuse_if_read_only(consequence: str) -> None:
    """Refuse a change where the dashboard is read-only.

    Args:
        consequence: what is not possible, as a clause: "marks cannot be changed".

    Raises:
        InklingError: the dashboard is read-only.
    """
    if read_only():
        raise InklingError(f"This dashboard is read-only: {consequence}.")
