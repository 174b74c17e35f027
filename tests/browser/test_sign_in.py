"""Who may do what on a dashboard with sign-in, at a real OpenID provider on this machine."""

import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator

import oidc_provider_mock
import pytest
from playwright.sync_api import Page, expect

from pipeline.store.run_folder import Run
from tests.browser.conftest import free_port, serving, settle

PEOPLE = {
    "ada": {"name": "Ada <b>Lovelace</b>", "email": "Ada@lab.example", "email_verified": True},
    "tim": {"name": "Tim", "email": "tim@school.example", "email_verified": True},
    "eve": {"name": "Eve", "email": "ada@lab.example", "email_verified": False},
}
SECRETS = """
[auth]
redirect_uri = "{dashboard}/oauth2callback"
cookie_secret = "of this test alone, and long enough for it"
client_id = "inkling"
client_secret = "unused"
server_metadata_url = "http://localhost:{provider}/.well-known/openid-configuration"

[roles]
owner = ["ada@lab.example"]
trainer = ["*@school.example"]
"""


@pytest.fixture(scope="module")
def dashboard(tiny_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard of its own, with sign-in."""
    folder = tmp_path_factory.mktemp("signed")
    shutil.copytree(tiny_run.folder, folder / "models" / tiny_run.id)
    users = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    port = free_port()
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as provider:
        said = SECRETS.format(dashboard=f"http://localhost:{port}", provider=provider.server_port)
        (folder / ".streamlit").mkdir()
        (folder / ".streamlit" / "secrets.toml").write_text(said)
        with serving(folder / "models", folder / "log.txt", port=port, folder=folder) as served:
            yield served[0]


def sign_in(page: Page, dashboard: str, who: str) -> None:
    page.route(re.compile("^https:"), lambda route: route.fulfill(body=""))  # the provider's looks
    page.goto(dashboard)
    settle(page)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=who, exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    settle(page)


def may(page: Page) -> tuple[bool, bool]:
    """Say whether the page offers to train, and to edit the run."""
    links = page.get_by_test_id("stSidebarNav").get_by_role("link", name="Train", exact=True)
    return links.count() == 1, page.get_by_role("button", name="Edit").count() == 1


def test_who_does_not_sign_in_looks(page: Page, dashboard: str):
    page.goto(dashboard)
    settle(page)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert may(page) == (False, False)


@pytest.mark.parametrize(
    ("who", "said", "allowed"),
    [
        ("ada", "Ada <b>Lovelace</b>, owner", (True, True)),
        ("tim", "Tim, trainer", (True, False)),
        ("eve", "Eve, viewer", (False, False)),  # an address that nobody verified is nobody's
    ],
)
def test_a_role_decides_what_is_offered(page: Page, dashboard: str, who, said, allowed):
    sign_in(page, dashboard, who)
    expect(page.get_by_text(said)).to_be_visible()
    assert may(page) == allowed
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()  # the provider's, too
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settle(page)
    assert may(page) == (False, False)


def test_every_answer_tells_browsers_what_to_forbid(dashboard: str):
    for path in ("", "/healthz", "/_stcore/health", "/no/such/page"):
        with urllib.request.urlopen(dashboard + path) as answer:
            policy = answer.headers["content-security-policy"]
            scripts = next(one for one in policy.split("; ") if one.startswith("script-src"))
            assert "'self'" in scripts
            assert "'unsafe-inline'" not in scripts
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"


def test_secrets_are_served_to_nobody(dashboard: str):
    for path in ("/.streamlit/secrets.toml", "/app/static/secrets.toml", "/media/secrets.toml"):
        assert b"client_secret" not in answered(dashboard + path)
    assert b"client_secret" not in answered(f"{dashboard}/static/../.streamlit/secrets.toml")


def answered(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as refused:
        return refused.read()
