"""Sweeps on Ray that cannot begin: another version on a worker, no head that answers."""

import time

import pytest

from pipeline import cluster
from pipeline.cli.main import main
from pipeline.errors import InklingError
from pipeline.store.runs import Store
from pipeline.sweeps import sweeping
from pipeline.sweeps.plan import Sweep


def asked(dataset: str, epochs: int = 1) -> Sweep:
    return Sweep.of(
        dataset=dataset, networks=("pixels", "shallow"), presets=("quick",), seeds=(0, 1),
        epochs=epochs,
    )  # fmt: skip


@pytest.mark.process
def test_a_worker_with_another_version_ends_a_sweep(own_ray, few_digits, tmp_path, monkeypatch):
    store, other = Store(tmp_path / "models"), cluster.versions() | {"Inkling": "9.9.9"}
    monkeypatch.setattr(cluster, "versions", lambda: other)  # as if this were a newer driver
    with pytest.raises(InklingError, match=r"instead of 9\.9\.9. Install the same version"):
        sweeping.sweep(asked(few_digits), store, on="local")
    assert store.runs() == []


def test_a_head_that_is_not_there_is_one_sentence(tmp_path, capsys, monkeypatch):
    command = ["inkling", "sweep", "--dataset", "digits", "--on", "127.0.0.1:9"]
    monkeypatch.setattr("sys.argv", [*command, "--models", str(tmp_path / "models")])
    began = time.monotonic()
    with pytest.raises(SystemExit, match="1"):
        main()
    said = capsys.readouterr().err
    assert "The head node of the Ray cluster at 127.0.0.1:9 could not be reached" in said
    assert "Traceback" not in said
    assert time.monotonic() - began < 2 * cluster.PATIENCE
