import numpy as np
import pytest

from dashboard.components.fabric import Path, paths_of
from dashboard.words import general as words
from pipeline.analysis.metrics import Confusion


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.985, "98.5 %"),
        (0.9937, "99.37 %"),
        (1.0, "100 %"),
        (0.99999, "99.99 %"),
        (0.0004, "under 0.1 %"),
        (0.0, "0.0 %"),
    ],
)
def test_percentages_have_the_digits_that_mean_something(share, text):
    assert words.percent(share) == text


def test_the_top_confusion_is_said_only_where_it_stands_out():
    names = ("3", "9")
    first, second = Confusion(true=0, predicted=1, count=4), Confusion(true=1, predicted=0, count=4)
    assert words.top_confusion([first], names) == (
        "“3” is read as “9” more often than anything else: 4 times"
    )
    assert words.top_confusion([first, second], names).startswith("No mistake stands out")
    assert words.top_confusion([], names) == "No test image is mistaken for another class"


def test_names_that_others_chose_are_shown_as_they_are():
    assert words.plain("a_b*c $x^2$ <b>") == r"a\_b\*c \$x^2\$ \<b\>"
    assert words.cell(2, 5, "*", "_") == r"**2 of 5** images of “\*” are read as “\_”."
    assert words.plain("9 → 4") == "9 → 4"


@pytest.mark.parametrize(("count", "text"), [(1, "once"), (2, "twice"), (1400, "1,400 times")])
def test_times(count, text):
    assert words.times(count) == text


def test_a_drawing_is_read_as_paths():
    drawn = {
        "objects": [
            {
                "type": "Path",
                "path": [["M", 1, 2], ["Q", 9, 9, 3, 4], ["L", 5, 6], ["Z"]],
                "stroke": "#ffffff",
                "strokeWidth": 7,
            },
            {"type": "Rect", "left": 1},
        ]
    }
    assert paths_of(drawn) == [Path([[1, 2], [3, 4], [5, 6]], "#ffffff", 7)]
    assert paths_of(None) == paths_of({"objects": []}) == []


def test_a_guess_names_the_runner_up():
    shares = np.array([0.2, 0.1, 0.7])
    assert words.guess("abc", shares) == "**c** (70.0 %), else a (20.0 %)"
    assert words.guess("abc", shares, strange=True).startswith(
        "That doesn’t look like anything I learned to me. If it must be one: **c** ("
    )
    assert words.guess("012", shares, strange=True).startswith("That doesn’t look like a digit to")
