import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.store import reviews
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests.browser.conftest import settle

PAGES = (
    "Overview", "Scorecard", "Compare", "Confusion matrix", "Mistakes",
    "Labels", "Data", "Inside", "Draw", "Train",
)  # fmt: skip
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
    canvas = page.locator(".upper-canvas")
    settle(page)
    expect(canvas).to_have_count(1)  # the one before it is gone
    expect(canvas).to_be_visible()  # and this one is laid out
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


def cell(page: Page, true: int | str, predicted: int | str) -> Locator:
    """Find a cell of the matrix; with "" for one of the two, a header."""
    return page.locator(f".matrix button[data-true='{true}'][data-predicted='{predicted}']")


def test_a_click_on_a_cell_shows_its_images(page, server, tiny_run):
    true, predicted, count = busiest_cell(tiny_run)
    open_page(page, server, "Confusion matrix")
    cell(page, true, predicted).click()
    tiles = page.locator(".gallery .tile")
    expect(tiles).to_have_count(count)
    expect(tiles.first).to_contain_text(f"{true} → {predicted}")
    expect(cell(page, true, predicted)).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(f"true={true}&predicted={predicted}"))

    # From the cell to an image, and on to the network inside; Back leads the same way home.
    sample = tiles.first.get_attribute("data-id")
    tiles.first.click()
    expect(page.get_by_text(f"Test image {int(sample):,}, ")).to_be_visible()
    page.get_by_role("button", name="Look inside").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inside")
    expect(page.get_by_text(f"Test image {int(sample):,} is predicted as")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confusion matrix")
    expect(page.get_by_text(f"Test image {int(sample):,}, ")).to_be_visible()
    page.go_back()
    expect(page.locator(".gallery .tile")).to_have_count(count)
    page.go_back()
    expect(page.get_by_text("Click a cell, or a class name")).to_be_visible()
    page.go_forward()
    expect(page.locator(".gallery .tile")).to_have_count(count)


def test_a_page_is_one_step_back(page, server, tiny_run):
    open_page(page, server, "Confusion matrix", f"run={tiny_run.id}&true=3")
    steps = page.evaluate("history.length")
    for name in ("Scorecard", "Mistakes"):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_url(re.compile(f"run={tiny_run.id}&true=3"))  # carried over
        settle(page)
    assert page.evaluate("history.length") == steps + 2
    for name in ("Scorecard", "Confusion matrix"):
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        settle(page)
        expect(page).to_have_url(re.compile(f"run={tiny_run.id}&true=3"))


def test_an_explorer_finds_a_wrong_label_and_shows_it_to_a_friend(
    browser, page, server, server_store, tiny_run
):
    true, predicted, count = busiest_cell(tiny_run)
    right = int((tiny_run.predictions()["label"] == tiny_run.predictions()["predicted"]).sum())
    open_page(page, server, "Confusion matrix")
    cell(page, true, predicted).click()
    tile = page.locator(".gallery .tile").first
    sample = int(tile.get_attribute("data-id"))
    tile.click()
    expect(page.get_by_text("The nearest training images")).to_be_visible()
    expect(page.locator(".pictures.row img")).to_have_count(5)
    neighbors = tiny_run.features().iloc[sample][["neighbor_0", "neighbor_4"]].astype(int)
    expect(page.locator(".pictures.row")).to_contain_text(f"· {neighbors['neighbor_0']}")
    expect(page.locator(".pictures.row")).to_contain_text(f"· {neighbors['neighbor_4']}")

    page.get_by_role("button", name="Wrong label").click()
    settle(page)
    page.get_by_role("link", name="Scorecard", exact=True).click()
    expect(page.get_by_text("Without the one marked image")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"{right:,} of 599"))).to_be_visible()
    settle(page)

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confusion matrix")
    expect(page.get_by_text(f"Test image {sample:,}, ")).to_be_visible()
    page.get_by_role("button", name="Copy link").click()
    link = page.url

    other = browser.new_context(viewport={"width": 1280, "height": 900})
    friend = other.new_page()
    friend.goto(link)
    settle(friend)
    expect(friend.get_by_text(f"Test image {sample:,}, ")).to_be_visible()
    expect(friend.get_by_role("button", name=f"true: {true}")).to_be_visible()
    expect(friend.get_by_role("button", name=f"predicted: {predicted}")).to_be_visible()
    # The friend takes the mark back; both see it.
    friend.get_by_role("button", name="Wrong label").click()
    settle(friend)
    friend.get_by_role("button", name=f"← Back to {count} images").click()
    expect(friend.locator(".gallery .tile")).to_have_count(count)
    other.close()
    assert reviews.read(server_store).tags == {}


