"""What every page has around it: title, logo, and what is in sight on a low screen."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from pipeline.store.run_folder import Run
from tests.browser.conftest import settle

LOW = {"width": 1280, "height": 720}


def open_low(page: Page, address: str) -> None:
    page.set_viewport_size(LOW)
    page.goto(address)
    settle(page)


def test_the_tab_is_named_after_page_and_run(page, server, tiny_run):
    open_low(page, f"{server}/?run={tiny_run.id}")
    expect(page).to_have_title("Overview · digits lenet5 · Inkling")
    page.get_by_role("link", name="Mistakes", exact=True).click()
    expect(page).to_have_title("Mistakes · digits lenet5 · Inkling")
    assert page.locator("link[rel*='icon']").get_attribute("href").startswith("data:image/svg")
    expect(page.get_by_alt_text("Logo")).to_be_visible()


@pytest.mark.parametrize("name", ["", "compare", "confusion_matrix"])
def test_a_page_begins_at_the_top(page, server, name):
    open_low(page, f"{server}/{name}")
    title = page.get_by_role("heading", level=1)
    assert title.bounding_box()["y"] < 40
    # What is in the corner above it can still be clicked.
    page.get_by_role("button", name="Main menu").click()
    expect(page.get_by_role("menuitemradio", name="Dark")).to_be_visible()


def test_without_the_list_of_pages_the_logo_covers_nothing(page, server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server)
    settle(page)
    logo = page.get_by_alt_text("Logo").first.bounding_box()
    title = page.get_by_role("heading", level=1).bounding_box()
    assert logo["y"] + logo["height"] < title["y"]


def test_the_overview_opens_with_pictures_that_lead_to_the_mistakes(page, server, tiny_run: Run):
    open_low(page, f"{server}/?run={tiny_run.id}")
    table = tiny_run.predictions()
    wrong = table[table["label"] != table["predicted"]]
    most = wrong.sort_values("confidence", kind="stable").iloc[::-1]["index"].tolist()[:6]
    tiles = page.locator(".gallery .tile")
    expect(tiles).to_have_count(6)
    assert tiles.evaluate_all("all => all.map(one => +one.dataset.id)") == most
    box = tiles.nth(2).bounding_box()
    assert box["y"] + box["height"] < LOW["height"]
    expect(page.get_by_role("button", name="Draw a digit")).to_be_in_viewport()
    tiles.nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mistakes")
    expect(page.get_by_text(f"Test image {most[1]:,}, ")).to_be_visible()
    page.go_back()
    expect(page).to_have_title("Overview · digits lenet5 · Inkling")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Mistakes")
    page.get_by_role("button", name="Draw a digit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw")


def test_a_drawing_that_rests_while_its_page_is_left_does_not_empty_the_next(page, server):
    asked: list[ClientState] = []
    sockets: list[WebSocketRoute] = []
    held: list[str | bytes] | None = None  # what a slow server has not yet said

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        behind = socket.connect_to_server()

        def to_server(sent: str | bytes) -> None:
            note(asked, sent)
            behind.send(sent)

        def to_page(said: str | bytes) -> None:
            if held is None:
                socket.send(said)
            else:
                held.append(said)

        socket.on_message(to_server)
        behind.on_message(to_page)

    page.route_web_socket(re.compile("/_stcore/stream"), connect)
    page.goto(f"{server}/draw")
    settle(page)
    surface = page.locator(".surface")
    surface.focus()
    for key in ("Space", "ArrowRight", "ArrowDown", "Space"):
        surface.press(key)
    before, held = len(asked), []
    page.get_by_role("link", name="Train", exact=True).click()
    page.wait_for_timeout(500)  # longer than a pen has to rest
    held, late = None, held
    for said in late:
        sockets[-1].send(said)
    expect(page.get_by_role("heading", level=1)).to_have_text("Train")
    settle(page)
    assert [one.fragment_id for one in asked[before:]] == [""]


def note(asked: list[ClientState], sent: str | bytes) -> None:
    """Note what a page asks its server to run."""
    message = BackMsg.FromString(sent) if isinstance(sent, bytes) else BackMsg()
    if message.HasField("rerun_script"):
        asked.append(message.rerun_script)
