"""The run compared with a second one on the same images; pure."""

import numpy as np

from pipeline.analysis.significance import SIGNIFICANT
from pipeline.export.report import limits, quality
from pipeline.export.report.blocks import Block, Figure, Gallery, Section, Text
from pipeline.export.report.facts import Facts, Versus
from pipeline.export.report.say import Say
from pipeline.export.report.shots import CAPTION, shots
from pipeline.store.run_folder import Run
from pipeline.words import shorten

MOST = 12  # pictures of what only one of the two gets right


def versus(facts: Facts, other: Versus, say: Say) -> Section:
    """Say which of the two is better, whether that may be chance, and show where they differ."""
    both = facts.run, other.answers.run
    first, second = named(*both, say)
    total = len(facts.answers.label)
    blocks: list[Block] = [
        Text(say("versus.both", total=total, first=first, second=second)),
        _figure(facts, other, (first, second), say),
        *(Text(sentence) for sentence in _why(other, (first, second), say)),
    ]
    mine, others = facts.answers.right, other.answers.right
    for key, rows in (("gained", mine & ~others), ("lost", others & ~mine)):
        blocks += _changed(facts, other, f"versus.{key}", np.flatnonzero(rows), say)
    return Section("versus", say("versus.title"), blocks)


def named(first: Run, second: Run, say: Say) -> tuple[str, str]:
    """Name two runs so that they can be told apart: as people named them, or by their networks."""

    def ways(run: Run) -> tuple[str, ...]:
        network = quality.network_title(run, say)
        return (run.about.name or network, f"{network}, {say.day(run.info.created)}", run.id)

    pairs = zip(ways(first), ways(second), strict=True)
    one, other = next((one, other) for one, other in pairs if one != other)
    return shorten(one), shorten(other)


def verdict(other: Versus, names: tuple[str, str], say: Say) -> str:
    """Say which of the two is better, as far as that can be said."""
    fixed, broken = other.found.fixed, other.found.broken
    if fixed == broken:
        return say("versus.tie", count=fixed) if fixed else say("versus.same")
    better, worse = names if broken > fixed else names[::-1]
    key = "versus.better" if other.found.p_value < SIGNIFICANT else "versus.ahead"
    return say(key, better=better, other=worse)


def _why(other: Versus, names: tuple[str, str], say: Say) -> list[str]:
    found, difference = other.found, other.difference
    first, second = names
    sentences = []
    if found.fixed != found.broken:
        more, fewer = max(found.fixed, found.broken), min(found.fixed, found.broken)
        sentences.append(
            say("versus.why", more=more, fewer=fewer, chance=say.chance(found.p_value))
        )
    value, low, high = map(say.points, (difference.value, difference.low, difference.high))
    told = say("versus.difference", value=value, low=low, high=high, first=first, second=second)
    return [*sentences, f"{told} {say('versus.limits')}"]


def _figure(facts: Facts, other: Versus, names: tuple[str, str], say: Say) -> Figure:
    runs = facts.run, other.answers.run
    tested = [(name, run.info.metrics) for name, run in zip(names, runs, strict=True)]
    rows = [limits.measured(*one) for one in tested]
    alt = say("versus.alt", rows=limits.in_words(rows, say))
    chart = limits.spreads(rows, say("versus.axis"), alt, say)
    table = limits.accuracies(tested, "network", say)
    return Figure(verdict(other, names, say), chart, table)


def _changed(facts: Facts, other: Versus, key: str, rows: np.ndarray, say: Say) -> list[Block]:
    """Show images that only one of the two gets right, those first of which it was most sure."""
    mine, theirs = facts.answers, other.answers
    surest = rows[np.argsort(-np.maximum(mine.confidence, theirs.confidence)[rows], kind="stable")]

    def names(row: int) -> dict[str, str]:
        return {
            "true": facts.names[mine.label[row]],
            "first": facts.names[mine.predicted[row]],
            "second": facts.names[theirs.predicted[row]],
        }

    def told(row: int) -> str:
        wrong = "second" if mine.right[row] else "first"
        return say(f"versus.wrong_{wrong}", name=shorten(names(row)[wrong], CAPTION))

    pictures = shots(facts, surest[:MOST], lambda row: shorten(names(row)["true"], CAPTION), told,
                     lambda row: say("versus.change_alt", index=row, **names(row)))  # fmt: skip
    count = say.counted("fails.images", len(rows))
    if not len(rows):
        return [Text(f"{say(key)}: {say('versus.none')}")]
    if not pictures:
        return [Text(f"{say(key)}: {count}.")]
    shown = say("fails.some_shown", shown=MOST, count=count) if len(rows) > MOST else count
    return [Gallery(say(key), pictures, shown)]
