"""What the network cannot do, under adversarial changes and on other datasets; pure."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.analysis.adversarial import Norm
from pipeline.analysis.metrics import Metrics
from pipeline.data.known import seen_in_training
from pipeline.export.report import charts
from pipeline.export.report.blocks import Block, Figure, Points, Section, Table, Text
from pipeline.export.report.charts import Spread
from pipeline.export.report.facts import Facts
from pipeline.export.report.quality import weakest
from pipeline.export.report.say import Say
from pipeline.store.run_info import Robustness, UnderChange
from pipeline.words import shorten

HALF = 0.5
LONGEST_NAME = 32  # letters of a name beside an interval


def source(facts: Facts, say: Say) -> str:
    """Say what the images are and where they come from."""
    name = facts.run.info.dataset.name
    return say.known("source", name, say("source.other", name=shorten(name)))


def cannot(facts: Facts, say: Say) -> Section:
    """Say what not to expect of it."""
    is_ink, least = facts.run.info.dataset.mnist_framed, weakest(facts)
    others = say("cannot.others_ink" if is_ink else "cannot.others")
    items = [
        say("cannot.classes", count=len(facts.names)),
        say("cannot.like", others=others),
        say("cannot.warns" if facts.warns else "cannot.no_warning"),
    ]
    if is_ink:
        items.append(say("cannot.ink"))
    if least.recall < 1:
        name = say.name(least.name)
        items.append(say("cannot.weakest", name=name, share=say.share(least.recall)))
    items += [say("cannot.labels"), say("cannot.people")]
    return Section("cannot", say("cannot.title"), [Points(items)])


def change(found: Robustness, say: Say) -> Section:
    """Show how many images are still right under changes of growing size."""
    day = say.day(found.created)
    how = say("change.how", images=found.images, day=day, steps=found.iterations)
    figures = [_under_change(under, norm, say) for norm, under in found.by_norm.items()]
    return Section("change", say("change.title"), [Text(say("change.intro")), *figures,
                                                   Text(how, "quiet")])  # fmt: skip


def _under_change(found: UnderChange, norm: Norm, say: Say) -> Figure:
    largest = found.budgets[-1] or 1.0

    def size(budget: float) -> str:
        return say.texts.percent(budget, 0) if norm == "linf" else say.decimal(budget)

    points = [(b / largest, a) for b, a in zip(found.budgets, found.accuracy, strict=True)]
    alt = say("change.alt", first=say.share(found.accuracy[0]), size=size(largest),
              last=say.share(found.accuracy[-1]))  # fmt: skip
    svg = charts.lines(
        [charts.Line(points)],
        [(step / 4, size(largest * step / 4)) for step in (0, 2, 4)],
        [(step / 4, say.texts.percent(step / 4, 0)) for step in range(5)],
        (say(f"change.{norm}_x"), say("change.y")),
        alt,
    )
    rows = [
        [size(budget), say.share(share)]
        for budget, share in zip(found.budgets, found.accuracy, strict=True)
    ]
    table = Table([say("column.size"), say("change.y")], rows)
    return Figure(_misled(found, norm, say, size), svg, table)


def _misled(found: UnderChange, norm: Norm, say: Say, size: Callable[[float], str]) -> str:
    """Say how small a change misleads it on half of what it gets right, or how few the largest."""
    unchanged = found.accuracy[0]
    if not unchanged:
        return say("change.none_right")
    misled = [1 - share / unchanged for share in found.accuracy]
    enough = (place for place, share in enumerate(misled) if share >= HALF)
    place = next(enough, len(misled) - 1)
    key = f"change.{norm}" if misled[place] >= HALF else f"change.{norm}_even"
    return say(key, size=size(found.budgets[place]), share=say.share(misled[place]))


def elsewhere(facts: Facts, say: Say) -> Section:
    """Show how well it does on other datasets."""
    info, others = facts.run.info, facts.evaluations
    tested = [(info.dataset.name, info.metrics)]
    tested += [(found.dataset.name, found.metrics) for found in others]
    hardest = min(others, key=lambda found: found.metrics.accuracy)
    finding = say(
        "elsewhere.finding",
        accuracy=say.share(hardest.metrics.accuracy),
        dataset=shorten(hardest.dataset.name),
        own=say.share(info.metrics.accuracy),
    )
    rows = [measured(name, metrics) for name, metrics in tested]
    alt = say("elsewhere.alt", count=len(rows), rows=in_words(rows, say))
    chart = spreads(rows, say("elsewhere.axis"), alt, say)
    blocks: list[Block] = [
        Text(say("elsewhere.intro")), Figure(finding, chart, accuracies(tested, "dataset", say)),
    ]  # fmt: skip
    blocks += [
        Text(say("elsewhere.seen", dataset=shorten(found.dataset.name), trained=info.dataset.name),
             "quiet")
        for found in others
        if info.saw_test_images is False
        and seen_in_training(found.dataset.fingerprint, info.dataset.fingerprint)
    ]  # fmt: skip
    return Section("elsewhere", say("elsewhere.title"), blocks)


def accuracies(tested: Sequence[tuple[str, Metrics]], of: str, say: Say) -> Table:
    """Tabulate accuracies; `of` is what the first column names."""
    named = (of, "images", "right", "accuracy", "interval")
    rows = [
        [
            say.name(name),
            *map(say.texts.number, (found.total, found.correct)),
            say.share(found.accuracy),
            say.interval(found.accuracy_low, found.accuracy_high),
        ]
        for name, found in tested
    ]
    return Table([say(f"column.{column}") for column in named], rows)


class Measured(NamedTuple):
    """An accuracy with its 95% interval, and whose it is."""

    name: str
    low: float
    value: float
    high: float


def measured(name: str, metrics: Metrics) -> Measured:
    """Take the accuracy out of all metrics."""
    low, high = metrics.accuracy_low, metrics.accuracy_high
    return Measured(shorten(name, LONGEST_NAME), low, metrics.accuracy, high)


def in_words(rows: Sequence[Measured], say: Say) -> str:
    """Say what a chart of accuracies shows."""
    return "; ".join(f"{row.name}: {_written(row, say)}" for row in rows)


def spreads(rows: Sequence[Measured], title: str, alt: str, say: Say) -> str:
    """Draw accuracies with their intervals, on an axis that fits them."""
    axis = charts.nice(min(row.low for row in rows), max(row.high for row in rows))
    first, length = axis[0], axis[-1] - axis[0]

    def place(share: float) -> float:
        return (share - first) / length

    shown = [
        Spread(row.name, place(row.low), place(row.value), place(row.high), _written(row, say))
        for row in rows
    ]
    ticks = [(place(at), text) for at, text in zip(axis, say.axis(axis), strict=True)]
    return charts.spreads(shown, ticks, title, alt)


def _written(row: Measured, say: Say) -> str:
    return f"{say.share(row.value)} ({say.interval(row.low, row.high)})"
