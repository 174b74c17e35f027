"""Whoever publishes to a shared store is killed, or the server is, or the line is cut: at any time.

What can be read afterwards is a whole run or none, and going on is the same command again.
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import InklingError
from pipeline.store import remote
from pipeline.store.objects import Objects, _opened
from pipeline.store.remote import RemoteStore
from pipeline.store.runs import Store
from pipeline.store.shared import Shared
from tests import tally
from tests.buckets import Line, Server
from tests.faults.writers import DETECTOR, FEATURES
from tests.pipeline.store.test_remote import seen
from tests.pipeline.store.test_runs import results

ROOT = Path(__file__).parents[3]
BIG = 200_000  # bytes of a network
pytestmark = pytest.mark.process


def store_of(bucket: str, cache: Path) -> RemoteStore:
    """Look at the store from a machine, a second later than the last time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLING_CACHE", str(cache))
        Shared.at(bucket)._seen.until = 0.0
        store = Store.default(bucket)
        assert isinstance(store, RemoteStore)
        return store


def publish(store: Store) -> None:
    """Publish a run of several files, one of them large enough to be cut in the middle."""
    big = random.Random(0).randbytes(BIG)
    store.publish(*results(
        1, features=FEATURES, ood_detector=DETECTOR,
        write_graph=lambda path: path.write_bytes(big),
    ))  # fmt: skip


def publish_for_ever(store: Store) -> None:
    while True:
        publish(store)


def check_whole(bucket: str, elsewhere: Path) -> int:
    """Read all of each run from another machine, and count them."""
    found = store_of(bucket, elsewhere).entries()
    for run in found:
        assert len(seen(run)[4]) == BIG  # whose hash was compared
    return len(found)


def halves(bucket: str) -> set[str]:
    """Find what nobody lists."""
    objects = Objects(bucket)
    runs = {name.partition("/")[0] for name in objects.list("index") if name.endswith("run.json")}
    return objects.folders("files") - runs


def cut_while_publishing(bucket: str, line: Line, after: int, folder: Path) -> None:
    """Cut the line after so many bytes, look from elsewhere, and go on."""
    elsewhere = folder / "elsewhere"
    before = check_whole(bucket, elsewhere)
    store = store_of(bucket, folder / "here")
    line.cut(after)
    with tally.fault():
        with pytest.raises(InklingError, match=r"cannot be reached.* kept on this machine"):
            publish(store)
        line.mend()
        assert check_whole(bucket, elsewhere) in (before, before + 1)  # the answer may be lost
        runs = store_of(bucket, folder / "here").runs()  # the next look sends it
        assert len(runs) == before + 1
        assert check_whole(bucket, elsewhere) == before + 1
    assert halves(bucket) == set()
    assert not list((store.folder / ".outgoing").glob("[!.]*/"))


