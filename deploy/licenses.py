"""Which licenses come with Inkling, and whether they fit Apache-2.0: `python deploy/licenses.py`.

Asked of the environment that runs it, so it needs nothing but the standard library. Permissive
licenses fit, and the MPL, which reaches no further than the files that are under it.
"""

import json
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

WEB = Path(__file__).parents[1] / "web" / "package-lock.json"
FITTING = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0",
    "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
}  # fmt: skip
# What packages without a license expression say, in a classifier or in words of their own.
OLD_NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
IN_ITS_FILES = {"namex": "Apache-2.0"}  # whose metadata says nothing
APPROVED = "License :: OSI Approved"


def license_of(package: Distribution) -> str:
    """Return a package's license as an SPDX expression; what it says itself where that is none."""
    about = package.metadata
    if expression := about.get("License-Expression"):
        return str(expression)
    classified = [
        name.rpartition(" :: ")[2]
        for name in about.get_all("Classifier", [])
        if name.startswith("License ::") and name != APPROVED
    ]
    said = classified or str(about.get("License") or "").strip().splitlines()[:1]
    known = [OLD_NAMES.get(name, name) for name in said]
    return " AND ".join(known) or IN_ITS_FILES.get(str(about.get("Name")), "")


def fits(expression: str) -> bool:
    """Whether an SPDX expression allows a use under Apache-2.0; "" does not."""
    # An OR within an AND counts as if it were in parentheses: that never allows too much.
    return all(
        any(name.strip(" ()") in FITTING for name in part.split(" OR "))
        for part in expression.split(" AND ")
    )


def packages() -> dict[str, str]:
    """Return the licenses of all installed packages, by name and version."""
    found = {f"{one.metadata['Name']} {one.version}": license_of(one) for one in distributions()}
    return dict(sorted(found.items(), key=lambda one: one[0].casefold()))


def web_packages() -> dict[str, str]:
    """Return those of the packages that the browser's code is built from."""
    listed = json.loads(WEB.read_text("utf-8"))["packages"]
    return {
        f"{path.removeprefix('node_modules/')} {entry['version']}": entry.get("license", "")
        for path, entry in listed.items()
        if path and not entry.get("dev")
    }


def main() -> None:
    """Print all of them; fail if one does not fit."""
    found = packages() | web_packages()
    for name, license in found.items():
        print(f"{name:45}{license or 'unknown'}")
    unfit = [name for name, license in found.items() if not fits(license)]
    if unfit:
        sys.exit(f"These licenses are unknown, or do not fit Apache-2.0: {', '.join(unfit)}.")


if __name__ == "__main__":
    main()
