"""Names chosen by users -> parts of file names."""

import re

LONGEST = 40  # characters


def slug(name: str) -> str:
    """Reduce a name to what is safe in paths and URLs: a–z, 0–9 and _, at most 40 characters."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:LONGEST] or "dataset"
