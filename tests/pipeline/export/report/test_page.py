"""The report: its numbers are the run's, whatever the run is like, and it runs nothing foreign."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest

from pipeline.errors import InklingError
from pipeline.export.report import mistakes
from pipeline.export.report.options import ReportOptions
from pipeline.export.report.writing import html
from pipeline.prose.texts import LANGUAGES
from pipeline.store.run_folder import Run
from pipeline.store.run_info import Evaluation, Robustness, UnderChange

MOST_BYTES = 4_000_000
VOID = {"meta", "img", "line", "rect", "circle", "polyline"}


class Reader(HTMLParser):
    """Reads what people see: text outside scripts and styles; and checks that elements nest."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self.open):
            self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def seen(page: str) -> str:
    return " ".join(" ".join(read(page).text).split())


def in_script(page: str, key: str) -> str:
    (found,) = re.findall(rf'<script [^>]*id="{key}">(.*?)</script>', page, flags=re.DOTALL)
    return found


@pytest.fixture(scope="module")
def page(tiny_run: Run) -> str:
    return html(tiny_run, ReportOptions())


def test_its_numbers_are_those_of_the_run(page: str, tiny_run: Run):
    said, metrics = seen(page), tiny_run.info.metrics
    assert f"Right on {metrics.correct:,} of {metrics.total:,} images it had never seen." in said
    table = tiny_run.predictions(["label", "predicted"])
    cells = json.loads(in_script(page, "cells"))["cells"]
    for (true, predicted), count in table.value_counts().items():
        cell = cells[f"{true}-{predicted}"]
        assert cell["count"] == count
        assert f"true “{true}”, says “{predicted}”: {count} image" in page
        assert len(cell["images"]) == min(count, 24)
    assert sum(cell["count"] for cell in cells.values()) == metrics.total
    for score in metrics.classes:
        missed = round((1 - score.recall) * score.support)
        assert f"{score.name} {missed} of {score.support}" in said
    assert tiny_run.info.dataset.fingerprint in said
    assert tiny_run.id in said


def test_a_cells_pictures_are_its_images(page: str, tiny_run: Run, digits):
    import io

    from PIL import Image

    facts = json.loads(in_script(page, "cells"))
    encoded = in_script(page, "cell-pictures").partition(",")[2]
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))
    table = tiny_run.predictions(["label", "predicted"])
    for key, cell in facts["cells"].items():
        for place, (index, _) in enumerate(cell["images"], start=cell["first"]):
            row, column = divmod(place, facts["columns"])
            tile = sheet[28 * row : 28 * row + 28, 28 * column : 28 * column + 28]
            number = int(index.replace(",", ""))
            assert np.array_equal(255 - tile, digits.x_test[number, ..., 0])
            assert key == "{label}-{predicted}".format(**table.iloc[number])


def test_it_fits_and_asks_nobody_for_anything(page: str):
    assert len(page.encode()) < MOST_BYTES
    addresses = [
        value for tag, name, value in read(page).attributes
        if name in ("src", "href", "srcset", "action") and tag != "a"
    ]  # fmt: skip
    assert addresses
    assert all(value.startswith("data:image/png;base64,") for value in addresses)
    assert not [name for _, name, _ in read(page).attributes if name == "style"]
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert "default-src &#39;none&#39;" in policy
    assert "unsafe" not in policy
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    for text in (script, style):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_of_it(tiny_run: Run, language: str):
    page = html(tiny_run, ReportOptions(language=language))
    assert f'<html lang="{language}">' in page
    metrics = tiny_run.info.metrics
    verdict = {
        "en": f"Right on {metrics.correct} of {metrics.total} images it had never seen.",
        "de": f"Richtig bei {metrics.correct} von {metrics.total} Bildern, die es nie zuvor",
    }
    assert verdict[language] in seen(page)
    assert not re.findall(r"\{\w+\}", seen(page))


def test_names_are_only_text(altered: Callable[..., Run], tiny_run: Run):
    names = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "n" * 200]
    names += list("3456789")
    run = altered("hostile", dataset={"class_names": names, "name": "</title><b>"},
                  model_card={"<i>": "</details><script>x()</script>"})  # fmt: skip
    page = html(run, ReportOptions())
    assert "alert(1)</script>" not in page
    assert "<img src=x" not in page
    assert [tag for tag, name, _ in read(page).attributes if name == "onerror"] == []
    cells = json.loads(in_script(page, "cells"))["cells"]
    assert "<script>alert(1)</script>" in cells["0-0"]["title"]


def test_without_its_images_the_numbers_stay(altered: Callable[..., Run]):
    run = altered("elsewhere", dataset={"fingerprint": "0" * 64, "name": "shapes"})
    page = html(run, ReportOptions())
    assert "<img" not in page
    assert "<button" not in page
    assert "the images of “shapes” are not on the machine" in seen(page)
    assert f"of {run.info.metrics.total:,} images" in seen(page)


