"""A run -> a folder for LiteRT: the serving graph, and what its outputs are called."""

import json
import shutil
from pathlib import Path

from pipeline.atomic import whole_folder
from pipeline.export.about import about
from pipeline.progress import OnProgress
from pipeline.quiet import quiet_stderr
from pipeline.store.run_folder import Run

LITERT_MODEL, NAMES = "model.tflite", "names.json"


def write_folder(run: Run, to: Path, on_progress: OnProgress) -> None:
    """Write the serving graph and names.json: which output belongs to which layer, and `about`."""
    with quiet_stderr():  # LiteRT announces its delegate
        graph = run.graph()
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
