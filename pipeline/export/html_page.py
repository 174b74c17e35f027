"""A run -> one HTML file: a live pad or a place for images, layers, confusion matrix, model card.

It works offline, without a server: it fetches nothing, and its own security policy forbids it.
Binary data is compressed and written in base 85, which needs no escapes in HTML.
"""

import base64
import gzip
import html
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import atomic, words
from pipeline.analysis.metrics import confusion_counts
from pipeline.errors import InklingError
from pipeline.export import pad_spec
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr
from pipeline.store.run_folder import Run

BUILT = "inkling_web"  # made by web/build.py when Inkling is installed
ADVICE = "Use a current version of Chrome, Edge, Firefox or Safari."
# Only its own scripts, and no requests.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval' blob:; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class Pad:
    """What a page needs to hold the live pad.

    Attributes:
        facts: JSON, safe within a script; the page has it under the id "facts".
        data: texts, safe within a script, by the ids that the page has them under.
        script: the program. Where the page has a place with the id "pad", it fills that; else it
            makes the whole page.
    """

    facts: str
    data: dict[str, str]
    script: str


def write_page(run: Run, path: Path, on_progress: OnProgress = silent) -> None:
    """Write the page of a run.

    Raises:
        RunDamaged: a file of the run cannot be read.
        InklingError: the network is damaged, the page cannot be written, or the pad's scripts were
            not built.
    """
    on_progress(Progress("Exporting", 0, 1, "compressing the network and the LiteRT runtime"))
    with quiet_stderr():  # LiteRT announces its delegate
        run.graph()  # what cannot run here is not exported
    atomic.write_text(path, page(run))


def page(run: Run) -> str:
    """Return the page of a run as HTML; raises as `write_page`."""
    spec = pad_spec.describe([run], [""], ADVICE)
    what_to_do = "Draw" if run.info.dataset.mnist_framed else "Try an image"
    metrics, name, created = run.info.metrics, run.info.dataset.name, run.info.created
    predictions = run.predictions(["label", "predicted"])
    counts = confusion_counts(
        predictions["label"].to_numpy(), predictions["predicted"].to_numpy(), len(run.class_names)
    )
    facts = {
        **spec.facts,
        "title": f"{name} · {run.info.network}",
        "verdict": (
            f"{words.verdict(metrics.correct, metrics.total, seen=run.info.saw_test_images)}. "
            f"{what_to_do} and see what it "
            "predicts."
        ),
        "matrix": words.MATRIX,
        "counts": counts.tolist(),
        "about": "About this network",
        "model_card": run.info.model_card,
        "origin": (
            f"Run {run.id}, {'added to' if run.info.added else 'trained with'} Inkling on "
            f"{created:%B} {created.day}, {created:%Y}."
        ),
    }
    made = _pad(facts, spec.blob)
    data = "\n".join(
        f'<script type="text/plain" id="{key}">{text}</script>' for key, text in made.data.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{html.escape(facts["title"])}</title>
<style>{built("theme.css").read_text("utf-8")}</style>
</head>
<body>
<noscript>This page needs JavaScript, which is turned off.</noscript>
<script type="application/json" id="facts">{made.facts}</script>
{data}
<script>{made.script}</script>
</body>
</html>
"""


def pad(run: Run) -> Pad:
    """Return what another page needs to hold the live pad of a run; raises as `write_page`."""
    spec = pad_spec.describe([run], [""], ADVICE)
    return _pad(spec.facts, spec.blob)


def _pad(facts: dict[str, Any], blob: bytes) -> Pad:
    data = {
        "loader": _in_text(gzip.compress(built("frontend/litert-*.js").read_bytes(), mtime=0)),
        "program": _in_text(built("frontend/litert-*.wasm.gz").read_bytes()),
        "graphs": _in_text(gzip.compress(_by_place(blob), mtime=0)),
    }
    script = built("page.js").read_text("utf-8")
    return Pad(_within_script(json.dumps(facts)), data, _within_script(script))


def _by_place(data: bytes) -> bytes:
    """Put the first bytes of all 32-bit numbers first, then the second: it compresses better."""
    return np.frombuffer(data, np.uint8).reshape(-1, 4).T.tobytes()


def _in_text(data: bytes) -> str:
    """Write bytes in base 85 (RFC 1924), but without the “<” that HTML would interpret."""
    return base64.b85encode(data).decode().replace("<", ",")


def _within_script(text: str) -> str:
    """Keep text from closing or opening a script; JavaScript and JSON read it as the same."""
    return re.sub("<(?=/script|!--|script)", r"\\u003c", text, flags=re.IGNORECASE)


def built(pattern: str) -> Path:
    """Find the pad's built file that matches; some have a version in their names.

    Raises:
        InklingError: it was not built.
    """
    package = importlib.util.find_spec(BUILT)
    places = package.submodule_search_locations if package else None
    found = [path for place in places or () for path in Path(place).glob(pattern)]
    if not found:
        raise InklingError(
            "The live pad's scripts were not built. Reinstall Inkling: “pip install .” in its "
            "folder builds them."
        )
    return found[0]
