"""A run -> what is handed over to be used elsewhere, without Inkling."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.atomic import whole_folder
from pipeline.errors import InklingError
from pipeline.progress import OnProgress, Progress, silent
from pipeline.quiet import quiet_stderr

if TYPE_CHECKING:  # the command line names the formats before it loads anything heavy
    from pipeline.serving.inference import ServingGraph
    from pipeline.store.runs import Run

LITERT_MODEL, NAMES = "model.tflite", "names.json"


class Format(StrEnum):
    """What a run can be handed over as."""

    HTML = "html"
    LITERT = "litert"
    TFJS = "tfjs"


def export(run: "Run", to: Path, format: Format, on_progress: OnProgress = silent) -> list[Path]:
    """Write a run for use elsewhere, whole or not at all.

    Args:
        run: which one.
        to: where; nothing may be there yet.
        format: a page of one file, a folder for LiteRT or one for TensorFlow.js.
        on_progress: told of what takes long.

    Returns:
        The files that were written.

    Raises:
        InklingError: something is there already, the place cannot be written, or the network
            cannot be had in this format.
    """
    _check_free(to)
    WRITERS[format](run, to, on_progress)
    return sorted(path for path in to.rglob("*") if path.is_file()) if to.is_dir() else [to]


def about(run: "Run") -> dict[str, Any]:
    """Say what someone must know to use a run's network: plain values, for JSON."""
    info = run.info
    height, width, channels = info.input_shape
    framing = (
        "; a drawing is framed before as MNIST's digits are: light ink on black, its longer side "
        "20 of 28 pixels, its centre of mass at (14, 14)"
        if info.dataset.ink
        else ""
    )
    return {
        "run": run.id,
        "network": info.config.network,
        "created": info.created.isoformat(),
        "classes": list(run.class_names),
        "input": {
            "shape": [height, width, channels],
            "dtype": "float32",
            "range": [0.0, 1.0],
            "note": f"pixels from 0 to 255, divided by 255{framing}",
        },
        "output": "a probability for each class, in the order of “classes”",
        "dataset": {"name": info.dataset.name, "fingerprint": info.dataset.fingerprint},
        "test": info.metrics.model_dump(include=_MEASURES),
        "temperature": {
            "value": info.temperature,
            "note": "the logits are divided by it in the last layer already: apply nothing more",
        },
        "card": info.card,
    }


def write_html(run: "Run", to: Path, on_progress: OnProgress = silent) -> None:
    """Write a page of one file that works without a network; see `pad_page`."""
    from pipeline.export.html_page import write_page

    on_progress(Progress("Exporting", 0, 1, "compressing the network and what it runs on"))
    _graph(run)  # what cannot run here is not handed over
    write_page(run, to)


def write_litert(run: "Run", to: Path, on_progress: OnProgress = silent) -> None:
    """Write the serving graph, and names.json: which output is which layer's, and `about`."""
    graph = _graph(run)
    names = about(run)
    names["input"] |= {"name": graph.input_name, "shape": [1, *run.info.input_shape]}
    names["layers"] = [
        {
            "output": f"output_{number}",
            "name": layer.name,
            "kind": layer.kind,
            "shape": [1, *layer.shape],
        }
        for number, layer in enumerate(run.info.layers)
    ]
    names["probabilities"] = names["layers"][-1]["output"]
    with whole_folder(to) as draft:
        shutil.copyfile(run.graph_path, draft / LITERT_MODEL)
        text = json.dumps(names, ensure_ascii=False, indent=1)
        (draft / NAMES).write_text(text, encoding="utf-8")


def write_tfjs(run: "Run", to: Path, on_progress: OnProgress = silent) -> None:
    """Write a TensorFlow.js layers model; `about` is its user-defined metadata."""
    on_progress(Progress("Exporting", 0, 1, "loading TensorFlow"))
    with quiet_stderr():
        import keras

        from pipeline.export.tfjs import write_layers_model

        try:
            model = keras.models.load_model(run.model_path, compile=False)
        except (OSError, ValueError, TypeError, KeyError, zipfile.BadZipFile) as error:
            said = str(error).strip().partition("\n")[0]
            raise InklingError(f"The network {run.model_path} cannot be loaded: {said}") from error
    with whole_folder(to) as draft:
        write_layers_model(model, draft, about(run))


def _graph(run: "Run") -> "ServingGraph":
    with quiet_stderr():  # LiteRT names its delegate
        return run.graph()


def _check_free(to: Path) -> None:
    """Find out before any work whether something is in the way: nothing is ever replaced."""
    if os.path.lexists(to):
        raise InklingError(
            f"{to} is already there. Name a new place with --to, or remove it first."
        )
    above = next((folder for folder in to.parents if os.path.lexists(folder)), Path())
    if not above.is_dir():
        raise InklingError(f"{to} cannot be written: {above} is a file. Name another place.")


_MEASURES = {"correct", "total", "accuracy", "accuracy_low", "accuracy_high", "calibration_error"}

WRITERS: dict[Format, Callable[["Run", Path, OnProgress], None]] = {
    Format.HTML: write_html,
    Format.LITERT: write_litert,
    Format.TFJS: write_tfjs,
}