def test_a_line_that_is_cut_while_a_run_is_published_costs_nothing(bucket, line, tmp_path):
    for after in (1, BIG // 2, BIG + 6_000):
        cut_while_publishing(bucket, line, after, tmp_path)


def test_what_is_half_uploaded_is_never_listed_and_cleared_away_later(
    bucket, line, tmp_path, monkeypatch
):
    store = store_of(bucket, tmp_path / "here")
    publish(store)
    line.cut(BIG // 2)
    with pytest.raises(InklingError, match="cannot be reached"):
        publish(store)
    line.mend()
    other = store_of(bucket, tmp_path / "elsewhere")  # the first machine is never seen again
    assert len(other.runs()) == 1
    assert len(halves(bucket)) == 1
    other.check_writable()  # somebody may still be at it
    assert len(halves(bucket)) == 1
    monkeypatch.setattr(remote, "DAY", -1)
    other.check_writable()
    assert halves(bucket) == set()
    assert check_whole(bucket, tmp_path / "a third one") == 1


class Killed(BaseException):
    """Ends what happens, as a kill does."""


def killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize("step", ["announce", "catch_up"])
def test_of_who_is_killed_before_others_were_told_the_next_one_tells_them(bucket, tmp_path, step):
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    publish(store_of(bucket, here))
    assert check_whole(bucket, elsewhere) == 1  # and believes that for 30 seconds, if not told
    with pytest.MonkeyPatch.context() as patch, tally.fault():
        store = store_of(bucket, here)
        patch.setattr(Shared, step, killed)
        with pytest.raises(Killed):
            publish(store)
    store = store_of(bucket, here)
    store.check_writable()
    assert check_whole(bucket, elsewhere) == len(store.runs()) == 2
    publish(store)
    assert check_whole(bucket, elsewhere) == 3


def test_a_store_that_goes_away_once_it_has_its_first_run_has_it(
    bucket, line, tmp_path, monkeypatch
):
    store, announce = store_of(bucket, tmp_path / "here"), Shared.announce

    def and_cut(shared: Shared) -> None:
        announce(shared)
        line.cut()

    monkeypatch.setattr(Shared, "announce", and_cut)
    with tally.fault():
        publish(store)
        assert "cannot be reached" in store.note
        line.mend()
        assert check_whole(bucket, tmp_path / "elsewhere") == 1


def test_an_empty_store_that_goes_away_is_shown_as_it_was(bucket, line, tmp_path):
    store_of(bucket, tmp_path / "here")
    line.cut()
    store = store_of(bucket, tmp_path / "here")
    assert store.runs() == []
    assert "cannot be reached" in store.note


@pytest.mark.cluster
def test_a_line_that_is_cut_at_any_moment_costs_nothing(bucket, line, tmp_path):
    moments = random.Random(1)
    for _ in range(20):
        cut_while_publishing(bucket, line, moments.randrange(BIG + 12_000), tmp_path)


@pytest.mark.cluster
def test_a_publisher_that_is_killed_at_any_moment_leaves_a_whole_run_or_none(
    bucket, line, tmp_path
):
    """The process gets SIGKILL; the next one on that machine sends what was whole."""
    moments, seconds = random.Random(2), 0.0
    for attempt in range(12):
        before = check_whole(bucket, tmp_path / "elsewhere")
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, bucket], cwd=ROOT, stdout=subprocess.PIPE,
            env={**os.environ, "INKLING_CACHE": str(tmp_path / "here")},
        )  # fmt: skip
        assert process.stdout.readline() == b"ready\n"
        began = time.monotonic()
        if attempt == 0:  # to see how long it takes
            process.wait()
            seconds = time.monotonic() - began
        else:
            time.sleep(moments.uniform(0, seconds))
            process.send_signal(signal.SIGKILL)
            process.wait()
        with tally.fault():
            assert check_whole(bucket, tmp_path / "elsewhere") in (before, before + 1)
            sent = len(store_of(bucket, tmp_path / "here").runs())
            assert check_whole(bucket, tmp_path / "elsewhere") == sent <= before + 1
    publish(store_of(bucket, tmp_path / "here"))  # goes on as ever
    assert check_whole(bucket, tmp_path / "elsewhere") == sent + 1


@pytest.mark.cluster
def test_a_server_that_is_killed_while_a_run_is_published_gets_it_once_it_is_back(
    tmp_path, monkeypatch, line, request
):
    """The server keeps nothing, so it comes back empty: what was kept here is all there is."""
    moments, server = random.Random(3), Server()
    request.addfinalizer(server.stop)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
    bucket = "s3://another/team"
    for attempt in range(5):
        _opened.cache_clear()
        _opened("s3://another")[0].mkdir("another")
        store = store_of(bucket, tmp_path / str(attempt))
        killer = subprocess.Popen(
            [sys.executable, "-c", "import sys, time, os; time.sleep(float(sys.argv[1])); "
             "os.kill(int(sys.argv[2]), 9)", str(moments.uniform(0.0, 0.1)),
             str(server.process.pid)],
        )  # fmt: skip
        with tally.fault(), pytest.raises(InklingError, match="kept on this machine"):
            publish_for_ever(store)
        killer.wait()
        server.process.wait()
        server.start()
        _opened("s3://another")[0].mkdir("another")
        assert len(store_of(bucket, tmp_path / str(attempt)).runs()) == 1
        assert check_whole(bucket, tmp_path / f"elsewhere-{attempt}") == 1
        server.stop()
        server.start()


if __name__ == "__main__":
    here = Store.default(sys.argv[1])
    print("ready", flush=True)
    publish(here)
