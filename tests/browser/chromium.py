"""Find a Chromium for the browser tests, or get one; `python tests/browser/chromium.py` installs.

An existing one is used; else Playwright's own is downloaded; else, as root on Debian, the
distribution's package is installed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "No Chromium was found and none could be installed. Install one (on Debian and Ubuntu: "
    "apt-get install chromium), or name one in the environment variable CHROMIUM."
)


def find() -> str | None:
    """Return the path of a Chromium that starts, or None."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else [shutil.which(name) for name in NAMES] + [_playwrights()]
    return next((path for path in candidates if path and _starts(path)), None)


def install() -> str | None:
    """Get a Chromium if there is none; return its path, or None."""
    if found := find():
        return found
    print("Getting a Chromium for the browser tests…", flush=True)
    _try([sys.executable, "-m", "playwright", "install", "chromium"])
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-qq"])
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    return find()


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


def _starts(path: str) -> bool:
    """Whether it runs at all: a downloaded one may lack the system's libraries."""
    try:
        tried = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def _try(command: list[str]) -> None:
    """Run a command that may fail: what counts is whether a Chromium is there afterwards."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=900, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {' '.join(command)}: {error}")
        return
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        print(f"  {' '.join(command)} failed: {said[-1] if said else 'it said nothing'}")


if __name__ == "__main__":
    print(install() or ADVICE)
