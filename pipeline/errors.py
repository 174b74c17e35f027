"""The one error that is meant for users."""


class InklingError(Exception):
    """A problem that the user can fix.

    Its message is one or two complete sentences: what was expected, what was found, what to do.
    The command line prints it and exits with status 1; a page shows it. Any other exception is a
    bug in Inkling and keeps its traceback.
    """
