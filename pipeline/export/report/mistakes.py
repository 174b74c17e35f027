"""Where the network fails: the confusion matrix and its pictures; pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.analysis.metrics import Confusion, top_confusions
from pipeline.export.report.blocks import (
    Block,
    Cell,
    Galleries,
    Gallery,
    Matrix,
    Section,
    Table,
    Text,
)
from pipeline.export.report.facts import Facts
from pipeline.export.report.pictures import Cells
from pipeline.export.report.say import Say
from pipeline.export.report.shots import answers
from pipeline.words import shorten

MOST_SURE = 12  # mistakes that are shown
MOST_PAIRS, OF_A_PAIR = 6, 4  # frequent mistakes that are shown with pictures, and how many
MOST_CLASSES, MOST_ROWS = 30, 40  # of a matrix; and of the list in its place
DEPTHS = 9  # shades of a cell
HEADER = 14  # letters of a class name beside the matrix


def fails(facts: Facts, say: Say) -> Section:
    """Show which classes are confused, and the mistakes themselves."""
    blocks: list[Block] = []
    if len(facts.names) <= MOST_CLASSES:
        blocks += [Text(say("fails.matrix")), _matrix(facts, say)]
    else:
        blocks += [Text(say("fails.matrix_many", classes=len(facts.names))), _list(facts, say)]
    wrong = facts.answers.mistakes
    shown: list[Block]
    if len(wrong):
        sure = answers(facts, say, wrong[:MOST_SURE])
        pairs = [_pair(facts, say, found) for found in _confusions(facts)[:MOST_PAIRS]]
        shown = [Gallery(say("fails.sure"), sure, say("fails.sure_note")), Galleries(pairs)]
    else:
        close = np.argsort(facts.answers.confidence, kind="stable")[:MOST_SURE]
        shown = [Gallery(say("fails.closest"), answers(facts, say, close))]
    if facts.images is not None:
        blocks += shown
    return Section("fails", say("fails.title"), blocks)


def finding(facts: Facts, say: Say) -> str:
    """Say which mistake is most frequent."""
    found = _confusions(facts)
    if not found:
        return say("fails.finding_none")
    first = found[0]
    pair = _names(facts, say, first)
    if sum(other.count == first.count for other in found) > 1:
        return say("fails.tied", **pair, times=say.counted("fails.times", first.count))
    return say.counted("fails.finding", first.count, **pair)


def facts_of_cells(facts: Facts, cells: Cells, say: Say) -> dict[str, Any]:
    """Describe each cell's images for the script: plain values, for JSON."""
    height, width, _ = facts.run.info.input_shape
    described, first = {}, 0
    told, none = facts.answers, np.empty(0, np.int64)
    for true, predicted in zip(*map(np.ndarray.tolist, np.nonzero(facts.counts)), strict=True):
        rows, count = cells.images.get((true, predicted), none), int(facts.counts[true, predicted])
        pair = {"true": facts.names[true], "predicted": facts.names[predicted]}
        described[f"{true}-{predicted}"] = {
            "count": count,
            "title": say("cell.title", **pair),
            "note": _shown(say, count, len(rows)),
            "alt": say("cell.alt", **pair, index="{index}", share="{share}"),
            "first": first,
            "images": [
                [say.texts.number(int(row)), say.share(float(told.confidence[row]))] for row in rows
            ],
        }
        first += len(rows)
    return {"columns": cells.columns, "width": width, "height": height, "cells": described}


def _shown(say: Say, count: int, shown: int) -> str:
    images = say.counted("fails.images", count)
    if not shown:
        return say("cell.none", count=images)
    return (
        say("cell.all", count=images)
        if shown == count
        else say("cell.some", shown=shown, count=images)
    )


def _confusions(facts: Facts) -> list[Confusion]:
    return top_confusions(facts.counts, MOST_ROWS)


def _names(facts: Facts, say: Say, found: Confusion) -> dict[str, str]:
    return {
        "true": say.name(facts.names[found.true]),
        "predicted": say.name(facts.names[found.predicted]),
    }


def _pair(facts: Facts, say: Say, found: Confusion) -> Gallery:
    rows = facts.answers.in_cell(found.true, found.predicted)
    title = say("fails.pair", **_names(facts, say, found))
    note = say.counted("fails.images", len(rows))
    if len(rows) > OF_A_PAIR:
        note = say("fails.some_shown", shown=OF_A_PAIR, count=note)
    return Gallery(title, answers(facts, say, rows[:OF_A_PAIR], short=True), note)


def _matrix(facts: Facts, say: Say) -> Matrix:
    counts, names = facts.counts, facts.names
    on_diagonal = np.eye(len(counts), dtype=bool)
    # Each on its own scale: next to what is right, mistakes would hardly be colored.
    most = [max(1, counts[part].max()) for part in (on_diagonal, ~on_diagonal)]
    depth = np.ceil(DEPTHS * np.sqrt(counts / np.where(on_diagonal, *most))).astype(int)

    def cell(true: int, predicted: int) -> Cell:
        count = int(counts[true, predicted])
        said = say.counted("fails.images", count) if count else say("fails.empty")
        hint = say("fails.cell", true=names[true], predicted=names[predicted], count=said)
        written = say.texts.number(count) if count else ""
        key = f"{true}-{predicted}"
        return Cell(key, written, hint, int(depth[true, predicted]), true == predicted)

    classes = range(len(names))
    rows = [[cell(true, predicted) for predicted in classes] for true in classes]
    how = "" if facts.images is None else say("fails.click")
    short = [(shorten(name, HEADER), name) for name in names]
    return Matrix(finding(facts, say), how, short, rows)


def _list(facts: Facts, say: Say) -> Table:
    head = [say("fails.true"), say("fails.predicted"), say("column.images")]
    named: list[tuple[Mapping[str, str], int]] = [
        (_names(facts, say, found), found.count) for found in _confusions(facts)
    ]
    rows = [[pair["true"], pair["predicted"], say.texts.number(count)] for pair, count in named]
    return Table(head, rows)
