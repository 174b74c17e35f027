import re

import pytest
from playwright.sync_api import Page, expect

from pipeline.runs import Run, Store
from tests.browser.conftest import settle

PAGES = ("Overview", "Confusion matrix", "Mistakes", "Data", "Feature maps", "Draw", "Train")
# A seven, in shares of the box.
SEVEN = ((0.2, 0.2), (0.75, 0.2), (0.45, 0.85))


def open_page(page: Page, server: str, name: str, query: str = "") -> None:
    """Open a page as people do: through the list on the left, unless a link says more."""
    if query:
        page.goto(f"{server}/{name.lower().replace(' ', '_')}?{query}")
        settle(page)
        return
    page.goto(server)
    settle(page)
    if name != "Overview":
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        settle(page)


def draw(page: Page, points: tuple[tuple[float, float], ...]) -> None:
    """Draw a stroke with the mouse, in shares of the canvas."""
    canvas = page.locator("canvas").last
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for x, y in at[1:]:
        page.mouse.move(x, y, steps=12)
    page.mouse.up()


def busiest_cell(run: Run) -> tuple[int, int, int]:
    """Return the cell off the diagonal with the most images, and how many they are."""
    table = run.predictions()
    mistakes = table[table["label"] != table["predicted"]]
    sizes = mistakes.groupby(["label", "predicted"]).size()
    true, predicted = sizes.idxmax()
    return int(true), int(predicted), int(sizes.max())


def test_every_page_opens_from_the_list_without_a_console_error(page, server):
    page.goto(server)
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("LeNet-5 on digits")
    for name in PAGES[1:]:
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        settle(page)
        expect(page.locator("[data-testid='stException']")).to_have_count(0)


def test_a_click_on_a_cell_shows_its_images(page, server, tiny_run):
    true, predicted, count = busiest_cell(tiny_run)
    open_page(page, server, "Confusion matrix")
    cell = page.locator(".scatterlayer .point").nth(true * 10 + predicted)
    box = cell.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".hovertext")).to_contain_text(f"true {true}, predicted {predicted}")
    page.mouse.down()
    page.mouse.up()
    tiles = page.locator(".gallery .tile")
    expect(tiles).to_have_count(count)
    expect(tiles.first).to_contain_text(f"{true} → {predicted}")
    expect(page).to_have_url(re.compile(f"true={true}&predicted={predicted}"))

    # From an image in the cell to its feature maps, and back.
    sample = tiles.first.get_attribute("data-id")
    tiles.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Feature maps")
    expect(page.get_by_text(f"Test image {sample} is read as")).to_be_visible()
    page.go_back()
    expect(page.locator(".gallery .tile")).to_have_count(count)


def test_a_link_opens_the_same_view(page, server, tiny_run):
    true, predicted, count = busiest_cell(tiny_run)
    query = f"run={tiny_run.id}&true={true}&predicted={predicted}"
    open_page(page, server, "Mistakes", query)
    expect(page.locator(".gallery .tile")).to_have_count(count)
    expect(page.get_by_text(f"{count} shown, surest first")).to_be_visible()


def test_tiles_are_reached_by_keyboard(page, server, tiny_run):
    open_page(page, server, "Mistakes")
    first = page.locator(".gallery .tile").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    second = page.locator(".gallery .tile").nth(1)
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(f"sample={second.get_attribute('data-id')}"))


def test_a_drawing_is_predicted(page, server):
    open_page(page, server, "Draw")
    expect(page.get_by_text("Nothing drawn yet")).to_be_visible()
    draw(page, SEVEN)
    expect(page.get_by_text(re.compile(r"^\d \(\d+\.\d+ %\), else \d"))).to_be_visible()
    expect(page.get_by_text("What each layer makes of it")).to_be_visible()
    expect(page.get_by_text("conv1 · ")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_follows_the_viewers_theme(browser, server, theme):
    context = browser.new_context(color_scheme=theme)
    page = context.new_page()
    open_page(page, server, "Mistakes")
    colour = page.locator("[data-testid='stApp']").evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    brightness = sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3
    assert (brightness > 128) == (theme == "light")
    pixels = page.locator(".gallery .tile img").first.evaluate(
        """async image => {
            await image.decode()
            const canvas = document.createElement("canvas")
            const context = canvas.getContext("2d")
            context.drawImage(image, 0, 0)
            return context.getImageData(0, 0, 1, 1).data[0]
        }"""
    )
    assert pixels == (255 if theme == "light" else 0)  # the corner is paper
    context.close()


def test_nothing_runs_off_a_narrow_screen(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    for name in (title.lower().replace(" ", "_") for title in PAGES):
        page.goto(f"{server}/{'' if name == 'overview' else name}")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        main = page.locator("[data-testid='stMain']")
        assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 1, name
    context.close()


def test_a_training_started_on_the_page_publishes_a_run(page, server, server_store: Store):
    before = {run.id for run in server_store.runs()}
    open_page(page, server, "Train")
    page.get_by_role("combobox", name="Network").click()
    page.get_by_role("option", name=re.compile("^pixels")).click()
    page.get_by_label("Epochs").fill("2")
    page.get_by_label("Epochs").press("Enter")
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()

    # The page stays usable: look elsewhere and come back.
    page.get_by_role("link", name="Mistakes", exact=True).click()
    expect(page.locator(".gallery .tile").first).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_text(re.compile("^Done: Right on"))).to_be_visible(timeout=90_000)
    (new,) = {run.id for run in server_store.runs()} - before
    page.get_by_role("link", name=re.compile("^Look at digits pixels")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pixels alone on digits")
    expect(page).to_have_url(re.compile(new))
