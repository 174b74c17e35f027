"""A backup: whole whatever is written meanwhile, and restored by tar."""

import json
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline import atomic
from pipeline.cli.main import app
from pipeline.errors import InklingError
from pipeline.ink.drawing import Drawing
from pipeline.store import backup, corrections, integrity, interrupted, promotions, reviews
from pipeline.store.run_folder import Damaged
from pipeline.store.runs import Store

BUNDLED = Path(__file__).parents[3] / "models" / "mnist-cnn"
RUN = "20261121-101500-mnist-cnn-ab12"


@pytest.fixture
def store(tmp_path) -> Store:
    """A store with a run of which every file is known, to be changed."""
    store = Store(tmp_path / "models")
    folder = shutil.copytree(BUNDLED, store.folder / RUN)
    info = json.loads((folder / "run.json").read_text("utf-8"))
    files = [path for path in folder.iterdir() if path.name != "run.json"]
    info["hashes"] = {path.name: integrity.digest(path) for path in files}
    (folder / "run.json").write_text(json.dumps(info), "utf-8")
    return store


def restored(archive: Path, folder: Path) -> Store:
    folder.mkdir()
    subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
    return Store(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def test_what_people_did_is_restored(store, tmp_path):
    run = store.open("latest")
    dataset = run.info.dataset.fingerprint
    reviews.add(store, dataset, 3, "wrong label", should_be="7")
    strokes = [np.array([[20.0, 20.0], [200.0, 200.0]])]
    corrections.add(
        store, label="1", class_names=run.class_names, drawing=Drawing.of_strokes(strokes)
    )
    run.describe(name="Mine", note="of today")
    promotions.promote(store.folder, run, because="it is the only one")
    assert backup.write(store, tmp_path / "kept.tar") == len(content(store.folder))
    again = restored(tmp_path / "kept.tar", tmp_path / "again")
    assert content(again.folder) == content(store.folder)
    assert reviews.read(again).should_be(dataset, 3) == "7"
    assert corrections.read(again).counts(run.class_names) == {"1": 1}
    opened = again.open("default")
    assert opened.about.name == "Mine"
    assert opened.checked() is opened
    blank = np.zeros((1, *run.info.input_shape), np.uint8)
    assert opened.graph().probabilities(blank).sum() == pytest.approx(1)


def test_what_is_half_written_is_left_out(store, tmp_path):
    run = store.open("latest")
    (store.folder / "reviews.jsonl").write_bytes(b'{"one": 1}\n{"tw')
    with atomic.whole_folder(store.folder / "20261122-000000-mnist-cnn-0000") as draft:
        (draft / "model.keras").write_bytes(b"half")
        (run.folder / ".about.json.abcd_123").write_bytes(b"half")
        (store.folder / "reviews.lock").touch()
        backup.write(store, tmp_path / "kept.tar")
    with tarfile.open(tmp_path / "kept.tar") as archive:
        names = set(archive.getnames())
    files = {f"{run.id}/{path.name}" for path in run.folder.glob("[!.]*")}
    assert names == files | {"reviews.jsonl"}
    again = restored(tmp_path / "kept.tar", tmp_path / "again")
    assert (again.folder / "reviews.jsonl").read_text() == '{"one": 1}\n'


def test_a_file_that_is_replaced_meanwhile_fits_the_description(store, tmp_path, monkeypatch):
    run = store.open("latest")
    detector = run.ood_detector()
    opened = Path.open

    def replacing(self: Path, *arguments: str, **options: object):
        if self == run.folder / "model.keras":  # some are opened, and run.json is not
            monkeypatch.setattr(Path, "open", opened)
            run.add_ood_detector(detector)
            run.add_features(run.features().iloc[:, ::-1])
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", replacing)
    backup.write(store, tmp_path / "kept.tar")
    assert Path.open is opened
    again = restored(tmp_path / "kept.tar", tmp_path / "again").open("latest")
    assert again.checked() == again
    assert "features.parquet" not in again.info.hashes
    assert again.ood_detector() is not None


def test_a_run_that_is_deleted_meanwhile_is_in_it_or_not(store, tmp_path, monkeypatch):
    run = store.open("latest")
    opened = Path.open

    def deleting(self: Path, *arguments: str, **options: object):
        if self == run.folder / "model.keras":
            monkeypatch.setattr(Path, "open", opened)
            store.delete(run)
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", deleting)
    assert backup.write(store, tmp_path / "kept.tar") == 0


def test_writers_go_on_while_it_is_made(store, tmp_path):
    """Marks, notes and runs are written and deleted all the time; every backup is whole."""
    run = store.open(RUN)
    over, rounds, failed = threading.Event(), threading.Semaphore(0), []

    def write() -> None:
        try:
            for number in count():
                reviews.add(store, "a dataset", number % 500, "ambiguous")
                run.describe(note=f"note {number}")
                new = store.folder / f"20261122-101500-mnist-cnn-{number:04x}"
                with atomic.whole_folder(new) as draft:
                    shutil.copytree(run.folder, draft, dirs_exist_ok=True)
                store.delete(store.open(new.name))
                rounds.release()
                if over.is_set():
                    break
        except Exception as error:
            failed.append(error)
            rounds.release(10)

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(10):
        rounds.acquire()  # the next has begun
        backup.write(store, tmp_path / f"{number}.tar")
    over.set()
    writer.join()
    assert failed == []
    for number in range(10):
        again = restored(tmp_path / f"{number}.tar", tmp_path / f"again{number}")
        assert [run.checked() for run in again.entries()] == again.runs()
        assert again.open(RUN).about.note.startswith("note")
        assert reviews.read(again).damaged == 0


@pytest.mark.process
def test_a_training_goes_on_while_it_is_made(tmp_path, few_digits):
    store = Store(tmp_path / "models")
    train = [sys.executable, "-m", "pipeline.cli", "train", "--dataset", few_digits]
    train += ["--network", "pixels", "--epochs", "6", "--models", str(store.folder)]
    training = subprocess.Popen(train, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    made = 0
    while training.poll() is None:
        if store.folder.is_dir():
            backup.write(store, tmp_path / f"{made}.tar")
            made += 1
        time.sleep(0.2)
    assert training.returncode == 0, training.stderr.read()
    backup.write(store, tmp_path / f"{made}.tar")
    for number in range(made + 1):
        again = restored(tmp_path / f"{number}.tar", tmp_path / f"again{number}")
        assert [run.checked() for run in again.entries()] == again.runs()
        for left in interrupted.list_interrupted(again):
            assert left.rows()  # an epoch at least, to go on from
    assert len(again.runs()) == 1
    assert made > 1


def test_nothing_is_replaced(store, tmp_path):
    taken = tmp_path / "taken.tar"
    taken.write_text("mine")
    for target, said in (
        (taken, "already exists"),
        (store.folder / "kept.tar", "in the store itself"),
    ):
        with pytest.raises(InklingError, match=said):
            backup.write(store, target)
    assert taken.read_text() == "mine"
    with pytest.raises(InklingError, match="no store"):
        backup.write(Store(tmp_path / "none"), tmp_path / "kept.tar")


def test_files_that_were_left_out_of_a_run_are_not_missed(store):
    """As of the bundled run, which is smaller for that."""
    (store.folder / RUN / "exciting.npz").unlink()
    run = store.open(RUN)
    assert "exciting.npz" in run.info.hashes
    assert run.checked() is run
    bundled = Store(BUNDLED.parent).open(BUNDLED.name)
    assert bundled.checked() is bundled


def test_the_command_line_makes_one_and_checks_what_was_restored(store, tmp_path):
    def inkling(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*arguments, "--models", str(store.folder)])
        return done.exit_code, done.output

    status, said = inkling("backup", str(tmp_path / "kept.tar"))
    assert status == 0
    assert f"{len(content(store.folder))} files" in said
    assert inkling("runs", "--check")[0] == 0
    graph = store.open("latest").folder / "model.tflite"
    graph.write_bytes(graph.read_bytes()[:-1] + b"x")
    assert inkling("runs")[0] == 0
    status, said = inkling("runs", "--check")
    assert status == 1
    assert "not as it was written" in said
    assert isinstance(store.open("latest").checked(), Damaged)
