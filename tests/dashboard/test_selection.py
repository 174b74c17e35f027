import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.selection import (
    CHANGES,
    FILTERS,
    OUTCOMES,
    Selection,
    inside,
    matching,
    parse,
    to_address,
    void_elsewhere,
)
from dashboard.words import selection as selection_words

NAMES = ("cat", "dog & co", "a-b,c_d")
# Rows: right cat, cat read as dog, right dog, dog read as cat, right third.
TABLE = pd.DataFrame(
    {
        "label": [0, 0, 1, 1, 2],
        "predicted": [0, 1, 1, 0, 2],
        "confidence": np.array([0.9, 0.6, 0.99, 0.5, 1.0], np.float32),
    }
)
# The second run fixes row 1, newly breaks row 2 (as the third class), and keeps row 3 wrong.
SECOND = TABLE.assign(predicted=[0, 0, 2, 2, 2])


def rows(chosen: Selection, **more) -> list[int]:
    return matching(TABLE, chosen, **more).tolist()


def test_nothing_chosen_means_everything():
    assert rows(Selection()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Selection(true=(0,)), [0, 1]),
        (Selection(true=(0, 2)), [0, 1, 4]),
        (Selection(predicted=(1,)), [1, 2]),
        (Selection(true=(1,), predicted=(0,)), [3]),
        (Selection(outcome="wrong"), [1, 3]),
        (Selection(outcome="right", true=(1,)), [2]),
        (Selection(confidence=(0.9, 1.0)), [0, 2, 4]),
        (Selection(confidence=(0.5, 0.6)), [1, 3]),
        (Selection(sample=3), [0, 1, 2, 3, 4]),
    ],
)
def test_each_part_narrows(chosen, expected):
    assert rows(chosen) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Selection(change="fixed"), [1]),
        (Selection(change="broken"), [2]),
        (Selection(change="changed"), [1, 2]),
        # What was predicted is what the wrong one of the two said.
        (Selection(change="changed", predicted=(1,)), [1]),
        (Selection(change="changed", predicted=(2,)), [2]),
        # Right or wrong is of the first run here too: what changed and was wrong is fixed.
        (Selection(change="changed", outcome="wrong"), [1]),
        (Selection(change="changed", outcome="right"), [2]),
        (Selection(change="fixed", outcome="wrong"), [1]),
        (Selection(change="fixed", outcome="right"), []),
        (Selection(change="broken", outcome="wrong"), []),
        (Selection(change="changed", outcome="right", predicted=(2,)), [2]),
    ],
)
def test_changes_are_from_the_first_run_to_the_second(chosen, expected):
    assert rows(chosen, second=SECOND) == expected


def test_what_the_second_run_said_narrows_too():
    assert rows(Selection(second_predicted=(2,)), second=SECOND) == [2, 3, 4]
    assert rows(Selection(true=(1,), predicted=(1,), second_predicted=(2,)), second=SECOND) == [2]


def test_tags_and_areas_narrow():
    assert rows(Selection(tag="odd"), tagged=frozenset({1, 4, 77})) == [1, 4]
    places = np.array([[0, 0], [1, 1], [5, 5], [np.nan, np.nan], [1.5, 0.5]], np.float32)
    square = ((0.5, 0.2), (2.0, 0.2), (2.0, 2.0), (0.5, 2.0))
    assert rows(Selection(area=square), places=places) == [1, 4]


def test_inside_knows_dents():
    dented = ((0, 0), (4, 0), (4, 4), (2, 1), (0, 4))
    points = np.array([[2, 0.5], [2, 2], [0.5, 2], [3.5, 2], [9, 9]])
    assert inside(points, dented).tolist() == [True, False, True, True, False]


@given(
    true=st.sets(st.integers(0, 2)),
    predicted=st.sets(st.integers(0, 2)),
    outcome=st.sampled_from([None, *OUTCOMES]),
    low=st.integers(0, 100),
    wide=st.integers(0, 100),
    change=st.sampled_from([None, *CHANGES]),
    tag=st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    sample=st.none() | st.integers(0, 99),
    corners=st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), min_size=3, max_size=9),
)
def test_an_address_says_a_selection_in_full(
    true, predicted, outcome, low, wide, change, tag, sample, corners
):
    confidence = (low / 100, min(low + wide, 100) / 100)
    area = tuple((x / 10, y / 10) for x, y in corners)
    said = tuple(sorted(predicted))
    chosen = Selection(
        tuple(sorted(true)), said, outcome, confidence, said, change, tag, area, sample
    )
    assert parse(to_address(chosen, NAMES), NAMES, 100, second=True) == chosen


@pytest.mark.parametrize(
    "address",
    [
        {"true": ["bird"]}, {"predicted": ["0"]}, {"true": [""]}, {"sample": ["8"]},
        {"sample": ["-1"]}, {"sample": ["1e3"]}, {"sample": ["٣"]}, {"sample": ["9" * 40]},
        {"sample": ["<script>"]}, {"outcome": ["maybe"]}, {"confidence": ["0.9"]},
        {"confidence": ["0.9-0.1"]}, {"confidence": ["nan-nan"]}, {"confidence": ["0-2"]},
        {"change": ["better"]}, {"tag": ["x" * 41]}, {"area": ["1,2_3,4"]},
        {"area": ["1,2_3,4_inf,0"]}, {"area": ["1,2_3,4_5"]}, {"area": ["1,1_" * 99]},
        {"area": ["x" * 9999]},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_dropped_with_a_note(address):
    read = parse(address, ("cat", "dog"), images=8, second=True)
    assert read.filters == Selection()
    assert read.sample is None
    assert len(read.dropped) == 1


def test_a_change_needs_a_second_run():
    read = parse({"change": ["fixed"]}, NAMES, 8, second=False)
    assert read.change is None
    assert "second run" in read.dropped[0]


def test_of_several_classes_those_that_fit_stay():
    read = parse({"true": ["cat", "bird", "a-b,c_d"]}, NAMES, 8, second=False)
    assert read.true == (0, 2)
    assert len(read.dropped) == 1


def test_chips_say_each_part():
    chosen = Selection(
        (0,), (1, 2), "wrong", (0.9, 1.0), (1,), "broken", "odd", ((0, 0), (1, 0), (0, 1))
    )
    assert [text for _, text in selection_words.chips(chosen, NAMES)] == [
        "true: cat", "predicted: dog & co or a-b,c_d", "wrong", "confidence: 90.0% to 100%",
        "second run predicted: dog & co", "newly broken", "marked: odd", "an area of the map",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("same_images", "same_classes", "void"),
    [
        (True, True, {"area"}),
        (True, False, {"area", "true", "predicted", "second_predicted"}),  # classes were renamed
        (False, True, {"area", "sample", "tag", "confidence", "second_predicted", "change"}),
        (False, False, {*FILTERS, "sample"} - {"outcome"}),
    ],
)
def test_another_run_voids_what_means_something_else_there(same_images, same_classes, void):
    assert set(void_elsewhere(same_images=same_images, same_classes=same_classes)) == void
