import base64
import io
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from pipeline.data.datasets import Dataset
from pipeline.store.run_folder import Run
from tests.browser.conftest import settle

# Around the middle of the plot, in shares of its sides; no straight box.
AROUND = ((0.25, 0.3), (0.7, 0.2), (0.85, 0.6), (0.5, 0.85), (0.2, 0.65))


def open_view(page: Page, server: str, view: str, query: str = "") -> None:
    page.goto(f"{server}/data?{query}")
    settle(page)
    page.get_by_role("radio", name=view).click()
    settle(page)


def the_plot(page: Page) -> Locator:
    """The surface of the map, once the chart before it is gone and it is drawn for good."""
    plot = page.locator(".js-plotly-plot .nsewdrag")
    expect(plot).to_have_count(1)
    expect(page.locator(".over")).to_have_count(1)
    settle(page)
    expect(plot).to_have_count(1)
    return plot


def drag_around(page: Page, plot: Locator) -> None:
    page.set_viewport_size({"width": 1280, "height": 1300})
    settle(page)
    expect(plot).to_be_in_viewport(ratio=1)  # it is drawn anew for another size
    box = plot.bounding_box()
    assert box is not None
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in AROUND]
    page.mouse.move(*at[0])
    page.mouse.down()
    for x, y in (*at[1:], at[0]):
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def area_of(page: Page) -> np.ndarray:
    """The polygon in the address: float (corners, 2)."""
    (area,) = parse_qs(urlsplit(page.url).query)["area"]
    return np.array([[float(number) for number in pair.split(",")] for pair in area.split("_")])


def turns_around(corners: np.ndarray, point: np.ndarray) -> bool:
    """Whether a polygon goes around a point: the angles to its corners add up to a full turn."""
    toward = (corners - point) @ [1, 1j]
    return abs(np.angle(np.roll(toward, -1) / toward).sum()) > np.pi


def test_drawing_around_marks_selects_them(page, server, tiny_run: Run):
    open_view(page, server, "Map", f"run={tiny_run.id}")
    plot = the_plot(page)
    drag_around(page, plot)
    expect(page).to_have_url(re.compile("area="))
    table = tiny_run.predictions()
    places = tiny_run.features()[["map_x", "map_y"]].to_numpy()
    settle(page)
    corners = area_of(page)
    within = [turns_around(corners, place) for place in places]
    wrong = int((np.array(within) & (table["label"] != table["predicted"])).sum())
    assert 10 < sum(within) < len(places)
    told = f"{sum(within)} images match this selection; {wrong} are"
    expect(page.get_by_text(told)).to_be_visible()
    expect(page.locator(".gallery .tile")).to_have_count(min(sum(within), 100))
    expect(page.locator(".shapelayer path")).to_have_count(1)

    # The selection goes along, and an image of it comes up with its ring.
    page.get_by_role("link", name="Mistakes", exact=True).click()
    expect(page.get_by_text(f"{wrong} images. Click one")).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Data")
    settle(page)
    page.locator(".gallery .tile").first.click()
    expect(page.get_by_role("button", name=f"Back to {sum(within)} images")).to_be_visible()

    page.get_by_role("button", name="an area of the map").click()
    expect(page).not_to_have_url(re.compile("area="))


def test_a_box_selects_too(page, server, tiny_run: Run):
    open_view(page, server, "Map", f"run={tiny_run.id}")
    plot = the_plot(page)
    plot.hover()
    page.locator(".modebar-btn[data-title='Box Select']").click()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.7 * box["height"], steps=6)
    page.mouse.up()
    expect(page).to_have_url(re.compile("area="))
    assert len(area_of(page)) == 4


def test_the_grid_holds_the_numbers_of_the_image(page, server, tiny_run: Run, digits: Dataset):
    open_view(page, server, "One image", f"run={tiny_run.id}&sample=17")
    image = digits.x_test[17, ..., 0]
    rows = page.locator(".pixels tbody tr")
    expect(rows).to_have_count(28)
    shown = rows.evaluate_all(
        "rows => rows.map(r => [...r.cells].slice(1).map(c => +c.textContent))"
    )
    assert np.array_equal(shown, image)

    row, column = np.unravel_index(image.argmax(), image.shape)
    cell = rows.nth(int(row)).locator("td").nth(int(column))
    cell.hover()
    told = f"Row {row}, column {column} is {image.max()}. In the vector, it is at place "
    expect(page.locator(".told")).to_contain_text(f"{told}{row * 28 + column} of 0 to 783")
    expect(page.locator(".stretch.now")).to_have_text(f"{row * 28}–{row * 28 + 27}")
    assert cell.evaluate("c => getComputedStyle(c).backgroundColor") == (
        "rgb({0}, {0}, {0})".format(255 - image.max())  # ink on paper
    )


def test_the_grid_is_walked_by_keyboard(page, server, tiny_run: Run):
    open_view(page, server, "One image", f"run={tiny_run.id}&sample=17")
    page.locator(".pixels td").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".told")).to_contain_text("Row 1, column 1 is 0")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".told")).to_contain_text("Row 0, column 1 is 0")


def test_a_drawn_lot_is_drawn_again_and_leads_to_the_image(page, server):
    open_view(page, server, "Classes")
    tiles = page.locator(".gallery .tile")
    expect(tiles).to_have_count(60)
    before = tiles.first.get_attribute("data-id")
    page.get_by_role("button", name="Show others").click()
    expect(tiles.first).not_to_have_attribute("data-id", before)
    sample = tiles.first.get_attribute("data-id")
    tiles.first.click()
    expect(page).to_have_url(re.compile(f"sample={sample}"))
    expect(page.locator(".pixels tbody tr")).to_have_count(28)


def test_no_view_runs_off_a_narrow_screen(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    for view in ("Classes", "One image", "Map"):
        open_view(page, server, view)
        main = page.locator("[data-testid='stMain']")
        assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 1, view


def test_hovering_over_a_point_shows_its_picture(page, server, tiny_run: Run, digits: Dataset):
    open_view(page, server, "Map", f"run={tiny_run.id}")
    plot = the_plot(page)
    box = plot.evaluate("e => e.getBoundingClientRect().toJSON()")
    said, picture = page.locator(".hovertext"), page.locator(".over img")
    for step in range(1, 40):  # until there is a point
        plot.hover(position={"x": step / 40 * box["width"], "y": box["height"] / 2})
        page.wait_for_timeout(60)
        if said.count():
            break
    expect(picture).to_be_visible()
    told = re.search(r"test image ([\d,]+)", said.first.text_content())
    assert told is not None
    sample = int(told[1].replace(",", ""))
    _, _, data = picture.get_attribute("src").partition("base64,")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    assert np.array_equal(shown, 255 - digits.x_test[sample, ..., 0])  # ink on paper
    page.mouse.move(5, 5)
    expect(picture).to_be_hidden()
