"""The place for drafts is full, which TensorFlow says in its own way: a sentence, nothing lost."""

import os
import shutil
import subprocess
import sys

import pytest

from pipeline import atomic
from pipeline.errors import InklingError
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests import tally
from tests.faults.small_disk import UNSHARE
from tests.faults.test_disk_full import ROOT, may_mount

TENSORFLOW_SAYS = "{{function_node __wrapped__SaveV2}} part-00000; No space left on device"
TRAIN = "train --dataset digits --network lenet5 --epochs 1 --no-film --models"


@pytest.mark.parametrize("kind", [RuntimeError, InklingError])
def test_a_full_place_for_drafts_is_said_whoever_notices_it(kind: type[Exception]):
    with (
        pytest.raises(InklingError, match=r"the disk is full.*set TMPDIR") as said,
        atomic.scratch(),
    ):
        raise kind(TENSORFLOW_SAYS)
    assert "function_node" not in str(said.value)


def test_a_full_place_for_drafts_is_said_where_a_sentence_quotes_too_little_of_it():
    with pytest.raises(InklingError, match=r"the disk is full.*set TMPDIR"), atomic.scratch():
        raise InklingError("LiteRT cannot run this network.") from RuntimeError(TENSORFLOW_SAYS)


@pytest.mark.process
@pytest.mark.slow
def test_a_training_whose_graph_finds_no_room_is_gone_on_with_later(tmp_path, tiny_run: Run):
    if not may_mount():
        pytest.skip("users may not mount a small disk here (unshare --user --mount)")
    store, small = Store(tmp_path / "models"), tmp_path / "small"
    small.mkdir()
    shutil.copytree(tiny_run.folder, store.folder / tiny_run.id)
    command = f"{sys.executable} -m pipeline.cli {TRAIN} {store.folder}"
    mounted = f"mount -t tmpfs -o size=300k tmpfs {small} && TMPDIR={small} exec {command}"
    full = run([*UNSHARE, "sh", "-c", mounted])
    with tally.fault():
        assert full.returncode == 1
        assert f"Error: {small} could not be written: the disk is full." in full.stderr
        assert "Traceback" not in full.stderr
        assert [one.id for one in store.runs()] == [tiny_run.id]
        assert isinstance(store.runs()[0].checked(), Run)
    later = run([*command.split(), "--resume"])
    assert later.returncode == 0, later.stderr
    assert len(store.runs()) == 2


def run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT, env=os.environ
    )
