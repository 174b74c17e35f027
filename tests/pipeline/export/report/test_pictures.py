"""Which images of a cell are packed, and that they fit."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.export.report import pictures
from pipeline.export.report.facts import Answers


@pytest.fixture
def answers(random: np.random.Generator) -> Answers:
    """Three images of class 0 read right, two of class 1 read as 0, one right."""
    label, predicted = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 0, 0, 0, 1])
    confidence = np.array([0.5, 0.9, 0.7, 0.6, 0.8, 1.0])
    return Answers(SimpleNamespace(), label, predicted, confidence)


def test_every_cell_gets_one_before_any_gets_two(answers: Answers):
    ranked = pictures.ranked(answers).tolist()
    assert ranked[0] == 4  # the mistake it is most sure of
    assert set(ranked[1:3]) == {1, 5}
    assert ranked[3:] == [3, 2, 0]


def test_cells_hold_their_own_images(answers: Answers, random: np.random.Generator):
    images = random.integers(0, 256, (6, 8, 8, 1), np.uint8)
    cells = pictures.pack(images, answers, is_ink=False)
    found = {cell: rows.tolist() for cell, rows in cells.images.items()}
    assert found == {(0, 0): [1, 2, 0], (1, 0): [4, 3], (1, 1): [5]}


@pytest.mark.parametrize("channels", [1, 3])
def test_what_does_not_fit_is_left_out(random: np.random.Generator, channels: int):
    images = random.integers(0, 256, (400, 32, 32, channels), np.uint8)
    label, predicted = random.integers(0, 26, (2, 400))
    answers = Answers(SimpleNamespace(), label, predicted, random.random(400))
    cells = pictures.pack(images, answers, is_ink=False, most_bytes=100_000)
    shown = sum(map(len, cells.images.values()))
    assert len(cells.source) * 3 / 4 <= 100_000
    assert 0.5 * 100_000 < shown * 32 * 32 * channels < 100_000


def test_without_room_there_are_none(answers: Answers):
    cells = pictures.pack(np.zeros((6, 8, 8, 1), np.uint8), answers, is_ink=True, most_bytes=10)
    assert (cells.source, cells.images) == ("", {})


def test_ink_is_dark_on_paper():
    image = np.zeros((2, 4, 5, 1), np.uint8)
    assert pictures.on_paper(image, is_ink=True).tolist() == np.full((2, 4, 5), 255).tolist()
    color = np.full((4, 5, 3), 7, np.uint8)
    assert np.array_equal(pictures.on_paper(color, is_ink=False), color)
