"""Who may change things: a dashboard that is only for show may not."""

import os

from pipeline.errors import InklingError

READ_ONLY = "INKLING_READ_ONLY"  # set to anything, in the environment


def read_only() -> bool:
    """Whether nothing may be changed, started or stopped here."""
    return bool(os.environ.get(READ_ONLY))


def refuse_if_read_only(consequence: str) -> None:
    """Stop what would change something where nothing may be changed.

    Args:
        consequence: what cannot be done, as a clause: "nothing can be trained or stopped here".

    Raises:
        InklingError: this is read-only.
    """
    if read_only():
        raise InklingError(f"This dashboard is read-only: {consequence}.")
