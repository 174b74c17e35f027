import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINNED = dict(
    line.split("==")
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)


def test_the_license_is_where_the_metadata_says():
    assert PROJECT["license"] == "Apache-2.0"
    (name,) = PROJECT["license-files"]
    text = (ROOT / name).read_text("utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_dependency_is_pinned_to_a_version_in_its_range():
    pinned = {canonicalize_name(name): version for name, version in PINNED.items()}
    wanted = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        if name == PROJECT["name"]:  # one list of extras holds another
            continue
        assert requirement.specifier.contains(pinned[name]), requirement


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", *sorted(
        path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")
    )],
)  # fmt: skip
def test_documents_link_to_files_that_exist(name):
    document = ROOT / name
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", document.read_text("utf-8"))
    for target, section in links:
        found = document.parent / target if target else document
        assert found.exists(), target
        if section:
            titles = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
            anchors = {
                re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles
            }
            assert section in anchors, section
