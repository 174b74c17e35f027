from datetime import UTC, datetime

import numpy as np

from dashboard.words import strangers as words
from pipeline.analysis.strangers import OWN, Strangers, group

SCORES = np.arange(100.0)
NOISE = group("noise", SCORES + 50, 96.5, SCORES)
HERS = group("hers", SCORES[:50] + 90, 96.5, SCORES)
FOUND = Strangers(
    groups=(group(OWN, SCORES, 96.5), NOISE, HERS),
    threshold=96.5,
    created=datetime(2026, 3, 9, tzinfo=UTC),
)


def test_the_finding_counts_images_not_origins():
    # 53 of 100 and 43 of 50.
    assert words.finding(FOUND) == (
        "It remarks on 64.0% of 150 strange images, and on 3.0% of its own test images"
    )
    alone = FOUND.model_copy(update={"groups": FOUND.groups[:1]})
    assert words.finding(alone) == "It remarks on 3.0% of its own test images"


def test_what_was_measured_of_one_origin_is_said():
    assert words.numbers(FOUND.own) == "3.0% remarked on"
    assert words.numbers(NOISE) == "53.0% remarked on, AUROC 0.875"
    assert words.told(NOISE) == (
        "100 images: 53.0% remarked on, AUROC 0.875; median score 99.5, nine of ten from "
        "55.0 to 144.1; 45.0% pass where 95% of its own images do"
    )
    assert "pass" not in words.told(FOUND.own)


def test_it_says_how_it_was_measured():
    assert "100 test images" in words.how(FOUND)
    assert "March 9, 2026" in words.how(FOUND)
