"""The live pad: the same answers as Python while the pen moves, in the dashboard and in a file."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.drawing import inked, read_right
from benchmarks.memory import resident_megabytes
from pipeline.config import TrainConfig
from pipeline.data.datasets import Dataset
from pipeline.experiment import run_experiment
from pipeline.export import html_page, pad_spec
from pipeline.ink import drawing
from pipeline.store import corrections
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser.conftest import settle
from tests.browser.pens import (
    DRAW,
    TABLET,
    draw_strokes,
    drawings,
    on_paper,
    open_draw,
    predicted,
    ready,
    settled,
    shares_of,
)

ROOT = Path(__file__).parents[2]
SEVEN = [[[60, 60], [200, 60], [120, 220]]]
HEART = [
    [[140, 230], [60, 140], [60, 90], [100, 60], [140, 100], [180, 60], [220, 90], [220, 140],
     [140, 230]]
]  # fmt: skip
BY_MOUSE = 10  # of a hundred drawings
MOST_BYTES = 5_000_000
LEAKED = 40  # megabytes that 2,000 predictions may leave; undeleted tensors would take a thousand

# Draws by events of its own: a circle's worth of points, each of which is answered.
DRAW_ON = """async (rounds) => {
    const find = (root) => root.querySelector(".surface") ?? [...root.querySelectorAll("*")]
        .map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean)
    const surface = find(document), box = surface.getBoundingClientRect()
    let answered = 0
    document.addEventListener("painted", () => { answered++ })
    const send = (type, turn) => surface.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, button: 0, bubbles: true,
        clientX: box.left + box.width * (0.5 + 0.3 * Math.cos(turn / 7)),
        clientY: box.top + box.height * (0.5 + 0.3 * Math.sin(turn / 7)),
    }))
    surface.setPointerCapture = () => {}
    for (let round = 0; round < rounds; round++) {
        send("pointerdown", 0)
        for (let turn = 1; turn < 50; turn++) {
            const before = answered
            send("pointermove", turn)
            while (answered === before) await new Promise((done) => setTimeout(done))
        }
        send("pointerup", 50)
        surface.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}))
        await new Promise((done) => setTimeout(done, 5))
    }
    return answered
}"""


@pytest.fixture(scope="module")
def bundled() -> Run:
    return Store(ROOT / "models").open("mnist-cnn")


@pytest.fixture(scope="module")
def taken_away(bundled: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page to take away of the bundled run."""
    path = tmp_path_factory.mktemp("taken") / "pad.html"
    html_page.write_page(bundled, path)
    return path


@pytest.fixture(scope="module")
def narrow(digits: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A network trained on ink of another size, 24 high and 20 wide."""
    folder = tmp_path_factory.mktemp("narrow")
    parts = {}
    for part in ("train", "test"):
        images = getattr(digits, f"x_{part}")[..., 0]
        shrunk = [drawing.ink_to_image(image, (24, 20, 1))[..., 0] for image in images]
        parts |= {f"x_{part}": np.stack(shrunk), f"y_{part}": getattr(digits, f"y_{part}")}
    np.savez(folder / "narrow.npz", **parts)
    config = TrainConfig(dataset=str(folder / "narrow.npz"), network="shallow", epochs=2)
    return run_experiment(config, Store(folder / "models"))


@pytest.fixture
def offline(browser: Browser, taken_away: Path) -> Iterator[Page]:
    """The page to take away, opened from the disk without a network; nothing may be asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(taken_away.as_uri())
    ready(page)
    yield page
    context.close()
    # Its own runtime it has as a blob of itself.
    assert [url for url in asked if not url.startswith(("blob:", "file:"))] == errors == []


def made_up(count: int) -> list[list[list[list[float]]]]:
    """Make strokes of every kind: long and short, dots, lines, far off and tiny."""
    rng = np.random.default_rng(0)
    made = []
    for number in range(count):
        strokes = [
            np.cumsum(rng.normal(0, 20, (rng.integers(1, 60), 2)), axis=0)
            * 10.0 ** (number % 4 - 1)
            for _ in range(rng.integers(1, 4))
        ]
        made.append([stroke.tolist() for stroke in strokes])
    return [*made, [[[5, 5]]], [[[0, 0], [280, 0]]], [[[3, 1], [3, 1], [3, 1]]]]


def in_javascript(page: Page, drawn: list[list[list[list[float]]]]) -> np.ndarray:
    """Ink drawings by the pad's own source: int (n, 28, 28)."""
    source = base64.b64encode((ROOT / "web" / "src" / "drawing.js").read_bytes()).decode()
    found = page.evaluate(
        """async ([source, drawings, frame]) => {
            const {fromStrokes} = await import(`data:text/javascript;base64,${source}`)
            return drawings.map((strokes) => Array.from(fromStrokes(strokes, frame)))
        }""",
        [source, drawn, drawing.FRAME],
    )
    return np.array(found).reshape(-1, drawing.SIZE, drawing.SIZE)


@pytest.mark.parametrize("real", [False, pytest.param(True, marks=pytest.mark.mnist)])
def test_both_languages_draw_the_same(page, real):
    drawn = [row["strokes"] for row in drawings(500)] if real else made_up(100)
    here = np.stack([drawing.from_strokes(strokes) for strokes in drawn]).astype(int)
    gaps = np.abs(in_javascript(page, drawn) - here)
    assert (gaps <= 1).mean() >= 0.999


def test_the_page_to_take_away_is_small(taken_away):
    assert taken_away.stat().st_size <= MOST_BYTES
    text = taken_away.read_text("utf-8")
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)


