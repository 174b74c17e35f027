"""Whatever a file holds, its reader answers or says in a sentence what is wrong (hypothesis).

`make test` tries a few examples, always the same; `make hostile` thousands, others each time.
"""

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import selection
from pipeline.config import TrainConfig
from pipeline.errors import InklingError
from pipeline.store.run_folder import Run
from tests import tally
from tests.hostile import altering, parsers, runs
from tests.hostile.parsers import Parser

OFTEN = settings(
    max_examples=settings().max_examples // 5,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def odd_content(parser: Parser) -> st.SearchStrategy[bytes]:
    """What the file of a parser may hold: any bytes, and good content that was altered."""
    if parser.is_arrays:
        return altering.arrays(parser.good) | altering.content(parser.content)
    if isinstance(parser.good, bytes):
        return altering.content(parser.good)
    records = altering.record(parser.good).map(lambda value: json.dumps(value).encode())
    return st.one_of(records, records, altering.content(parser.content))


def check(folder: Path, parser: Parser, content: bytes) -> None:
    (folder / parser.file).write_bytes(content)
    tally.count(tally.INPUTS)
    with contextlib.suppress(InklingError):
        parser.read(folder)


@pytest.mark.parametrize("name", parsers.LOOKED_AT)
def test_any_file_is_answered(tmp_path_factory, name):
    folder, parser = tmp_path_factory.mktemp("file"), parsers.LOOKED_AT[name]
    parser_check(folder, parser)


def parser_check(folder: Path, parser: Parser) -> None:
    """Try good content, which must be read, and then much that is not."""
    path = folder / parser.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(parser.content)
    parser.read(folder)
    OFTEN(given(odd_content(parser))(lambda content: check(folder, parser, content)))()


@pytest.mark.parametrize("name", parsers.BESIDE_RUNS)
def test_any_file_of_a_store_is_answered(tmp_path_factory, name):
    parser = parsers.BESIDE_RUNS[name]
    store = tmp_path_factory.mktemp("store") / "models"
    shutil.copytree(runs.KEPT, store)
    if parser.file.startswith(parsers.JOB):
        (store / parsers.JOB).mkdir(parents=True)
        (store / parsers.JOB / "job.json").write_text('{"fetch": "mnist"}')
    if parser.file.endswith("settings.json"):
        (store / parsers.TRAINING).mkdir(parents=True)
        (store / parsers.TRAINING / "state.npz").write_bytes(parsers.saved(parsers.CHECKPOINT))
    parser_check(store, parser)


@pytest.mark.parametrize("name", parsers.IN_RUNS)
def test_any_file_of_a_run_is_answered(tmp_path_factory, tiny_run: Run, name):
    store = tmp_path_factory.mktemp("store") / "models"
    folder = store / "a-run"
    shutil.copytree(tiny_run.folder, folder)
    info = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps(info | {"hashes": {}, "files": {}}), "utf-8")
    good: Any = parsers.TAUGHT if name == "teaching.npz" else {}
    if (folder / name).exists():
        good = (folder / name).read_bytes()
        if name.endswith(".npz"):
            with np.load(folder / name) as arrays:
                good = dict(arrays)
    parser_check(store, Parser(f"a-run/{name}", good, parsers.IN_RUNS[name]))


@given(
    st.dictionaries(
        st.sampled_from([*selection.FILTERS, selection.SAMPLE]),
        st.lists(st.text(max_size=40) | st.text("0123456789-_,.e+x", max_size=40), max_size=3),
    )
)
def test_any_address_is_a_selection(address):
    tally.count(tally.INPUTS)
    found = selection.parse(address, ("0", "1", "a,b"), 100, second=True)
    written = selection.to_address(found, ("0", "1", "a,b"))
    again = selection.parse(written, ("0", "1", "a,b"), 100, second=True)
    assert not again.dropped
    assert again.true == found.true
    assert again.sample == found.sample


@given(st.dictionaries(st.sampled_from([*TrainConfig.model_fields, "deeper"]), altering.VALUES))
def test_any_settings_are_taken_or_refused(given_settings):
    tally.count(tally.INPUTS)
    with contextlib.suppress(InklingError):
        found = TrainConfig.of(**given_settings)
        assert TrainConfig.of(**json.loads(found.model_dump_json())) == found
