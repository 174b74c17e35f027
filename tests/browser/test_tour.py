"""The tour, in a real browser: one drawing through all steps, by keyboard alone."""

import re
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pipeline.config import TrainConfig
from pipeline.data.datasets import open_by_fingerprint
from pipeline.experiment import run_experiment
from pipeline.export.tour_networks import NETWORKS
from pipeline.export.tour_spec import STEPS
from pipeline.ink import drawing
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser import later_steps
from tests.browser.alternatives import untold
from tests.browser.conftest import leave, serving, settle
from tests.browser.test_accessibility import faults

DATASET = "mnist-5k"
COMES_ALONG = "Your drawing comes along"
OF_DIGITS = re.compile(r"\b(digits?|ink|draw\w*|paper|MNIST)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def toured(tmp_path_factory) -> Store:
    """A store with each of the tour's networks, which have learned little."""
    store = Store(tmp_path_factory.mktemp("tour") / "models")
    for network in NETWORKS:
        epochs = 1 if network == "cnn" else 4
        run_experiment(TrainConfig(dataset=DATASET, network=network, epochs=epochs), store)
    return store


@pytest.fixture(scope="module")
def tour(toured: Store, tmp_path_factory) -> Iterator[str]:
    """Where that store's tour is served."""
    with serving(toured.folder, tmp_path_factory.mktemp("log") / "tour.txt") as (address, _):
        yield f"{address}/tour"


def run_of(store: Store, network: str) -> Run:
    return next(run for run in store.runs() if run.info.network == network)


def shown(page: Page, step: int) -> Locator:
    """Wait until a step shows the picture; return it."""
    view = page.locator(f".tour[data-step='{list(STEPS)[step]}'][data-settled='true']")
    expect(view).to_be_visible()
    expect(page.locator(".dot[aria-current='step'] .mark")).to_have_text(str(step + 1))
    return view


def over_the_presenters_buttons(page: Page) -> bool:
    """Whether a step that is presented is whole: nothing scrolls, and nothing is under the bar."""
    step = page.locator(".stage > *").bounding_box()
    bar = page.locator(".presenter .bar").bounding_box()
    scrolls = "one => one.scrollHeight > one.clientHeight"
    fits = not page.get_by_test_id("stMain").evaluate(scrolls)
    return fits and step["y"] + step["height"] <= bar["y"]


def draw_a_seven(page: Page) -> None:
    """Draw by keyboard: across, and down."""
    page.locator(".board .surface").focus()
    for key, times in (("ArrowLeft", 8), ("ArrowUp", 10), ("Space", 1), ("ArrowRight", 14)):
        for _ in range(times):
            page.keyboard.press(key)
    for _ in range(18):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")


def drawn(page: Page) -> np.ndarray:
    """What is drawn, as the network gets it: uint8 (28, 28, 1)."""
    strokes = page.evaluate("JSON.parse(sessionStorage.getItem('inkling-drawing'))")
    return drawing.from_strokes(strokes)[..., None]


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_one_drawing_is_walked_through_all_steps_by_keyboard(
    page: Page, tour: str, toured: Store
) -> None:
    page.goto(tour)
    settle(page)
    shown(page, 0)
    expect(page.get_by_text("Test image 0, labeled")).to_be_visible()
    draw_a_seven(page)
    expect(page.get_by_text(COMES_ALONG)).to_be_visible()
    image = drawn(page)
    row, column, _ = np.unravel_index(image.argmax(), image.shape)
    page.locator(".numbers").focus()
    for key, times in (("Up", 28), ("Left", 28), ("Down", row), ("Right", column)):
        for _ in range(times):
            page.keyboard.press(f"Arrow{key}")
    expect(page.locator(".grid-step .said")).to_have_text(
        f"Row {row + 1}, column {column + 1}: {image.max()}"
    )
    page.get_by_role("button", name="Next row").press("Enter")
    expect(page.get_by_text("28 of 784 features")).to_be_visible()

    for step in range(1, len(STEPS)):
        page.get_by_role("button", name="Next ›").press("Enter")
        view = shown(page, step)
        expect(view.locator(".stage > *")).not_to_be_empty()
        expect(page.get_by_text(COMES_ALONG)).to_be_visible()
        assert faults(page) == []
        assert untold(page) == []
        if check := CHECKS.get(list(STEPS)[step]):
            check(page, toured, image)
    expect(page).to_have_url(re.compile(rf"step={len(STEPS)}\b"))

    page.get_by_role("button", name="‹ Back").focus()
    page.keyboard.press("ArrowLeft")
    shown(page, len(STEPS) - 2)
    expect(page).to_have_url(re.compile(rf"step={len(STEPS) - 1}\b"))
    page.reload()
    settle(page)
    shown(page, len(STEPS) - 2)
    expect(page.get_by_text(COMES_ALONG)).to_be_visible()
    page.go_back()  # before the reload it was at the end
    shown(page, len(STEPS) - 1)


def sums_to_what_the_network_says(page: Page, toured: Store, image: np.ndarray) -> None:
    probabilities = run_of(toured, "pixels").graph().probabilities(image[None])[0]
    shares = page.locator(".classes .share").all_inner_texts()
    assert shares == [f"{100 * share:.0f}%" for share in probabilities.astype(float)]
    best = page.locator(".classes [aria-checked='true']")
    expect(best).to_have_accessible_name(re.compile(f"^Class “{probabilities.argmax()}” "))
    raises, lowers, bias, total, _ = page.locator(".sum-up dd").all_inner_texts()
    assert number(total) == pytest.approx(number(raises) + number(lowers) + number(bias), abs=0.16)
    best.press("ArrowRight")
    following = (int(probabilities.argmax()) + 1) % 10
    expect(page.get_by_text(f"Weights for “{following}”")).to_be_visible()


def squashes_to_the_activation(page: Page, toured: Store, image: np.ndarray) -> None:
    run = run_of(toured, "perceptron")
    hidden = [layer.name for layer in run.info.layers].index("hidden1")
    activations = run.graph().activations(image)[hidden]
    undecided = int(np.abs(activations - 0.5).argmin())
    chosen = page.locator(".units [aria-checked='true']")
    expect(chosen).to_have_accessible_name(f"Neuron {undecided + 1} of 16")
    step, out = page.locator(".neuron-step"), pytest.approx(activations[undecided], abs=1e-4)
    assert float(step.get_attribute("data-out")) == out
    page.get_by_label("Bias").press("Home")  # as far down as it goes
    assert float(step.get_attribute("data-out")) < 0.5
    page.get_by_role("button", name="As it learned them").press("Enter")
    assert float(step.get_attribute("data-out")) == out


def shows_every_neuron(page: Page, toured: Store, image: np.ndarray) -> None:
    run = run_of(toured, "perceptron")
    probabilities = run.graph().probabilities(image[None])[0]
    table = page.locator(".layers-step .sum")
    expect(table.locator("caption")).to_contain_text(f"class “{probabilities.argmax()}”")
    result = number(table.locator(".result .number").inner_text())
    assert result == pytest.approx(float(probabilities.max()), abs=0.0006)
    page.locator(".layers-step .net canvas[role='application']").press("ArrowLeft")
    expect(table.locator("caption")).to_contain_text("hidden2")
    metrics = run.info.metrics
    expect(page.locator(".layers-step .right")).to_contain_text(
        f"Right on {metrics.correct:,} of {metrics.total:,}"
    )


CHECKS = {
    "weights": sums_to_what_the_network_says,
    "neuron": squashes_to_the_activation,
    "layers": shows_every_neuron,
    **later_steps.CHECKS,
}


@pytest.mark.parametrize(("asked", "step"), [("99", -1), ("0", 0), ("seven", 0), ("-3", 0)])
def test_an_address_with_a_step_that_is_not_there_shows_the_nearest(
    page: Page, tour: str, asked: str, step: int
) -> None:
    page.goto(f"{tour}?step={asked}")
    settle(page)
    shown(page, range(len(STEPS))[step])
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_presenter_steps_through_it_and_digging_keeps_the_drawing(page: Page, tour: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{tour}?present=1")
    settle(page)
    for step in range(len(STEPS)):
        view = shown(page, step)
        expect(view.locator(".deeper")).to_be_hidden()
        assert over_the_presenters_buttons(page)
        assert faults(page) == []
        if step < len(STEPS) - 1:
            page.keyboard.press("PageDown")
    page.set_viewport_size({"width": 844, "height": 390})  # a phone on its side
    for step in reversed(range(len(STEPS))):
        shown(page, step)
        assert over_the_presenters_buttons(page)
        page.keyboard.press("PageUp")
    shown(page, 0)

    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{tour}?step=2")
    settle(page)
    shown(page, 1)
    draw_a_seven(page)
    page.get_by_role("link", name="Look inside this network").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inside")
    expect(page).to_have_url(re.compile("run=[^&]*pixels"))
    page.get_by_role("link", name="Tour", exact=True).click()
    shown(page, 1)
    expect(page.get_by_text(COMES_ALONG)).to_be_visible()


def test_it_is_told_in_german_in_the_dark(browser: Browser, tour: str) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, color_scheme="dark", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{tour}?lang=de")
    settle(page)
    for step in range(len(STEPS)):
        shown(page, step)
        assert faults(page) == []
        if step == 0:
            page.get_by_role("button", name="Entrollen").click()
            expect(page.get_by_text("784 von 784 Merkmalen")).to_be_visible()  # at once
        page.get_by_role("button", name="Weiter ›").press("Enter")  # at the end it does nothing
    expect(page.get_by_role("heading", level=1)).to_have_text("Wie eine Maschine eine Ziffer liest")
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollHeight - e.clientHeight") <= 0  # it fits on a projector
    context.close()


def test_what_is_missing_is_trained_by_a_click_and_nothing_speaks_of_digits(
    page: Page, shapes_run: Run, tmp_path, monkeypatch
) -> None:
    store = Store(tmp_path / "models")
    shutil.copytree(shapes_run.folder, store.folder / shapes_run.id)
    run = store.open(shapes_run.id)
    (run.folder / "film.npz").unlink()
    with serving(store.folder, tmp_path / "log.txt") as (address, _):
        page.goto(f"{address}/tour?run={run.id}&step=2")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("How a machine reads a picture")
        expect(page.get_by_text("This step needs a network that gives each")).to_be_visible()
        expect(page.locator(".board .surface")).to_have_count(0)
        assert not OF_DIGITS.search(page.locator("[data-testid='stMain']").inner_text())
        page.locator(".dot").nth(6).click()
        expect(page.get_by_text("No training in this store was filmed.")).to_be_visible()
        page.get_by_role("button", name="Train what is missing").click()
        expect(page.get_by_role("progressbar", name="Progress of the training")).to_be_visible()
        page.get_by_label("Frame of the film").wait_for(timeout=180_000)
        shown(page, 6)
        page.locator(".dot").nth(1).click()  # the film is of the network that was missing here
        page.locator(".weights-step").wait_for()
        shown(page, 1)
        (trained,) = (one for one in store.runs() if one.info.network == "pixels")
        best = trained.class_names[trained.graph().probabilities(first(page, run))[0].argmax()]
        expect(page.locator(".weights-step")).to_have_attribute("data-best", best)
        assert not OF_DIGITS.search(page.locator("[data-testid='stMain']").inner_text())
        leave(page)
    monkeypatch.setenv("INKLING_READ_ONLY", "1")
    with serving(store.folder, tmp_path / "log.txt") as (address, _):
        page.goto(f"{address}/tour?run={run.id}&step=2")
        settle(page)
        page.locator(".weights-step").wait_for()
        shown(page, 1)  # the network's runtime has come, so nothing is given up on leaving
        page.locator(".dot").nth(2).click()
        expect(page.get_by_text("--network perceptron")).to_be_visible()
        expect(page.get_by_role("button", name="Train what is missing")).to_be_hidden()
        leave(page)


def first(page: Page, run: Run) -> np.ndarray:
    """The test image that is shown: uint8 (1, height, width, channels)."""
    index = int(re.search(r"Test image (\d+)", page.locator(".source").inner_text())[1])
    images = open_by_fingerprint(run.info.dataset.name, run.info.dataset.fingerprint).x_test
    return images[index : index + 1]
