"""Every page says what people are looking at, and explains the terms it uses."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import APP
from dashboard.widgets import explaining
from dashboard.words import explaining as words
from pipeline.prose.glossary import MET, Term
from pipeline.prose.texts import LANGUAGES, texts
from pipeline.store.runs import Store

NO_HOVER = {"glossary", "tour"}  # what they say explains itself
LEADING_ON = {"__init__", "feature_maps"}  # no pages of their own
PAGES = sorted(file.stem for file in (APP.parent / "app_pages").glob("*.py"))
PAGES = [name for name in PAGES if name not in LEADING_ON]


def explained(at: AppTest) -> str:
    """Return the HTML of what people are looking at."""
    return "".join(element.proto.body for element in at.get("html"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_explained_at_two_lengths(name, language):
    said = texts(language).table(f"pages.{name}")
    assert len(said["plain"]) < len(said["more"])
    assert f'lang="{language}"' in words.about_page(texts(language), name)
    assert words.terms_of_page(texts(language), name).count("<details>") == len(MET.get(name, ()))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_lists_all_terms_that_it_explains_on_hover(app, monkeypatch, name):
    hovered: set[str] = set()
    hover = explaining.hover
    monkeypatch.setattr(explaining, "hover", lambda *keys: hovered.update(keys) or hover(*keys))
    at = app(name)
    assert hovered <= set(MET.get(name, ()))
    assert hovered or name in NO_HOVER
    assert texts("en").say(f"pages.{name}.plain").split(":")[0] in explained(at)


def test_a_page_without_a_run_is_explained_too(app, tmp_path):
    assert "trained network" in explained(app("overview", Store(tmp_path / "empty")))


def test_the_language_is_chosen_once_for_all_pages(app):
    at = app("mistakes", true="3")
    choice = at.segmented_control(key="lang")
    assert choice.value == "en"
    choice.set_value("de").run()
    assert "Das sind die Testbilder" in explained(at)
    assert at.query_params["lang"] in ("de", ["de"])
    assert at.query_params["true"] in ("3", ["3"])
    at.switch_page("app_pages/scorecard.py").run()
    assert "Ein Netz gibt immer eine Antwort" in explained(at)


def test_the_glossary_opens_at_a_term_of_the_address(app):
    at = app("glossary", term="confusion_matrix", lang="de")
    assert at.title[0].value == "Glossar"
    assert at.selectbox(key="term").value == "confusion_matrix"
    assert explained(at).count("<details open>") == 1
    assert "<details open><summary><strong>Konfusionsmatrix</strong>:" in explained(at)


def test_a_term_that_is_none_is_noted(app):
    at = app("glossary", term="<b>")
    assert at.selectbox(key="term").value is None
    notes = "".join(toast.value for toast in at.toast)
    assert r"“\<b\>”" in notes


def test_what_is_explained_is_text_and_no_markup():
    odd = Term("odd", "<i>*", "a < b & *c*.", '"long"', "https://example.org/?a&b")
    html = words.entries(texts("en"), [odd])
    assert "<strong>&lt;i&gt;*</strong>: a &lt; b &amp; *c*." in html
    assert 'href="https://example.org/?a&amp;b"' in html
    assert words.hover([odd]) == r"**\<i\>\***: a \< b & \*c\*\."
