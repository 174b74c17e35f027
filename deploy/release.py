"""Build a release into dist/, and try it as a stranger would: `make release`.

The wheel is built from the sdist, installed with the packages of the lock into an environment that
has nothing else, and goes through its first minute: train, list, export, serve. Beside it are a
bill of materials (SBOM, in CycloneDX's format), the licenses of all packages, and the hashes of all
files. Known vulnerabilities end it, if their database can be reached.
"""

import argparse
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ROOT / "deploy" / "locks"
UV = (sys.executable, "-m", "uv")
PATIENCE = 120  # seconds until the dashboard answers; it takes five


def main() -> None:
    """Build, examine and try a release."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--to", type=Path, default=ROOT / "dist", help="emptied before")
    dist = parser.parse_args().to.resolve()
    shutil.rmtree(dist, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="inkling-release-") as folder:
        wheel = build(dist)
        programs = install(Path(folder) / "installed", wheel)
        examine(programs, Path(folder) / "tools", dist, wheel.name.rpartition("-py3")[0])
        first_minute(programs, Path(folder))
    files = sorted(dist.iterdir())
    sums = "".join(f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files)
    (dist / "SHA256SUMS").write_text(sums, encoding="utf-8")
    say(f"Released into {dist}:\n{sums}")


def build(dist: Path) -> Path:
    """Build the sdist, and the wheel from it, with the locked versions; return the wheel."""
    say("Building the sdist, and the wheel from it")
    locked = ("--build-constraints", LOCKS / "build.txt", "--require-hashes")
    run(*UV, "build", "--quiet", *locked, "--out-dir", dist, ROOT)
    (dist / ".gitignore").unlink(missing_ok=True)
    (wheel,) = dist.glob("*.whl")
    return wheel


def install(place: Path, wheel: Path) -> Path:
    """Install the locked packages and the wheel, and nothing else; return where programs are."""
    say("Installing the lock, by its hashes, and the wheel into an empty environment")
    environment(place, LOCKS / "runtime.txt")
    run(*UV, "pip", "install", "--quiet", "--python", place, "--no-deps", "--no-index", wheel)
    run(*UV, "pip", "check", "--quiet", "--python", place)
    return place / "bin"


def environment(place: Path, lock: Path) -> None:
    """Make an environment with what a lock says."""
    run(*UV, "venv", "--quiet", "--no-project", "--python", sys.executable, place)
    run(*UV, "pip", "install", "--quiet", "--python", place, "--require-hashes", "-r", lock)


def examine(programs: Path, tools: Path, dist: Path, name: str) -> None:
    """Write which packages and licenses there are, and look for known vulnerabilities.

    Args:
        programs: of the environment to examine.
        tools: where those that do it are installed.
        dist: where their results belong.
        name: of the release, with its version.
    """
    found = output(programs / "python", "-I", ROOT / "deploy" / "licenses.py")
    (dist / "LICENSES.txt").write_text(found, encoding="utf-8")
    say(f"{len(found.splitlines())} packages, all with fitting licenses")
    environment(tools, LOCKS / "tools.txt")
    bill = dist / f"{name}.cdx.json"
    cyclonedx = ("environment", "--pyproject", ROOT / "pyproject.toml", "--output-file", bill)
    run(tools / "bin" / "cyclonedx-py", *cyclonedx, programs / "python")
    say(f"{len(json.loads(bill.read_text('utf-8'))['components'])} components in {bill.name}")
    say(audited(tools / "bin" / "pip-audit"))


def audited(pip_audit: Path) -> str:
    """Ask for known vulnerabilities of what is locked; return a sentence, or exit with them."""
    asked = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")
    command = (pip_audit, *asked, "-r", LOCKS / "runtime.txt")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return f"Not audited: the database of vulnerabilities cannot be reached ({last})"
    known = {
        one["name"]: [bug["id"] for bug in one["vulns"]] for one in packages if one.get("vulns")
    }
    if known:
        sys.exit(f"Known vulnerabilities: {json.dumps(known, indent=1)}")
    return f"No known vulnerability in {len(packages)} packages"


def first_minute(programs: Path, folder: Path) -> None:
    """Train, list, export and serve, far from the repository."""
    say("Its first minute: train, list, export, serve")
    inkling, place = programs / "inkling", folder / "first-minute"
    place.mkdir()
    surroundings = {"PATH": os.environ["PATH"], "HOME": str(place), "INKLING_CACHE": str(place)}

    def ask(*arguments: str) -> str:
        return output(inkling, *arguments, cwd=place, env=surroundings)

    ask("train", "--dataset", "digits", "--network", "pixels", "--epochs", "5")
    runs = json.loads(ask("runs", "--check", "--json"))
    trained, bundled = runs
    assert bundled["bundled"], "the bundled run is missing"
    say(f"Trained {trained['id']}: {trained['metrics']['accuracy']:.1%} right")
    ask("export", "latest", "--to", "pad.html", "--format", "html")
    ask("backup", "store.tar")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [inkling, "app", "--port", str(port)],
        cwd=place,
        env=surroundings,
        stdout=subprocess.DEVNULL,
    )
    try:
        say(f"/healthz says {answered(f'http://127.0.0.1:{port}/healthz', server)}")
    finally:
        server.terminate()
        server.wait(60)


def answered(address: str, server: "subprocess.Popen[bytes]") -> str:
    """Wait until a server answers; return what it says."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as reply:
                return str(reply.read().decode())
        except OSError:
            time.sleep(0.2)
    sys.exit("The dashboard does not answer.")


def run(*command: str | Path) -> None:
    """Run a program, which says itself what is wrong."""
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit(f"This failed: {' '.join(map(str, command))}")


def output(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a program; return what it prints."""
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\nThis failed: {' '.join(map(str, command))}")
    return done.stdout


def say(what: str) -> None:
    """Print what is done, at once."""
    print(f"• {what}", flush=True)


if __name__ == "__main__":
    main()
