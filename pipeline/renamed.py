"""What earlier versions of Inkling wrote, under the names used now."""

from collections.abc import Mapping
from typing import Any


def renamed(record: Any, names: Mapping[str, str]) -> Any:
    """Bring a record's old keys to their new names.

    Args:
        record: as it was read from JSON; only a dictionary is changed, in a copy.
        names: new names by old ones.

    Returns:
        The record; where it has both names already, the new one counts.
    """
    if not isinstance(record, Mapping):
        return record
    brought = {names[key]: value for key, value in record.items() if key in names}
    return brought | {key: value for key, value in record.items() if key not in names}
