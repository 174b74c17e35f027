import io

import numpy as np
import pytest

from pipeline.analysis.proof import HeldBack
from pipeline.training import teaching
from pipeline.training.teaching import DRAWN, Taught, TeachingSet, is_held_back


def lessons(**other) -> TeachingSet:
    """Four images: two drawings and two test images, one of each held back."""
    given = {
        "ids": ("a", "b", "", ""),
        "images": np.arange(4 * 4, dtype=np.uint8).reshape(4, 2, 2, 1),
        "labels": np.array([3, 1, 2, 0]),
        "held_back": np.array([False, True, False, True]),
        "test_index": np.array([DRAWN, DRAWN, 7, 9]),
    }
    return TeachingSet(**given | other)


def test_a_fifth_is_held_back_and_always_the_same(random):
    images = random.integers(0, 256, (2000, 28, 28), np.uint8)
    kept = [is_held_back(image) for image in images]
    assert 340 < sum(kept) < 460  # 400 expected, standard deviation 18
    assert kept == [is_held_back(np.asfortranarray(image)[..., None]) for image in images]


def test_only_what_is_not_held_back_is_learned():
    given = lessons()
    assert (len(given), given.taught, given.taught_test_images) == (4, 2, (7,))
    extra = given.examples(60, share=0.25)
    assert extra.labels.tolist() == [3, 2]
    assert np.array_equal(extra.images, given.images[[0, 2]])
    assert extra.repeats == 10  # 20 of 80 images
    assert given.examples(2, share=0.1).repeats == 1  # at least once


def test_what_was_taught_is_kept_and_proves_what_was_learned():
    taught = Taught(lessons(), np.array([0, 0, 0, 0]), np.array([3, 1, 0, 5]))
    assert taught.proof == HeldBack(total=2, before=1, after=1, learned=1)
    file = io.BytesIO()
    taught.save(file)
    file.seek(0)
    again = teaching.load(file)
    assert again.lessons.ids == taught.lessons.ids
    for name in ("images", "labels", "held_back", "test_index"):
        assert np.array_equal(getattr(again.lessons, name), getattr(taught.lessons, name))
    assert np.array_equal(again.after, taught.after)


def test_a_file_that_lacks_an_answer_is_refused():
    file = io.BytesIO()
    Taught(lessons(), np.zeros(4, int), np.zeros(3, int)).save(file)
    file.seek(0)
    with pytest.raises(ValueError, match="once per image"):
        teaching.load(file)
