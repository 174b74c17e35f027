"""Time to make the report of a run with its 10,000 test images, and to open it; and its size.

`python benchmarks/report.py [RUN] [--models DIR] [--rounds N]` makes it with the command, started
anew each time, and opens the file in a real Chromium without a network: from the address to the
frame in which the first cell's images are drawn. Needs MNIST for the bundled run: set INKLING_DATA.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.table import show
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS

ROOT = Path(__file__).parents[1]
DRAWN = """() => {
    const canvas = document.querySelector("#panel-pictures canvas")
    return canvas && canvas.getContext("2d").getImageData(0, 0, 1, 1).data[3] > 0
}"""


def make(run: str, models: str, path: Path, *more: str) -> float:
    """Make a report with the command; return the seconds that it took."""
    command = [sys.executable, "-m", "pipeline.cli", "export", run, "--models", models,
               "--to", str(path), *more]  # fmt: skip
    path.unlink(missing_ok=True)
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - began


def opened(browser: Browser, path: Path) -> float:
    """Open a report in a new context; return the seconds until its first images are drawn."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_offline(True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_function(DRAWN)
    took = float(page.evaluate("performance.now()")) / 1000
    context.close()
    return took


def main() -> None:
    """Make and open it some times, and print the medians."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", nargs="?", default="mnist-cnn")
    arguments.add_argument("--models", default=str(ROOT / "models"))
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    rows, browser_path = [], chromium.find()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(ARGUMENTS))
        for name, more in (("without the pad", ()), ("with the pad", ("--with-pad",))):
            path = Path(folder) / "report.html"
            made = [
                make(chosen.run, chosen.models, path, "--format", "report", *more)
                for _ in range(chosen.rounds)
            ]
            took = [opened(browser, path) for _ in range(chosen.rounds)]
            rows.append((name, f"{statistics.median(made):.1f} s",
                         f"{statistics.median(took):.2f} s",
                         f"{path.stat().st_size / 1e6:.1f} MB"))  # fmt: skip
        browser.close()
    title = f"The report of {chosen.run}: medians of {chosen.rounds}"
    show(title, ("report", "made in", "open in", "size"), rows)


if __name__ == "__main__":
    main()
