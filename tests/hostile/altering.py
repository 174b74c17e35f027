"""Valid content -> the same, altered: bytes, JSON values, arrays; as strategies of hypothesis."""

import io
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import numpy as np
from hypothesis import strategies as st

Key = tuple[str | int, ...]
ODD_TEXTS = ("", " ", "a" * 300, "\ud800", "\x1b[2J\0", "\u202eabc", "<b>&amp;", "../..", "nan",
             "1e400", "2026-01-01",
             "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")  # fmt: skip
ODD_NUMBERS = (0, -1, 1, 1.5, -0.0, 2**31, 2**63, 2**64, 10**400, 1e308, 5e-324, float("nan"),
               float("inf"), float("-inf"))  # fmt: skip
ODD_VALUES = (None, True, False, *ODD_NUMBERS, *ODD_TEXTS, [], {}, [[]], [None], {"": None},
              [1, [2, [3, [4]]]], [0] * 20, {"a": {"b": {"c": [{}]}}})  # fmt: skip
# Copies, since what is put in may be altered next.
VALUES = st.sampled_from(ODD_VALUES).map(deepcopy) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def content(good: bytes) -> st.SearchStrategy[bytes]:
    """Any bytes, or good ones of which some are changed, left out, doubled or put in."""
    return st.binary(max_size=300) | _altered_bytes(good)


@st.composite
def _altered_bytes(draw: st.DrawFn, good: bytes) -> bytes:
    found = bytearray(good)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(found)))
        end = min(len(found), at + draw(st.integers(0, 40)))
        how = draw(st.sampled_from(("change", "cut", "leave out", "double", "put in")))
        if how == "cut":
            del found[at:]
        elif how == "leave out":
            del found[at:end]
        elif how == "double":
            found[at:at] = found[at:end]
        else:
            put = draw(st.binary(min_size=1, max_size=8))
            found[at : at + len(put) if how == "change" else at] = put
    return bytes(found)


def record(good: Any) -> st.SearchStrategy[Any]:
    """Any JSON value, or a good one of which some parts are other, missing or doubled."""
    return st.one_of(VALUES, _altered_record(good), _altered_record(good), _altered_record(good))


@st.composite
def _altered_record(draw: st.DrawFn, good: Any) -> Any:
    found = json.loads(json.dumps(good))
    for _ in range(draw(st.integers(1, 3))):
        places = [key for key in _places(found) if key]
        if not places:
            return draw(VALUES)
        *to, last = draw(st.sampled_from(places))
        holder = found
        for step in to:
            holder = holder[step]
        how = draw(st.sampled_from(("change", "change", "leave out", "double")))
        if how == "change":
            holder[last] = draw(VALUES)
        elif how == "leave out":
            del holder[last]
        elif isinstance(holder, list):
            holder.insert(0, holder[last])
        else:
            holder[f"{last}_2"] = holder[last]
    return found


def _places(value: Any, before: Key = ()) -> Iterator[Key]:
    yield before
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in list(parts)[:50]:
            yield from _places(part, (*before, key))


ARRAYS: tuple[Callable[[np.ndarray], np.ndarray], ...] = (
    lambda array: array[:0],
    lambda array: array[:1],
    lambda array: array[..., None],
    lambda array: np.ravel(array)[0] if array.size else np.zeros(()),
    lambda array: np.concatenate([array, array]),
    lambda array: array.T,
    lambda array: array.astype(str) if array.dtype.kind != "S" else array,
    lambda array: np.full(array.shape, np.nan),
    lambda array: np.full(array.shape, np.inf, np.float32),
    lambda array: np.full(array.shape, -1),
    lambda array: np.full(array.shape, 2**62),
    lambda array: np.full(array.shape, True),
    lambda array: np.full(array.shape, "x"),
    lambda array: np.array(json.dumps(float("nan"))),
    lambda array: np.array("[" * 5_000),
    lambda array: np.array(b"\xff"),
)


@st.composite
def arrays(draw: st.DrawFn, good: dict[str, np.ndarray]) -> bytes:
    """An `.npz` of which an array or two are other than they were, missing or renamed."""
    found = dict(good)
    for _ in range(draw(st.integers(1, 2))):
        name = draw(st.sampled_from(sorted(found)))
        how = draw(st.sampled_from((None, "rename", *ARRAYS)))
        kept = found.pop(name)
        if how == "rename":
            found[f"{name}_9"] = kept
        elif callable(how):
            found[name] = how(np.atleast_1d(kept))
        if not found:
            break
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **found)  # type: ignore[arg-type]
    return file.getvalue()
