"""How the network was made, and what the report leaves out; pure."""

from collections.abc import Iterator

from pipeline.config import TrainConfig
from pipeline.export.report import charts
from pipeline.export.report.blocks import Block, Figure, Fold, Points, Section, Table, Terms, Text
from pipeline.export.report.facts import MISSING, Facts
from pipeline.export.report.limits import source
from pipeline.export.report.say import Say
from pipeline.prose import glossary
from pipeline.words import devices, shorten

FIRST_MINUTES = 120  # seconds; longer times are written in minutes


def made(facts: Facts, say: Say) -> Section:
    """Say how it was made, and what is missing from the report."""
    info = facts.run.info
    blocks: list[Block] = [Terms([(say(f"made.{key}"), text) for key, text in _terms(facts, say)])]
    if facts.history is not None and info.config:
        blocks.insert(0, _curve(facts, say))
    if info.added:
        blocks.append(Fold(say("made.found"), [("", said) for said in info.added.found], "en"))
    if info.model_card:
        blocks.append(Fold(say("made.card"), [*info.model_card.items()], "en"))
    left_out = list(_left_out(facts, say))
    if left_out:
        blocks += [Text(say("made.missing"), "heading"), Points(left_out)]
    return Section("made", say("made.title"), blocks)


def words(say: Say) -> Section:
    """Explain the terms that the report uses."""
    pairs = [(term.name, term.short) for term in glossary.terms(say.texts, "report")]
    return Section("words", say("words.title"), [Terms(pairs)])


def _terms(facts: Facts, say: Say) -> Iterator[tuple[str, str]]:
    info = facts.run.info
    counts = {part: info.dataset.counts.get(part, 0) for part in ("train", "valid", "test")}
    came = source(facts, say)
    came = f"{came[0].upper()}{came[1:]}"
    if info.config:
        yield "data", say("made.data_counts", source=came, **counts)
        seconds = round(info.timings.get("training", 0))
        time = (
            say("made.seconds", count=seconds)
            if seconds < FIRST_MINUTES
            else say("made.minutes", count=round(seconds / 60))
        )
        yield "trained", say("made.trained_in", day=say.day(info.created), time=time)
        yield from _settings(facts, info.config, say)
        yield (
            "confidence",
            say("made.temperature", temperature=say.texts.number(info.temperature, 2)),
        )
        on = devices(info.hardware)
        precision = str(info.hardware.get("precision", "float32"))
        yield "computer", say("made.computer_in", devices=on, precision=precision)
    else:
        yield "data", say("made.data_counts_added", source=came, test=counts["test"])
        day = say.day(info.created)
        yield "added", say("made.added_from", day=day, file=shorten(info.file))
    yield "versions", ", ".join(f"{name} {version}" for name, version in info.versions.items())
    yield "run", facts.run.id
    yield "fingerprint", info.dataset.fingerprint
    if facts.run.about.note:
        yield "note", facts.run.about.note


def _settings(facts: Facts, config: TrainConfig, say: Say) -> Iterator[tuple[str, str]]:
    info = facts.run.info
    yield (
        "settings",
        say(
            "made.settings_of",
            epochs=config.epochs,
            batch=config.batch_size,
            rate=say.decimal(config.learning_rate or 0),
            smoothing=say.decimal(config.label_smoothing or 0),
            preset=config.preset,
            variant=config.variant,
        ),
    )
    yield "seed", str(config.seed)
    strength = config.augmentation or 0
    yield (
        "augmentation",
        (
            say("made.augmented", strength=say.decimal(strength))
            if strength
            else say("made.not_augmented")
        ),
    )
    if config.allographs:
        yield "allographs", say("made.drawn", share=say.whole(config.allographs))
    if config.disturbance:
        yield "disturbance", say("made.disturbed", share=say.whole(config.disturbance))
    learned = info.corrections
    listed = ", ".join(f"{count} × {say.name(name)}" for name, count in learned.items())
    yield (
        "corrections",
        (
            say("made.corrections_by", count=sum(learned.values()), listed=listed)
            if learned
            else say("made.no_corrections")
        ),
    )
    if info.best_epoch:
        yield "kept", say("made.kept_epoch", epoch=info.best_epoch, epochs=config.epochs)
    if info.note:
        yield "stopped", info.note


def _curve(facts: Facts, say: Say) -> Figure:
    """Draw the accuracy after each epoch."""
    history, info = facts.history, facts.run.info
    assert history is not None
    epochs = history["epoch"].to_numpy()
    parts = {name: history[name].to_numpy() for name in ("val_accuracy", "accuracy")}
    axis = charts.nice(min(float(values.min()) for values in parts.values()), 1.0)
    first, length = axis[0], axis[-1] - axis[0]
    span = max(int(epochs[-1] - epochs[0]), 1)

    def place(epoch: int, share: float) -> tuple[float, float]:
        return (epoch - epochs[0]) / span, (share - first) / length

    lines = [
        charts.Line([place(*point) for point in zip(epochs, values, strict=True)], style)
        for style, values in enumerate(parts.values())
    ]
    valid = parts["val_accuracy"]
    best = info.best_epoch if info.best_epoch in epochs else int(epochs[valid.argmax()])
    reached = float(valid[epochs == best][0])
    ticks = sorted({int(epochs[0] + span * step // 4) for step in range(5)})
    svg = charts.lines(
        lines,
        [((epoch - epochs[0]) / span, say.texts.number(epoch)) for epoch in ticks],
        [((at - first) / length, text) for at, text in zip(axis, say.axis(axis), strict=True)],
        (say("made.curve_x"), say("made.curve_y")),
        say("made.curve_alt", first=say.share(float(valid[0])), last=say.share(float(valid[-1]))),
        marked=place(best, reached),
    )
    head = [say(f"column.{name}") for name in ("epoch", "validation", "training")]
    rows = [
        [str(epoch), say.share(float(one)), say.share(float(other))]
        for epoch, one, other in zip(epochs, *parts.values(), strict=True)
    ]
    total = info.config.epochs if info.config and info.config.epochs else int(epochs[-1])
    finding = say("made.curve", epoch=best, epochs=total, share=say.share(reached))
    return Figure(finding, svg, Table(head, rows), say("made.curve_note"), head[1:])


def _left_out(facts: Facts, say: Say) -> Iterator[str]:
    """Say what is not in the report, and why."""
    if facts.no_images:
        key = "made.no_images" if facts.no_images == MISSING else "made.other_images"
        yield say(key, dataset=shorten(facts.run.info.dataset.name))
    if facts.history is None:
        yield say("made.no_history")
    if facts.robustness is None:
        yield say("made.no_robustness")
    if not facts.evaluations:
        yield say("made.no_elsewhere")
