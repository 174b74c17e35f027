"""The language of the explanations is in the address, and goes along from page to page."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import APP, language
from pipeline.store.runs import Store


@pytest.mark.parametrize(
    ("asked", "locale", "shown"),
    [
        (None, None, "en"),
        (None, "fr-FR", "en"),
        (None, "de-AT", "de"),
        ("en", "de", "en"),
        ("de", "en-US", "de"),
        ("<b>", "de", "en"),
    ],
)
def test_the_address_is_asked_first_and_then_the_browser(monkeypatch, asked, locale, shown):
    monkeypatch.setattr(language.address, "choice", {"lang": asked}.get)
    monkeypatch.setattr(language.st, "context", SimpleNamespace(locale=locale))
    assert language.chosen().language == shown


def test_the_language_stays_when_a_link_says_which_images_to_show(tiny_store: Store, monkeypatch):
    monkeypatch.setenv("INKLING_MODELS", str(tiny_store.folder))
    at = AppTest.from_file(str(APP), default_timeout=90)
    at.query_params["lang"] = "de"
    at.run()
    assert at.query_params["lang"] in ("de", ["de"])
    at.switch_page("app_pages/mistakes.py").run()
    assert at.query_params["lang"] in ("de", ["de"])
    at.query_params.clear()
    at.query_params["true"] = "3"  # as a link does
    at.switch_page("app_pages/confusion_matrix.py").run()
    assert at.query_params["lang"] in ("de", ["de"])
    assert at.query_params["true"] in ("3", ["3"])
    assert not at.exception
