"""The network inside, in a real browser: from a mistake to its sums, and what would change it."""

import re
import shutil

import numpy as np
from playwright.sync_api import Locator, Page, expect

from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.experiment import run_experiment
from pipeline.ink import drawing
from pipeline.preprocess import to_model_input
from pipeline.serving.gradients import GradientGraph
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.words import percent
from tests.browser.conftest import settle
from tests.browser.pens import draw_strokes, ready

TITLE = re.compile(r"^(\w+), map (\d+), at row (\d+), column (\d+)$")


def settled(page: Page) -> None:
    """Wait until the view has painted the picture."""
    settle(page)
    expect(page.locator(".inside-view")).to_have_attribute("data-settled", "true")


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def shares(page: Page) -> list[str]:
    """The probability of each class."""
    return page.locator(".bar .value").all_inner_texts()


def point_at(page: Page, across: float, down: float) -> None:
    """Point at the large map, in shares of its size."""
    box = page.locator(".place").bounding_box()
    page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])


def test_from_a_mistake_to_its_reasons_and_what_would_change_its_mind(
    page: Page, server: str, tiny_run: Run, digits: Dataset
) -> None:
    page.goto(f"{server}/mistakes?run={tiny_run.id}")
    settle(page)
    page.locator(".gallery .tile").nth(2).click()
    page.get_by_role("button", name="Look inside").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inside")
    settled(page)
    sample = int(page.get_by_label("Test image, 0 to").input_value())
    names = [layer.name for layer in tiny_run.info.layers]
    activations = tiny_run.graph().activations(digits.x_test[sample])
    strip = page.get_by_role("region", name="The network, from the picture")
    expect(strip.get_by_role("button")).to_have_count(len(names))

    strip.get_by_role("button", name="conv2").click()
    page.locator(".all-maps canvas").click(position={"x": 150, "y": 10})  # not the first map
    for across, down in ((0.5, 0.5), (0.3, 0.6), (0.05, 0.95)):
        point_at(page, across, down)
        title = TITLE.match(page.locator(".sum caption").inner_text())
        name, (map_, row, column) = title[1], map(int, title.groups()[1:])
        layer = activations[names.index(name)]
        assert row - 1 == int(down * layer.shape[0])
        assert column - 1 == int(across * layer.shape[1])
        shown = number(page.locator(".sum .result .number").inner_text())
        assert abs(shown - layer[row - 1, column - 1, map_ - 1]) < 0.0006
    page.locator(".place").press("ArrowUp")
    expect(page.locator(".sum caption")).to_contain_text(f"row {row - 1}, column {column}")

    lens = looked_at(page, "Where it looked")
    strongest = lens.locator(".said").all_inner_texts()
    assert len(strongest) == 6
    read_as = int(tiny_run.graph().probabilities(digits.x_test[sample : sample + 1])[0].argmax())
    other = "9" if read_as != 9 else "4"
    lens.get_by_label("and against").select_option(other)
    expect(lens.get_by_text(f"rather than “{other}”, blue for “{other}”")).to_be_visible()
    expect(lens).to_have_attribute("data-settled", "true")
    assert lens.locator(".said").all_inner_texts() != strongest

    part = looked_at(page, "Fool it")
    part.get_by_label("Make it read").select_option(other)
    expect(part.get_by_text(f"Now it reads “{other}”")).to_be_visible()

    before = shares(page)
    page.get_by_role("button", name="Switch it off").click()
    settled(page)
    expect(page.get_by_text("One map or unit is changed.")).to_be_visible()
    assert shares(page) != before
    page.get_by_role("button", name="Reset").click()
    settled(page)
    assert shares(page) == before


def looked_at(page: Page, name: str) -> Locator:
    """Scroll to a part of the page, and wait until it has computed what it shows."""
    part = page.get_by_role("region", name=name)
    part.scroll_into_view_if_needed()
    expect(part).to_have_attribute("data-settled", "true")
    return part


