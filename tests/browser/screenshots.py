"""Take the documentation's screenshots from the running app: `make screenshots`.

Shows the newest run of the store that `inkling app` would show. `--all FOLDER` takes every page
in light, dark and narrow instead, to look at.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
ENVIRONMENT = dict(os.environ)  # tests.conftest, imported below, hides the user's store and cache

from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, serving, settle
from tests.browser.pens import draw_strokes, ready, settled
from tests.browser.test_dashboard import SEVEN

PAGES = (
    "overview", "scorecard", "compare", "confusion_matrix", "mistakes",
    "labels", "data", "inside", "draw", "train", "corrections",
)  # fmt: skip
IN_DOCS = ("overview", "confusion_matrix", "draw")
MODES = {"light": ("light", 1280), "dark": ("dark", 1280), "narrow": ("light", 390)}
TALLEST = 2400  # pixels


def open_for_picture(page: Page, address: str, name: str, run: Run) -> None:
    """Bring a page into the state that says most."""
    first = run.info.metrics.confusions[:1]
    query = f"?run={run.id}"
    if first and name == "confusion_matrix":
        names = run.class_names
        query += f"&true={names[first[0].true]}&predicted={names[first[0].predicted]}"
    page.goto(f"{address}/{'' if name == 'overview' else name}{query}")
    settle(page)
    if name == "draw":
        draw_strokes(page, ready(page), [SEVEN], unit=1)
        settled(page)
        page.mouse.move(5, 5)
    page.wait_for_timeout(800)  # charts fade in


def take(browser: Browser, address: str, run: Run, mode: str, folder: Path, whole: bool) -> None:
    """Take every page in one mode; `whole` takes what lies below the fold too."""
    scheme, width = MODES[mode]
    for name in PAGES if whole else IN_DOCS:
        context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)
        page = context.new_page()
        open_for_picture(page, address, name, run)
        if whole:
            height = page.locator("[data-testid='stMain']").evaluate("e => e.scrollHeight")
            page.set_viewport_size({"width": width, "height": min(max(height, 600), TALLEST)})
            page.wait_for_timeout(500)
        page.screenshot(path=folder / (f"{name}_{mode}.png" if whole else f"{name}.png"))
        context.close()


def main() -> None:
    """Serve the store and take the pictures."""
    path = chromium.find()
    if path is None:
        sys.exit(chromium.ADVICE)
    whole = sys.argv[1:2] == ["--all"]
    folder = Path(sys.argv[2]) if whole else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    run = Store.default().open(os.environ.get("RUN", "latest"))
    with (
        serving(Store.default().folder, Path(os.devnull)) as (address, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        for mode in MODES if whole else ("light",):
            take(browser, address, run, mode, folder, whole)
        browser.close()


if __name__ == "__main__":
    main()
