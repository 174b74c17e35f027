"""The locks in deploy/: all that is needed, in the versions that are tested, each with a hash."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "deploy" / "locks"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINNED = {
    canonicalize_name(name): version
    for name, version in re.findall(
        r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE
    )
}


def locked(name: str) -> dict[str, str]:
    """Return the versions that a lock has; every one of them has a hash."""
    entries = re.split(r"\n(?=\S)", (LOCKS / name).read_text("utf-8"))[1:]
    found = {}
    for entry in entries:
        line, *hashes = entry.rstrip().split(" \\\n    ")
        requirement = Requirement(line)
        (version,) = requirement.specifier
        assert version.operator == "=="
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), line
        found[canonicalize_name(requirement.name)] = version.version
    return found


@pytest.mark.parametrize("name", ["runtime.txt", "build.txt", "tools.txt"])
def test_versions_are_those_that_are_tested(name):
    pinned = {package: version for package, version in locked(name).items() if package in PINNED}
    assert pinned == {package: PINNED[package] for package in pinned}, "run make lock"


def test_all_that_is_needed_is_locked():
    seen: set[str] = set()
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["sign-in"]]
    while wanted:
        requirement = Requirement(wanted.pop())
        name = canonicalize_name(requirement.name)
        needed = requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in ("", *requirement.extras)
        )
        if needed and name not in seen:
            seen.add(name)
            try:
                wanted += requires(name) or []
            except PackageNotFoundError:
                pytest.fail(f"{name} is not installed")
    assert not seen - set(locked("runtime.txt")), "run make lock"


def test_all_that_builds_is_locked():
    needed = {Requirement(one).name for one in PROJECT["build-system"]["requires"]}
    assert needed <= set(locked("build.txt"))