@pytest.mark.mnist
def test_a_hundred_drawings_offline_are_read_as_predict_reads_them(offline, bundled, tmp_path):
    rows = drawings(100)
    drawn = [row["strokes"] for row in rows]
    expected = predicted(bundled, drawn, tmp_path)
    labels = np.array([row["label"] for row in rows])
    said = []
    surface = offline.locator(".surface")
    for number, (strokes, answer) in enumerate(zip(drawn, expected, strict=True)):
        if number < BY_MOUSE:
            draw_strokes(offline, surface, strokes)
        else:
            surface.evaluate(DRAW, [strokes, TABLET])
        settled(offline)
        said.append(offline.locator(".told strong").inner_text())
        assert said[-1] == answer["predicted"]
        offline.get_by_role("button", name="Clear").click()
    measured = read_right(bundled.graph(), inked(drawn), labels)
    assert np.array_equal(np.array(said, int) == labels, measured)


@pytest.mark.mnist
def test_live_pad_and_canvas_agree_with_predict(page, server, tiny_run, tmp_path):
    rows = drawings(8)
    expected = predicted(tiny_run, [row["strokes"] for row in rows], tmp_path)
    open_draw(page, server, tiny_run)
    surface = ready(page)
    for row, answer in zip(rows, expected, strict=True):
        draw_strokes(page, surface, row["strokes"])
        settled(page)
        said = float(shares_of(page)[answer["predicted"]].rstrip(" %")) / 100
        assert said == pytest.approx(answer["confidence"], abs=0.05)
        page.get_by_role("button", name="Clear", exact=True).click()
        settle(page)
    for row, answer in zip(rows[:3], expected, strict=False):
        open_draw(page, server, tiny_run)
        on_paper(page)
        draw_strokes(page, page.locator(".upper-canvas"), row["strokes"])
        expect(page.locator(".alone .told strong")).to_have_text(answer["predicted"])
        settle(page)


def test_ink_of_another_size_is_read_as_predict_reads_it(browser, narrow, tmp_path):
    assert narrow.info.dataset.mnist_framed
    drawn = [SEVEN, HEART, [[[140, 40], [140, 240]]], [[[60, 60], [60, 140], [200, 140]]]]
    expected = predicted(narrow, drawn, tmp_path)
    html_page.write_page(narrow, tmp_path / "narrow.html")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "narrow.html").as_uri())
    surface = ready(page)
    for strokes, answer in zip(drawn, expected, strict=True):
        draw_strokes(page, surface, strokes, unit=280)
        settled(page)
        expect(page.locator(".told strong")).to_have_text(answer["predicted"])
        # The pad sees the mouse at a tenth of its unit.
        said = float(page.locator(".told .share").inner_text().rstrip(" %")) / 100
        assert said == pytest.approx(answer["confidence"], abs=0.02)
        page.get_by_role("button", name="Clear").click()
    seen = page.locator(".seen")
    assert (seen.get_attribute("width"), seen.get_attribute("height")) == ("20", "24")
    context.close()


