"""The one error that is meant for people."""


class InklingError(Exception):
    """Something the person at the keyboard can fix.

    Its message is one or two whole sentences: what was expected, what came, what to do. The
    command line prints it and exits with 1; a page shows it. Anything else that is raised is a
    bug of ours and keeps its traceback.
    """
