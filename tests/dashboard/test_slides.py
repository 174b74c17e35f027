import json
import zlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import slides
from dashboard.slides import View, Views, decode, encode, from_file, to_file, view_of

NAMES = st.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True).filter(
    lambda name: name not in slides.RESERVED
)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
VIEWS = st.lists(
    st.builds(
        view_of,
        NAMES,
        st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3), max_size=4),
        st.text(max_size=100),
    ),
    max_size=6,  # how many there may be, and that so many fit, is tested below
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)
FOUR = View("mistakes", (("run", "a"), ("true", "4"), ("true", "9")), "Fours")


def packed(found: object) -> str:
    """Whatever somebody may have put into an address, packed as `encode` does it."""
    written = json.dumps(found).encode()
    return urlsafe_b64encode(zlib.compress(written)).decode().rstrip("=")


@given(VIEWS)
def test_an_address_gives_back_the_views_it_was_made_of(views):
    assert decode(encode(views)) == Views(tuple(views))


@given(VIEWS)
def test_a_file_gives_back_the_views_it_was_made_of(views):
    assert from_file(to_file(views).encode()) == Views(tuple(views))


def test_forty_views_fit_in_an_address():
    run = "20261120-091542-mnist-cnn-{:04x}"
    views = [
        View(
            "confusion_matrix",
            (("run", run.format(1000 * at)), ("true", str(at % 10)), ("sample", str(37 * at))),
            f"View {at}",
        )
        for at in range(slides.MOST)
    ]
    assert len(encode(views)) < 3000 < slides.LONGEST_CODE
    assert encode([FOUR]).isascii()
    assert set("+/=%&?# ").isdisjoint(encode(views))


def test_what_a_view_asks_for_goes_by_its_names():
    assert FOUR.parameters == {"run": ["a"], "true": ["4", "9"]}


def test_no_view_asks_for_what_says_which_view_is_shown():
    address = {name: ["1"] for name in ("present", "views", "view", "lang", "embed", "true")}
    assert view_of("mistakes", address).asks == (("true", "1"),)
    assert decode(packed([["mistakes", "embed=true&view=7&true=4"]])).views == (
        View("mistakes", (("true", "4"),)),
    )


@given(st.text() | st.text("abcdefABCDEF0123456789-_", max_size=300))
def test_whatever_an_address_says_views_are_returned(code):
    found = decode(code)
    assert len(found.views) <= slides.MOST


@given(ANYTHING)
def test_whatever_a_list_holds_only_views_are_kept(found):
    for read in (decode(packed(found)), from_file(json.dumps(found).encode())):
        for view in read.views:
            assert view == view_of(view.page, view.parameters, view.title) or len(view.asks) > 1


@pytest.mark.parametrize(
    "page",
    [
        "javascript:alert(1)", "https://evil.example", "//evil.example", "../../etc/passwd",
        "app_pages/mistakes.py", "Mistakes", "", "a" * 41, "mistakes\n", "ｍistakes",
    ],
)  # fmt: skip
def test_only_a_pages_name_is_a_page(page):
    assert decode(packed([[page, ""], ["mistakes", "true=4"]])) == Views(
        (View("mistakes", (("true", "4"),)),), left_out=1
    )


@pytest.mark.parametrize(
    "entry",
    [None, 7, "mistakes", [], ["mistakes"], ["mistakes", 4], ["mistakes", "", "", ""],
     ["mistakes", "", None], {"page": 1}, {"address": ""}, ["mistakes", "a=" + 2000 * "x"]],
)  # fmt: skip
def test_what_is_no_view_is_left_out_and_counted(entry):
    assert decode(packed([entry])) == Views((), left_out=1)


@pytest.mark.parametrize("found", [None, 7, "views", {}, {"views": []}, {"inkling_views": 2}])
def test_what_is_no_list_is_not_readable(found):
    assert decode(packed(found)) == Views(readable=False)


def test_of_five_thousand_views_the_first_are_kept():
    many = [["mistakes", f"sample={at}"] for at in range(5000)]
    read = from_file(json.dumps(many).encode())
    assert len(read.views) == slides.MOST
    assert read.left_out == 5000 - slides.MOST


def test_a_title_is_cut_and_what_cannot_be_seen_is_taken_out():
    title = "<b>Why</b>\u202e\x00 fours\ud800 " + 100 * "x"
    (view,) = decode(packed([["mistakes", "", title]])).views
    assert view.title.startswith("<b>Why</b>  fours ")
    assert len(view.title) == slides.LONGEST_TITLE
    (other,) = decode(packed([["mistakes", "true=\ud800"]])).views
    assert encode([view, other])


def test_a_few_letters_that_unpack_to_gigabytes_are_not_unpacked():
    bomb = urlsafe_b64encode(zlib.compress(b"[" + 4_000_000 * b" " + b"]", 9)).decode()
    assert len(bomb) < slides.LONGEST_CODE
    assert decode(bomb) == Views(readable=False)
    assert decode(packed([["mistakes", ""]]) + 9000 * "A") == Views(readable=False)


@pytest.mark.parametrize(
    "written", [b"", b"\xff", b"{", b"[" * 100_000, b"1" * 5000, b" " * 300_000]
)
def test_a_file_of_something_else_is_not_readable(written):
    assert from_file(written) == Views(readable=False)
