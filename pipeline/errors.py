"""The one error that is meant for users, and what a library said, in a line."""

import re

LONGEST_REASON = 300  # characters


class InklingError(Exception):
    """A problem that the user can fix.

    Its message is one or two complete sentences: what was expected, what was found, what to do.
    The command line prints it and exits with status 1; a page shows it. Any other exception is a
    bug in Inkling and keeps its traceback.
    """


def reason(error: Exception) -> str:
    """Say in a line why a library failed: without colors, a full stop, and what only leads up."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.splitlines()]
    told = [line for line in lines if line and not line.startswith("Exception encountered")]
    return (told[0] if told else type(error).__name__).rstrip(".:")[:LONGEST_REASON]
