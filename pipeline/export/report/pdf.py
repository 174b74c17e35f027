"""The report as PDF, printed by a browser that is already on this machine."""

import os
import shutil
import subprocess
from pathlib import Path

from pipeline import atomic
from pipeline.errors import InklingError, reason

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "msedge",
)  # fmt: skip
MAC = ("Google Chrome", "Chromium", "Microsoft Edge")
SECONDS = 90  # more than any report takes
ADVICE = (
    "No Chromium, Chrome or Edge was found to print the PDF with. Install one, or name one in the "
    "environment variable CHROMIUM; or export with --format report and print that page to PDF from "
    "any browser."
)


def browser() -> str:
    """Return the path of a browser that can print; CHROMIUM names one.

    Raises:
        InklingError: there is none.
    """
    named = os.environ.get("CHROMIUM")
    applications = [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in MAC]
    candidates = [named] if named else [*NAMES, *applications]
    found = next((path for name in candidates if (path := shutil.which(name))), None)
    if found is None:
        raise InklingError(ADVICE)
    return found


def write(html: str, to: Path, browser: str) -> None:
    """Print a page to a PDF file, completely or not at all.

    Args:
        html: the page, which names its paper.
        to: where to write it.
        browser: the path of the one to print with.

    Raises:
        InklingError: the browser fails, or the file cannot be written.
    """
    with atomic.scratch() as folder:
        page, printed = folder / "report.html", folder / "report.pdf"
        page.write_text(html, encoding="utf-8")
        _print(browser, page, printed, folder / "profile")
        content = printed.read_bytes()
    atomic.write(to, lambda file: file.write(content))


def _print(browser: str, page: Path, printed: Path, profile: Path) -> None:
    command = [
        browser, "--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer",
        "--disable-background-networking", f"--user-data-dir={profile}",
        f"--print-to-pdf={printed}", page.as_uri(),
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.insert(1, "--no-sandbox")  # it refuses to start for root with one
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InklingError(f"{browser} could not print the report: {reason(error)}.") from error
    if not printed.is_file() or not printed.stat().st_size:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise InklingError(f"{browser} could not print the report: {said[:300]}.")
