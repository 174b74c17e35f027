"""`inkling predict`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import AsJson, Models, RunName, opened, store_at
from pipeline.errors import printable, readable

if TYPE_CHECKING:
    from pipeline.ink.inputs import Item
    from pipeline.serving.prediction import Prediction


def predict(
    run: RunName,
    files: Annotated[
        list[Path], typer.Argument(help="Images, strokes (.json, .jsonl) or pixels (.csv).")
    ],
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Classify image files of any size and color, strokes, or rows of pixels."""
    from pipeline.ink import inputs
    from pipeline.quiet import quiet_stderr
    from pipeline.serving import prediction

    found = opened(store_at(models), run)
    with quiet_stderr():  # LiteRT announces its delegate
        graph = found.graph()
    detector, info, failed = found.ood_detector(), found.info, False
    for item in inputs.read_all(files, info.input_shape, mnist_framed=info.dataset.mnist_framed):
        if item.image is None:
            failed = True
            print(f"Error: {_where(item)}: {item.error}", file=sys.stderr)
            continue
        said = prediction.predict(graph, detector, item.image)
        if as_json:
            line = json.dumps(_record(item, said, found.class_names), ensure_ascii=False)
            print(line, flush=True)
        else:
            print(f"{_where(item)}: {_sentence(said, found.class_names)}")
    if failed:
        raise typer.Exit(1)


def _where(item: "Item") -> str:
    file = readable(item.file)
    return file if item.line is None else f"{file}, line {item.line}"


def _record(item: "Item", said: "Prediction", names: tuple[str, ...]) -> dict[str, Any]:
    """Convert a prediction to a JSON record."""
    record: dict[str, Any] = {
        "file": printable(item.file),
        "line": item.line,
        "predicted": names[said.label],
        "confidence": round(said.confidence, 6),
        "probabilities": {
            name: round(float(share), 6)
            for name, share in zip(names, said.probabilities, strict=True)
        },
    }
    if said.ood_score is not None and said.ood_threshold is not None:
        record["ood_score"] = round(said.ood_score, 4)
        record["ood_threshold"] = round(said.ood_threshold, 4)
        record["is_ood"] = said.is_ood
    return record


def _sentence(said: "Prediction", names: tuple[str, ...]) -> str:
    from pipeline import words

    return words.guess(names, said.probabilities, is_ood=said.is_ood)
