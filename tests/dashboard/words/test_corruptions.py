from datetime import UTC, datetime

import pytest

from dashboard.words import corruptions as words
from pipeline.analysis.corruption_sheet import CorruptionSheet, Turned, UnderCorruption
from pipeline.analysis.corruptions import CORRUPTIONS


def under(name: str, correct: int, severity: int = 5, published: bool = True) -> UnderCorruption:
    return UnderCorruption(
        name=name, severity=severity, published=published, correct=correct, images=100
    )


def sheet(**correct: int) -> CorruptionSheet:
    return CorruptionSheet(
        under=tuple(under(name, count) for name, count in correct.items()),
        turned=(Turned(degrees=0, correct=90, images=100),),
        created=datetime(2026, 3, 9, tzinfo=UTC),
    )


def test_every_corruption_is_described():
    assert set(words.DESCRIBED) == set(CORRUPTIONS)


def test_the_finding_names_the_mean_and_the_worst():
    assert words.finding(sheet(fog=20, spatter=80)) == (
        "Corrupted images: 50.0% right on average, against 90.0% unchanged; the worst is fog, "
        "with 20.0%"
    )
    assert words.finding(sheet(fog=95)).endswith("unchanged; no corruption harms it")


def test_two_runs_are_compared_by_mean_and_largest_difference():
    one, other = sheet(fog=20, shot_noise=80), sheet(fog=60, shot_noise=70)
    assert words.compared(one, other, ["a", "b"]) == (
        "On average “b” is right on 65.0% of corrupted images, “a” on 50.0%; they differ most on "
        "fog, where “b” is ahead by 40.0 points"
    )
    said = words.compared(other, one, ["b", "a"])
    assert said.startswith("On average “b” is right on 65.0%")
    assert said.endswith("“b” is ahead by 40.0 points")
    assert words.compared(one, one, ["a", "b"]).startswith("Both are right on as many")
    assert words.gained(one, other) == pytest.approx({"fog": 0.4, "shot_noise": -0.1})
    assert words.difference(-0.1) == "−10.0 points"
    assert words.gained(one, sheet(fog=10)) == pytest.approx({"fog": -0.1})


def test_a_corruption_is_said_with_its_severity_and_interval():
    assert words.chosen(under("fog", 50, 3, published=False), 5) == (
        "Fog (less contrast, behind clouds), severity 3 of 5: right on 50.0% of 100 images (95% "
        "confidence interval 40.4% to 59.6%)"
    )
    assert "severity 5 of 5, as in MNIST-C: right" in words.chosen(under("fog", 50), 5)
    assert "severity" not in words.chosen(under("stripe", 50, 1), 1)


@pytest.mark.parametrize(
    ("correct", "said"),
    [
        ((90, 80, 44, 10), "Turned by 30°, only 44.0% are still read right"),
        ((90, 80, 70, 46), "Turned by 45°, 46.0% are still read right"),
        ((0, 0, 0, 0), "It gets none of these images right, turned or not"),
    ],
)
def test_turns_are_told_by_where_half_is_lost(correct, said):
    turned = [
        Turned(degrees=15 * at, correct=count, images=100) for at, count in enumerate(correct)
    ]
    assert words.turns(turned) == said


def test_how_it_was_measured_is_said():
    assert "Measured on all 100 images of the test set, on March 9, 2026." in words.how(
        sheet(fog=20)
    )
    large = sheet(fog=20).model_copy(
        update={"under": (under("fog", 20).model_copy(update={"images": 1400}),)}
    )
    assert "all 1,400 images of the test set at the severity of MNIST-C, 100 of them" in words.how(
        large
    )
