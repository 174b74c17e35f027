"""What someone needs to know to use a run's network elsewhere."""

from typing import Any

from pipeline.store.run_folder import Run

MEASURES = {"correct", "total", "accuracy", "accuracy_low", "accuracy_high", "calibration_error"}


def about(run: Run) -> dict[str, Any]:
    """Describe what someone needs to know to use a run's network: plain values, for JSON."""
    info = run.info
    height, width, channels = info.input_shape
    framing = (
        "; drawings are framed like MNIST's digits first: light ink on black, the longer side 20 "
        "of 28 pixels, the center of mass at (14, 14)"
        if info.dataset.mnist_framed
        else ""
    )
    return {
        "run": run.id,
        "network": info.network,
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
        "test": info.metrics.model_dump(include=MEASURES),
        "temperature": {
            "value": info.temperature,
            "note": "the last layer already divides the logits by it: do not apply it again",
        },
        "model_card": info.model_card,
    }
