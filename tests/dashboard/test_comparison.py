from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dashboard.figures import comparison as figures
from dashboard.palette import palette
from dashboard.words import comparison as comparison_words
from dashboard.words import runs as run_words
from dashboard.words import text
from pipeline.analysis.metrics import Metrics, wilson_interval
from pipeline.analysis.significance import Comparison
from pipeline.store.run_folder import Run

LIGHT = palette(dark=False)


def scored(correct: int, total: int = 1000) -> Metrics:
    """Metrics of which only the accuracy matters."""
    low, high = wilson_interval(correct, total)
    return Metrics(
        correct=correct,
        total=total,
        accuracy=correct / total,
        accuracy_low=low,
        accuracy_high=high,
        log_loss=0,
        calibration_error=0,
        classes=[],
        confusions=[],
    )


@pytest.mark.parametrize(
    ("p_value", "said"),
    [
        (1.0, "more often than not"),
        (0.5, "1 time in 2"),
        (0.375, "1 time in 3"),
        (0.0025, "1 time in 400"),
        (1 / 412.7, "1 time in 410"),
        (1 / 123_456, "1 time in 120,000"),
        (1e-7, "less than 1 time in a million"),
        (0.0, "less than 1 time in a million"),
    ],
)
def test_a_probability_is_said_as_how_often(p_value, said):
    assert comparison_words.chance(p_value) == said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            Comparison(0, 0, 1),
            "**No difference**: “A” and “B” are right on exactly the same images.",
        ),
        (
            Comparison(7, 7, 1),
            "**Neither is better**: “A” and “B” each get 7 images right that the other misses.",
        ),
        (
            Comparison(14, 9, 0.3),
            "**“B” is ahead of “A”, but this may well be chance**: it gets 14 images right that "
            "the other misses, and misses 9 that the other gets right. By chance alone, a "
            "difference this large would come up 1 time in 3.",
        ),
        (
            Comparison(24, 5, 0.0025),
            "**“B” is better than “A”**: it gets 24 images right that the other misses, and misses "
            "5 that the other gets right. By chance alone, a difference this large would come up "
            "1 time in 400.",
        ),
        (
            Comparison(0, 2400, 0.0),
            "**“A” is better than “B”**: it gets 2,400 images right that the other misses, and "
            "misses none that the other gets right. By chance alone, a difference this large would "
            "come up less than 1 time in a million.",
        ),
    ],
)
def test_the_verdict_on_two_runs(found, said):
    assert comparison_words.verdict(found, "A", "B") == said


def test_the_best_of_many_is_said_with_how_sure_that_is():
    best, near, far = scored(990), scored(985), scored(500)
    assert comparison_words.best([best], "A") == "“A” is the only run tested on these images."
    clear = comparison_words.best([best, far], "A")
    assert clear == "**“A” is the best of 2 runs**: its 95% confidence interval overlaps no other."
    # Wilson: 990 of 1,000 is 98.17 to 99.46%, 985 is 97.54 to 99.09%.
    assert comparison_words.best([best, near, far], "A") == (
        "**“A” is the best of 3 runs**, but its 95% confidence interval overlaps that of the next "
        "run by 0.92 percentage points."
    )
    assert "overlaps those of the next 2 runs by up to" in comparison_words.best(
        [best, near, near], "A"
    )
    assert comparison_words.best([best, best, far], "A") == (
        "**2 of 3 runs are tied for first place**, each right on 990 of 1,000 test images; “A” is "
        "one of them."
    )


def test_accuracies_are_written_with_their_intervals():
    assert comparison_words.accuracy(scored(9968, 10_000)) == "99.68% (99.55–99.77%)"
    assert comparison_words.accuracy(scored(9, 10)) == "90.0% (59.6–98.2%)"
    assert comparison_words.spread([scored(990), scored(500)]) == (
        "Right on 50.0% to 99.00% of the test images"
    )
    assert comparison_words.spread([scored(990)]) == "Right on 99.00% of the test images"
    assert (
        comparison_words.both_intervals(scored(500), scored(990))
        == "The two confidence intervals do not overlap"
    )


def test_the_run_that_got_furthest_is_named():
    said = comparison_words.furthest(["A", "B"], [np.array([0.5, 0.6]), np.array([0.5, 0.8, 0.7])])
    assert said == "“B” reaches the highest validation accuracy: 80.0% in epoch 2"
    tied = comparison_words.furthest(["A", "B"], [np.array([0.5, 0.8]), np.array([0.8])])
    assert tied == "2 of 2 runs reach the same validation accuracy: 80.0%"


def test_a_dot_lies_on_its_interval():
    score = scored(9968, 10_000)
    figure = figures.intervals(["A", "B"], [score, scored(985)], LIGHT, marked={1: 0})
    # The grid strikes through no name.
    assert {note.bgcolor for note in figure.layout.annotations} == {LIGHT.surface}
    dot = figure.data[0]
    assert dot.x[0] == pytest.approx(99.68)
    assert dot.x[0] + dot.error_x.array[0] == pytest.approx(99.77, abs=0.005)
    assert dot.x[0] - dot.error_x.arrayminus[0] == pytest.approx(99.55, abs=0.005)
    assert [written.text for written in figure.layout.annotations] == ["A", "<b>B</b>"]


def test_chosen_runs_have_the_colors_that_they_have_on_every_page():
    chosen, second, *_ = LIGHT.categorical
    colors = figures.run_colors(4, LIGHT, {2: 0, 0: 1})
    assert (colors[2], colors[0]) == (chosen, second)
    assert colors[1] == colors[3] not in LIGHT.categorical


def test_markup_in_a_name_is_shown_as_it_is():
    figure = figures.intervals(["<b>a</b>%{x}"], [scored(990)], LIGHT, marked={})
    assert figure.layout.annotations[0].text == "&lt;b&gt;a&lt;/b&gt;%\u200b{x}"


def test_a_long_name_loses_its_middle(tiny_run: Run):
    dataset = tiny_run.info.dataset.model_copy(update={"name": "a-very-long-name" * 20})
    run = replace(tiny_run, info=tiny_run.info.model_copy(update={"dataset": dataset}))
    short, end = (text.shorten(run_words.run_labels([one])[one.id]) for one in (run, tiny_run))
    end = end.removeprefix("digits")
    assert len(short) == text.LONGEST_NAME
    assert short.startswith("a-very-long…")
    assert short.endswith(end)


def test_curves_run_by_epochs_or_by_seconds_gone_by():
    table = pd.DataFrame({"epoch": [1, 2], "val_accuracy": [0.4, 0.7], "seconds": [3.0, 2.5]})
    (by_epoch,) = figures.learning_curves(["A"], [table], LIGHT, marked={}).data
    assert list(by_epoch.x) == [1, 2]
    assert list(by_epoch.y) == pytest.approx([40, 70])
    (by_second,) = figures.learning_curves(["A"], [table], LIGHT, marked={}, by="seconds").data
    assert list(by_second.x) == pytest.approx([3, 5.5])
