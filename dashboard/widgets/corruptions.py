"""How well a run withstands corruptions: pictures, the worst first, and what it misreads."""

import pandas as pd
import streamlit as st

from dashboard import address, loaders
from dashboard.components.gallery import Tile, gallery
from dashboard.figures import corruptions as figures
from dashboard.view import View
from dashboard.widgets import choices, explaining, frame, galleries
from dashboard.words import corruptions as words
from dashboard.words import text
from pipeline.analysis import corruption_sheet
from pipeline.analysis.corruption_sheet import CorruptionSheet, UnderCorruption
from pipeline.analysis.corruptions import CORRUPTIONS
from pipeline.data.datasets import Dataset
from pipeline.words import corruption, interval

NAME, SEVERITY = "corruption", "severity"  # in the address
PLACES = {name: place for place, name in enumerate(CORRUPTIONS)}
WIDE, WIDER = 104, 124  # CSS pixels, the smallest width of tiles with more words under them
Sheets = list[tuple[str, CorruptionSheet]]  # of the run, and of the second one if it was measured


def corruptions(view: View) -> None:
    """Show accuracy under each corruption and the mistakes, or say how to measure it."""
    st.subheader(
        "Corruptions: what if images are worse?",
        help=explaining.hover("corruption", "confidence_interval"),
    )
    names = loaders.labels(view.runs, short=True)
    found = [
        (name, loaders.corruption_sheet(run)) for name, run in zip(names, view.runs, strict=True)
    ]
    sheet = found[0][1]
    if sheet is None:
        st.markdown(words.MISSING)
        st.caption("Not measured yet. It takes a minute or two:")
        st.code(f"inkling evaluate {view.run.id} --corruptions", language="bash", wrap_lines=True)
        return
    sheets: Sheets = [(name, one) for name, one in found if one is not None]
    st.markdown(f"**{text.plain(_finding(sheets))}**")
    if view.second is not None and len(sheets) == 1:
        st.caption(
            "The second run was not measured yet: "
            f"`inkling evaluate {view.second.id} --corruptions`"
        )
    pictured = galleries.has_images(view.run)
    st.markdown(words.WHAT if pictured else words.WHAT_WITHOUT_IMAGES)
    if pictured and len(sheets) == 2:
        st.caption(text.plain(words.told_of_two([name for name, _ in sheets])))
    _pictured(view, sheets)
    _turned(sheets)
    title = "All corruptions and severities as a table"
    with st.expander(title, icon=":material/table:", expanded=not pictured):
        st.dataframe(_table(sheets), hide_index=True, height="content", key="corruptions_table")
    if sheet.originals:
        st.caption(words.on_originals(sheet, corruption_sheet.mean(sheet.originals)))
    st.caption(words.how(sheet))


def _finding(sheets: Sheets) -> str:
    if len(sheets) == 1:
        return words.finding(sheets[0][1])
    (first, one), (second, other) = sheets
    return words.compared(one, other, [first, second])


@st.fragment  # a click reruns this part alone
def _pictured(view: View, sheets: Sheets) -> None:
    dataset = galleries.images_of(view.run)
    if dataset is None:
        return
    sheet = sheets[0][1]
    shown = sheet.worst_first
    name = choices.read(NAME, [under.name for under in shown], shown[0].name)
    by_severity = sheet.of(name)
    published = next(under for under in by_severity if under.published)
    wanted = choices.read(SEVERITY, [under.severity for under in by_severity], published.severity)
    under = next(under for under in by_severity if under.severity == wanted)
    gallery(
        [_tile(one, sheets) for one in shown],
        galleries.sheet_of_pictures(
            loaders.corruption_examples(dataset, tuple((one.name, one.severity) for one in shown)),
            mnist_framed=dataset.mnist_framed,
        ),
        about=frame.about("Accuracy by corruption", "corruptions"),
        key="corruptions",
        on_pick=lambda place: address.change({NAME: list(CORRUPTIONS)[place], SEVERITY: None}),
        chosen=PLACES[name],
        tile_width=galleries.TILE if len(sheets) == 1 else WIDE,
    )
    st.markdown(f"**{text.plain(words.chosen(under, len(by_severity)))}**")
    if len(by_severity) > 1:
        _severities(dataset, by_severity, under)
    _mistakes(view, dataset, under, sheet)


