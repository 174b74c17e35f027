import pytest

from dashboard.words import text
from dashboard.words.text import plain


def test_names_that_others_chose_are_shown_as_they_are():
    assert plain("a_b*c $x^2$ <b>") == r"a\_b\*c \$x^2\$ \<b\>"
    assert plain("9 → 4") == "9 → 4"


@pytest.mark.parametrize(("count", "said"), [(1, "once"), (2, "twice"), (1400, "1,400 times")])
def test_times(count, said):
    assert text.times(count) == said


def test_one_image_is_no_images():
    assert (text.images(1), text.images(0), text.images(1400)) == (
        "1 image", "0 images", "1,400 images",
    )  # fmt: skip


def test_a_long_name_loses_its_middle():
    assert text.shorten("short") == "short"
    shortened = text.shorten("a" * 30 + "b" * 30)
    assert len(shortened) == text.LONGEST_NAME
    assert shortened == "a" * 11 + "…" + "b" * 28


def test_names_that_differ_at_an_end_still_do_when_shortened():
    names = ["Haftpflichtversicherung, class A", "Haftpflichtversicherung, class B"]
    assert [text.shorten(name, 16) for name in names] == ["Haftpfl… class A", "Haftpfl… class B"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 s"), (8.4, "8 s"), (89, "89 s"), (90, "2 min"), (3599, "1 h"), (4800, "1 h 20 min")],
)
def test_times_are_rough(seconds, said):
    assert text.duration(seconds) == said
