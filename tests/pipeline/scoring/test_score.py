import json
import multiprocessing
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from filelock import FileLock

from pipeline.errors import InklingError
from pipeline.scoring import arrays, known, processes, result
from pipeline.scoring.result import Scored
from pipeline.scoring.score import score
from pipeline.store.runs import Store
from tests.faults.test_disk_full import limited
from tests.pipeline.scoring import made

pytestmark = pytest.mark.process
PART = 100


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(arrays, "PART", PART)


@pytest.fixture
def images(tmp_path, digits) -> Path:
    """The test images of the tiny run, as an IDX file."""
    return made.idx(tmp_path / "test-images-ubyte", digits.x_test[..., 0])


@pytest.fixture
def store(tmp_path, tiny_run) -> Store:
    """A store with the tiny run, of which a result may be noted."""
    store = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    return store


def rows(made: Scored) -> pd.DataFrame:
    """All rows of a result, as any reader of Parquet finds them."""
    return pd.read_parquet(made.path)


def parts(out: Path) -> dict[str, int]:
    """The parts of a result, and when each was written."""
    return {path.name: path.stat().st_mtime_ns for path in sorted(out.glob(result.PARTS))}


def test_processes_score_every_image_once(tmp_path, images, tiny_run):
    told = []
    out = tmp_path / "predictions.parquet"
    made = score(tiny_run, [images], out, workers=2, on_progress=told.append)
    table, wanted = rows(made), tiny_run.predictions(["predicted", "confidence"])
    assert table["index"].tolist() == list(range(600))
    assert table["class"].tolist() == [tiny_run.class_names[k] for k in wanted["predicted"]]
    assert np.allclose(table["confidence"], wanted["confidence"], atol=1e-6)
    assert set(table["source"]) == {str(images)}
    assert [one.images for one in made.done.by_class] == [
        int((wanted["predicted"] == label).sum()) for label in range(10)
    ]
    assert told[-2].note == "600 images"
    assert result.read(out) == made
    assert made.done.ood == (table["ood_score"] > tiny_run.ood_detector().threshold).sum()


def test_what_was_scored_is_not_scored_again(tmp_path, images, tiny_run):
    out = tmp_path / "out"
    whole = rows(score(tiny_run, [images], out, workers=1))
    before = parts(out)
    lost = sorted(before)[2:4]
    for name in lost:
        (out / name).unlink()
    (out / ".part-000002.parquet.abcdefgh").write_bytes(b"half")  # of somebody who was killed
    again = score(tiny_run, [images], out, workers=1)
    pd.testing.assert_frame_equal(rows(again), whole)
    after = parts(out)
    assert {name for name in after if after[name] != before[name]} == set(lost)
    assert not (out / ".part-000002.parquet.abcdefgh").exists()


def test_what_has_changed_is_scored_anew(tmp_path, images, tiny_run, digits):
    out = tmp_path / "out"
    score(tiny_run, [images], out, workers=1)
    before = parts(out)
    made.idx(images, digits.x_test[:250, ..., 0])
    assert len(rows(score(tiny_run, [images], out, workers=1))) == 250
    assert parts(out).keys().isdisjoint(before)


def test_the_run_may_be_deleted_meanwhile(tmp_path, images, store, tiny_run):
    run = store.open(tiny_run.id)
    scored = score(
        run, [images], tmp_path / "out", workers=1,
        on_progress=lambda _: shutil.rmtree(run.folder, ignore_errors=True),
    )  # fmt: skip
    assert not store.runs()
    assert scored.done.images == 600


def test_a_killed_process_costs_its_part_only(tmp_path, images, tiny_run):
    killed = []

    def kill(_: object) -> None:
        if not killed:
            killed.append(multiprocessing.active_children()[-1])
            killed[0].kill()

    made = score(tiny_run, [images], tmp_path / "out", workers=2, on_progress=kill)
    assert killed
    assert rows(made)["index"].tolist() == list(range(600))


def test_processes_that_die_before_they_begin_are_not_waited_for(
    tmp_path, images, tiny_run, monkeypatch
):
    monkeypatch.setattr(processes, "HOPELESS", 2)
    script = tmp_path / "main.py"
    script.write_text("raise SystemExit('no memory')")
    main = ModuleType("__main__")
    main.__file__ = str(script)  # which each process runs first
    monkeypatch.setitem(sys.modules, "__main__", main)
    with pytest.raises(InklingError, match="die one after another"):
        score(tiny_run, [images], tmp_path / "out", workers=2)