def test_a_map_shows_what_excites_it(page: Page, server: str, tiny_run: Run) -> None:
    page.goto(f"{server}/inside?run={tiny_run.id}&sample=3")
    settled(page)
    page.get_by_role("button", name="conv2").click()
    map_ = int(TITLE.match(page.locator(".sum caption").inner_text())[2]) - 1
    expect(page.locator(".nine figure")).to_have_count(9)
    conv2 = [layer.name for layer in tiny_run.info.layers].index("conv2")
    strongest = tiny_run.excitations()[conv2].images[map_]
    names = page.locator(".nine canvas")
    for at, image in enumerate(strongest):
        expect(names.nth(at)).to_have_accessible_name(re.compile(rf"^Test image {image}: "))

    dead = {place: int(found.dead.sum()) for place, found in tiny_run.excitations().items()}
    most = max(dead, key=dead.__getitem__)
    assert dead[most]
    page.get_by_role("button", name=tiny_run.info.layers[most].name).click()
    expect(page.locator(".all-maps .box.dead")).to_have_count(dead[most])
    expect(page.get_by_text(f"on every test image (crossed out): {dead[most]}.")).to_be_visible()


def test_the_strongest_map_is_switched_off_and_on_again(
    page: Page, server: str, tiny_run: Run, digits: Dataset
) -> None:
    page.goto(f"{server}/inside?run={tiny_run.id}&sample=3")
    settled(page)
    page.get_by_role("button", name="conv2").click()
    before = shares(page)
    map_ = int(TITLE.match(page.locator(".sum caption").inner_text())[2]) - 1
    page.get_by_role("button", name="Switch it off").click()
    expect(page.get_by_text("One map or unit is changed.")).to_be_visible()
    settled(page)
    anatomy, graph = tiny_run.anatomy(), GradientGraph(tiny_run.gradient_bytes())
    conv2 = [part.name for part in anatomy.parts].index("conv2")
    gates = np.ones(anatomy.gates)
    gates[sum(anatomy.shapes[layer][-1] for layer in anatomy.gated if layer < conv2) + map_] = 0
    expected = graph.run(to_model_input(digits.x_test[3:4])[0], (), gates).outputs[-1]
    assert shares(page) == [percent(float(share)).replace("under ", "<") for share in expected]
    assert shares(page) != before

    page.get_by_role("button", name="See what that changes on all test images").click()
    said = page.get_by_text(f"Without map {map_ + 1} of conv2, it is right on")
    expect(said).to_contain_text(f"of 600 test images instead of {tiny_run.info.metrics.correct}")
    settled(page)
    assert shares(page) != before  # it is still off
    page.get_by_role("button", name="Reset").click()
    expect(said).to_have_count(0)
    expect(page.get_by_text("Nothing is switched off")).to_be_visible()
    settled(page)
    assert shares(page) == before


def test_a_perceptron_is_drawn_whole(page: Page, server: str, server_store: Store) -> None:
    config = TrainConfig(dataset="digits", network="perceptron", epochs=2)
    run = run_experiment(config, server_store)
    try:
        page.goto(f"{server}/inside?run={run.id}&sample=3")
        settled(page)
        whole = page.get_by_role("region", name="The whole network")
        net = whole.get_by_role("application")
        net.press("ArrowLeft")
        net.press("ArrowLeft")
        expect(whole.locator(".sum caption")).to_contain_text("hidden1, unit")
        box = net.bounding_box()
        net.click(position={"x": box["width"] - 130, "y": box["height"] * 7.5 / 10})
        expect(whole.locator(".sum caption")).to_have_text("probabilities, class “7”")
        expect(page.locator(".layer-view h3")).to_have_text("probabilities")
        page.get_by_role("button", name="hidden1").click()
        page.get_by_role("button", name="what each looks for").click()
        expect(page.locator(".layer-view .legend")).to_contain_text("blue")
    finally:
        shutil.rmtree(run.folder)


