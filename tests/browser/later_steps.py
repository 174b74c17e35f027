"""What must hold in the tour's steps from "Shifting" on, with one drawing that came along."""

import re

import numpy as np
from playwright.sync_api import Page, expect

from pipeline.ink.perturbations import moved
from pipeline.preprocess import to_model_input
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store


def run_of(store: Store, network: str) -> Run:
    return next(run for run in store.runs() if run.info.network == network)


def pushes_the_drawing(page: Page, toured: Store, image: np.ndarray) -> None:
    """The answers are those of Python for the pushed picture, and the curve is measured."""
    page.get_by_role("button", name="← left").press("Enter")
    slider = page.get_by_label("How far the picture is pushed, in pixels")
    for _ in range(4):
        slider.press("ArrowRight")
    expect(page.locator(".shift .said")).to_contain_text("Pushed by 4 pixels (← left)")
    pushed = moved(image, -4, 0)[None]
    for name, title in (
        ("pixels", "One weight per pixel"),
        ("shallow", "One hidden layer"),
        ("cnn", "Convolutions"),
    ):
        shares = run_of(toured, name).graph().probabilities(pushed)[0]
        answer = page.get_by_role("region", name=title)
        expect(answer.locator(".best")).to_have_text(str(shares.argmax()))
        said = float(answer.locator(".sure").inner_text().rstrip("%"))
        assert abs(said - 100 * shares.max()) < 0.06
    chart = page.locator(".shift .lines svg[role='img']")
    expect(chart).to_be_visible()
    expect(chart).to_have_attribute("aria-label", re.compile(r"Pushed by 3 px.*250 test images"))
    page.locator(".shift summary").press("Enter")
    expect(page.locator(".shift tbody tr")).to_have_count(7)


def slides_a_kernel(page: Page, toured: Store, image: np.ndarray) -> None:
    """The sum that is written out is what the network computes; pooling keeps the strongest."""
    run = run_of(toured, "cnn")
    place = page.get_by_role("application", name="What the window slides over")
    for _ in range(9):
        place.press("ArrowDown")
        place.press("ArrowRight")
    title = page.locator(".convolution figcaption", has_text="What kernel")
    kernel = int(re.search(r"kernel (\d+) of 16", title.inner_text())[1]) - 1
    layers = [layer.name for layer in run.info.layers]
    outputs = run.graph().activations(image)
    expected = outputs[layers.index("conv1")][9, 9, kernel]
    line = page.locator(".sum-line")
    expect(line).to_contain_text(f"(ReLU): {expected:.2f}.")
    page.get_by_role("button", name="Play").press("Enter")
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_role("button", name="pooling").press("Enter")
    expect(line).to_contain_text(f"kept: {outputs[layers.index('pool1')][0, 0, kernel]:.2f}.")
    place.press("ArrowRight")
    expect(line).to_contain_text(f"kept: {outputs[layers.index('pool1')][0, 1, kernel]:.2f}.")


def plays_the_film(page: Page, toured: Store, image: np.ndarray) -> None:
    """Each frame answers as Python computes it from the film in the run folder."""
    film = run_of(toured, "pixels").film()
    slider = page.get_by_label("Frame of the film")
    said = page.locator(".learning > .said")
    for key, frame in (("Home", 0), ("End", len(film.epochs) - 1)):
        slider.press(key)
        expect(said).to_contain_text(f"loss {film.losses[frame]:.2f}")
        kernel, bias = (frames[frame].astype(np.float64) for frames in film.frames)
        logits = to_model_input(image[None]).reshape(-1) @ kernel + bias
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        answer = page.get_by_role("region", name="What it answers now")
        expect(answer.locator(".best")).to_have_text(str(shares.argmax()))
        shown = float(answer.locator(".sure").inner_text().rstrip("%"))
        assert abs(shown - 100 * shares.max()) < 0.06
    play = page.locator(".learning .play")
    play.press("Enter")
    expect(play).to_have_text("Stop")
    expect(play).to_have_text("Play")  # it stops at its end
    expect(said).to_contain_text(f"After epoch {film.epochs[-1]:.0f}")


def says_when_to_ask(page: Page, toured: Store, image: np.ndarray) -> None:
    """Mistakes are those of the run; a scribble is answered, and remarked on."""
    run = run_of(toured, "cnn")
    metrics = run.info.metrics
    expect(page.locator(".trust > .right")).to_contain_text(
        f"Right on {metrics.correct:,} of {metrics.total:,}"
    )
    table = run.predictions(["label", "predicted", "confidence"])
    wrong = table[table["label"] != table["predicted"]].sort_values("confidence", ascending=False)
    first = wrong.iloc[0]
    expect(page.locator(".mistakes figcaption").first).to_contain_text(
        f"“{int(first['label'])}” read as “{int(first['predicted'])}”"
    )
    slider = page.get_by_role("slider", name="Pass the least sure on to a person")
    slider.press("Home")
    expect(page.locator(".passing .said")).to_contain_text("Nothing is passed on")
    slider.press("End")
    expect(page.locator(".passing .said")).to_contain_text("of 1,500 images (50.0%)")
    before = page.evaluate("sessionStorage.getItem('inkling-drawing')")
    page.get_by_role("button", name="Draw a scribble").press("Enter")
    expect(page.locator(".asked .note")).to_have_text("Unlike most training images")
    page.evaluate("drawing => sessionStorage.setItem('inkling-drawing', drawing)", before)


CHECKS = {
    "shift": pushes_the_drawing,
    "convolution": slides_a_kernel,
    "learning": plays_the_film,
    "trust": says_when_to_ask,
}