def test_without_mistakes_it_shows_the_closest_calls(perfect: Run):
    said = seen(html(perfect, ReportOptions()))
    assert "It made no mistakes. These were its closest calls:" in said
    assert "There is no mistake to catch on these test images." in said
    assert "Not one of the 600 test images is misread" in said
    assert "Of 100 new images like these, expect it to get 99 to 100 right." in said


def test_what_was_not_measured_is_named(page: str):
    said = seen(page)
    assert "Not in this report" in said
    assert "How small a change on purpose misleads it: that was not measured." in said


def test_what_was_measured_is_shown(altered: Callable[..., Run], tiny_run: Run):
    run = altered("measured")
    under = UnderChange(budgets=(0, 0.1, 0.2), accuracy=(0.9, 0.45, 0.0))
    run.add_robustness(
        Robustness(by_norm={"linf": under}, images=500, seed=0, iterations=20,
                   created=datetime(2026, 11, 21, tzinfo=UTC))
    )  # fmt: skip
    dataset = run.info.dataset.model_copy(update={"name": "street numbers"})
    metrics = run.info.metrics.model_copy(
        update={"accuracy": 0.5, "accuracy_low": 0.46, "accuracy_high": 0.54}
    )
    created = datetime(2026, 11, 21, tzinfo=UTC)
    run.add_evaluation(Evaluation(dataset=dataset, metrics=metrics, created=created))
    said = seen(html(run, ReportOptions()))
    assert (
        "Changing every pixel by at most 10% of its range misleads it on 50.0% of the images it "
        "gets right" in said
    )
    assert "Measured on 500 test images on November 21, 2026." in said
    assert "50.0% on “street numbers”" in said


def test_a_comparison_counts_and_shows_what_changed(perfect: Run, tiny_run: Run):
    wrong = tiny_run.info.metrics.total - tiny_run.info.metrics.correct
    said = seen(html(perfect, ReportOptions(second=tiny_run)))
    assert "is better than" in said
    assert f"It gets {wrong} of the images right that the other misses, and misses 0 that" in said
    assert f"Right here, wrong there {min(wrong, 12)} of {wrong} images shown" in said
    assert "Wrong here, right there: There are none." in said


def test_runs_on_other_images_are_not_compared(tiny_run: Run, altered: Callable[..., Run]):
    other = altered("strange", dataset={"fingerprint": "0" * 64, "name": "shapes"})
    with pytest.raises(InklingError, match=r"tested on other images \(shapes\)"):
        html(tiny_run, ReportOptions(second=other))
    with pytest.raises(InklingError, match="with itself"):
        html(tiny_run, ReportOptions(second=tiny_run))


def test_damaged_predictions_are_named(altered: Callable[..., Run]):
    run = altered("torn")
    (run.folder / "predictions.parquet").write_bytes(b"no table")
    with pytest.raises(InklingError, match=r"predictions\.parquet of run torn cannot be read"):
        html(run, ReportOptions())


def test_predictions_of_another_run_are_refused(altered: Callable[..., Run], tiny_run: Run):
    metrics = tiny_run.info.metrics.model_dump() | {"correct": 1}
    with pytest.raises(InklingError, match="not those that its metrics were computed from"):
        html(altered("mixed", metrics=metrics), ReportOptions())


def test_without_a_history_or_a_detector(altered: Callable[..., Run]):
    run = altered("bare")
    (run.folder / "history.csv").write_text("")
    (run.folder / "out_of_distribution.npz").unlink()
    said = seen(html(run, ReportOptions()))
    assert "How it learned: no record of that is kept." in said
    assert "no way to notice that an image is unlike those it learned from" in said


def test_a_network_that_was_trained_elsewhere(altered: Callable[..., Run]):
    added = {"file": "theirs.keras", "dataset": "digits", "ends_in": "softmax", "takes": "0 to 1",
             "found": ["It expects pixels from 0 to 1."]}  # fmt: skip
    said = seen(html(altered("theirs", added=added, config=None, corrections={}), ReportOptions()))
    assert "of 600 test images." in said
    assert "Whether it had learned from some of them is not known here" in said
    assert "It was trained elsewhere and added from the file “theirs.keras”." in said
    assert "What was found out when it was added It expects pixels from 0 to 1." in said
    assert "How it learned: no record of that is kept." in said


def test_more_classes_than_fit_are_listed(monkeypatch, tiny_run: Run):
    monkeypatch.setattr(mistakes, "MOST_CLASSES", 9)
    page = html(tiny_run, ReportOptions())
    assert 'id="matrix"' not in page
    assert 'id="cells"' not in page
    assert "With 10 classes, a table of all of them would not fit" in seen(page)


def test_the_pad_comes_along_if_asked(page: str, tiny_run: Run):
    with_pad = html(tiny_run, ReportOptions(with_pad=True))
    assert 'id="pad"' in with_pad
    assert 'id="pad"' not in page
    shape = json.loads(in_script(with_pad, "facts"))["shape"]
    assert tuple(shape) == tiny_run.info.input_shape
    read(with_pad)
