import pytest

from pipeline import words


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.985, "98.5%"),
        (0.9937, "99.37%"),
        (1.0, "100%"),
        (0.99999, "99.99%"),
        (0.0004, "under 0.1%"),
        (0.0, "0.0%"),
    ],
)
def test_percentages_have_the_digits_that_mean_something(share, said):
    assert words.percent(share) == said


def test_numbers_agree_with_their_nouns():
    assert words.counted(1, "image") == "1 image"
    assert words.counted(0, "image") == "0 images"
    assert words.counted(2, "class", "classes") == "2 classes"


def test_the_verdict_says_how_often_it_is_right():
    assert words.verdict(9960, 10_000) == (
        "Right on 9,960 of 10,000 test images it had never seen (99.60%)"
    )
    assert (
        words.verdict(99, 100, seen=True) == "Right on 99 of 100 images it saw in training (99.00%)"
    )
    assert words.verdict(1, 2, mark="**").startswith("Right on **1 of 2** test images")


def test_a_guess_names_the_runner_up():
    assert words.guess("abc", [0.2, 0.1, 0.7]) == "c (70.0%), then a (20.0%)"
    assert words.guess("abc", [0.2, 0.1, 0.7], is_ood=True) == (
        "c (70.0%), then a (20.0%). Unlike most training images."
    )
    assert words.guess("abc", [0.4, 0.2, 0.4]) == "a (40.0%), then c (40.0%)"  # as argmax says


def test_names_are_joined_as_in_a_sentence():
    assert words.joined(["pixels"]) == "pixels"
    assert words.joined(["pixels", "cnn"]) == "pixels and cnn"
    assert words.joined(["pixels", "shallow", "cnn"]) == "pixels, shallow and cnn"


def test_corrections_are_counted_by_class():
    assert words.corrections({"4": 3, "9": 9}) == "12 corrections: 3 × “4”, 9 × “9”"
    assert words.corrections({"4": 1}) == "1 correction: 1 × “4”"


@pytest.mark.parametrize(
    ("total", "before", "after", "said"),
    [
        (10, 0, 8, "Learned 8 of 10 drawings it had not seen before."),
        (1, 0, 1, "Learned 1 of 1 drawing it had not seen before."),
        (10, 3, 8, "Right on 8 of 10 drawings it had not seen before, up from 3."),
        (10, 8, 3, "Right on 3 of 10 drawings it had not seen before, down from 8."),
        (4, 0, 0, "Right on none of 4 drawings it had not seen before, as before it was taught."),
        (0, 0, 0, "No drawing was held back, so nothing shows yet what it learned."),
    ],
)
def test_what_was_learned(total, before, after, said):
    assert words.learned(total, before, after) == said


def test_what_may_have_been_learned_earlier_proves_nothing():
    assert words.learned(0, 0, 0, 3) == (
        "It may have learned the 3 drawings held back in an earlier training, which held nothing "
        "back, so nothing shows yet what it learned."
    )


@pytest.mark.parametrize(
    ("counts", "verdict", "said"),
    [
        ((0, 0), "", "It is right on exactly the same of 90 test images: nothing is forgotten."),
        ((0, 2), "", "2 of 90 test images newly wrong, none newly right: no sign of forgetting."),
        ((7, 0), "better", "None of 90 test images newly wrong, 7 newly right: better here, too, "
         "and chance does not explain it."),
        ((1, 9), "worse", "9 of 90 test images newly wrong, 1 newly right: it has forgotten "
         "something, and chance does not explain it."),
    ],
)  # fmt: skip
def test_whether_anything_was_forgotten(counts, verdict, said):
    found = words.kept(*counts, 90, worse=verdict == "worse", better=verdict == "better")
    assert found == said


@pytest.mark.parametrize(
    ("named", "said"),
    [(["CPU"], "CPU"), (["CPU"] * 4, "CPU × 4"), (["A", "B"], "A, B"), (None, "CPU")],
)
def test_what_a_network_was_trained_on(named, said):
    assert words.devices({} if named is None else {"devices": named}) == said