def test_another_picture_is_shown_beside_it_and_their_difference(
    page: Page, server: str, tiny_run: Run, digits: Dataset
) -> None:
    page.goto(f"{server}/inside?run={tiny_run.id}&sample=3")
    settled(page)
    before = shares(page)
    page.get_by_label("Compare with test image").fill("17")
    page.get_by_label("Compare with test image").press("Enter")
    expect(page.get_by_text("Compared with test image 17, labeled “")).to_be_visible()
    settled(page)
    other = page.get_by_role("region", name="the other picture")
    expected = tiny_run.graph().probabilities(digits.x_test[17:18])[0]
    said = [percent(float(share)).replace("under ", "<") for share in expected]
    assert other.locator(".bar .value").all_inner_texts() == said
    assert said != before
    page.get_by_role("button", name="conv2").click()
    row = page.locator(".sum .elsewhere")
    expect(row).to_contain_text("the other picture")
    name, map_, at_row, column = TITLE.match(page.locator(".sum caption").inner_text()).groups()
    layer = [layer.name for layer in tiny_run.info.layers].index(name)
    there = tiny_run.graph().activations(digits.x_test[17])[layer]
    value = there[int(at_row) - 1, int(column) - 1, int(map_) - 1]
    assert abs(number(row.locator(".number").inner_text()) - value) < 0.0006

    page.get_by_role("button", name="the difference").click()
    strip = page.get_by_role("region", name="The difference, from the picture")
    assert strip.locator(".bar .value").all_inner_texts() == before
    expect(page.get_by_text("Red: higher for this picture.")).to_be_visible()
    expect(other).to_have_count(0)
    page.get_by_role("button", name="None").click()
    expect(strip).to_have_count(0)


def test_a_second_run_is_shown_beside_it(
    page: Page, server: str, server_store: Store, tiny_run: Run
) -> None:
    copy = server_store.folder / "20000101-000000-digits-copy-0000"
    shutil.copytree(tiny_run.folder, copy)
    try:
        page.goto(f"{server}/inside?run={tiny_run.id}&sample=3&second={copy.name}")
        settled(page)
        strip = page.get_by_role("region", name="the second run")
        expect(strip.locator(".bar.first .value")).to_have_text(
            page.locator(".bar.first .value").first.inner_text()
        )
        page.get_by_role("button", name="the difference").click()
        expect(page.get_by_text("Red: higher in this run.")).to_be_visible()
    finally:
        shutil.rmtree(copy)


def test_another_picture_is_shown_without_the_network_again(
    page: Page, server: str, tiny_run: Run, digits: Dataset
) -> None:
    page.goto(f"{server}/inside?run={tiny_run.id}&sample=3")
    settled(page)
    page.get_by_role("button", name="probabilities").click()
    page.get_by_label("Test image, 0 to").fill("4")
    page.get_by_label("Test image, 0 to").press("Enter")
    expect(page.get_by_text("Test image 4 is predicted")).to_be_visible()
    settled(page)
    best = tiny_run.graph().probabilities(digits.x_test[4:5])[0].argmax()
    # The layer that was looked at stays open.
    expect(page.locator(".bar.first .name")).to_have_text(str(best))
    expect(page.locator(".layer-view h3")).to_have_text("probabilities")


def test_the_network_follows_the_pen_down_to_the_last_sum(
    page: Page, server: str, tiny_run: Run
) -> None:
    page.goto(f"{server}/draw?run={tiny_run.id}&draw_answer=chosen-run")
    ready(page)
    page.get_by_role("link", name="Look inside", exact=True).click()
    expect(page.get_by_text("Test image ").and_(page.locator(".source"))).to_be_visible()
    settled(page)
    pad = page.get_by_role("application", name="Drawing pad")
    seven = [[[60, 60], [200, 60], [120, 220]]]
    draw_strokes(page, pad, seven, unit=280)
    expect(page.get_by_text("The network follows the pen")).to_be_visible()
    settled(page)
    image = drawing.from_strokes(seven)[None, ..., None]
    expected = tiny_run.graph().probabilities(image)[0]
    assert shares(page) == [percent(float(share)).replace("under ", "<") for share in expected]

    page.reload()  # the drawing is kept
    settled(page)
    expect(page.get_by_text("The network follows the pen")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Draw over it.")).to_be_visible()


def test_a_way_to_the_feature_maps_leads_inside(page: Page, server: str, tiny_run: Run) -> None:
    page.goto(f"{server}/feature_maps?run={tiny_run.id}&sample=17")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inside")
    expect(page.get_by_text("Test image 17 is predicted")).to_be_visible()
    settled(page)
