"""The one error that is meant for users, and what a library said, in a line."""

import re
from collections.abc import Iterator

LONGEST_REASON = 300  # characters
ENDLESS = re.compile(r"(\S{200})\S{200,}")  # a word that nobody reads to its end
# Control characters but tab and newline, what turns the direction of writing, and lone surrogates:
# bytes of a file's name that are no UTF-8.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class InklingError(Exception):
    """A problem that the user can fix.

    Its message is one or two complete sentences: what was expected, what was found, what to do.
    The command line prints it and exits with status 1; a page shows it. Any other exception is a
    bug in Inkling and keeps its traceback.
    """

    def __init__(self, message: str = "") -> None:
        """Set the message; what it quotes may be anything, so it is made readable."""
        super().__init__(readable(message))


def printable(text: str) -> str:
    """Escape what cannot be printed or encoded, as in the name of a file: `a\\x1b`, `a\\udcff`."""
    return UNPRINTABLE.sub(lambda odd: odd[0].encode("unicode_escape").decode(), text)


def readable(text: str) -> str:
    """Make a text printable, and cut off words of more than 400 characters."""
    return ENDLESS.sub(r"\1…", printable(text))


def reason(error: Exception) -> str:
    """Say in a line why a library failed: without colors, a full stop, and what only leads up."""
    said = isinstance(error, OSError) and error.strerror
    text = re.sub(r"\x1b\[[0-9;]*m", "", said or str(error))
    lines = [line.strip() for line in text.splitlines()]
    told = [line for line in lines if line and not line.startswith("Exception encountered")]
    return (told[0] if told else type(error).__name__).rstrip(".:")[:LONGEST_REASON]


def with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, what it was raised from, and so on."""
    while error is not None:
        yield error
        error = error.__cause__


def denied(error: PermissionError) -> str:
    """Say in a sentence what may not be read or written; that is nobody's fault but the folder's.

    Returns:
        The sentence, made readable.
    """
    return readable(f"{error.filename or 'Something'}: {error.strerror}.")
