"""The data of the tour's last four steps: what was measured, the film of a training, mistakes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis.selective_prediction import RiskCoverage, risk_coverage
from pipeline.errors import InklingError
from pipeline.export import pad_spec
from pipeline.export.tour_material import Material
from pipeline.prose.texts import Texts
from pipeline.serving.anatomy import Anatomy
from pipeline.serving.shifts import ShiftCurve, distances
from pipeline.store.run_folder import Run
from pipeline.training.film import Film

DENSE = ("flatten", "dense")
MISTAKES = 6
SHIFTED = ("pixels", "shallow", "cnn")


def shift(material: Material) -> dict[str, Any]:
    """Say how far pictures can be pushed; what was measured comes later: see `curve`."""
    return {"pixels": distances(*material.subject.shape[:2]), "of": measured(material.runs)}


def measured(runs: Mapping[str, Run]) -> str:
    """Name the runs that are measured on shifted images."""
    return "; ".join(f"{runs[name].id} {runs[name].version}" for name in SHIFTED if name in runs)


def curve(curves: Mapping[str, ShiftCurve], of: str, texts: Texts) -> dict[str, Any]:
    """Describe what was measured on shifted test images.

    Args:
        curves: of `pixels`, `shallow` and `cnn`, on the same images; without `cnn`, if that is the
            one that comes with Inkling, which learned from them; empty if the images are not on
            this machine.
        of: the runs, as `measured` names them.
        texts: the visitor's language.
    """
    if not curves:
        return {"of": of, "said": texts.say("tour_later.measured.no_images")}
    simple = curves["pixels"]
    middle = len(simple.pixels) // 2
    key = "finding" if "cnn" in curves else "finding_without"
    finding = texts.say(
        f"tour_later.measured.{key}",
        pixels=simple.pixels[middle],
        simple=texts.percent(simple.accuracy[middle], 0),
        deep=texts.percent(curves.get("cnn", simple).accuracy[middle], 0),
        images=simple.images,
    )
    networks = {
        name: {"accuracy": found.accuracy, "intervals": found.intervals}
        for name, found in curves.items()
    }
    return {"of": of, "said": finding, "pixels": simple.pixels, "networks": networks}


def convolution(material: Material) -> dict[str, Any]:
    """Describe the convolution: all of it is in the network."""
    return {}


def learning(material: Material) -> dict[str, Any]:
    """Describe the film of a training; it is None where no run has one."""
    run = material.filmed
    film = _film_of(run) if run else None
    if run is None or film is None or len(film.epochs) < 2:
        return {"film": None}
    return {"film": _film(film, run, material)}


def _film_of(run: Run) -> Film | None:
    """Read the film of a run; one that is damaged is as good as none: another can be made."""
    try:
        return run.film()
    except InklingError:
        return None


def _film(film: Film, run: Run, material: Material) -> dict[str, Any]:
    """Describe a film for `web/src/tour/film.js`."""
    picture = next(at for at, name in enumerate(film.names) if name.endswith("/kernel"))
    *window, units = film.frames[picture].shape[1:]
    if len(window) == 1:  # a dense layer looks at the whole picture
        kind = "of_classes" if units == len(material.subject.class_names) else "of_units"
        window = [*material.subject.shape]
    else:
        kind = "of_kernels"
    anatomy = run.anatomy()
    return {
        "epochs": [float(epoch) for epoch in film.epochs],
        "losses": [float(loss) for loss in film.losses],
        "accuracies": [float(share) for share in film.accuracies],
        "arrays": [
            {"place": material.blob.add(frames.astype("<f2").tobytes()), "shape": frames.shape[1:]}
            for frames in film.frames
        ],
        "layers": _layers(film, anatomy) if anatomy and film.is_whole else None,
        "picture": picture,
        "window": window,
        "pictures": material.texts.say(f"tour_later.film.{kind}", count=units),
    }


def _layers(film: Film, anatomy: Anatomy) -> list[dict[str, Any]] | None:
    """Say which arrays are the layers of a film; None if they are not all dense ones in a row."""
    if not all(
        part.op in DENSE and part.inputs == (place - 1,) for place, part in enumerate(anatomy.parts)
    ):
        return None
    return [
        {
            "kernel": film.names.index(f"{part.name}/kernel"),
            "bias": film.names.index(f"{part.name}/bias"),
            "activation": part.activation,
        }
        for part in anatomy.parts
        if part.op == "dense"
    ]


def trust(material: Material) -> dict[str, Any]:
    """Describe how good `cnn` is: its surest mistakes, and what passing images on would do."""
    run = material.runs.get("cnn")
    if run is None:
        return {}
    texts, table = material.texts, run.predictions(("label", "predicted", "confidence"))
    correct = (table["label"] == table["predicted"]).to_numpy()
    mistakes = table[~correct].sort_values("confidence", ascending=False, kind="stable")
    # The network that comes with Inkling may stand in; it was tested on other images.
    is_own = run.info.dataset.fingerprint in material.subject.fingerprints
    shown = mistakes.head(MISTAKES if is_own and len(material.images) else 0)
    metrics = run.info.metrics
    return {
        "right": texts.say(
            "tour_later.sure.right",
            correct=metrics.correct,
            total=metrics.total,
            share=texts.percent(metrics.accuracy),
            low=texts.percent(metrics.accuracy_low),
            high=texts.percent(metrics.accuracy_high),
        ),
        "mistakes": [_mistake(material, int(index), shown.loc[index]) for index in shown.index],
        "mistakes_title": _mistakes_title(texts, len(mistakes), shown=len(shown)),
        "passed": _passed(risk_coverage(table["confidence"].to_numpy(), correct)),
        "ood": pad_spec.ood_facts(run, material.blob),
    }


def _mistake(material: Material, index: int, row: pd.Series) -> dict[str, Any]:
    """Describe a test image that is misread."""
    image = np.ascontiguousarray(material.images[index])
    return {
        "levels": material.blob.add(image.tobytes()),
        "label": int(row["label"]),
        "predicted": int(row["predicted"]),
        "confidence": float(row["confidence"]),
    }


def _mistakes_title(texts: Texts, count: int, *, shown: int) -> str:
    if not count:
        return texts.say("tour_later.sure.mistakes_none")
    return texts.counted("tour_later.sure.mistakes" if shown else "tour_later.sure.unseen", count)


def _passed(found: RiskCoverage) -> dict[str, Any]:
    """List how many images can be passed on, and how many errors remain then."""
    choices = found.choices()
    return {
        "choices": [[passed, found.errors_remaining(passed)] for passed in choices],
        "usual": choices.index(found.usual()),
        "total": found.total,
    }
