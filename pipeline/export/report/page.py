"""Facts -> the report as one HTML file, which fetches nothing and runs nothing but its own script.

Its policy names style and script by their hashes. With the live pad in it, it also allows what the
pad needs: WebAssembly, a script that it unpacks, and styles that it sets.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from pipeline.export import html_page
from pipeline.export.report import asking, limits, making, mistakes, pictures, quality
from pipeline.export.report import versus as comparing
from pipeline.export.report.blocks import Section
from pipeline.export.report.facts import Facts
from pipeline.export.report.say import Say
from pipeline.words import shorten

POLICY = (
    "default-src 'none'; img-src data:; style-src {style}; script-src {script}; "
    "base-uri 'none'; form-action 'none'"
)


def page(facts: Facts, say: Say, *, with_pad: bool = False, paper: str = "") -> str:
    """Write the report.

    Args:
        facts: of the run.
        say: the sentences.
        with_pad: whether it holds the live pad, and so the network and its runtime.
        paper: what it is printed on, as CSS calls it; "" leaves that to who prints it.

    Raises:
        InklingError: the network cannot be read, or the scripts were not built.
    """
    style = html_page.built("theme.css").read_text("utf-8") + _own("report.css")
    if paper:
        style += f"@page {{ size: {paper}; }}"
    script = _own("report.js")
    pad = html_page.pad(facts.run) if with_pad else None
    scripts = [script, *([pad.script] if pad else [])]
    rendered = _template().render(
        say=say,
        policy=policy([style], scripts, with_pad=with_pad),
        style=Markup(style),
        script=Markup(script),
        pad=pad,
        head=heading(facts, say),
        sections=sections(facts, say, with_pad=with_pad),
        cells=_cells(facts, say),
        is_ink=facts.run.info.dataset.mnist_framed,
    )
    return f"{rendered.strip()}\n"


def policy(styles: Sequence[str], scripts: Sequence[str], *, with_pad: bool) -> str:
    """Write a content security policy that allows these styles and scripts, and the pad's needs."""
    allowed = " ".join(map(_hashed, scripts))
    if with_pad:
        return POLICY.format(style="'unsafe-inline'", script=f"{allowed} 'unsafe-eval' blob:")
    return POLICY.format(style=" ".join(map(_hashed, styles)), script=allowed)


def sections(facts: Facts, say: Say, *, with_pad: bool = False) -> list[Section]:
    """Write every section that there is something to say in."""
    found = [
        quality.what(facts, say, with_pad=with_pad),
        quality.well(facts, say),
        mistakes.fails(facts, say),
        asking.ask(facts, say),
        limits.cannot(facts, say),
    ]
    if facts.robustness:
        found.append(limits.change(facts.robustness, say))
    if facts.evaluations:
        found.append(limits.elsewhere(facts, say))
    if facts.versus:
        found.append(comparing.versus(facts, facts.versus, say))
    return [*found, making.made(facts, say), making.words(say)]


def heading(facts: Facts, say: Say) -> dict[str, Any]:
    """Write what the report opens with: its title, the answer, and four numbers."""
    run, metrics = facts.run, facts.run.info.metrics
    network, dataset = quality.network_title(run, say), say.dataset(run.info.dataset.name)
    title = say("title", network=network, dataset=dataset)
    unseen = run.info.saw_test_images is False
    came = "trained_on" if run.info.config else "added_on"
    return {
        "title": shorten(run.about.name) or title,
        "under": title if run.about.name else "",
        "verdict": say(f"verdict.{'unseen' if unseen else 'unknown'}", correct=metrics.correct,
                       total=metrics.total),
        "hundred": say("verdict.hundred", **say.counts_of(
            metrics.accuracy_low, metrics.accuracy_high, quality.out_of(facts))),
        "glance": _glance(facts, say),
        "dates": f"{say(came, day=say.day(run.info.created))} "
                 f"{say('written_on', day=say.day(datetime.now(UTC)))}",
    }  # fmt: skip


def _glance(facts: Facts, say: Say) -> list[tuple[str, str]]:
    metrics, least = facts.run.info.metrics, quality.weakest(facts)
    missed, share = metrics.total - metrics.correct, asking.telling_share(facts)
    left = facts.curve.errors_remaining(asking.passed(facts, share))
    shown = [
        (say.share(metrics.accuracy), say("glance.accuracy")),
        (say.texts.number(missed), say("glance.mistakes", total=metrics.total)),
    ]
    if least.recall < 1:
        of = {"missed": quality.missed_of(least), "support": least.support}
        shown.append(
            (
                say("glance.name", name=shorten(least.name, mistakes.HEADER)),
                say("glance.weakest", **of),
            )
        )
        shown.append((say.texts.number(left), say("glance.passed", share=say.whole(share))))
    return shown


def _cells(facts: Facts, say: Say) -> dict[str, Any] | None:
    """Describe the pictures of the matrix's cells, with the packed picture of all; or None."""
    if facts.images is None or len(facts.names) > mistakes.MOST_CLASSES:
        return None
    packed = pictures.pack(facts.images, facts.answers, is_ink=facts.run.info.dataset.mnist_framed)
    return {
        "facts": mistakes.facts_of_cells(facts, packed, say),
        "source": packed.source,
    }


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_own),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.get_template("report.html")


def _own(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _hashed(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
