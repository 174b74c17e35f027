"""The run that comes with Inkling: where it is, in an installed copy and in the repository."""

import os
from pathlib import Path

BUNDLED = "INKLING_BUNDLED"  # environment variable: its folder, if it is elsewhere; "" for none
NAME = "mnist-cnn"
INSTALLED, REPOSITORY = "inkling_models", "models"  # beside the packages


def bundled_run() -> Path | None:
    """Return the folder of the bundled run; None if there is none."""
    named = os.environ.get(BUNDLED)
    if named is not None:
        return Path(named) if named else None
    beside = Path(__file__).parents[2]
    places = (beside / INSTALLED / NAME, beside / REPOSITORY / NAME)
    return next((place for place in places if place.is_dir()), None)
