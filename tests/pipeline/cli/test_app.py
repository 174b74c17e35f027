import os

import pytest
from streamlit.web import cli as streamlit
from typer.testing import CliRunner

from pipeline import access
from pipeline.cli.main import app
from pipeline.errors import InklingError


@pytest.fixture
def served(tmp_path, monkeypatch):
    """Serve with options: what Streamlit was told, in place of serving."""
    for name in ("INKLING_MODELS", access.READ_ONLY, access.FOLDERS, access.RAY):
        monkeypatch.setenv(name, "")  # so that it is as before afterwards
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    told: list[list[str]] = []
    monkeypatch.setattr(streamlit, "main", lambda arguments, prog_name: told.append(arguments))

    def serve(*options: str) -> list[str]:
        done = CliRunner().invoke(app, ["app", "--models", str(tmp_path / "models"), *options])
        if isinstance(done.exception, InklingError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return told[-1]

    return serve


def test_only_this_machine_is_answered_and_everything_may_be_changed(served):
    told = served()
    assert "--server.address=localhost" in told
    hosts = [one for one in told if one.startswith("--server.allowedHosts")]
    assert hosts == [f"--server.allowedHosts={host}" for host in ("localhost", "127.0.0.1", "::1")]
    assert access.may(access.Change.MANAGE)
    access.check_path("/anywhere")


def test_others_only_look_and_name_nothing(served):
    told = served("--host", "0.0.0.0", "--name", "a.example", "--name", "b.example")
    assert "--server.address=0.0.0.0" in told
    assert told[-2:] == ["--server.allowedHosts=a.example", "--server.allowedHosts=b.example"]
    assert not access.may(access.Change.JUDGE)
    with pytest.raises(InklingError, match="open to them: none"):
        access.check_path("/anywhere")


def test_others_who_sign_in_may_change_what_their_role_says(served, tmp_path):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text("[auth]\nclient_id = 'x'\n")
    served("--host", "192.0.2.1", "--name", "a.example", "--folder", str(tmp_path / "open"))
    assert access.READ_ONLY not in os.environ
    access.check_path(tmp_path / "open" / "digits")


def test_who_comes_through_a_proxy_is_not_at_this_machine(served):
    told = served("--name", "a.example")
    assert "--server.address=localhost" in told
    assert not access.may(access.Change.JUDGE)
    with pytest.raises(InklingError, match="open to them: none"):
        access.check_path("/anywhere")


def test_a_host_needs_a_name(served):
    with pytest.raises(InklingError, match="under which name"):
        served("--host", "0.0.0.0")


def test_a_file_of_secrets_that_cannot_be_read_is_told(served, tmp_path):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text("[auth")
    with pytest.raises(InklingError, match=r"secrets\.toml cannot be read"):
        served("--host", "0.0.0.0", "--name", "a.example")


def test_visitors_train_on_the_ray_that_the_operator_names(served, monkeypatch):
    served()
    assert access.ray() is None
    served("--on", "ray://head:10001")
    assert access.ray() == "ray://head:10001"
    with pytest.raises(InklingError, match="“ray://” is no address of a Ray cluster"):
        served("--on", "ray://")
    monkeypatch.setattr("importlib.util.find_spec", lambda module: None)
    with pytest.raises(InklingError, match="Ray is not installed"):
        served("--on", "local")
