"""Records of earlier versions of Inkling, brought to the current names."""

from collections.abc import Mapping
from typing import Any


def renamed(record: Any, names: Mapping[str, str]) -> Any:
    """Rename the old keys of a record.

    Args:
        record: as read from JSON; only a dictionary is changed, in a copy.
        names: new names by old ones.

    Returns:
        The record; where it has both an old and a new key, the new one wins.
    """
    if not isinstance(record, Mapping):
        return record
    brought = {names[key]: value for key, value in record.items() if key in names}
    return brought | {key: value for key, value in record.items() if key not in names}
