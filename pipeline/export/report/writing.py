"""A run -> its report: one HTML file, or the same printed as PDF."""

from pathlib import Path

from pipeline import atomic
from pipeline.export.report import pdf
from pipeline.export.report.facts import prepare_images, read
from pipeline.export.report.options import ReportOptions
from pipeline.export.report.page import page
from pipeline.export.report.say import Say
from pipeline.progress import OnProgress, Progress, silent
from pipeline.prose.texts import texts
from pipeline.store.run_folder import Run

STAGE = "Writing the report"


def html(run: Run, options: ReportOptions, *, paper: str = "") -> str:
    """Return the report as HTML; raises InklingError as `facts.read` and `page.page` do."""
    say = Say(texts(options.language))
    return page(read(run, options.second), say, with_pad=options.with_pad, paper=paper)


def write_html(
    run: Run, to: Path, options: ReportOptions, on_progress: OnProgress = silent
) -> None:
    """Write the report, completely or not at all.

    Raises:
        InklingError: the run is damaged, the second one is not comparable, or the file cannot be
            written.
    """
    _prepare(run, on_progress)
    atomic.write_text(to, html(run, options))


def write_pdf(run: Run, to: Path, options: ReportOptions, on_progress: OnProgress = silent) -> None:
    """Print the report to a PDF file, completely or not at all; nothing can be clicked there.

    Raises:
        InklingError: as `write_html`, or there is no browser to print it with.
    """
    browser = pdf.browser()
    _prepare(run, on_progress)
    printed = html(run, options, paper=options.paper)
    on_progress(Progress(STAGE, 0, 1, "printing it"))
    pdf.write(printed, to, browser)


def _prepare(run: Run, on_progress: OnProgress) -> None:
    prepare_images(run, on_progress)
    on_progress(Progress(STAGE, 0, 1, "reading the run and its images"))
