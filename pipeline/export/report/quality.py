"""What the network does, and how well: facts -> sections; pure."""

import numpy as np

from pipeline.analysis.metrics import ClassScore, wilson_interval
from pipeline.export.report import charts
from pipeline.export.report.blocks import Bars, Block, Figure, Gallery, Pad, Section, Table, Text
from pipeline.export.report.facts import Facts
from pipeline.export.report.say import Say
from pipeline.export.report.shots import answers
from pipeline.store.run_folder import Run
from pipeline.words import shorten

MOST_EXAMPLES, MOST_NAMES, MOST_BARS = 10, 30, 15
RARE = 0.02  # of the images misread: fewer are counted out of a thousand
SHORT, SHORTEST = 22, 4  # letters of a class name beside a bar, and below a small picture


def network_title(run: Run, say: Say) -> str:
    """Name a network in words."""
    info = run.info
    kind = f"network.{info.network}"
    known = info.config is not None and info.network in say.table("network")
    return say(f"{kind}.title") if known else shorten(info.network)


def what(facts: Facts, say: Say, *, with_pad: bool) -> Section:
    """Say what the network does, with a test image of each class."""
    info = facts.run.info
    height, width, channels = info.input_shape
    color = say("what.gray" if channels == 1 else "what.color")
    count = len(facts.names)
    task = say("what.task", width=width, height=height, color=color, count=count)
    blocks: list[Block] = [
        Text(f"{task} {_classes(facts, say)}"),
        Text(f"{_network(facts, say)} {say('what.use')}"),
    ]
    shown = answers(facts, say, _examples(facts))
    if shown:
        small = max(map(len, facts.names)) <= SHORTEST
        blocks.append(Gallery(say("what.examples"), shown, small=small))
    if with_pad:
        blocks.append(Pad())
    return Section("what", say("what.title"), blocks)


def _classes(facts: Facts, say: Say) -> str:
    names = ", ".join(say.name(name) for name in facts.names[:MOST_NAMES])
    more = len(facts.names) - MOST_NAMES
    return (
        say("what.classes_more", names=names, more=more)
        if more > 0
        else say("what.classes", names=names)
    )


def _network(facts: Facts, say: Say) -> str:
    info = facts.run.info
    size = {"parameters": info.parameters, "layers": len(info.layers)}
    if info.config is None:
        return say("what.network_added", file=shorten(info.file), **size)
    kind = f"network.{info.network}"
    return say("what.network", title=say(f"{kind}.title"), lesson=say(f"{kind}.lesson"), **size)


def _examples(facts: Facts) -> list[int]:
    """Take of each class the first image that is right, up to `MOST_EXAMPLES`."""
    told = facts.answers
    labels, first = np.unique(np.where(told.right, told.label, -1), return_index=True)
    return [int(row) for row in first[labels >= 0]][:MOST_EXAMPLES]


def well(facts: Facts, say: Say) -> Section:
    """Say how often it is right, and which classes it misses."""
    metrics, seen = facts.run.info.metrics, facts.run.info.saw_test_images
    intro = say("well.intro" if seen is False else "well.intro_unknown", total=metrics.total)
    blocks: list[Block] = [
        Text(f"{intro} {say('verdict.hundred_exact', total=metrics.total)}"),
        _waffle(facts, say),
    ]
    if metrics.correct < metrics.total:
        blocks.append(_classes_missed(facts, say))
    return Section("well", say("well.title"), blocks)


def _waffle(facts: Facts, say: Say) -> Block:
    metrics = facts.run.info.metrics
    missed = metrics.total - metrics.correct
    of = out_of(facts)
    marked = round(of * missed / metrics.total)
    if not missed:
        return Text(f"{say('well.waffle_none', total=metrics.total)}.")
    finding = (
        say.counted("well.waffle", marked, of=of) if marked else say("well.waffle_rare", of=of)
    )
    svg = charts.waffle(marked, of, say("well.waffle_alt", of=of, marked=marked))
    low, high = metrics.accuracy_low, metrics.accuracy_high
    head = [say(f"column.{name}") for name in ("images", "right", "missed", "accuracy", "interval")]
    row = [*map(say.texts.number, (metrics.total, metrics.correct, missed)),
           say.share(metrics.accuracy), say.interval(low, high)]  # fmt: skip
    return Figure(finding, svg, Table(head, [row]), say("well.waffle_note"))


def out_of(facts: Facts) -> int:
    """Return out of how many images mistakes are counted, so that there are some to count."""
    metrics = facts.run.info.metrics
    return 100 if 1 - metrics.accuracy >= RARE or metrics.total < 1000 else 1000


def weakest(facts: Facts) -> ClassScore:
    """Return the class of which the largest share is missed."""
    return _weakest_first(facts)[0]


def _weakest_first(facts: Facts) -> list[ClassScore]:
    tested = (score for score in facts.run.info.metrics.classes if score.support)
    return sorted(tested, key=lambda score: (score.recall, -score.support))


def missed_of(score: ClassScore) -> int:
    """Return how many images of a class are missed."""
    return round((1 - score.recall) * score.support)


def _classes_missed(facts: Facts, say: Say) -> Bars:
    scores = _weakest_first(facts)
    first, shown = scores[0], scores[:MOST_BARS]
    most = 1 - first.recall
    rows = [
        (
            shorten(score.name, SHORT),
            (1 - score.recall) / most,
            say("well.of", missed=missed_of(score), support=score.support),
        )
        for score in shown
    ]
    finding = say(
        "well.weakest", name=say.name(first.name), missed=missed_of(first), support=first.support
    )
    note = say("well.classes_note")
    if len(shown) < len(scores):
        note += " " + say("well.classes_some", count=len(shown))
    return Bars(finding, rows, _class_table(scores, say), note)


def _class_table(scores: list[ClassScore], say: Say) -> Table:
    head = [say(f"column.{name}") for name in ("class", "images", "right", "missed")]
    head += [say(f"column.{name}") for name in ("found", "interval", "trusted")]
    rows = []
    for score in scores:
        missed = missed_of(score)
        right = score.support - missed
        counts = map(say.texts.number, (score.support, right, missed))
        rows.append(
            [
                say.name(score.name),
                *counts,
                say.share(score.recall),
                say.interval(*wilson_interval(right, score.support)),
                say.share(score.precision),
            ]
        )
    return Table(head, rows)
