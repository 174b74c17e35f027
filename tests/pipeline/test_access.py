from pathlib import Path

import pytest

from pipeline import access
from pipeline.access import Change, Role
from pipeline.config import TrainConfig
from pipeline.data import datasets
from pipeline.errors import InklingError
from pipeline.jobs import queue
from pipeline.jobs.requests import Adding, Sweeping, Training
from pipeline.store import promotions, reviews
from pipeline.store.runs import Store
from pipeline.sweeps.plan import Sweep


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch):
    """Who asks, as the web process would say: set its item 0."""
    who = [Role.VIEWER]
    monkeypatch.setattr(access, "_visitor", [lambda: who[0]])
    return who


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, set()),
        (Role.TRAINER, {Change.JUDGE, Change.TRAIN}),
        (Role.OWNER, {Change.JUDGE, Change.TRAIN, Change.MANAGE}),
    ],
)
def test_each_role_may_do_what_the_one_before_may(visitor, role, allowed):
    visitor[0] = role
    assert {change for change in Change if access.may(change)} == allowed


def test_the_command_line_owns_the_store_and_read_only_makes_viewers_of_all(visitor, monkeypatch):
    visitor[0] = Role.OWNER
    monkeypatch.setenv(access.READ_ONLY, "1")
    assert not any(access.may(change) for change in Change)
    monkeypatch.delenv(access.READ_ONLY)
    monkeypatch.setattr(access, "_visitor", [])
    assert all(access.may(change) for change in Change)


def test_a_viewer_changes_nothing_by_any_path(visitor, tiny_run, tmp_path):
    store = Store(tmp_path / "models")
    tries = [
        lambda: queue.add([Training(TrainConfig(dataset="digits", network="pixels"))], store),
        lambda: reviews.add(store, "f" * 64, 1, "ambiguous"),
        store.check_writable,
        lambda: store.delete(tiny_run),
        lambda: tiny_run.describe(name="mine"),
        lambda: promotions.promote(store.folder, tiny_run, because="so"),
    ]
    for change in tries:
        with pytest.raises(InklingError, match=r"With the role “viewer”, .* it needs the role"):
            change()
    assert not store.folder.exists()


def test_a_trainer_opens_no_network_of_somebody_elses(visitor, tmp_path):
    visitor[0] = Role.TRAINER
    with pytest.raises(InklingError, match="networks cannot be added: it needs the role “owner”"):
        queue.add([Adding("x.keras", "digits")], Store(tmp_path / "models"))


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A folder that is open to visitors, and one that is not."""
    opened, closed = tmp_path / "opened", tmp_path / "closed"
    opened.mkdir()
    closed.mkdir()
    monkeypatch.setenv(access.FOLDERS, str(opened))
    return opened, closed


def test_visitors_name_files_in_open_folders_only(folders):
    opened, closed = folders
    (opened / "out").symlink_to(closed)
    access.check_path(opened / "digits" / "of.npz")
    for outside in (closed, opened / "..", opened / "out" / "x", f"{opened}-too", "/etc/passwd"):
        with pytest.raises(InklingError, match="no folder that visitors may use"):
            access.check_path(outside)


def test_what_is_outside_is_not_told_from_what_is_missing(folders):
    _, closed = folders
    (closed / "there").mkdir()
    said = []
    for name in ("there", "gone"):
        with pytest.raises(InklingError) as refused:
            datasets.check(str(closed / name))
        said.append(str(refused.value).replace(name, "…"))
    assert said[0] == said[1]


def test_jobs_are_confined_whatever_the_page_checked(folders, tmp_path):
    _, closed = folders
    store = Store(tmp_path / "models")
    for request in (
        Training(TrainConfig(dataset=str(closed), network="pixels")),
        Adding(str(closed / "a.keras"), "digits"),
        Adding("a.keras", str(closed), uploaded=True),
    ):
        with pytest.raises(InklingError, match="no folder that visitors may use"):
            queue.add([request], store, b"" if request.__class__ is Adding else None)
    assert queue.waiting(store) == []


def test_which_ray_there_is_the_operator_decides(visitor, monkeypatch, tmp_path):
    visitor[0] = Role.OWNER
    store = Store(tmp_path / "models")
    plan = Sweep.of(dataset="digits", networks=("pixels",), presets=("quick",), seeds=(0,))
    config = TrainConfig(dataset="digits", network="pixels")
    asked = (Sweeping(plan, "ray://inside:1"), Training(config, workers=2, on="ray://inside:1"))
    for operators in ("", "local"):
        monkeypatch.setenv(access.RAY, operators)
        for request in asked:
            with pytest.raises(InklingError, match="Visitors may not train on a Ray at “ray://ins"):
                queue.add([request], store)
    assert queue.waiting(store) == []
    monkeypatch.setenv(access.RAY, "ray://inside:1")
    access.check_ray("ray://inside:1")
    monkeypatch.setattr(access, "_visitor", [])  # at the command line, anybody's own
    access.check_ray("ray://elsewhere:1")
