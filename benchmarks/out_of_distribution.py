"""How well Inkling's score tells strange images from a network's own, compared with others.

- `python benchmarks/out_of_distribution.py [RUN] [--models DIR] [--others PLACE …]`: AUROC and the
  false positive rate at 95% of a run's test images against noise, letters in print, pieces of
  photographs, made drawings of 34 kinds (`pipeline/ink/nondigits.py`), and the test images of other
  datasets: a name or a folder of IDX files each, such as Fashion-MNIST, KMNIST, EMNIST's letters or
  notMNIST. Then, how many of each kind of drawing, of test images and of digits that people drew
  are remarked on. The settings of Inkling's score were chosen on one half of the kinds
  (development), validation images and the development drawings; the other half is held out.
- `python benchmarks/out_of_distribution.py half [--seeds N]`: the same for the digits 5 to 9, to a
  network that was trained on 0 to 4 with the preset `default` (2 to 3 minutes a seed).

Needs MNIST, and for digits that people drew `$INKLING_DATA/drawings/pen-digits-dev.jsonl`.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import ood_scores, strange_images
from benchmarks.ood_scores import Score, look
from benchmarks.table import show
from pipeline import evaluation
from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.strangers import auroc, fpr95
from pipeline.config import TrainConfig
from pipeline.data import datasets
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.ink import drawing
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.training import fit, networks

HALF = 5
ROOT = Path(__file__).parents[1]

Scored = dict[str, np.ndarray]  # by score: float (n,)


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("run", nargs="?", default="mnist-cnn")
    arguments.add_argument("--models", type=Path, default=ROOT / "models")
    arguments.add_argument("--others", nargs="+", default=[])
    arguments.add_argument("--seeds", type=int, default=2)
    chosen = arguments.parse_args()
    if chosen.run == "half":
        half_of_the_digits(chosen.seeds)
    else:
        of_a_run(Store(chosen.models).open(chosen.run), chosen.others)


def of_a_run(run: Run, places: list[str]) -> None:
    """Print how well a run's test images are told from others, and what is remarked on."""
    found = run.ood_detector()
    if found is None:
        raise InklingError(f"Run {run.id} has no OOD score; “inkling evaluate {run.id}” adds it.")
    data = datasets.open_by_fingerprint(run.info.dataset.name, run.info.dataset.fingerprint)
    model = networks.load(run.model_path)
    rows = ood.sample(len(data.y_train))
    train = look(model, data.x_train[rows])
    scores: dict[str, Score] = {"Inkling": found.score}
    scores |= ood_scores.baselines(model, train, data.y_train[rows])

    def scored(images: np.ndarray) -> Scored:
        seen = look(model, images)
        return {name: score(seen) for name, score in scores.items()}

    own = scored(data.x_test[:])
    by_group = strange_images.drawings()
    strange = strange_images.made(data.image_shape)
    strange |= {
        f"{group} drawings": np.concatenate(list(kinds.values()))
        for group, kinds in by_group.items()
        if group != "digits"
    }
    for place in places:
        other = datasets.open_dataset(place)
        strange[other.name] = other.x_test[:]
    table = [_told_apart(name, own, scored(images)) for name, images in strange.items()]
    title = f"AUROC, FPR at 95% (%): test images of {run.id} and others"
    show(title, ["images", *scores], table)

    valid = scored(data.x_valid[:])
    thresholds = {name: float(np.quantile(valid[name], ood.USUAL)) for name in scores}
    # What the run says, with the threshold that it has.
    thresholds["Inkling"] = found.threshold
    table = []
    for group, kinds in by_group.items():
        rows_of = {name: _flagged(scored(images), thresholds) for name, images in kinds.items()}
        table.append(_row(f"**{group}**", np.mean(list(rows_of.values()), axis=0).tolist()))
        table += [_row(name, shares) for name, shares in rows_of.items()]
    show(f"% of drawings that are remarked on by {run.id}", ["drawing", *scores], table)

    table = [_row("validation images", _flagged(valid, thresholds))]
    table.append(_row("test images", _flagged(own, thresholds)))
    people = pen_digits()
    if people is not None:
        images, labels = people
        drawn = scored(images)
        right = look(model, images)[ood_scores.LOGITS].argmax(axis=1) == labels
        groups = {"digits that people drew": labels >= 0}
        groups |= {"… classified correctly": right, "… misclassified": ~right}
        groups |= {f"… {digit}s": labels == digit for digit in range(10)}
        for name, which in groups.items():
            of_group = {score: values[which] for score, values in drawn.items()}
            table.append(_row(name, _flagged(of_group, thresholds)))
    show(f"% of digits that are remarked on by {run.id}", ["images", *scores], table)
    print(f"one score takes {1000 * seconds(run, found):.2f} ms\n")


