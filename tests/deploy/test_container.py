"""The Dockerfile without a container: its steps, its command and its health check as processes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import free_port, wait_until_healthy

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PORT = "8501"
text = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", "")
build, final = (
    stage.splitlines() for stage in re.split(r"^FROM .*$", text, flags=re.MULTILINE)[1:]
)


def said(instruction: str, stage: list[str]) -> list[str]:
    """Return what the lines of a stage say that begin with an instruction."""
    lines = (line.partition(" ") for line in stage)
    return [rest.strip() for word, _, rest in lines if word == instruction]


@pytest.mark.process
def test_its_command_serves_and_its_health_check_notices(tmp_path):
    check = json.loads(re.findall(r"CMD (\[.*\])$", said("HEALTHCHECK", final)[0])[0])
    (command,) = said("CMD", final)
    settings = dict(re.findall(r"([A-Z_]+)=(\S+)", said("ENV", final)[0]))
    for name in ("HOME", "INKLING_MODELS", "INKLING_CACHE"):
        settings[name] = str(tmp_path / settings[name].strip("/"))
        Path(settings[name]).mkdir()
    environment = {**os.environ, **settings, "PATH": os.environ["PATH"]}
    port = str(free_port())
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        served = [sys.executable, "-m", "pipeline.cli", *json.loads(command), "--port", port]
        process = subprocess.Popen(
            served, env=environment, cwd=tmp_path, stdout=output, stderr=subprocess.STDOUT
        )

    def healthy() -> bool:
        assert check[0] == "python"
        asked = [sys.executable, *(part.replace(PORT, port) for part in check[1:])]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
        assert healthy()
        assert "read-only" in log.read_text("utf-8")  # nobody signs in
    finally:
        process.terminate()
        process.wait(60)
    assert not healthy()


CONFINED = 'mount --bind "$0" "$0" && mount -o remount,ro,bind / && cd "$0" && exec "$@"'


@pytest.mark.process
@pytest.mark.slow
def test_it_trains_on_a_file_system_that_is_read_only_but_for_its_volumes(tmp_path, few_digits):
    inside = ["unshare", "--map-root-user", "--mount", "sh", "-c", CONFINED, str(tmp_path)]
    if not shutil.which("unshare") or subprocess.run([*inside, "true"], check=False).returncode:
        pytest.skip("no file system can be made read-only for one process here")
    assert subprocess.run([*inside, "touch", ROOT / "written"], check=False).returncode != 0
    places = {"HOME": "tmp", "TMPDIR": "tmp", "INKLING_MODELS": "store", "INKLING_CACHE": "cache"}
    places = {name: str(tmp_path / place) for name, place in places.items()}
    Path(places["HOME"]).mkdir()
    shutil.copyfile(few_digits, tmp_path / "few.npz")
    inkling = [*inside, sys.executable, "-m", "pipeline.cli"]
    for command in (
        ["train", "--dataset", "few.npz", "--network", "pixels", "--epochs", "2"],
        ["evaluate", "latest", "--strangers"],
        ["runs", "--check"],
    ):
        done = subprocess.run(
            [*inkling, *command], env=os.environ | places, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
    assert {path.name for path in tmp_path.iterdir()} == {"tmp", "store", "cache", "few.npz"}


@pytest.mark.process
@pytest.mark.slow
def test_its_steps_install_all_that_is_needed(tmp_path):
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    source = tmp_path / "src"
    for name in (line[1:] for line in kept if line.startswith("!")):
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(ROOT / name, source / name, ignore=ignored)
        else:
            source.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    for step in said("RUN", build):
        here = re.sub(r"(?<=[ =])/(opt|wheels)", rf"{tmp_path}/\1", f" {step}")
        here = here.replace("--no-cache-dir", "").replace(" python -m", f" {sys.executable} -m")
        subprocess.run(["bash", "-ec", here], cwd=source, check=True)
    installed = tmp_path / "opt" / "inkling" / "bin"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [installed / "inkling", "runs"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert b"comes with Inkling" in done.stdout
    assert not (installed / "npm").exists()  # what builds it stays behind
