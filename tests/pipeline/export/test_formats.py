import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.export import formats
from pipeline.export.about import about
from pipeline.export.formats import Format, export
from pipeline.export.report import pdf
from pipeline.export.report.options import ReportOptions
from pipeline.store.run_folder import Run

GUIDE = Path(__file__).parents[3] / "docs" / "export.md"


def test_the_litert_folder_is_enough_to_predict(tmp_path, tiny_run: Run, digits: Dataset):
    """With nothing but the two files: the names lead to the same answers as the run's own."""
    files = export(tiny_run, tmp_path / "a" / "out", Format.LITERT)
    assert [path.name for path in files] == ["model.tflite", "names.json"]
    names = json.loads(files[1].read_text("utf-8"))
    network = Interpreter(model_content=files[0].read_bytes()).get_signature_runner()
    given = names["input"]
    for number in range(5):
        pixels = digits.x_test[number]
        image = (pixels / np.float32(given["range"][1] * 255)).reshape(given["shape"])
        outputs = network(**{given["name"]: image})
        assert set(outputs) == {layer["output"] for layer in names["layers"]}
        expected = tiny_run.graph().activations(pixels)
        for layer, values in zip(names["layers"], expected, strict=True):
            assert list(outputs[layer["output"]].shape) == layer["shape"]
            assert np.array_equal(outputs[layer["output"]][0], values)
        probabilities = outputs[names["probabilities"]][0]
        row = tiny_run.predictions().iloc[number]
        assert names["classes"][int(probabilities.argmax())] == str(int(row["predicted"]))
    assert [layer["name"] for layer in names["layers"]] == [
        layer.name for layer in tiny_run.info.layers
    ]


def test_the_guide_to_it_works(tmp_path, monkeypatch, capsys, tiny_run: Run, digits: Dataset):
    export(tiny_run, tmp_path / "digit", Format.LITERT)
    Image.fromarray(digits.x_test[3, ..., 0]).save(tmp_path / "seven.png")
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, GUIDE.name, "exec"), {})
    answer, *told = capsys.readouterr().out.splitlines()
    assert answer.split()[0] == str(tiny_run.predictions(["predicted"])["predicted"][3])
    assert len(told) == len(tiny_run.info.layers)


def test_what_is_said_of_a_run(tiny_run: Run):
    said = json.loads(json.dumps(about(tiny_run)))
    assert said["run"] == tiny_run.id
    assert said["classes"] == list("0123456789")
    assert said["input"]["shape"] == [28, 28, 1]
    assert said["dataset"]["fingerprint"] == tiny_run.info.dataset.fingerprint
    assert said["test"]["correct"] == tiny_run.info.metrics.correct
    assert said["temperature"]["value"] == tiny_run.info.temperature


@pytest.fixture(autouse=True)
def no_real_browser(tmp_path, monkeypatch):
    """A browser that prints next to nothing: what a real one prints, the browser tests look at."""
    script = tmp_path.parent / f"{tmp_path.name}-browser"
    script.write_text(
        '#!/bin/sh\nfor a; do case "$a" in --print-to-pdf=*) echo %PDF > "${a#*=}";; esac; done\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(script))


def test_a_pdf_needs_a_browser(tmp_path, tiny_run: Run, monkeypatch):
    (printed,) = export(tiny_run, tmp_path / "report.pdf", Format.PDF)
    assert printed.read_text() == "%PDF\n"
    monkeypatch.setenv("CHROMIUM", "false")
    with pytest.raises(InklingError, match="could not print the report: it said nothing"):
        export(tiny_run, tmp_path / "again.pdf", Format.PDF)
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(InklingError, match="No Chromium, Chrome or Edge was found") as refused:
        export(tiny_run, tmp_path / "again.pdf", Format.PDF)
    assert str(refused.value) == pdf.ADVICE
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


@pytest.mark.parametrize("format", list(Format))
def test_what_is_in_the_way_stays(tmp_path, tiny_run: Run, format: Format):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "folder", "link"):
        with pytest.raises(InklingError, match="already exists"):
            export(tiny_run, tmp_path / name, format)
    with pytest.raises(InklingError, match="is a file"):
        export(tiny_run, tmp_path / "file" / "deep" / "out", format)
    with pytest.raises(InklingError, match="too long"):
        export(tiny_run, tmp_path / ("n" * 300), format)
    assert (tmp_path / "file").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "link"]


def test_a_fault_leaves_nothing_half_written(tmp_path, tiny_run: Run):
    folder = shutil.copytree(tiny_run.folder, tmp_path / "store" / tiny_run.id)
    broken = Run(folder, tiny_run.info)
    broken.model_path.write_bytes(b"no network")
    broken.graph_path.write_bytes(b"no graph")
    (folder / "predictions.parquet").write_bytes(b"no table")
    for format in Format:
        needed = (
            "cannot be read" if format in formats.REPORTS else "cannot be loaded|as it was writ"
        )
        with pytest.raises(InklingError, match=needed):
            export(broken, tmp_path / "out", format)
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_network_with_a_layer_that_is_refused_leaves_nothing(tmp_path, tiny_run: Run):
    import keras

    folder = shutil.copytree(tiny_run.folder, tmp_path / "store" / tiny_run.id)
    image = keras.Input((28, 28, 1))
    larger = keras.layers.UpSampling2D(name="larger")(image)
    keras.Model(image, larger).save(folder / "model.keras")
    with pytest.raises(InklingError, match=r"“larger” \(UpSampling2D\)"):
        export(Run(folder, tiny_run.info), tmp_path / "out", Format.TFJS)
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_every_format_can_be_written():
    assert set(formats._writers(ReportOptions())) == set(Format)
