"""Servers that refuse, are full, or are no S3 servers: a sentence each, nothing half-published."""

import http.server
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import NamedTuple

import boto3
import pytest
import s3fs
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.errors import InklingError
from pipeline.store import objects, remote
from pipeline.store.runs import Store
from pipeline.store.service_errors import StoreRefuses
from tests import tally
from tests.buckets import CREDENTIALS, Server
from tests.gate import FULL, Gate, Refusal
from tests.pipeline.store.test_remote import Machine, machine, seen
from tests.pipeline.store.test_runs import results

__all__ = ["machine"]
pytestmark = pytest.mark.process
URL = "s3://guarded/team"
MAY = {
    "reader": ["s3:ListBucket", "s3:GetObject"],
    "owner": ["s3:*"],
    "stranger": ["s3:ListAllMyBuckets"],
}


class Keys(NamedTuple):
    """What somebody signs with."""

    id: str
    secret: str


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[str, dict[str, Keys]]]:
    """A server that checks signatures and policies: its address, and who may what."""
    server = Server()
    try:
        yield server.address, keys_of(server)
    finally:
        server.stop()


def keys_of(server: Server) -> dict[str, Keys]:
    """Make a bucket, and people with keys; from then on the server checks what they may."""
    credentials = {name.lower(): CREDENTIALS[name] for name in CREDENTIALS if "ACCESS" in name}
    common = {"endpoint_url": server.address, "region_name": "us-east-1", **credentials}
    iam, keys = boto3.client("iam", **common), {}
    for name, actions in MAY.items():
        iam.create_user(UserName=name)
        allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName=name, PolicyName="it", PolicyDocument=policy)
        made = iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = Keys(made["AccessKeyId"], made["SecretAccessKey"])
    boto3.client("s3", **common).create_bucket(Bucket="guarded")
    asking = urllib.request.Request(f"{server.address}/moto-api/reset-auth", b"0")
    asking.add_header("Content-Type", "text/plain")
    urllib.request.urlopen(asking).close()
    return keys


@pytest.fixture
def signing(monkeypatch, tmp_path) -> Callable[[str, Keys | None], None]:
    """Sign what is asked of a server from now on: a callable."""

    def sign(address: str, keys: Keys | None) -> None:
        objects._opened.cache_clear()
        s3fs.S3FileSystem.clear_instance_cache()
        for name in CREDENTIALS:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        if keys is not None:
            monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys.id)
            monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys.secret)
            monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    return sign


def said(monkeypatch, cache: object, url: str = URL) -> str:
    """What `inkling runs` says on another machine that cannot read the store."""
    monkeypatch.setenv("INKLING_CACHE", str(cache))
    done = CliRunner().invoke(app, ["runs", "--models", url])
    assert isinstance(done.exception, InklingError), done.output
    text = str(done.exception)
    assert "\n" not in text
    assert text.count(". ") <= 2
    return text


def test_who_may_not_is_told_why(guarded, signing, monkeypatch, tmp_path):
    address, keys = guarded
    for signs, expected in {
        None: "There are no credentials for s3://guarded/team. Set AWS_ACCESS_KEY_ID",
        Keys("AKIAUNKNOWN", "x"): "does not know this access key. Check AWS_ACCESS_KEY_ID",
        Keys(keys["owner"].id, "wrong"): "secret does not fit the access key. Check AWS_SECRET",
        keys["stranger"]: r"Check the credentials \(.*: they must allow to list, read",
    }.items():
        signing(address, signs)
        with pytest.raises(StoreRefuses, match=expected):
            Store.default(URL)
        assert said(monkeypatch, tmp_path)


