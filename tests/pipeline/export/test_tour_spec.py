import json
import re
import struct
from dataclasses import replace

import numpy as np
import pytest

from pipeline.data.datasets import Dataset
from pipeline.export import tour_spec
from pipeline.export.tour_material import OTHER, Material
from pipeline.export.tour_networks import Subject
from pipeline.export.tour_spec import STEPS
from pipeline.ink import drawing
from pipeline.prose.texts import LANGUAGES, texts
from pipeline.store.run_folder import Run

OF_DIGITS = re.compile(r"digit|ziffer|tinte|\bink\b|zeichn|draw", re.IGNORECASE)


def material(data: Dataset, runs: dict[str, Run], language: str = "en", **changes) -> Material:
    subject = Subject(
        data.name, (data.fingerprint,), data.class_names, data.image_shape, data.mnist_framed
    )
    return Material(texts(language), replace(subject, **changes), runs, data.x_test, data.y_test)


def unpacked(packed: bytes) -> tuple[dict, bytes]:
    (length,) = struct.unpack_from("<I", packed)
    return json.loads(packed[4 : 4 + length]), packed[4 + length :]


def test_the_first_image_of_each_class_travels_along(digits: Dataset):
    facts, blob = unpacked(tour_spec.describe(material(digits, {}), "key").packed())
    assert [image["label"] for image in facts["images"]] == list(digits.class_names)
    for label, image in enumerate(facts["images"]):
        start, length = image["levels"]
        sent = np.frombuffer(blob[start : start + length], np.uint8).reshape(facts["shape"])
        assert image["index"] == int(np.flatnonzero(digits.y_test == label)[0])
        assert np.array_equal(sent, digits.x_test[image["index"]])
    assert facts["frame"] == drawing.FRAME
    assert facts["is_digits"]
    assert facts["order"] == list(STEPS)


def test_a_network_is_described_with_how_good_it_is(digits: Dataset, tiny_run: Run):
    given = material(digits, {"pixels": tiny_run}, "de")
    facts = tour_spec.describe(given, "key").facts
    metrics = tiny_run.info.metrics
    assert facts["networks"] == {
        "pixels": {
            "id": tiny_run.id,
            "correct": metrics.correct,
            "total": metrics.total,
            "accuracy": metrics.accuracy,
        }
    }
    said = facts["steps"]["weights"]["data"]["right"]
    assert said.startswith(f"Richtig bei {metrics.correct} von {metrics.total} Testbildern")
    assert facts["steps"]["layers"]["data"]["right"] == ""  # there is no perceptron


def test_a_network_travels_with_the_words_of_its_language(tiny_run: Run):
    spec = tour_spec.describe_network(
        "cnn", tiny_run, tiny_run.anatomy(), tiny_run.gradient_bytes(), texts("de")
    )
    assert (spec.facts["kind"], spec.facts["name"]) == ("tour_network", "cnn")
    assert spec.facts["words"]["by_sum"] == "Summe"
    assert spec.facts["words"]["play"]  # what the tour does not say itself is there, too
    start, length = spec.facts["graph"]
    assert spec.blob[start : start + length] == tiny_run.gradient_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_speaks_of_digits_where_there_are_none(digits: Dataset, language: str):
    given = material(digits, {}, language, class_names=tuple("abcdefghij"), is_ink=False)
    facts = tour_spec.describe(given, "key").facts
    assert not facts["is_digits"]
    assert "nothing" in facts["words"]
    said = [facts["words"]["test_image"], facts["words"]["nothing"]]
    for step in facts["steps"].values():
        assert not any(name.endswith(OTHER) for name in step["words"])
        said += [step["words"]["name"], step["words"]["title"], step["words"]["text"]]
    assert [sentence for sentence in said if OF_DIGITS.search(sentence)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_takes_three_sentences_at_most(language: str):
    for name, step in STEPS.items():
        for key, said in texts(language).table(f"{step.subject}.{name}").items():
            if key.removesuffix(OTHER) == "text":
                assert len(re.findall(r"[.!?](?:\s|$)", said)) <= 3, said


def test_without_images_there_are_none_to_show(digits: Dataset):
    none = replace(material(digits, {}), images=digits.x_test[:0], labels=digits.y_test[:0])
    facts = tour_spec.describe(none, "key").facts
    assert facts["images"] == []
    assert facts["steps"]["grid"]["data"] == {"features": 784}