def test_rows_and_columns_are_chosen_by_their_headers(page, server, tiny_run):
    table = tiny_run.predictions()
    open_page(page, server, "Confusion matrix")
    cell(page, 3, "").click()
    expect(page.get_by_role("button", name="true: 3")).to_be_visible()
    expect(page.locator(".gallery .tile")).to_have_count(int((table["label"] == 3).sum()))
    cell(page, "", 5).click()
    expect(page.get_by_role("button", name="predicted: 5")).to_be_visible()
    expect(page.get_by_role("button", name="true: 3")).to_have_count(0)
    expect(page.locator(".gallery .tile")).to_have_count(int((table["predicted"] == 5).sum()))
    page.get_by_role("button", name="predicted: 5").click()  # a chip goes when it is clicked
    expect(page.get_by_text("Click a cell, or a class name")).to_be_visible()
    expect(page).not_to_have_url(re.compile("predicted"))


def test_the_matrix_is_walked_by_keyboard(page, server, tiny_run):
    open_page(page, server, "Confusion matrix")
    cell(page, 0, 0).focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    expect(cell(page, 2, 0)).to_be_focused()
    count = int(((t := tiny_run.predictions())["label"] == 2).mul(t["predicted"] == 0).sum())
    name = cell(page, 2, 0).get_attribute("aria-label")
    assert name.startswith(f"true 2, predicted 0: {count} (")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("true=2&predicted=0"))
    expect(cell(page, 2, 0)).to_be_focused()  # still there after the page was drawn again


def test_cells_can_show_their_most_confident_image(page, server, tiny_run):
    table = tiny_run.predictions()
    filled = len(table.groupby(["label", "predicted"]))
    open_page(page, server, "Confusion matrix")
    page.get_by_text("Pictures", exact=True).click()
    expect(page.locator(".matrix .picture")).to_have_count(filled)
    page.get_by_text("Diagonal", exact=True).click()
    expect(page.locator(".matrix .picture")).to_have_count(filled - 10)


def test_a_link_opens_the_same_view(page, server, tiny_run):
    true, predicted, count = busiest_cell(tiny_run)
    query = f"run={tiny_run.id}&true={true}&predicted={predicted}"
    open_page(page, server, "Mistakes", query)
    expect(page.locator(".gallery .tile")).to_have_count(count)
    expect(page.get_by_text(re.compile(rf"^{count} images?\. Click one"))).to_be_visible()


def test_a_link_lands_at_the_top_of_its_page(page, server):
    page.set_viewport_size({"width": 1280, "height": 500})
    main = page.locator("[data-testid='stMain']")
    for name in ("The images passed on", "The errors that remain"):
        page.goto(f"{server}/scorecard")
        settle(page)
        page.get_by_role("link", name=name).focus()
        expect(main).not_to_have_js_property("scrollTop", 0)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Scorecard")
        settle(page)
        expect(page.locator(".gallery .tile").first).to_be_visible()
        expect(main).to_have_js_property("scrollTop", 0)


def test_tiles_are_reached_by_keyboard(page, server, tiny_run):
    open_page(page, server, "Mistakes")
    first = page.locator(".gallery .tile").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    second = page.locator(".gallery .tile").nth(1)
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(f"sample={second.get_attribute('data-id')}"))
    # The focus stays on it, and from there the arrow keys open its neighbors.
    expect(second).to_be_focused()
    page.keyboard.press("ArrowRight")
    third = page.locator(".gallery .tile").nth(2)
    expect(third).to_have_attribute("aria-pressed", "true")
    expect(third).to_be_focused()


def test_images_of_a_selection_are_walked_one_by_one(page, server, tiny_run):
    true, predicted, count = busiest_cell(tiny_run)
    assert count > 2
    open_page(
        page, server, "Confusion matrix", f"run={tiny_run.id}&true={true}&predicted={predicted}"
    )
    tiles = page.locator(".gallery .tile")
    expect(tiles).to_have_count(count)
    order = [int(tile.get_attribute("data-id")) for tile in tiles.all()]
    tiles.first.focus()
    page.keyboard.press("Enter")
    steps = page.get_by_role("group", name=f"Image 1 of {count}")
    expect(steps).to_be_focused()  # the tile that had the focus is gone
    expect(page.get_by_role("button", name="‹ Previous")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(f"Test image {order[1]:,}, ")).to_be_visible()
    expect(page).to_have_url(re.compile(f"sample={order[1]}$"))
    page.get_by_role("button", name="Next ›").click()
    expect(page.get_by_text(f"Test image {order[2]:,}, ")).to_be_visible()
    expect(page.get_by_role("button", name="Next ›")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text(f"Test image {order[1]:,}, ")).to_be_visible()
    page.get_by_role("button", name=f"← Back to {count} images").click()
    expect(tiles).to_have_count(count)
    expect(tiles.nth(1)).to_be_focused()
    page.go_back()
    expect(page.get_by_text(f"Test image {order[1]:,}, ")).to_be_visible()


