"""What is half written: nobody sees it, and it is cleared away once its writer is gone."""

import errno
import os
import stat
from contextlib import nullcontext as nothing
from pathlib import Path

import pytest

from pipeline import atomic
from pipeline.errors import InklingError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_being_written_is_not_cleared_away(tmp_path):
    with atomic.whole_folder(tmp_path / "run") as draft:
        (draft / "model").write_text("half")
        atomic.clear(tmp_path)
        (draft / "model").write_text("whole")

    def fill(file):
        file.write(b"half")
        file.flush()
        atomic.clear(tmp_path)

    atomic.write(tmp_path / "state.npz", fill)
    assert names(tmp_path) == ["run", "state.npz"]
    assert (tmp_path / "run" / "model").read_text() == "whole"


def test_what_killed_writers_left_is_cleared_away_and_nothing_else(tmp_path):
    # Empty ones may just have been begun; the others are named otherwise.
    kept = [".empty.abcdefgh", ".empty.json.abcdefgh", ".others.abc", "run.abcdefgh"]
    for name in [".run.abcdefgh", *kept[:1], *kept[2:]]:
        (tmp_path / name).mkdir()
    for name in (".run.abcdefgh", *kept[2:]):
        (tmp_path / name / "model").write_text("half")
    (tmp_path / ".state.npz.abcdefgh").write_text("half")
    (tmp_path / kept[1]).touch()
    atomic.clear(tmp_path, "run")
    assert names(tmp_path) == sorted([".state.npz.abcdefgh", *kept])
    atomic.clear(tmp_path)
    assert names(tmp_path) == sorted(kept)
    atomic.clear(tmp_path / "nowhere")


def test_a_folder_is_gone_before_its_files_are(tmp_path, monkeypatch):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model").write_text("whole")

    def killed(folder):
        assert names(tmp_path) == [folder.name]
        assert folder.name.startswith(".run.")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(atomic.shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            atomic.remove_folder(tmp_path / "run")
    atomic.clear(tmp_path)
    assert names(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        atomic.remove_folder(tmp_path / "run")


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EIO])
def test_a_drive_that_cannot_sync_folders_is_written_to_and_one_that_fails_is_said(
    tmp_path, monkeypatch, number
):
    real = os.fsync

    def fsync(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(InklingError, match="the disk fails") if number == errno.EIO else nothing():
        atomic.write_text(tmp_path / "deep" / "down" / "a.json", "first")
        assert (tmp_path / "deep" / "down" / "a.json").read_text() == "first"


def test_a_file_where_a_folder_should_be_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InklingError, match="part of the path is a file"):
        atomic.write_text(tmp_path / "file" / "new.json", "{}")
