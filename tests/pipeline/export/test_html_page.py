import base64
import gzip
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from pipeline import words
from pipeline.errors import InklingError
from pipeline.export import html_page
from pipeline.store.run_folder import Run


@pytest.fixture(scope="module")
def page(tiny_run: Run) -> str:
    return html_page.page(tiny_run)


def part(page: str, key: str) -> str:
    (found,) = re.findall(rf'<script [^>]*id="{key}">(.*?)</script>', page, flags=re.DOTALL)
    return found


def test_it_holds_the_runs_own_graph(page, tiny_run):
    facts = json.loads(part(page, "facts"))
    blob = gzip.decompress(base64.b85decode(part(page, "graphs").replace(",", "<")))
    blob = np.frombuffer(blob, np.uint8).reshape(4, -1).T.tobytes()
    start, length = facts["runs"][0]["graph"]
    assert blob[start : start + length] == tiny_run.graph_path.read_bytes()


def test_its_numbers_are_those_of_the_run(page, tiny_run):
    facts = json.loads(part(page, "facts"))
    metrics = tiny_run.info.metrics
    assert facts["verdict"].startswith(words.verdict(metrics.correct, metrics.total))
    assert sum(map(sum, facts["counts"])) == metrics.total
    assert sum(row[at] for at, row in enumerate(facts["counts"])) == metrics.correct
    assert facts["model_card"] == tiny_run.info.model_card


def test_it_may_ask_nobody_for_anything(page):
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy


def test_a_name_cannot_end_the_script_it_is_in(tiny_run):
    info = tiny_run.info.model_copy(update={"model_card": {"x": "</script><b>"}})
    page = html_page.page(replace(tiny_run, info=info))
    assert json.loads(part(page, "facts"))["model_card"] == {"x": "</script><b>"}


def test_a_page_that_cannot_be_written_leaves_what_was_there(tiny_run, tmp_path):
    place = tmp_path / "file" / "pad.html"
    place.parent.write_text("a file")
    with pytest.raises(InklingError):
        html_page.write_page(tiny_run, place)
    assert place.parent.read_text() == "a file"


def test_others_may_open_what_is_handed_over(tiny_run, tmp_path):
    html_page.write_page(tiny_run, tmp_path / "pad.html")
    assert (tmp_path / "pad.html").stat().st_mode & 0o777 == 0o644


def test_scripts_that_were_not_built_are_named(tiny_run, monkeypatch):
    monkeypatch.setattr(html_page, "BUILT", "inkling_web_that_is_not_there")
    with pytest.raises(InklingError, match="were not built"):
        html_page.page(tiny_run)
