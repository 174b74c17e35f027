"""`inkling add`, as it is typed."""

import json
import re
import subprocess
import sys

import pytest

from pipeline.store.runs import Store
from tests import strangers

pytestmark = pytest.mark.process


def add(store: Store, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", "add", *arguments]
    return subprocess.run(
        [*command, "--models", str(store.folder)], capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def test_it_prints_what_was_found_and_nothing_else(tmp_path, digits):
    store = Store(tmp_path / "models")
    model = strangers.knowing(digits.x_train, digits.y_train, 1)
    path = str(strangers.saved(model, tmp_path, "mean.keras"))
    told = add(store, path, "--dataset", "digits", "--name", "The mean")
    assert told.returncode == 0, told.stderr
    run = store.open("The mean")
    lines = told.stdout.splitlines()
    assert lines[0] == run.id
    assert lines[1].startswith(f"Right on {run.info.metrics.correct:,} of 600 test images (")
    assert "Its outputs are logits: a softmax was added at its end." in lines
    # A short stage may pass between two looks, so which of them are told is up to the machine.
    assert re.search("^(Starting|Loading|Checking|Evaluating|Mapping)", told.stderr, re.MULTILINE)
    listed = [sys.executable, "-m", "pipeline.cli", "runs", "--models", str(store.folder)]
    runs = subprocess.run(listed, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "never seen" not in runs  # nobody here knows
    assert lines[1] in runs
    as_json = add(store, path, "--dataset", "digits", "--pixels", "bytes", "--json")
    added = json.loads(as_json.stdout)["added"]
    assert (added["file"], added["takes"]) == ("mean.keras", "0 to 255")


@pytest.mark.parametrize(
    ("file", "said"), [("nowhere.keras", "There is no file nowhere.keras"), ("old.h5", ".h5")]
)
def test_what_cannot_be_added_is_a_sentence(tmp_path, file, said):
    store = Store(tmp_path / "models")
    (tmp_path / "old.h5").write_bytes(b"x")
    told = add(store, str(tmp_path / file), "--dataset", "digits")
    assert told.returncode == 1
    assert said in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""
    assert store.entries() == []
