"""How many non-digits a run flags as out-of-distribution, and how many digits.

`python benchmarks/out_of_distribution.py [RUN] [--models DIR]` scores drawings of 34 kinds
(`nondigits.py`), 100 of each, with Inkling's score and two baselines: 1 − the largest softmax
probability (Hendrycks, Gimpel 2017) and the Mahalanobis distance of the features to the nearest
class (Lee et al. 2018). The threshold of each is the 95th percentile on the validation images. The
settings of Inkling's score were chosen on one half of the kinds (development); the other half is
held out. Everything is computed with the serving graph. Needs the run's dataset and, for digits
that people drew, `$INKLING_DATA/drawings/pen-digits-dev.jsonl`.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import nondigits
from benchmarks.arguments import chosen_run
from benchmarks.table import show
from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.out_of_distribution import IMAGE
from pipeline.data import datasets
from pipeline.errors import InklingError
from pipeline.ink import drawing
from pipeline.serving.inference import ServingGraph
from pipeline.store.run_folder import Run

EACH = 100  # drawings of a kind
SHRINKAGE = 1e-3  # of the covariance toward a multiple of the identity

Seen = dict[int, np.ndarray]  # vectors (n, d) by layer
Score = Callable[[Seen], np.ndarray]


def look(graph: ServingGraph, layer: int, images: np.ndarray) -> Seen:
    """Collect pixels, features and probabilities of images uint8 (n, height, width, channels)."""
    outputs = [graph.activations(image) for image in images]
    pixels = images.reshape(len(images), -1).astype(np.float32) / 255
    features = np.stack([output[layer].ravel() for output in outputs])
    return {IMAGE: pixels, layer: features, -2: np.stack([output[-1] for output in outputs])}


def mahalanobis(features: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the squared distance to the nearest class mean, with one covariance for all."""
    classes = np.unique(labels)
    means = np.stack([features[labels == label].mean(axis=0) for label in classes])
    centered = (features - means[np.searchsorted(classes, labels)]).astype(np.float64)
    covariance = centered.T @ centered / len(centered)
    covariance += np.eye(len(covariance)) * SHRINKAGE * np.trace(covariance) / len(covariance)
    whiten = np.linalg.inv(np.linalg.cholesky(covariance)).T

    def distance(found: np.ndarray) -> np.ndarray:
        gaps = (found[:, None] - means).astype(np.float64) @ whiten
        return np.einsum("ncd,ncd->nc", gaps, gaps).min(axis=1)

    return distance


def drawings_by_kind() -> dict[str, dict[str, np.ndarray]]:
    """Draw every kind, by group: uint8 (EACH, 28, 28, 1)."""
    random = np.random.default_rng(0)
    groups = {
        "development": nondigits.CHOOSING,
        "held out": nondigits.REPORTING,
        "digits": nondigits.DIGITS,
    }
    return {
        group: {name: nondigits.images(kind, EACH, random) for name, kind in kinds.items()}
        for group, kinds in groups.items()
    }


def pen_digits() -> tuple[np.ndarray, np.ndarray] | None:
    """Read digits that people drew: images uint8 (n, 28, 28, 1) and labels; None if missing."""
    path = Path(os.environ.get("INKLING_DATA", "")) / "drawings" / "pen-digits-dev.jsonl"
    if not path.is_file():
        return None
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    images = np.stack([drawing.from_strokes(row["strokes"]) for row in rows])[..., None]
    return images, np.array([row["label"] for row in rows])


def main() -> None:
    """Print the percentage above the threshold, by score and by kind of drawing."""
    run = chosen_run()
    found = run.ood_detector()
    if found is None:
        raise InklingError(f"Run {run.id} has no OOD score; “inkling evaluate {run.id}” adds it.")
    layer = found.parts[-1].layer
    graph = run.graph()
    data = datasets.open_by_fingerprint(run.info.dataset.name, run.info.dataset.fingerprint)
    rows = ood.sample(len(data.y_train))
    distance = mahalanobis(look(graph, layer, data.x_train[rows])[layer], data.y_train[rows])
    valid = look(graph, layer, data.x_valid[:])
    scores: dict[str, Score] = {
        "Inkling": found.score,
        "softmax": lambda seen: -seen[-2].max(axis=1),
        "Mahalanobis": lambda seen: distance(seen[layer]),
    }
    thresholds = {name: np.quantile(score(valid), ood.USUAL) for name, score in scores.items()}

    def shares(seen: Seen) -> list[float]:
        return [float((score(seen) > thresholds[name]).mean()) for name, score in scores.items()]

    def row(name: str, values: list[float]) -> list[str]:
        return [name, *[f"{100 * value:.1f}" for value in values]]

    table = []
    for group, kinds in drawings_by_kind().items():
        by_kind = {name: shares(look(graph, layer, images)) for name, images in kinds.items()}
        table.append(row(f"**{group}**", np.mean(list(by_kind.values()), axis=0).tolist()))
        table += [row(name, values) for name, values in by_kind.items()]
    show(f"% of drawings that {run.id} flags as out-of-distribution", ["drawing", *scores], table)

    test = look(graph, layer, data.x_test[:])
    table = [row("validation images", shares(valid)), row("test images", shares(test))]
    people = pen_digits()
    if people is not None:
        images, labels = people
        seen = look(graph, layer, images)
        right = seen[-2].argmax(axis=1) == labels
        table.append(row("digits that people drew", shares(seen)))
        groups = {"classified correctly": right, "misclassified": ~right}
        groups |= {f"{digit}s": labels == digit for digit in range(10)}
        for name, which in groups.items():
            table.append(row(f"… {name}", shares({key: x[which] for key, x in seen.items()})))
    show(f"% of digits that {run.id} flags as out-of-distribution", ["images", *scores], table)
    print(f"one score takes {1000 * seconds(run, found):.2f} ms\n")


def seconds(run: Run, found: ood.OodDetector) -> float:
    """Time the score of one image, not counting the network's prediction."""
    image = np.zeros(run.info.input_shape, np.uint8)
    activations = run.graph().activations(image)
    started = time.perf_counter()
    for _ in range(1000):
        found.score_activations(image, activations)
    return (time.perf_counter() - started) / 1000


if __name__ == "__main__":
    main()
