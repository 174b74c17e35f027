"""Packs, and what a journal is of entries that are folded, not folded, or both."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store import entries, packs

TEXTS = {"000000001-ab": "one\n", "000000002-cd": "two\nthree\n"}


@given(st.dictionaries(st.text(), st.text(st.characters(exclude_categories=["Cs"]))))
def test_what_is_packed_is_unpacked(texts):
    assert packs.unpack(packs.pack(texts)) == texts


def test_descriptions_that_are_alike_become_small():
    one = json.dumps({"layers": [{"name": f"conv{n}", "shape": [n, n]} for n in range(100)]})
    assert len(packs.pack({f"run-{n}": one for n in range(1_000)})) < len(one) * 10


DAMAGED = {
    "nothing": b"",
    "no archive": b"no pack",
    "cut off": packs.pack(TEXTS)[:-20],
    "nested": gzip.compress(b"[" * 100_000),
    "a list": gzip.compress(b"[]"),
    "a number for a text": gzip.compress(b'{"format": 1, "texts": {"a": 1}}'),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_no_pack_is_said(name: str):
    with pytest.raises(ValueError, match="damaged"):
        packs.unpack(DAMAGED[name])


def test_a_pack_of_a_newer_version_is_said():
    with pytest.raises(ValueError, match="newer version"):
        packs.unpack(gzip.compress(b'{"format": 2, "texts": {}}'))


def test_a_pack_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(packs, "MOST_BYTES", 1_000)
    with pytest.raises(ValueError, match="too large"):
        packs.unpack(packs.pack({"a": "x" * 10_000}))


def test_a_journal_is_the_union_of_what_is_folded_and_what_is_not(tmp_path):
    folded, folder = f"000000002-ff{entries.FOLDED}", tmp_path / "entries"
    folder.mkdir()
    (folder / folded).write_bytes(packs.pack(TEXTS))
    (folder / "000000002-cd").write_text("two\nthree\n")  # not deleted yet
    (folder / "000000002-zz").write_text("at the same time\n")  # the one who folded missed it
    (folder / "000000003-aa").write_text("later\n")
    found = sorted(path.name for path in folder.iterdir())
    entries.compose(tmp_path / "reviews.jsonl", folder, found)
    assert (tmp_path / "reviews.jsonl").read_text().split("\n") == [
        "one", "two", "three", "at the same time", "later", "",
    ]  # fmt: skip
    assert max(map(entries.number, found)) == 3
    (folder / folded).write_bytes(b"damaged")
    entries.compose(tmp_path / "reviews.jsonl", folder, found)
    assert entries.UNREADABLE in (tmp_path / "reviews.jsonl").read_text()
    assert "later" in (tmp_path / "reviews.jsonl").read_text()
