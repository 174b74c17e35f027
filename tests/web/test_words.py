"""What JavaScript says is what Python says."""

import re

import numpy as np
import pytest

from pipeline import words
from pipeline.export.inside_words import INSIDE
from tests.web.javascript import SOURCES, call

SHARES = [
    0.0, 1.0, 0.985, 0.9937, 0.99, 0.98999, 0.99999, 0.9995, 0.0004, 0.0005, 0.00049, 0.0625,
    0.1875, 0.3125, 0.5, 0.9375, 0.999, 0.99995, 0.015625, 0.0078125, 0.995, 1 / 3, 1e-30,
]  # fmt: skip


def test_percentages_are_written_alike(random):
    drawn = random.random(500).astype(np.float32).tolist()
    near_one = (1 - random.random(200) / 50).tolist()
    shares = [*SHARES, *drawn, *near_one, *(step / 2048 for step in range(2049))]
    assert call("words.js", "percent", [[share] for share in shares]) == [
        words.percent(share) for share in shares
    ]


def test_counts_are_written_alike():
    counts = [0, 1, 999, 1000, 12_345, 1_000_000]
    assert call("words.js", "count", [[count] for count in counts]) == [f"{n:,}" for n in counts]


@pytest.mark.parametrize("is_ood", [False, True])
@pytest.mark.parametrize(
    ("names", "shares"),
    [
        (list("0123456789"), [0, 0, 0, 0.009, 0, 0, 0, 0.99, 0.001, 0]),
        (["cat", "a {rest} $& of it"], [0.25, 0.75]),
        (["a", "b", "c"], [0.3125, 0.3125, 0.375]),
        (["a", "b", "c"], [0.5, 0.5, 0.0]),  # a tie
        (["*", "<b>", "é " * 20], [0.0, 0.0, 1.0]),
    ],
)
def test_a_guess_is_said_alike(names, shares, is_ood):
    (said,) = call("words.js", "guess", [[words.PAD, names, shares, is_ood]])
    assert said["sentence"] == words.guess(names, shares, is_ood=is_ood)
    assert said["best"] == names[int(np.argmax(shares))]
    assert said["sentence"].startswith(f"{said['best']} ({said['share']}), {said['rest']}")
    assert said["remark"] == (words.OOD_REMARK if is_ood else "")


def test_every_sentence_of_the_pages_comes_from_python():
    """No source has a sentence of its own: a capital, and more than one word."""
    for path in SOURCES.rglob("*.js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        own = re.findall(r"""['"`][A-Z][a-z]+ [^'"`]*['"`]""", code)
        assert own == [], path.name


@pytest.mark.parametrize(
    ("known", "modules"),
    [
        (words.PAD, ["pad", "panel", "answer"]),
        (words.TRY_IMAGE, ["try_image", "panel", "answer"]),
        (words.MATRIX, ["page"]),
        (
            INSIDE,
            [f"inside/{path.stem}" for path in (SOURCES / "inside").glob("*.js")],
        ),
    ],
)
def test_every_word_a_page_asks_for_is_there(known, modules):
    asked = [
        name
        for module in modules
        for name in re.findall(
            r"\bwords\.(\w+)(?!\w*')", (SOURCES / f"{module}.js").read_text("utf-8")
        )
        if name != "js"
    ]
    assert asked
    assert set(asked) <= set(known)


def test_a_long_name_keeps_both_ends():
    long = "a very long name of a class, forty signs"
    assert call("words.js", "shortened", [["short"], [long]]) == [
        "short",
        "a very long …forty signs",
    ]
