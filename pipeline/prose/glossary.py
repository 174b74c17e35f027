"""The terms that pages, tour and report speak of, each explained in a sentence and a paragraph."""

import unicodedata
from dataclasses import dataclass

from pipeline.prose.texts import Texts

# Where a term is met: a page by its file's name, the report, the tour. A term that is met nowhere
# does not belong in the glossary.
MET = {
    "overview": (
        "accuracy", "activation_function", "allograph", "augmentation", "batch",
        "batch_normalization", "calibration", "calibration_error", "class", "confidence",
        "confidence_interval", "convolution", "default_run", "early_stopping", "epoch",
        "feature_map", "label_smoothing", "layer", "learning_rate", "logit", "loss", "model_card",
        "neural_network", "neuron", "parameter", "seed", "softmax", "temperature", "test_set",
        "validation", "weight",
    ),
    "scorecard": (
        "accuracy", "adversarial_example", "auroc", "calibration", "calibration_error",
        "confidence", "confidence_interval", "corruption", "f1", "gradient", "norm",
        "out_of_distribution", "precision", "recall", "selective_prediction", "test_set",
    ),
    "compare": (
        "accuracy", "confidence_interval", "confusion_matrix", "default_run", "epoch", "film",
        "mcnemar", "parameter",
        "seed", "test_set", "validation",
    ),
    "confusion_matrix": (
        "class", "confidence", "confusion_matrix", "feature_space", "nearest_neighbors",
        "test_set",
    ),
    "mistakes": (
        "class", "confidence", "feature_space", "label", "loss", "margin", "nearest_neighbors",
        "test_set",
    ),
    "labels": (
        "class", "confidence", "feature_space", "label", "nearest_neighbors", "test_set",
    ),
    "data": (
        "class", "confidence", "convolution", "feature_space", "nearest_neighbors", "t_sne",
        "test_set", "training", "validation", "vector",
    ),
    "scored": (
        "class", "confidence", "label", "out_of_distribution", "softmax", "training",
    ),
    "inside": (
        "activation", "activation_function", "activation_maximization", "adversarial_example",
        "bias", "confidence", "convolution", "feature_map", "grad_cam", "gradient",
        "integrated_gradients", "kernel", "layer", "logit", "neuron", "norm", "occlusion",
        "parameter", "pooling", "receptive_field", "saliency", "smoothgrad", "softmax",
        "test_set", "weight",
    ),
    "draw": (
        "activation", "class", "confidence", "decision_boundary", "feature_map", "grad_cam",
        "gradient", "layer", "neural_network", "out_of_distribution", "perturbation",
        "saliency", "softmax",
    ),
    "train": (
        "accuracy", "activation_function", "augmentation", "batch_normalization", "checkpoint",
        "convolution", "early_stopping", "epoch", "label_smoothing", "layer", "learning_rate",
        "neural_network", "neuron", "overfitting", "seed", "softmax", "training", "validation",
        "weight",
    ),
    "corrections": (
        "class", "confidence", "default_run", "forgetting", "held_back", "label", "replay",
        "retraining", "training",
    ),
    "report": (
        "accuracy", "adversarial_example", "calibration", "calibration_error", "class",
        "confidence", "confidence_interval", "confusion_matrix", "mcnemar", "neural_network",
        "out_of_distribution", "parameter", "precision", "recall", "seed",
        "selective_prediction", "test_set", "training", "validation",
    ),
    "tour": (
        "activation", "activation_function", "bias", "class", "confidence", "convolution",
        "epoch", "feature_map", "gradient_descent", "kernel", "layer", "loss", "neural_network",
        "neuron", "out_of_distribution", "pooling", "selective_prediction", "softmax",
        "training", "vector", "weight",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """A term of the field.

    Attributes:
        key: its name in all languages, such as "confusion_matrix".
        name: as people say it.
        short: what it means, in a sentence.
        long: what it means, in a paragraph, which doesn't repeat that sentence.
        link: the https address of a public page with more.
    """

    key: str
    name: str
    short: str
    long: str
    link: str


def term(texts: Texts, key: str) -> Term:
    """Return a term in a language; KeyError if there is none of this key."""
    return Term(key, **texts.table(f"glossary.{key}"))


def terms(texts: Texts, where: str | None = None) -> list[Term]:
    """Return the terms that are met somewhere, a key of MET, or all of them, by name."""
    keys = texts.table("glossary") if where is None else MET[where]
    return sorted((term(texts, key) for key in keys), key=_place)


def _place(found: Term) -> str:
    """Return what a term is sorted by: "Überanpassung" stands where "uberanpassung" would."""
    letters = unicodedata.normalize("NFKD", found.name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
