"""The formats a run can be exported to, for use without Inkling."""

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InklingError
from pipeline.export.report.options import ReportOptions
from pipeline.progress import OnProgress, silent

if TYPE_CHECKING:  # the command line names the formats before it loads anything heavy
    from pipeline.store.run_folder import Run


class Format(StrEnum):
    """What a run can be exported to."""

    HTML = "html"
    LITERT = "litert"
    PDF = "pdf"
    REPORT = "report"
    TFJS = "tfjs"


REPORTS = (Format.PDF, Format.REPORT)


def export(
    run: "Run",
    to: Path,
    format: Format,
    on_progress: OnProgress = silent,
    options: ReportOptions | None = None,
) -> list[Path]:
    """Export a run, completely or not at all.

    Args:
        run: the run.
        to: where to write it; must not exist yet.
        format: a single HTML page to draw on, a folder for LiteRT or one for TensorFlow.js, or a
            report as HTML or PDF.
        on_progress: called before slow steps.
        options: of a report.

    Returns:
        The files that were written.

    Raises:
        InklingError: `to` already exists or cannot be written, or the network cannot be exported
            to this format.
    """
    _check_free(to)
    _writers(options or ReportOptions())[format](run, to, on_progress)
    return sorted(path for path in to.rglob("*") if path.is_file()) if to.is_dir() else [to]


def _check_free(to: Path) -> None:
    """Check before any work that nothing is in the way: nothing is ever overwritten."""
    if os.path.lexists(to):
        raise InklingError(
            f"{to} already exists. Choose another path with --to, or remove it first."
        )
    above = next((folder for folder in to.parents if os.path.lexists(folder)), Path())
    if not above.is_dir():
        raise InklingError(f"{to} cannot be written: {above} is a file. Choose another path.")


def _writers(options: ReportOptions) -> dict[Format, Callable[["Run", Path, OnProgress], None]]:
    # Here, so that naming the formats loads nothing.
    from pipeline.export import html_page, litert, tfjs_folder
    from pipeline.export.report import writing

    return {
        Format.HTML: html_page.write_page,
        Format.LITERT: litert.write_folder,
        Format.PDF: lambda run, to, report: writing.write_pdf(run, to, options, report),
        Format.REPORT: lambda run, to, report: writing.write_html(run, to, options, report),
        Format.TFJS: tfjs_folder.write_folder,
    }
