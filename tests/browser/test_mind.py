"""What would change its mind, in a real browser: another class within a budget, and a film."""

import numpy as np
from playwright.sync_api import Page, expect

from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run
from tests.browser.test_inside import settled


def test_fooling_reaches_the_class_within_the_budget(
    page: Page, server: str, tiny_run: Run, digits: Dataset
) -> None:
    page.goto(f"{server}/inside?run={tiny_run.id}&sample=3")
    settled(page)
    part = page.get_by_role("region", name="Fool it")
    part.scroll_into_view_if_needed()
    expect(part).to_have_attribute("data-settled", "true")
    shares = tiny_run.graph().probabilities(digits.x_test[3:4])[0]
    best, second, *_, last = (int(label) for label in np.argsort(-shares))
    before, _, after = part.get_by_role("figure").all()
    expect(part.get_by_label("Make it read")).to_have_value(str(second))
    expect(after).to_contain_text(f"“{second}”")

    part.get_by_label("Make it read").select_option(str(last))
    expect(part.get_by_text(f"Now it reads “{last}”")).to_be_visible()
    expect(before).to_contain_text(f"“{best}”")
    expect(after).to_contain_text(f"“{last}”")
    for norm in ("each value", "all together"):
        part.get_by_role("button", name=norm).click()
        expect(part).to_have_attribute("data-settled", "true")
        expect(after).to_contain_text(f"“{last}”")
        size, budget = (float(part.get_attribute(f"data-{name}")) for name in ("size", "budget"))
        assert 0 < size <= budget + 1e-6

    part.get_by_role("slider").fill("0")
    expect(part.get_by_text("No change within this budget")).to_be_visible()
    expect(after).not_to_contain_text(f"“{last}”")
    part.get_by_role("button", name="Find the smallest").click()
    expect(after).to_contain_text(f"“{last}”")
    assert float(part.get_attribute("data-budget")) == budget


def test_the_idea_of_a_class_is_a_film(page: Page, server: str, tiny_run: Run) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{server}/inside?run={tiny_run.id}&sample=3")
    settled(page)
    part = page.get_by_role("region", name="Its idea of a class")
    part.scroll_into_view_if_needed()
    part.get_by_role("combobox").select_option("7")
    expect(part.get_by_role("heading")).to_have_text("Its idea of “7”")
    frame = part.locator(".said")
    expect(frame).to_contain_text("Step 100 of 100: logit")
    last = frame.inner_text()
    part.get_by_role("button", name="Next frame").click()  # from the end to the beginning
    expect(frame).to_contain_text("Step 0 of 100")
    part.get_by_role("slider").press("ArrowRight")
    expect(frame).to_contain_text("Step 2 of 100")
    part.get_by_role("slider").press("End")
    expect(frame).to_have_text(last)
    part.get_by_role("button", name="the picture").click()
    expect(part).to_have_attribute("data-settled", "true")
    expect(frame).not_to_have_text(last)