def seconds(run: Run, found: ood.OodDetector) -> float:
    """Time the score of one image, not counting the network's prediction."""
    image = np.zeros(run.info.input_shape, np.uint8)
    activations = run.graph().activations(image)
    started = time.perf_counter()
    for _ in range(1000):
        found.score_activations(image, activations)
    return (time.perf_counter() - started) / 1000


def half_of_the_digits(seeds: int) -> None:
    """Print how well 5 to 9 are told from 0 to 4 by networks that know 0 to 4 only."""
    whole, table = datasets.open_dataset("mnist"), []
    known, unknown = whole.y_test < HALF, whole.y_test >= HALF
    header: list[str] = []
    for seed in range(seeds):
        data = first_half(whole)
        config = TrainConfig(dataset="mnist", network="cnn", preset="default", seed=seed)
        config = config.model_copy(update={"film": False}).resolved(len(data.y_train))
        model = fit.fit(config, data).model
        rows = ood.sample(len(data.y_train))
        train = look(model, data.x_train[rows])
        scores: dict[str, Score] = {"Inkling": evaluation.fit_ood_detector(model, data).score}
        scores |= ood_scores.baselines(model, train, data.y_train[rows])
        own, strange = (look(model, whole.x_test[which]) for which in (known, unknown))
        both = [{name: score(seen) for name, score in scores.items()} for seen in (own, strange)]
        table.append(_told_apart(f"seed {seed}", *both))
        header = ["network", *scores]
    title = "AUROC, FPR at 95% (%): test digits 0 to 4, which a network was trained on, and 5 to 9"
    show(title, header, table)


def first_half(whole: Dataset) -> Dataset:
    """Return the images of the digits 0 to 4."""
    parts = {}
    for part in ("train", "valid", "test"):
        images, labels = getattr(whole, f"x_{part}"), getattr(whole, f"y_{part}")
        which = np.flatnonzero(labels < HALF)
        parts |= {f"x_{part}": datasets.picked(images, which), f"y_{part}": labels[which]}
    return Dataset("0 to 4", whole.class_names[:HALF], **parts, fingerprint="", mnist_framed=True)


def pen_digits() -> tuple[np.ndarray, np.ndarray] | None:
    """Read digits that people drew: images uint8 (n, 28, 28, 1) and labels; None if missing."""
    path = Path(os.environ.get("INKLING_DATA", "")) / "drawings" / "pen-digits-dev.jsonl"
    if not path.is_file():
        return None
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    images = np.stack([drawing.from_strokes(row["strokes"]) for row in rows])[..., None]
    return images, np.array([row["label"] for row in rows])


def _told_apart(name: str, own: Scored, strange: Scored) -> list[str]:
    pairs = [(own[score], strange[score]) for score in own]
    return [name, *[f"{auroc(*pair):.4f}, {100 * fpr95(*pair):.1f}" for pair in pairs]]


def _flagged(found: Scored, thresholds: dict[str, float]) -> list[float]:
    return [float((values > thresholds[score]).mean()) for score, values in found.items()]


def _row(name: str, shares: list[float]) -> list[str]:
    return [name, *[f"{100 * share:.1f}" for share in shares]]


if __name__ == "__main__":
    main()
