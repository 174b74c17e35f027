"""A person teaches a network their hand: correct, retrain, see the proof, promote, go back."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pipeline.config import TrainConfig
from pipeline.experiment import run_experiment
from pipeline.ink.drawing import Drawing
from pipeline.store import corrections, promotions, teaching
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser import pens
from tests.browser.conftest import leave, serving, settle
from tests.browser.test_promoting import dialog

pytestmark = [pytest.mark.process, pytest.mark.mnist]
TAUGHT, SHOWN = 10, 3  # drawings
SECONDS_TO_RETRAIN = 180_000  # milliseconds, while other tests compute, too


@pytest.fixture(scope="module")
def taught_store(tmp_path_factory) -> Store:
    """A store with a network that reads other hands badly."""
    store = Store(tmp_path_factory.mktemp("taught") / "models")
    run_experiment(TrainConfig(dataset="mnist-5k", network="shallow", epochs=4), store)
    return store


def hand(run: Run) -> list[dict[str, Any]]:
    """Return the drawings of the writer whose hand a network reads worst, most alike first."""
    drawn = pens.drawings(4_996)
    read = read_by(run, drawn)
    wrong = np.array([one["label"] for one in drawn]) != read
    writers = np.array([one["writer"] for one in drawn])
    worst = max(set(writers.tolist()), key=lambda writer: int(wrong[writers == writer].sum()))
    return [one for one in drawn if one["writer"] == worst]


def read_by(run: Run, drawn: list[dict[str, Any]]) -> np.ndarray:
    """Return what a network reads: int (n,)."""
    images = np.stack([Drawing.of_strokes(one["strokes"]).ink for one in drawn])[..., None]
    return run.graph().probabilities(images).argmax(axis=1)


def draw(page: Page, one: dict[str, Any]) -> None:
    """Draw on the live pad, and wait for the answer."""
    surface = pens.ready(page)
    surface.press("Escape")  # clears it
    surface.evaluate(pens.DRAW, [one["strokes"], pens.TABLET])
    pens.settled(page)


def expect_answer(page: Page, one: dict[str, Any], read: int) -> None:
    """Draw, and see what the network that everything opens with reads."""
    draw(page, one)
    expect(page.locator(".told strong").first).to_have_text(str(read))


def test_what_is_corrected_is_learned_proved_promoted_and_undone(
    page: Page, taught_store: Store, tmp_path
) -> None:
    (run,) = taught_store.runs()
    drawn = hand(run)
    labels = np.array([one["label"] for one in drawn])
    wrong = np.flatnonzero(read_by(run, drawn) != labels)
    assert len(wrong) > 2 * TAUGHT

    with serving(taught_store.folder, tmp_path / "log.txt") as (address, _):
        pens.open_draw(page, address, run)
        for count, at in enumerate(wrong[:TAUGHT].tolist(), 1):
            was = page.get_by_role("button", name=str(labels[at]), exact=True)
            expect(was).to_be_disabled()  # the server knows that the pad is blank
            draw(page, drawn[at])
            was.click()
            expect(page.get_by_text(f"Kept as “{labels[at]}”")).to_be_visible()
            pens.ready(page).press("Escape")
            assert len(corrections.read(taught_store).standing) == count

        page.goto(f"{address}/corrections?run={run.id}")
        settle(page)
        page.get_by_role("button", name="Retrain with these").click()
        done = page.get_by_role("button", name="Done: see what")
        expect(done).to_be_visible(timeout=SECONDS_TO_RETRAIN)
        after = next(one for one in taught_store.runs() if one.id != run.id)
        done.click()
        expect(page.get_by_role("heading", name="What it learned")).to_be_visible()
        settle(page)
        expect(page.get_by_text(teaching.proof_of(after, run).said)).to_be_visible()

        now, before = read_by(after, drawn), read_by(run, drawn)
        unseen = np.setdiff1d(np.arange(len(drawn)), wrong[:TAUGHT])
        assert (now == labels)[unseen].sum() > (before == labels)[unseen].sum()
        learned = [at for at in unseen if now[at] == labels[at] != before[at]][:SHOWN]
        assert len(learned) == SHOWN

        asked = dialog(page, "Promote…")
        asked.get_by_role("textbox").fill("It reads my hand.")
        asked.get_by_role("button", name="Promote", exact=True).click()
        expect(asked).to_have_count(0)
        assert default(taught_store) == after.id
        page.goto(f"{address}/draw?draw_answer=chosen-run")
        settle(page)
        for at in learned:
            expect_answer(page, drawn[at], labels[at])

        page.goto(f"{address}/compare")
        settle(page)
        listed = dialog(page, "History…")
        listed.get_by_role("button", name="Go back").click()
        expect(listed).to_have_count(0)
        assert default(taught_store) == run.id
        page.goto(f"{address}/draw?run={run.id}&draw_answer=chosen-run")
        settle(page)
        for at in learned:
            expect_answer(page, drawn[at], before[at])
        leave(page)


def default(store: Store) -> str:
    """Return the id of the run that everything opens with."""
    found = promotions.default_run(promotions.read(store.folder), store.entries())
    assert found.run is not None
    return found.run.id
