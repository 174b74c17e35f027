"""Hands that MNIST lacks, drawn with the mouse: the bundled network reads them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import BUNDLED, settle
from tests.browser.pens import draw_strokes, ready, settled

# Written for this test, on a pad of 280×280, as a hand would; by no template.
HANDS = {
    "7 with a bar": [
        [[84, 84], [112, 56], [150, 46], [184, 54], [192, 78], [180, 112], [158, 152], [136, 194],
         [122, 236]],
        [[78, 194], [130, 182], [188, 174], [242, 168]],
    ],
    "9 with a hook": [
        [[190, 56], [160, 50], [128, 58], [114, 78], [122, 96], [148, 98], [172, 84],
         [186, 116], [184, 160], [162, 206], [118, 232], [72, 230], [42, 210]],
    ],
    "4 in one stroke": [
        [[156, 44], [120, 92], [82, 146], [128, 140], [176, 130], [164, 158], [140, 196],
         [112, 240]],
    ],
    "1 with a foot": [
        [[92, 116], [118, 88], [150, 54], [146, 120], [138, 180], [132, 228]],
        [[70, 234], [130, 229], [206, 224]],
    ],
    "1 with an upstroke": [
        [[50, 142], [92, 112], [138, 84], [192, 56], [176, 112], [154, 172], [134, 234]],
    ],
}  # fmt: skip


@pytest.mark.usefixtures("best_reader")
def test_the_bundled_network_reads_hands_that_mnist_lacks(page, server):
    page.goto(f"{server}/draw?run={BUNDLED.name}&draw_answer=chosen-run")
    settle(page)
    pad, read = ready(page), {}
    for hand, strokes in HANDS.items():
        draw_strokes(page, pad, strokes, unit=280)
        settled(page)
        read[hand] = page.locator(".told strong").inner_text()
        pad.press("Escape")
        expect(page.locator(".told")).to_have_text(re.compile("^Draw in the square"))
    assert read == {hand: hand[0] for hand in HANDS}
