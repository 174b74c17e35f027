"""What a network is made of, where it is from, and what to know before it is trusted."""

import streamlit as st

from dashboard import loaders
from dashboard.figures import curves
from dashboard.widgets import adding, explaining, frame
from dashboard.words import data as data_words
from dashboard.words import network as network_words
from dashboard.words import text
from dashboard.words import training as training_words
from pipeline.config import TrainConfig
from pipeline.store.run_folder import Run
from pipeline.words import devices

SETTINGS = (  # terms of a training's settings
    "batch", "learning_rate", "seed", "augmentation", "label_smoothing", "allograph", "logit",
    "temperature",
)  # fmt: skip


def layers(run: Run) -> None:
    """Show the network's layers, folded by stage, with shapes and parameter counts."""
    height, width, channels = run.info.input_shape
    color = "grayscale" if channels == 1 else "color"
    st.subheader(
        "The network",
        help=explaining.hover("neural_network", "layer", "feature_map", "parameter"),
    )
    st.markdown(
        f"It takes a {color} image of {width}×{height} pixels and has {run.info.parameters:,} "
        "parameters (learned numbers)."
    )
    for stage in network_words.stages(run.info.layers):
        with st.expander(network_words.stage_title(stage)):
            lines = (network_words.layer_line(layer) for layer in stage.layers)
            st.markdown("\n".join(f"1. {line}" for line in lines))


def card(run: Run) -> None:
    """Show the model card."""
    if not run.info.model_card:
        return
    label = "Model card: what to know before you trust it"
    with st.expander(label, icon=":material/contract:", expanded=True):
        for name, sentences in run.info.model_card.items():
            st.markdown(f"**{text.plain(name)}.** {text.plain(sentences)}")


def origin(run: Run) -> None:
    """Show how it was trained, or what was found out about it, folded away."""
    info, config = run.info, run.info.config
    label = "How it was trained" if config else "Where it is from"
    with st.expander(label, icon=":material/history:"):
        if config:
            learning_curve(run)
        elif info.added:
            st.markdown(text.plain(f"{info.added.file}: {network_words.NO_CURVE}"))
            adding.found(run)
        counts = ", ".join(
            f"{number:,} {data_words.PARTS.get(part, part)}"
            for part, number in info.dataset.counts.items()
        )
        st.markdown(
            f"- Dataset **{text.plain(info.dataset.name)}**: {counts} images\n"
            + (_settings(run, config) if config else "")
            + f"- Log loss {info.metrics.log_loss:.4f}, "
            f"expected calibration error {info.metrics.calibration_error:.4f}\n"
            f"- {', '.join(f'{name} {version}' for name, version in info.versions.items())}\n"
            f"- Run `{run.id}`, {info.status if config else 'added'}",
            help=explaining.hover(*(SETTINGS if config else ()), "loss", "calibration_error"),
        )


def learning_curve(run: Run) -> None:
    """Draw accuracy by epoch; nothing for a run that was not trained here."""
    kept, config = run.info.best_epoch, run.info.config
    if config is None:
        return
    finding = f"The weights of epoch {kept} of {config.epochs} are kept: best validation accuracy"
    table = loaders.history(run)
    figure = loaders.drawn(curves.history, table, kept, frame.colors())
    alt = training_words.learned(table["val_accuracy"].to_list(), kept)
    frame.chart(figure, alt, "history", finding, terms=("epoch", "validation", "early_stopping"))


def _settings(run: Run, config: TrainConfig) -> str:
    """List the settings of a training and what it ran on, in Markdown."""
    info = run.info
    return (
        f"- Batch size {config.batch_size}, learning rate {config.learning_rate:g}, "
        f"seed {config.seed}, augmentation {config.augmentation or 0:g}, "
        f"label smoothing {config.label_smoothing or 0:g}, "
        f"allographs {config.allographs or 0:.0%}, disturbed images "
        f"{config.disturbance or 0:.0%}, preset {config.preset}, "
        f"variant {config.variant}, {info.timings.get('training', 0):.0f} s of training\n"
        f"- On {devices(info.hardware)} in "
        f"{info.hardware.get('precision', 'float32')}; logits divided by a temperature of "
        f"{info.temperature:.2f}\n"
    )
