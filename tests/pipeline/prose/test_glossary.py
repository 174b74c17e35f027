"""Every term is explained in every language, and every term is met somewhere."""

from dataclasses import fields

import pytest

from pipeline.prose.glossary import MET, Term, term, terms
from pipeline.prose.texts import LANGUAGES, Texts, texts

LONGEST_SHORT = 180  # letters: what a hover text holds


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_explained_at_two_lengths_with_a_link(language: str):
    for one in terms(texts(language)):
        assert one.link.startswith("https://"), one
        assert one.short[-1] in ".?)", one
        assert len(one.short) <= LONGEST_SHORT, one
        assert len(one.long) > len(one.short), one


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_has_nothing_else(language: str):
    wanted = {field.name for field in fields(Term)} - {"key"}
    for key, entry in texts(language).table("glossary").items():
        assert entry.keys() == wanted, key


def test_what_is_met_is_explained_and_what_is_explained_is_met():
    assert {key for met in MET.values() for key in met} == set(texts("en").table("glossary"))


def test_terms_are_sorted_as_people_look_them_up():
    entry = {"short": "s.", "long": "l", "link": "https://example.org"}
    names = {"a": "Zelle", "b": "überanpassung", "c": "Training", "d": "Verlust"}
    made = Texts("de", {"glossary": {key: {"name": name} | entry for key, name in names.items()}})
    assert [one.name for one in terms(made)] == ["Training", "überanpassung", "Verlust", "Zelle"]


def test_a_page_has_its_own_terms():
    shown = terms(texts("de"), "confusion_matrix")
    assert {one.key for one in shown} == set(MET["confusion_matrix"])
    assert "Konfusionsmatrix" in [one.name for one in shown]


def test_an_unknown_term_is_no_term():
    with pytest.raises(KeyError):
        term(texts("en"), "magic")
