"""Names that people chose -> parts of file names."""

import re

LONGEST = 40  # letters


def slug(name: str) -> str:
    """Keep of a name what is safe in a path and in a URL: a–z, 0–9 and _, at most 40 letters."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:LONGEST] or "dataset"