def test_arrow_keys_in_a_field_move_in_the_field(page, server):
    open_page(page, server, "Mistakes")
    page.get_by_role("combobox", name="Sort by").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    expect(page).not_to_have_url(re.compile("sample="))


def test_an_images_pixel_values_are_one_click_away(page, server, tiny_run):
    open_page(page, server, "Data")
    expect(page.get_by_text("The mean image of each class")).to_be_visible()
    page.get_by_role("link", name="Mistakes", exact=True).click()
    page.get_by_role("button", name="Pixel values").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data")
    expect(page.get_by_text("flattened into a vector of 784 numbers")).to_be_visible()


def test_a_drawing_is_predicted_on_the_server(page, server):
    open_page(page, server, "Draw")
    page.get_by_text("Edit an image").click()
    page.get_by_role("button", name="Blank paper").click()
    expect(page.get_by_text("The prediction appears here.").first).to_be_visible()
    draw(page, SEVEN)
    expect(page.locator(".alone .told strong")).to_have_text(re.compile(r"^\d$"))
    expect(page.locator(".alone .rest")).to_have_text(re.compile(r"^then \d \("))
    expect(page.get_by_text("conv1 · ")).to_be_visible()


def test_a_test_image_is_edited_until_the_network_changes_its_mind(page, server, tiny_run):
    table = tiny_run.predictions()
    right = table[(table["label"] == table["predicted"]) & (table["label"] == 1)]
    sample = int(right.sort_values("confidence")["index"].iloc[-1])
    open_page(page, server, "Draw", f"run={tiny_run.id}&sample={sample}")
    answer = page.locator(".alone .told strong")
    expect(answer).to_have_text("1")
    # A loop beside the bar, and its roof, make something else of a 1.
    draw(page, ((0.5, 0.2), (0.8, 0.25), (0.8, 0.5), (0.5, 0.5), (0.5, 0.2)))
    expect(answer).not_to_have_text("1")
    page.get_by_role("button", name="Blank paper").click()
    expect(page.get_by_text("The prediction appears here.").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("sample="))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_follows_the_viewers_theme(page, server, theme):
    page.emulate_media(color_scheme=theme)
    open_page(page, server, "Mistakes")
    color = page.locator("[data-testid='stApp']").evaluate(
        "e => getComputedStyle(e).backgroundColor"
    )
    brightness = sum(int(part) for part in re.findall(r"\d+", color)[:3]) / 3
    assert (brightness > 128) == (theme == "light")
    assert corner_of_pictures(page) == (255 if theme == "light" else 0)  # it is paper


def corner_of_pictures(page: Page) -> int:
    """The brightness, 0 to 255, of the first pixel of a gallery's first picture."""
    return page.locator(".gallery").first.evaluate(
        """async grid => {
            const image = new Image()
            image.src = getComputedStyle(grid).getPropertyValue("--sheet").slice(5, -2)
            await image.decode()
            const canvas = document.createElement("canvas")
            const context = canvas.getContext("2d")
            context.drawImage(image, 0, 0)
            return context.getImageData(0, 0, 1, 1).data[0]
        }"""
    )


def test_nothing_runs_off_a_narrow_screen(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    for name in (title.lower().replace(" ", "_") for title in PAGES):
        page.goto(f"{server}/{'' if name == 'overview' else name}")
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        main = page.locator("[data-testid='stMain']")
        assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 1, name


@pytest.fixture
def growing_store(server_store: Store) -> Iterator[Store]:
    """The server's store for a test that adds runs; what it added goes with it."""
    before = {run.id for run in server_store.runs()}
    yield server_store
    for run in server_store.runs():
        if run.id not in before:
            server_store.delete(run)


def start_training(page: Page, server: str) -> None:
    """Start a short training of the smallest network on the Train page."""
    open_page(page, server, "Train")
    page.get_by_role("combobox", name="Network").click()
    page.get_by_role("option", name=re.compile("^pixels")).click()
    page.get_by_role("spinbutton", name="Epochs").fill("2")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()


def test_a_training_started_on_the_page_publishes_a_run(page, server, growing_store: Store):
    before = {run.id for run in growing_store.runs()}
    start_training(page, server)
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop")).to_be_visible()

    # The page stays usable: look elsewhere and come back.
    page.get_by_role("link", name="Mistakes", exact=True).click()
    expect(page.locator(".gallery .tile").first).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.get_by_text(re.compile("^Done. Right on"))).to_be_visible(timeout=180_000)
    (new,) = {run.id for run in growing_store.runs()} - before
    page.get_by_role("link", name=re.compile("^Look at mnist-5k · pixels")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pixels alone on mnist-5k")
    expect(page).to_have_url(re.compile(new))
