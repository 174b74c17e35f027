"""What explains pages and terms, as Markdown for hover texts and as HTML; pure."""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from dashboard.words.text import plain
from pipeline.prose.glossary import MET, Term, terms
from pipeline.prose.texts import Texts


def hover(found: Iterable[Term]) -> str:
    """Explain terms in a sentence each: Markdown."""
    return "\n\n".join(f"**{plain(one.name)}**: {plain(one.short)}" for one in found)


def about_page(texts: Texts, page: str) -> str:
    """Say what people are looking at, at two lengths: HTML.

    Args:
        texts: of a language.
        page: by its file's name.
    """
    said = texts.table(f"pages.{page}")
    more = f"<summary>{escape(texts.say('pages.for_more'))}</summary><p>{escape(said['more'])}</p>"
    return _in(texts, f"<p>{escape(said['plain'])}</p><details>{more}</details>")


def terms_of_page(texts: Texts, page: str) -> str:
    """Explain a page's terms below a heading: HTML; "" if it has none."""
    met = terms(texts, page) if page in MET else []
    title = f"<h2>{escape(texts.say('pages.words'))}</h2>"
    return _in(texts, title + _entries(texts, met)) if met else ""


def entries(texts: Texts, found: Iterable[Term], *, unfolded: bool = False) -> str:
    """Explain terms: a sentence each, which unfolds to a paragraph and a link: HTML."""
    return _in(texts, _entries(texts, found, unfolded))


def _in(texts: Texts, html: str) -> str:
    """Say which language some HTML is in, so that screen readers pronounce it as such."""
    return f'<div class="explained" lang="{texts.language}">{html}</div>'


def _entries(texts: Texts, found: Iterable[Term], unfolded: bool = False) -> str:
    return "".join(_entry(texts, one, unfolded) for one in found)


def _entry(texts: Texts, one: Term, unfolded: bool) -> str:
    site = texts.say("pages.read_on", site=urlsplit(one.link).hostname)
    link = f'<a href="{escape(one.link)}" target="_blank">{escape(site)}</a>'
    return (
        f"<details{' open' if unfolded else ''}>"
        f"<summary><strong>{escape(one.name)}</strong>: {escape(one.short)}</summary>"
        f"<p>{escape(one.long)} {link}</p></details>"
    )