def test_who_may_only_read_reads_and_is_refused_before_a_training(
    guarded, signing, monkeypatch, tmp_path
):
    address, keys = guarded
    signing(address, keys["owner"])
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "owner"))
    run = Store.default(URL).publish(*results(1))
    signing(address, keys["reader"])
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "reader"))
    store = Store.default(URL)
    (found,) = store.runs()
    assert seen(found) == seen(run)
    for change in (
        store.check_writable,
        lambda: store.delete(found),
        lambda: found.describe(name="Mine"),
        lambda: store.publish(*results(2)),
    ):
        with pytest.raises(StoreRefuses, match="may not be read or written"):
            change()
    remote._waiting(store.folder).until = 0.0
    again = Store.default(URL)  # whose run waits, can still be read
    assert [one.id for one in again.runs()] == [run.id]
    assert "A run that is done waits on this machine" in again.note
    signing(address, keys["owner"])  # somebody allowed it
    remote._waiting(store.folder).until = 0.0
    assert len(Store.default(URL).runs()) == 2


class Page(http.server.BaseHTTPRequestHandler):
    """A web server that is no S3 server: it has a page for everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>Welcome!</html")

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


def test_a_wrong_address_is_said(signing, monkeypatch, tmp_path, line):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signing(f"http://127.0.0.1:{server.server_port}", Keys("a", "b"))
    assert "Check AWS_ENDPOINT_URL if that is no S3 server" in said(monkeypatch, tmp_path / "a")
    server.shutdown()
    server.server_close()
    signing(f"http://127.0.0.1:{server.server_port}", Keys("a", "b"))
    told = said(monkeypatch, tmp_path / "a")
    assert told.endswith(f"/team cannot be reached at 127.0.0.1:{server.server_port}.")
    signing(f"http://127.0.0.1:{line.port}", Keys("a", "b"))
    assert "bucket does not exist" in said(monkeypatch, tmp_path / "a", "s3://nobody-made-it/team")


@pytest.fixture
def gate(bucket, line, monkeypatch) -> Iterator[Gate]:
    """A gate that the usual environment names."""
    gate = Gate(line.port)
    objects._opened.cache_clear()
    s3fs.S3FileSystem.clear_instance_cache()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{gate.port}")
    yield gate
    gate.close()


def full_after(puts: int) -> Callable[[str, str], Refusal | None]:
    """Refuse what is written after some objects."""
    left = [puts]

    def refuse(method: str, path: str) -> Refusal | None:
        if method != "PUT":
            return None
        left[0] -= 1
        return FULL if left[0] < 0 else None

    return refuse


def test_a_store_that_is_full_gets_the_run_once_it_is_not(gate, machine: Machine, bucket):
    first = machine("here").publish(*results(1))
    for puts in range(6):  # four files and the marker, and what tells others
        with tally.fault():
            here = machine("here")
            before = len(here.runs())
            gate.refuses = full_after(puts)
            if puts < 5:
                with pytest.raises(StoreRefuses, match=f"{bucket} is full.* kept on this machine"):
                    here.publish(*results(2 + puts))
            else:
                here.publish(*results(2 + puts))
            machine("there").shared._seen.trusted_until = 0.0  # nobody could say that it is there
            there = machine("there")
            assert len(there.runs()) == before + (puts == 5)
            assert all(len(seen(run)) for run in there.runs())
            remote._waiting(here.folder).until = 0.0
            again = machine("here")
            assert len(again.runs()) == before + (puts == 5)
            assert ("waits on this machine" in again.note) == (puts < 5)
            gate.refuses = lambda *_: None
            remote._waiting(here.folder).until = 0.0
            assert machine("here").note == ""  # the next look has sent it
            assert len(machine("there").runs()) == before + 1
    assert seen(machine("there").open(first.id)) == seen(machine("here").open(first.id))


def test_another_region_and_expired_credentials_are_said(gate, machine: Machine, bucket):
    for refusal, expected in {
        Refusal(400, "AuthorizationHeaderMalformed", "Go elsewhere."): "Set AWS_DEFAULT_REGION",
        Refusal(403, "ExpiredToken", "It has expired."): "have expired. Sign in again",
        Refusal(403, "RequestTimeTooSkewed", "Too much."): "clock of this machine is wrong",
        Refusal(507, "Anything", "No more."): "is full. Free some space",
    }.items():
        gate.refuses = lambda method, path, it=refusal: it
        with pytest.raises(InklingError, match=expected):
            machine("here")
