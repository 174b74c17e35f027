"""`inkling export`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Models, RunName, opened, store_at
from pipeline.export.formats import REPORTS, Format
from pipeline.export.report.options import Paper, ReportOptions
from pipeline.prose.texts import LANGUAGES, USUAL


def export(
    run: RunName,
    to: Annotated[Path, typer.Option(help="Where to write it; must not exist yet.")],
    format: Annotated[
        Format,
        typer.Option(
            help="A single HTML page to draw on, a folder for LiteRT or TensorFlow.js, or a report "
            "for people who write no code, as HTML or PDF."
        ),
    ],
    compare: Annotated[
        str | None, typer.Option(help="Of a report: another run on the same images.")
    ] = None,
    with_pad: Annotated[
        bool, typer.Option("--with-pad", help="In a report as HTML: the live pad, 5 MB more.")
    ] = False,
    lang: Annotated[str, typer.Option(help=f"Of a report: {' or '.join(LANGUAGES)}.")] = USUAL,
    paper: Annotated[Paper, typer.Option(help="Of a report as PDF.")] = Paper.A4,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Export a run for use without Inkling: its network with its class names, or a report."""
    given = {"--compare": compare is not None, "--with-pad": with_pad, "--lang": lang != USUAL}
    for option in (name for name, wanted in given.items() if wanted and format not in REPORTS):
        raise typer.BadParameter("it belongs to --format report or pdf", param_hint=option)
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"choose one of {', '.join(LANGUAGES)}", param_hint="--lang")
    if with_pad and format == Format.PDF:
        raise typer.BadParameter("nobody can draw on paper", param_hint="--with-pad")
    from pipeline.cli.terminal import shown_progress
    from pipeline.export import formats

    store = store_at(models)
    found = opened(store, run)
    second = None if compare is None else opened(store, compare)
    options = ReportOptions(second, with_pad, lang, paper)
    with shown_progress() as report:
        written = formats.export(found, to, format, report, options)
    sizes = {str(path): path.stat().st_size for path in written}
    if as_json:
        files = [{"path": path, "bytes": size} for path, size in sizes.items()]
        print(json.dumps({"run": found.id, "format": format, "files": files}, ensure_ascii=False))
        return
    print(f"{found.id} as {format}")
    for path, size in sizes.items():
        print(f"  {path}  {size:,} bytes")
