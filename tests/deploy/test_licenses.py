"""Everything that comes with Inkling may be used under Apache-2.0."""

from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from unittest.mock import Mock

import pytest

from deploy import licenses
from tests.deploy.test_locks import locked

ELSEWHERE = {"colorama", "tzdata"}  # only needed on other systems


class Strict(Message):
    """Metadata as `importlib_metadata` reads it, which takes over once it is loaded."""

    def __getitem__(self, name: str) -> object:
        if name not in self:
            raise KeyError(name)
        return super().__getitem__(name)


def saying(**said: str) -> Distribution:
    about = Strict()
    for name, value in said.items():
        about[name.replace("_", "-")] = value
    return Mock(metadata=about)


def test_every_package_of_the_lock_fits():
    missing, unfit = set(), {}
    for name in locked("runtime.txt"):
        try:
            found = licenses.license_of(distribution(name))
        except PackageNotFoundError:
            missing.add(name)
        else:
            if not licenses.fits(found):
                unfit[name] = found
    assert not unfit
    assert missing <= ELSEWHERE


def test_every_package_of_the_browsers_code_fits():
    found = licenses.web_packages()
    assert {name: license for name, license in found.items() if not licenses.fits(license)} == {}
    assert any(name.startswith("@litertjs/core ") for name in found)


@pytest.mark.parametrize(
    ("expression", "fitting"),
    [
        ("MIT", True),
        ("MPL-2.0 AND MIT", True),
        ("GPL-3.0-only OR Apache-2.0", True),
        ("MIT AND (GPL-2.0-only OR BSD-3-Clause)", True),
        ("MIT AND GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("", False),
    ],
)
def test_copyleft_and_silence_do_not_fit(expression, fitting):
    assert licenses.fits(expression) is fitting


@pytest.mark.parametrize(
    ("said", "license"),
    [
        ({"License_Expression": "MIT", "License": "BSD"}, "MIT"),
        ({"Classifier": "License :: OSI Approved :: Apache Software License"}, "Apache-2.0"),
        ({"Classifier": "License :: OSI Approved", "License": "BSD-3-Clause"}, "BSD-3-Clause"),
        ({"License": "GPL, and then\nsome more"}, "GPL, and then"),
        ({"Name": "nobody-knows"}, ""),
    ],
)  # fmt: skip
def test_a_license_is_found_where_it_is_said(said, license):
    assert licenses.license_of(saying(**{"Name": "some", **said})) == license
