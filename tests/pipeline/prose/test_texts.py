"""What is said in one language is said in all of them."""

import string
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from pipeline.prose.texts import LANGUAGES, USUAL, Texts, texts

OTHERS = sorted(set(LANGUAGES) - {USUAL})


def sentences(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    """Yield every sentence with its key."""
    for name, value in table.items():
        key = f"{within}{name}"
        if isinstance(value, str):
            yield key, value
        else:
            yield from sentences(value, f"{key}.")


def filled_in(sentence: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_the_same(language: str):
    english, other = (dict(sentences(texts(code).tables)) for code in (USUAL, language))
    assert other.keys() == english.keys()
    assert {key: filled_in(said) for key, said in other.items()} == {
        key: filled_in(said) for key, said in english.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_unsaid(language: str):
    said = dict(sentences(texts(language).tables))
    assert said
    assert [key for key, sentence in said.items() if not sentence.strip()] == []


def test_numbers_are_written_as_the_language_has_them():
    english, german = texts("en"), texts("de")
    assert (english.percent(0.98732), german.percent(0.98732)) == ("98.7%", "98,7\N{NBSP}%")
    assert (english.number(12345.67, 1), german.number(12345.67, 1)) == ("12,345.7", "12.345,7")


def test_a_sentence_is_filled_in():
    images = {"one": "{count} Bild", "many": "{count} Bilder"}
    made = Texts("de", {"tour": {"right": "Richtig bei {count} von {of}.", "image": images}})
    assert made.say("tour.right", count=9871, of=10_000) == "Richtig bei 9.871 von 10.000."
    assert [made.counted("tour.image", count) for count in (1, 2)] == ["1 Bild", "2 Bilder"]
    with pytest.raises(KeyError):
        made.say("tour.image")
    with pytest.raises(KeyError):
        made.table("tour.right")


def test_an_unknown_language_is_english():
    assert texts("xx").language == "en"