def test_bad_images_are_listed_and_do_not_end_it(tmp_path, tiny_run, digits):
    folder = made.folder(tmp_path / "images", digits.x_test[:20, ..., 0])
    (folder / "0007.png").write_bytes(b"no picture")
    (folder / "z.parquet").write_bytes(b"no table")
    scored = score(tiny_run, [folder], tmp_path / "out", workers=1)
    assert (scored.done.images, scored.done.failed) == (19, 2)
    assert [source for source, _ in scored.done.reasons] == [
        str(folder / "z.parquet"),
        str(folder / "0007.png"),
    ]
    assert rows(scored)["error"].notna().sum() == 2


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, images, tiny_run):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    for name, said in (("file", "is a file"), ("folder", "holds something else")):
        with pytest.raises(InklingError, match=said):
            score(tiny_run, [images], tmp_path / name, workers=1)
    assert sorted(one.name for one in (tmp_path / "folder").iterdir()) == ["mine.txt"]


def test_another_scoring_is_left_alone(tmp_path, images, tiny_run):
    out = tmp_path / "out"
    score(tiny_run, [images], out, workers=1)
    before = parts(out)
    with pytest.raises(InklingError, match="holds the scoring of other paths"):
        score(tiny_run, [images.parent], out, workers=1)
    with pytest.raises(InklingError, match="holds the scoring of another run"):
        score(tiny_run, [images], out, embeddings=True, workers=1)
    with (
        FileLock(out / result.LOCK),
        pytest.raises(InklingError, match="Another scoring writes to"),
    ):
        score(tiny_run, [images], out, workers=1)
    assert parts(out) == before


def test_no_images_are_said_to_be_none(tmp_path, tiny_run):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InklingError, match="There are no images in"):
        score(tiny_run, [tmp_path / "empty"], tmp_path / "out", workers=1)


def test_a_full_disk_is_said_and_costs_nothing_that_is_done(tmp_path, images, tiny_run):
    out = tmp_path / "out"
    whole = rows(score(tiny_run, [images], tmp_path / "whole", workers=1))
    with limited(2_000), pytest.raises(InklingError, match="could not be written: the file"):
        score(tiny_run, [images], out, workers=1)
    with pytest.raises(InklingError, match="is not done yet"):
        result.read(out)
    assert not parts(out)
    pd.testing.assert_frame_equal(rows(score(tiny_run, [images], out, workers=1)), whole)


def test_a_folder_that_cannot_be_made_is_said(images, tiny_run):
    with pytest.raises(InklingError, match="part of the path is a file"):
        score(tiny_run, [images], images / "out", workers=1)


def test_the_command_line(tmp_path, images, store, tiny_run):
    out = tmp_path / "out"
    command = [sys.executable, "-m", "pipeline.cli", "score", "latest", images, "--out", out]
    ended = subprocess.run(
        [*map(str, command), "--models", str(store.folder), "--workers", "1", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["run"], told["done"]["images"]) == (tiny_run.id, 600)
    assert known.noted(store) == [out]
    assert result.read(out).facts.paths == (str(images),)


def test_the_command_line_takes_every_kind_and_keeps_embeddings(tmp_path, digits, store, tiny_run):
    few = digits.x_test[:5, ..., 0]
    files = pa.array([made.png(image) for image in few])
    paths = [
        made.folder(tmp_path / "folder", few),
        made.idx(tmp_path / "a-ubyte", few),
        made.idx(tmp_path / "b-ubyte.gz", few),
        made.table(tmp_path / "a.parquet", pa.StructArray.from_arrays([files], ["bytes"])),
        made.tar(tmp_path / "a.tar", made.shard(few)),
        made.tar(tmp_path / "a.tar.gz", made.shard(few), "w:gz"),
        tmp_path / "a.npz",
        tmp_path / "b.npy",
    ]
    np.savez(paths[-2], x=few)
    np.save(paths[-1], few)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "pipeline.cli", "score", "latest", *paths, "--out", out]
    said = subprocess.run(
        [*map(str, command), "--models", str(store.folder), "--workers", "1", "--embeddings"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(f"40 images scored by {tiny_run.id}")
    table = rows(result.read(out))
    assert len(table) == 40
    assert table["error"].isna().all()
    # Pixels are taken as they are, pictures looked at for their ink: each way, all are the same.
    for of_a_way in ([1, 2, 6, 7], [3, 4, 5]):
        found = [table[table["source"] == str(paths[place])] for place in of_a_way]
        features = [np.stack(one["embedding"].to_list()) for one in found]
        assert features[0].std() > 0
        assert all(np.array_equal(one, features[0]) for one in features)
