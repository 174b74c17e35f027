"""What is measured of toy networks on corrupted images."""

import numpy as np
import pytest

from pipeline.analysis import corruption_sheet
from pipeline.analysis.corruption_sheet import corrupted_first_part, first_part, measure
from pipeline.analysis.corruptions import CORRUPTIONS, applicable

PART = 20


@pytest.fixture
def halves(monkeypatch) -> tuple[np.ndarray, np.ndarray]:
    """50 images with ink in the left half (class 0) or in the right (1), in parts of 20."""
    monkeypatch.setattr(corruption_sheet, "PART", PART)
    labels = np.arange(50) % 2
    images = np.zeros((50, 28, 28, 1), np.uint8)
    images[labels == 0, 10:18, 3:9] = 255
    images[labels == 1, 10:18, 19:25] = 255
    return images, labels


def where_ink_is(images: np.ndarray) -> np.ndarray:
    """Predict the half with more ink, as surely as it has more."""
    ink = images.astype(float).sum(axis=(1, 3))
    halves = np.stack([ink[:, :14].sum(axis=1), ink[:, 14:].sum(axis=1)], axis=1) + 1e-6
    return halves / halves.sum(axis=1, keepdims=True)


def test_all_images_count_at_the_published_severity_and_a_part_at_others(halves):
    sheet = measure(where_ink_is, *halves, is_ink=True)
    assert {(under.name, under.severity) for under in sheet.under} == {
        (name, severity)
        for name, corruption in CORRUPTIONS.items()
        for severity in range(1, len(corruption.parameters) + 1)
    }
    for under in sheet.under:
        assert under.published == (under.severity == CORRUPTIONS[under.name].published)
        assert under.images == (50 if under.published else PART)
    assert [under.severity for under in sheet.of("fog")] == [1, 2, 3, 4, 5]


def test_inverting_both_sides_turns_every_answer_around(halves):
    sheet = measure(where_ink_is, *halves, is_ink=True)
    worst, *_, best = sheet.worst_first
    assert (worst.name, worst.correct, worst.accuracy) == ("stripe", 0, 0)
    assert worst.interval[0] == pytest.approx(0)
    assert len(worst.mistakes) == min(PART, corruption_sheet.MISTAKES)
    assert best.accuracy == 1
    (translated,) = (
        under for under in sheet.under if under.name == "translate" and under.published
    )
    assert (translated.correct, translated.mistakes) == (50, ())
    published = [under.accuracy for under in sheet.under if under.published]
    assert sheet.mean == pytest.approx(np.mean(published))
    assert len(published) == 15


def test_turns_begin_with_the_images_themselves(halves):
    sheet = measure(where_ink_is, *halves, is_ink=True)
    assert sheet.part == PART
    assert [turned.degrees for turned in sheet.turned] == [0, 15, 30, 45, 60, 75, 90]
    assert (sheet.unchanged.correct, sheet.unchanged.images) == (PART, PART)
    assert sheet.turned[4].accuracy == 1  # ink stays on its side up to 90°


def test_mistakes_can_be_shown_again_the_most_confident_first(halves):
    images, labels = halves
    sheet = measure(where_ink_is, images, labels, is_ink=True)
    under = next(found for found in sheet.of("impulse_noise") if found.severity == 5)
    (stripe,) = sheet.of("stripe")
    assert stripe.mistakes
    for found in (under, stripe):
        again = corrupted_first_part(images, labels, PART, found.name, found.severity, is_ink=True)
        said = where_ink_is(again)
        rows = first_part(labels, PART)
        for mistake in found.mistakes:
            place = np.searchsorted(rows, mistake.index)
            assert rows[place] == mistake.index
            assert said[place].argmax() == mistake.predicted != labels[mistake.index]
            assert said[place].max() == pytest.approx(mistake.confidence, abs=1e-4)
        sure = [mistake.confidence for mistake in found.mistakes]
        assert sure == sorted(sure, reverse=True)


def test_photographs_have_fewer_corruptions_and_progress_is_told(halves):
    images, labels = halves
    told = []
    sheet = measure(
        where_ink_is, images, labels, is_ink=False, report=lambda *now: told.append(now)
    )
    assert len(sheet.worst_first) == len(applicable(is_ink=False)) == 11
    assert [now[:2] for now in told] == [(done, 62) for done in range(63)]
    assert (told[0][2], told[-2][2]) == ("shot noise, severity 1", "turned by 90°")


def test_somebody_elses_images_are_measured_as_they_are(halves):
    images, labels = halves
    found = corruption_sheet.measure_original(where_ink_is, images, 1 - labels, "fog")
    assert (found.name, found.severity, found.published) == ("fog", 5, True)
    assert (found.correct, found.images, found.mistakes) == (0, 50, ())
