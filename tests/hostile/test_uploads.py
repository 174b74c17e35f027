"""Whatever is uploaded to a page, it says in a sentence what is wrong, or takes it."""

import json
from pathlib import Path

import pytest

from dashboard import slides
from pipeline.jobs import queue
from tests import tally
from tests.hostile import doors, pictures, stores
from tests.hostile.strokes import GOOD

PHOTO = {"draw_way": "a-photograph"}
VIEWS = {
    "empty": b"",
    "text": b"seven",
    "no UTF-8": bytes(range(256)),
    "null": b"null",
    "a number of 5,000 digits": b"9" * 5_000,
    "nested": b"[" * 100_000,
    "surrogates": b'[["\\ud800", "\\ud800=\\ud800", "\\ud800"]]',
    "strange entries": b'[1, null, [], {}, ["a"], [1, 2, 3], ["a", "b", 3], {"page": {}}]',
    "too many": json.dumps([["mistakes", ""]] * 5_000).encode(),
    "200,001 bytes": b" " * 200_001,
    "a page that is not there": slides.to_file([slides.View("nowhere")]).encode(),
    "HTML": json.dumps([["mistakes", "true=<b>", "<script>alert(1)</script>"]]).encode(),
    "strokes": GOOD.encode(),
}
NETWORKS = {"empty": b"", "text": b"seven", "a zip that is cut off": b"PK\3\4" + bytes(30)}
NAMES = ("a.{}", "<b>.{}", "\u202egnp.{}", "a" * 240 + ".{}", "..{}", "[x](y).{}", "\x1b[2J.{}")
NO_NAMES = ("a name that is no UTF-8", "a name of 5,000 letters")  # that a browser could send
PICTURES = {
    case.name: case for case in (*pictures.REFUSED, *pictures.ODD) if case.name not in NO_NAMES
}
FEW = ("text named .png", "a PNG bomb", "dots on paper", "CMYK")


def content(case: doors.Case, folder: Path) -> tuple[str, bytes]:
    """The name and the bytes of the file that a case predicts; a pipe or a link has none."""
    path = Path(case.command(folder)[-1])
    return path.name, path.read_bytes() if path.is_file() and not path.is_symlink() else b""


@pytest.fixture
def store(tmp_path, tiny_run, digits):
    return stores.full(tmp_path / "models", tiny_run, digits)


def upload(at, key: str, name: str, raw: bytes) -> None:
    tally.count(tally.INPUTS)
    at.file_uploader(key=key).set_value((name, raw, "application/octet-stream")).run()
    assert not at.exception, at.exception


def test_odd_lists_of_views(app, store):
    at = app("overview", store, **stores.VALID)
    for what, raw in VIEWS.items():
        at.button(key="views").click().run()
        upload(at, "views_file", "views.json", raw)
        assert at.title, what


def test_odd_networks_to_add(app, store, monkeypatch):
    asked = []
    monkeypatch.setattr(queue, "add", lambda requests, store, upload: asked.extend(requests))
    at = app("train", store, train_what="add-a-trained-one")
    for name in NAMES:
        for raw in NETWORKS.values():
            upload(at, "add_upload", name.format("keras"), raw)
            next(button for button in at.button if button.label == "Add").click().run()
            assert not at.exception, at.exception
    assert all(request.uploaded for request in asked)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in FEW else [pytest.mark.slow]) for name in PICTURES],
)
def test_odd_photographs(app, store, tmp_path, name):
    at = app("draw", store, **stores.VALID, **PHOTO)
    upload(at, "photo", *content(PICTURES[name], tmp_path))
    refused = PICTURES[name].refused
    assert not refused or at.warning, "nothing is said of it"


def test_odd_names_of_photographs(app, store, tmp_path):
    at = app("draw", store, **stores.VALID, **PHOTO)
    _, raw = content(PICTURES["dots on paper"], tmp_path)
    for name in NAMES:
        upload(at, "photo", name.format("png"), raw)