def _tile(under: UnderCorruption, sheets: Sheets) -> Tile:
    name, accuracy = corruption(under.name), text.percent(under.accuracy)
    detail, hint = accuracy, f"{name} ({words.DESCRIBED[under.name]}): {words.right_on(under)}"
    low, high = under.interval
    facts: dict[str, str | float] = {"corruption": name, "severity": under.severity}
    facts |= {"accuracy (%)": 100 * under.accuracy, "95% from (%)": 100 * low, "to (%)": 100 * high}
    if len(sheets) == 2:
        gain = words.gained(sheets[0][1], sheets[1][1]).get(under.name)
        if gain is not None:
            other = text.percent(under.accuracy + gain)
            detail = f"{accuracy} → {other}"
            hint += f"; the second run is right on {other} ({words.difference(gain)})"
            facts["second run (%)"] = 100 * (under.accuracy + gain)
    return Tile(PLACES[under.name], name, detail, hint, facts)


def _severities(dataset: Dataset, found: list[UnderCorruption], chosen: UnderCorruption) -> None:
    """Show a corruption at each severity; a click chooses one."""
    tiles = []
    for under in found:
        low, high = under.interval
        which = words.severity(under, len(found))
        facts: dict[str, str | float] = {"severity": under.severity}
        facts |= {"accuracy (%)": 100 * under.accuracy, "95% from (%)": 100 * low}
        tiles.append(
            Tile(
                under.severity,
                f"severity {under.severity}" + (" (MNIST-C)" if under.published else ""),
                text.percent(under.accuracy),
                f"severity {which}: {words.right_on(under)}",
                facts | {"to (%)": 100 * high},
            )
        )
    gallery(
        tiles,
        galleries.sheet_of_pictures(
            loaders.corruption_examples(dataset, tuple((one.name, one.severity) for one in found)),
            mnist_framed=dataset.mnist_framed,
        ),
        about=frame.about(f"Accuracy by severity: {corruption(chosen.name)}", "severities"),
        key="corruption_severities",
        on_pick=lambda severity: address.change({SEVERITY: str(severity)}),
        chosen=chosen.severity,
        tile_width=WIDER,
    )


def _mistakes(view: View, dataset: Dataset, under: UnderCorruption, sheet: CorruptionSheet) -> None:
    """Show the images that the network misreads under a corruption."""
    pictures, found = loaders.corrupted_mistakes(view.run, dataset, under, sheet.part)
    st.caption(words.mistakes(len(found), sheet.part))
    if not found:
        return
    names, tiles = view.run.class_names, []
    for mistake in found:
        true, predicted = names[int(dataset.y_test[mistake.index])], names[mistake.predicted]
        share = text.percent(mistake.confidence)
        tiles.append(
            Tile(
                mistake.index,
                " → ".join(text.shorten(one, galleries.LONGEST_NAME) for one in (true, predicted)),
                share,
                f"test image {mistake.index}, {corruption(under.name)}: true {true}, predicted "
                f"{predicted}, {share} confidence",
                {
                    "test image": mistake.index, "true": true, "predicted": predicted,
                    "confidence (%)": 100 * mistake.confidence,
                },
            )
        )  # fmt: skip
    gallery(
        tiles,
        galleries.sheet_of_pictures(pictures, mnist_framed=dataset.mnist_framed),
        about=frame.about(f"Misread: {corruption(under.name)}", "corrupted-mistakes", [view.run]),
        key="corrupted_mistakes",
        on_pick=None,
        tile_width=galleries.TILE,
    )


def _turned(sheets: Sheets) -> None:
    finding = words.turns(sheets[0][1].turned)
    names = [name for name, _ in sheets]
    figure = loaders.drawn(
        figures.turned, names, [sheet.turned for _, sheet in sheets], frame.colors()
    )
    alt = f"Accuracy by how far images are turned. {finding}."
    frame.chart(figure, alt, "turned", finding=finding)


def _table(sheets: Sheets) -> pd.DataFrame:
    """List accuracy by corruption and severity, in percent, the worst first."""
    sheet = sheets[0][1]
    most = max(len(sheet.of(name)) for name in CORRUPTIONS)
    gains = words.gained(sheet, sheets[1][1]) if len(sheets) == 2 else {}
    rows = []
    for under in sheet.worst_first:
        row: dict[str, object] = {"corruption": corruption(under.name)}
        row |= {"accuracy (%)": round(100 * under.accuracy, 2), "95%": interval(*under.interval)}
        if under.name in gains:
            row["second run (points)"] = round(100 * gains[under.name], 2)
        by_severity = {one.severity: round(100 * one.accuracy, 1) for one in sheet.of(under.name)}
        row |= {f"severity {at}": by_severity.get(at) for at in range(1, most + 1)}
        rows.append(row)
    return pd.DataFrame(rows)
