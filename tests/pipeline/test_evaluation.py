import shutil
import zipfile

import pytest

from pipeline import evaluation
from pipeline.errors import InklingError
from pipeline.store.runs import Run, Store
from pipeline.training import networks


@pytest.fixture
def old(tiny_run: Run, tmp_path) -> Run:
    """The tiny run as an older version wrote it: its Keras model is needed to complete it."""
    shutil.copytree(tiny_run.folder, tmp_path / tiny_run.id)
    (tmp_path / tiny_run.id / "features.parquet").unlink()
    return Store(tmp_path).open("latest")


def rewritten(run: Run, change) -> None:
    """Write the Keras model again with other members: change(name, content) -> content or None."""
    with zipfile.ZipFile(run.model_path) as file:
        members = {name: change(name, file.read(name)) for name in file.namelist()}
    with zipfile.ZipFile(run.model_path, "w") as file:
        for name, content in members.items():
            if content is not None:
                file.writestr(name, content)


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: None if name == "config.json" else content,
        lambda name, content: b"[]" if name == "config.json" else content,
        lambda name, content: b"not HDF5" if name == "model.weights.h5" else content,
        lambda name, content: content.replace(b'"Conv2D"', b'"Zonv2D"'),
    ],
    ids=["no configuration", "a list", "weights", "an unknown layer"],
)
def test_a_keras_model_that_cannot_be_loaded_is_a_sentence(old, digits, change):
    rewritten(old, change)
    with pytest.raises(InklingError, match=r"model.keras cannot be loaded: .*Copy its run again"):
        evaluation.evaluate(old, digits)


def test_whatever_keras_raises_is_a_sentence(old, digits, monkeypatch):
    def fail(*_, **__):
        raise NotImplementedError

    monkeypatch.setattr(networks.keras.models, "load_model", fail)
    with pytest.raises(InklingError, match=r"cannot be loaded: NotImplementedError\."):
        evaluation.evaluate(old, digits)


def test_another_keras_model_than_the_runs_is_a_sentence(old, digits):
    networks.build("pixels", (28, 28, 1), 3).save(old.model_path)
    with pytest.raises(InklingError, match=r"another network .* \(None, 3\), not \(None, 28, 28"):
        evaluation.evaluate(old, digits)
    assert old.features() is None