def test_undo_clear_and_the_keyboard(offline):
    surface = offline.locator(".surface")
    expect(offline.get_by_role("button", name="Undo")).to_be_disabled()
    draw_strokes(offline, surface, SEVEN, unit=280)
    settled(offline)
    expect(offline.locator(".told strong")).to_have_text("7")
    offline.get_by_role("button", name="Clear").click()
    expect(offline.locator(".told")).to_have_text(re.compile("^Draw in the square"))
    offline.get_by_role("button", name="Undo").click()  # takes Clear back
    expect(offline.locator(".told strong")).to_have_text("7")
    offline.get_by_role("button", name="Undo").click()
    expect(offline.locator(".told")).to_have_text(re.compile("^Draw in the square"))

    surface.focus()
    for key in ["ArrowUp"] * 14 + [" "] + ["ArrowDown"] * 28 + [" "]:
        offline.keyboard.press(key)
    settled(offline)
    expect(offline.locator(".told strong")).to_have_text("1")
    offline.keyboard.press("Escape")
    expect(offline.locator(".told")).to_have_text(re.compile("^Draw in the square"))


def test_whatever_is_drawn_there_is_an_answer(offline):
    pad = offline.locator(".surface")
    for strokes in (
        [[[140, 140]]],  # a dot
        [[[0, 140], [280, 140]]],  # a line across
        [[[140, 140], [500, -300], [140, 200]]],  # off the edge
        [[[10 + 8 * k, 20], [10 + 8 * k, 260]] for k in range(30)],
    ):
        draw_strokes(offline, pad, strokes, unit=280)
        settled(offline)
        expect(offline.locator(".told strong")).to_have_text(re.compile(r"^\d$"))
        offline.get_by_role("button", name="Clear").click()
        expect(offline.locator(".told")).to_have_text(re.compile("^Draw in the square"))


def test_a_full_pad_says_so_and_goes_on_answering(offline):
    scrawl = np.random.default_rng(0).uniform(0, 280, (drawing.MOST_POINTS + 1000, 2))
    offline.evaluate(
        """points => {
            const surface = document.querySelector(".surface")
            const box = surface.getBoundingClientRect()
            surface.setPointerCapture = () => {}
            const send = (type, [x, y]) => surface.dispatchEvent(new PointerEvent(type, {
                pointerId: 1, button: 0, clientX: box.left + x, clientY: box.top + y,
            }))
            send("pointerdown", points[0])
            points.forEach((point) => send("pointermove", point))
            send("pointerup", points.at(-1))
        }""",
        scrawl.tolist(),
    )
    settled(offline)
    expect(offline.locator(".told strong")).to_have_text(re.compile(r"^\d$"))
    expect(offline.get_by_text("The pad is full")).to_be_visible()
    offline.get_by_role("button", name="Undo").click()
    expect(offline.get_by_text("The pad is full")).not_to_be_visible()


def test_two_thousand_predictions_leave_memory_as_it_was(browser, offline):
    session = browser.new_browser_cdp_session()

    def megabytes() -> float:
        offline.evaluate("globalThis.gc?.()")
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        return sum(resident_megabytes(p["id"]) for p in processes if p["type"] == "renderer")

    offline.evaluate(DRAW_ON, 5)
    before = megabytes()
    assert offline.evaluate(DRAW_ON, 41) >= 2000
    assert megabytes() - before < LEAKED


def test_a_browser_that_cannot_says_what_to_do(browser, server, tiny_run):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("delete globalThis.WebAssembly")
    open_draw(page, server, tiny_run)
    expect(page.get_by_text("This browser cannot run the network")).to_be_visible()
    expect(page.get_by_text("Use the canvas under “Edit an image” instead.")).to_be_visible()
    context.close()


def test_a_second_visit_fetches_no_runtime(browser, server, tiny_run):
    context = browser.new_context()
    for expected in (1, 0):
        page = context.new_page()
        fetched: list[str] = []
        page.on("request", lambda request, into=fetched: into.append(request.url))
        open_draw(page, server, tiny_run)
        ready(page)
        assert sum(url.endswith(".wasm.gz") for url in fetched) == expected
        page.close()
    context.close()


