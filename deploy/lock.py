"""Lock what a server installs, with hashes, into deploy/locks/: `make lock`.

`runtime.txt` is what Inkling needs with sign-in, in the versions of constraints.txt; `build.txt` is
what its wheel is built with; `tools.txt` is what a release is examined with. uv resolves them for
all platforms; pip and uv then install nothing that has another hash (`--require-hashes`). A
constraints file cannot hold them: pip would ask for the hash of the repository itself, too.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "deploy" / "locks"
TOOLS = ("cyclonedx-bom", "pip-audit")
OLDEST = "3.11"  # Python
HEADER = "# Made by `make lock` from pyproject.toml and constraints.txt.\n"


def lock(name: str, source: str, given: str = "", *options: str) -> None:
    """Resolve requirements, with a hash of every file that could be installed.

    Args:
        name: of the lock.
        source: a file that uv reads, "-" for `given`.
        given: requirements, a line each.
        options: for uv.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", source, "--quiet", "--universal",
               "--python-version", OLDEST, "--generate-hashes", "--no-header", "--no-annotate",
               "--constraints", "constraints.txt", *options]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, input=given, stdout=subprocess.PIPE, text=True, check=True
    )
    (LOCKS / name).write_text(HEADER + done.stdout, encoding="utf-8")


def main() -> None:
    """Write all three."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lock("runtime.txt", "pyproject.toml", "", "--extra", "sign-in")
    lock("build.txt", "-", "\n".join(project["build-system"]["requires"]))
    lock("tools.txt", "-", "\n".join(TOOLS))


if __name__ == "__main__":
    main()
