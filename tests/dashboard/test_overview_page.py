"""What the Overview opens with: with mistakes, without any, and without images."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import APP
from dashboard.widgets import highlights
from pipeline.analysis.metrics import summarize
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store


def overview(monkeypatch: pytest.MonkeyPatch, store: Store, run: str = "") -> AppTest:
    monkeypatch.setenv("INKLING_MODELS", str(store.folder))
    at = AppTest.from_file(str(APP), default_timeout=60)
    if run:
        at.query_params["run"] = run
    at.run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    return "\n".join(str(element.value) for kind in (at.markdown, at.caption) for element in kind)


def change(folder: Path, **parts: object) -> None:
    """Change what a copied run says about itself."""
    raw = json.loads((folder / "run.json").read_text())
    for name, value in parts.items():
        raw[name] = raw[name] | value if isinstance(value, dict) else value
    (folder / "run.json").write_text(json.dumps(raw))


def test_it_opens_with_mistakes_trust_and_stages(monkeypatch, tiny_store, tiny_run: Run):
    at = overview(monkeypatch, tiny_store, tiny_run.id)
    words = said(at)
    assert "Its most confident mistakes" in words
    assert "passed to a person" in words
    labels = [folded.label for folded in at.expander]
    assert sum(label.startswith("**Convolutional block") for label in labels) == 2
    assert [button.label for button in at.button if button.key == "invitation"] == ["Draw a digit"]
    assert [button.label for button in at.get("download_button")] == ["Download the report"]


def test_a_click_on_a_picture_opens_the_mistake(monkeypatch, tiny_store, tiny_run: Run):
    at = overview(monkeypatch, tiny_store, tiny_run.id)
    at.session_state[highlights.PICKED] = 17
    at.run()
    assert at.title[0].value == "Mistakes"
    assert at.query_params["sample"] in ("17", ["17"])


def test_a_network_without_mistakes_shows_its_closest_calls(monkeypatch, tiny_run: Run, tmp_path):
    store = Store(tmp_path / "models")
    folder = store.folder / "perfect"
    shutil.copytree(tiny_run.folder, folder)
    path = folder / "predictions.parquet"
    table = pd.read_parquet(path)
    table["predicted"] = table["label"]
    table.to_parquet(path, index=False)
    change(
        folder,
        metrics=summarize(table, tiny_run.class_names).model_dump(),
        files={"predictions.parquet": path.stat().st_size},
    )
    words = said(overview(monkeypatch, store, "perfect"))
    assert "No mistakes on the test images. Its closest calls:" in words
    assert "No test image is mistaken for another class" in words
    assert "passed to a person" not in words


def test_without_its_images_the_numbers_stay(monkeypatch, tiny_run: Run, tmp_path):
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / "elsewhere")
    change(
        store.folder / "elsewhere",
        dataset={"fingerprint": "0" * 64, "name": "shapes", "mnist_framed": False},
    )
    at = overview(monkeypatch, store, "elsewhere")
    assert "Its most confident mistakes" not in said(at)
    assert "passed to a person" in said(at)
    assert [button.label for button in at.button if button.key == "invitation"] == ["Try an image"]