def test_what_it_was_is_kept_thanked_for_and_taken_back(page, server, server_store, tiny_run):
    def kept() -> list[str]:
        return [one.label for one in corrections.read(server_store).standing]

    open_draw(page, server, tiny_run)
    surface = ready(page)
    expect(page.get_by_role("button", name="8", exact=True)).to_be_disabled()
    draw_strokes(page, surface, SEVEN, unit=280)
    page.get_by_role("button", name="8", exact=True).click()
    expect(page.get_by_text("Thank you! Kept as “8”.")).to_be_visible()
    assert kept() == ["8"]
    page.get_by_role("button", name="7", exact=True).click()
    expect(page.get_by_text("Kept as “7”, no longer as “8”")).to_be_visible()
    expect(page.get_by_text("1 correction: 1 × “7”")).to_be_visible()
    assert kept() == ["7"]
    expect(page.locator(".told strong")).to_have_text(re.compile(r"^\d$"))  # the drawing stays
    page.get_by_role("button", name="Undo correction").click()
    expect(page.get_by_text("Thank you")).not_to_be_visible()
    assert kept() == []


def test_only_the_pad_keeps_the_page_from_scrolling(page, server, tiny_run):
    open_draw(page, server, tiny_run)
    surface = ready(page)
    touch = "e => getComputedStyle(e).touchAction"
    assert surface.evaluate(touch) == "none"
    assert page.locator(".inside").evaluate(touch) == "auto"
    assert page.locator(".drawing").evaluate(touch) == "auto"


def test_both_languages_score_how_far_out_of_distribution_a_drawing_is_alike(page, bundled):
    usual = bundled.ood_detector()
    assert usual is not None
    graph, spec = bundled.graph(), pad_spec.describe([bundled], ["it"], "")
    source = base64.b64encode(
        (ROOT / "web" / "src" / "out_of_distribution.js").read_bytes()
    ).decode()
    for strokes in [SEVEN, HEART, *made_up(5)]:
        image = drawing.from_strokes(strokes)[..., None]
        activations = graph.activations(image)
        there = page.evaluate(
            """async ([source, described, blob, pixels, activations]) => {
                const {open, score} = await import(`data:text/javascript;base64,${source}`)
                const bytes = Uint8Array.from(atob(blob), (sign) => sign.charCodeAt(0))
                const detector = open(described, ([start, length]) =>
                    new Float32Array(bytes.slice(start, start + length).buffer))
                return score(detector, pixels, activations)
            }""",
            [
                source,
                spec.facts["runs"][0]["ood"],
                base64.b64encode(spec.blob).decode(),
                (image.ravel() / 255).tolist(),
                [layer.ravel().tolist() for layer in activations],
            ],
        )
        assert there == pytest.approx(usual.score_activations(image, activations), abs=1e-3)


def test_a_heart_is_remarked_on_as_unlike_the_training_images(offline):
    draw_strokes(offline, offline.locator(".surface"), HEART, unit=280)
    settled(offline)
    expect(offline.locator(".told strong")).to_have_text(re.compile(r"^\d$"))
    expect(offline.locator(".remark")).to_have_text("Unlike most training images")
    offline.get_by_role("button", name="Clear").click()
    draw_strokes(offline, offline.locator(".surface"), SEVEN, unit=280)
    settled(offline)
    expect(offline.locator(".told strong")).to_have_text("7")
    expect(offline.locator(".remark")).to_have_text("")


def test_what_is_taken_away_shows_matrix_and_card(offline, bundled):
    table = bundled.predictions(["label", "predicted"])
    fours = int(((table["label"] == 4) & (table["predicted"] == 4)).sum())
    cells = offline.locator("tbody tr").nth(4).locator("td").all_inner_texts()
    assert cells[4] == f"{fours:,}"
    for heading, text in bundled.info.model_card.items():
        expect(offline.get_by_role("heading", name=heading)).to_be_visible()
        expect(offline.get_by_text(text)).to_be_visible()
    layers = offline.locator(".layers figure")
    assert layers.count() == len(bundled.info.layers)
