"""Time until the first page is served, and memory use of the web process.

For comparison, in the same session: the same page with `import tensorflow` added, as in a dashboard
that predicts with Keras, and a Streamlit page with nothing but a heading, the lower bound for any
Streamlit dashboard. Each is started three times, alternately; the table shows medians.
With `--cold`, which needs root, the disk cache is emptied before each start, as after a boot.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.memory import resident_megabytes
from benchmarks.table import show
from dashboard import APP
from pipeline.config import TrainConfig
from pipeline.store.runs import Store
from tests.browser import chromium
from tests.browser.conftest import ARGUMENTS, free_port, wait_until_healthy

ROUNDS = 3
WITH_TENSORFLOW = f"""
import tensorflow
import runpy
runpy.run_path({str(APP)!r}, run_name="__main__")
"""
EMPTY = """
import streamlit as st
st.title("Nothing on digits")
"""
STREAMLIT = (
    "-m", "streamlit", "run", "--server.headless=true", "--server.address=localhost",
    "--server.fileWatcherType=none",
)  # fmt: skip


def empty_disk_cache() -> None:
    """Make the next start read everything from the disk."""
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3")


def serve(command: list[str], store: Store, browser: Browser) -> tuple[float, float]:
    """Start a server; return the seconds until its page shows the run, and its resident MB."""
    port = free_port()
    environment = {**os.environ, "INKLING_MODELS": str(store.folder)}
    page = browser.new_page()
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://localhost:{port}"
        wait_until_healthy(address, process, Path(os.devnull))
        page.goto(address)
        page.get_by_role("heading", level=1).filter(has_text=" on digits").wait_for(timeout=120_000)
        seconds = time.perf_counter() - started
        time.sleep(1)  # so that what the page loads late counts as memory too
        return seconds, resident_megabytes(process.pid)
    finally:
        page.close()
        process.terminate()
        process.wait()


def main() -> None:
    """Train one small run, then start each server in turn."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--cold", action="store_true")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = arguments.parse_args()
    cold: bool = chosen.cold
    path = chromium.find()
    if path is None:
        sys.exit(chromium.ADVICE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = Store(Path(folder) / "models")
        config = TrainConfig(dataset="digits", network="cnn", epochs=3)
        train = ["train", "--dataset", config.dataset, "--network", config.network]
        train += ["--epochs", "3", "--models", store.folder]
        subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *train], check=True, capture_output=True
        )
        rival, empty = Path(folder) / "with_tensorflow.py", Path(folder) / "empty.py"
        rival.write_text(WITH_TENSORFLOW)
        empty.write_text(EMPTY)
        commands = {
            "inkling app": [sys.executable, "-m", "pipeline.cli", "app", "--port"],
            "the same with import tensorflow": [
                sys.executable, *STREAMLIT, str(rival), "--server.port",
            ],
            "an empty Streamlit page": [sys.executable, *STREAMLIT, str(empty), "--server.port"],
        }  # fmt: skip
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(chosen.rounds):
            for name, command in commands.items():
                if cold:
                    empty_disk_cache()
                measured[name].append(serve(command, store, browser))
        browser.close()
    medians = {
        name: [statistics.median(values) for values in zip(*results, strict=True)]
        for name, results in measured.items()
    }
    ours, rivals, _ = medians.values()
    rows = [[name, f"{s:.1f}", f"{mb:.0f}"] for name, (s, mb) in medians.items()]
    rows.append(
        [
            "inkling app vs. with TensorFlow",
            f"{rivals[0] / ours[0]:.1f}× faster",
            f"{ours[1] / rivals[1]:.2f}×",
        ]
    )
    show(
        "From the command to the first page with a run on it"
        + (", disk cache emptied before" if cold else ""),
        ["", "seconds", "web process, MB"],
        rows,
    )


if __name__ == "__main__":
    main()
