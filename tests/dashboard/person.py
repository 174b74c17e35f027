"""Somebody who has the Train page open, in a process of their own that can be killed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from dashboard import APP
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text

ROOT = Path(__file__).parents[2]


class Person:
    """A dashboard's process, with a page that does what it is told."""

    def __init__(self, store: Store | str, **environment: str) -> None:
        """Open the Train page on a store, or the one at a URL; `seen` waits until it is there."""
        models = store if isinstance(store, str) else str(store.folder)
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            env={**os.environ, "INKLING_MODELS": models, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, click: str = "", **settings: Any) -> None:
        """Set widgets by their keys, press a button, or only look; don't wait for it."""
        print(json.dumps({"click": click, "set": settings}), file=self._process.stdin, flush=True)

    def seen(self) -> str:
        """Wait for the page, and return its words."""
        line = self._process.stdout.readline()
        assert line, "the dashboard ended"
        return json.loads(line)

    def look(self, click: str = "", **settings: Any) -> str:
        """Do as `ask` says, and return the page's words."""
        self.ask(click, **settings)
        return self.seen()

    def kill(self) -> None:
        """End it as the operating system does when memory is short."""
        self._process.kill()
        self._process.communicate()


def words(at: AppTest) -> str:
    """All the words that a page says outside its widgets, in its alerts, too."""
    alerts = (*at.success, *at.warning, *at.error)
    return "\n".join([text(at), *(one.value for one in alerts)])


def _page() -> None:
    """Be that process."""
    at = AppTest.from_file(str(APP), default_timeout=120).switch_page("app_pages/train.py").run()
    print(json.dumps(words(at)), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        for key, value in asked["set"].items():
            kind = "number_input" if isinstance(value, int) else "selectbox"
            getattr(at, kind)(key=key).set_value(value)
        if asked["click"]:
            next(button for button in at.button if button.label == asked["click"]).click()
        at.run()
        assert not at.exception, at.exception
        print(json.dumps(words(at)), flush=True)


if __name__ == "__main__":
    _page()
