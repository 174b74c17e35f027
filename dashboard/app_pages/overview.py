"""What the model is, and how often it is right."""

import streamlit as st

from dashboard import address, loaders
from dashboard.figures import bars, curves
from dashboard.selection import PREDICTED, TRUE
from dashboard.widgets import frame, opening
from dashboard.words import data as data_words
from dashboard.words import runs as run_words
from dashboard.words import text
from pipeline.config import NETWORKS
from pipeline.store.runs import Run


def confusions(run: Run) -> None:
    """List the most frequent mistakes, each a link to its images."""
    found, names = run.info.metrics.confusions, run.class_names
    st.markdown(f"**{text.plain(run_words.top_confusion(found, names))}**")
    for item in found[:6]:
        true, predicted = names[item.true], names[item.predicted]
        st.page_link(
            "app_pages/confusion_matrix.py",
            label=text.plain(f"{true} → {predicted}: {text.times(item.count)}"),
            icon=":material/arrow_forward:",
            query_params={address.RUN: run.id, TRUE: true, PREDICTED: predicted},
        )
    if not found:
        st.write("Draw something of your own to find its limits.")


def layers(run: Run) -> None:
    """Show the network's layers in words, with shapes and parameter counts."""
    st.subheader("The network, layer by layer")
    height, width, channels = run.info.input_shape
    color = "grayscale" if channels == 1 else "color"
    st.markdown(
        f"It takes a {color} image of {width}×{height} pixels and has {run.info.parameters:,} "
        "parameters (learned numbers)."
    )
    st.markdown("\n".join(f"1. {run_words.layer_line(layer)}" for layer in run.info.layers))


def model_card(run: Run) -> None:
    """Show the model card."""
    if not run.info.model_card:
        return
    st.subheader("Model card: what to know before you trust it")
    for name, sentences in run.info.model_card.items():
        st.markdown(f"**{text.plain(name)}.** {text.plain(sentences)}")


def details(run: Run) -> None:
    """Show how it was trained, folded away."""
    with st.expander("How it was trained", icon=":material/history:"):
        info, config, kept = run.info, run.info.config, run.info.best_epoch
        finding = (
            f"The weights of epoch {kept} of {config.epochs} are kept: best validation accuracy"
        )
        figure = curves.history(loaders.history(run), kept, frame.colors())
        frame.chart(figure, f"Accuracy by epoch. {finding}.", "history", finding=finding)
        counts = ", ".join(
            f"{number:,} {data_words.PARTS.get(part, part)}"
            for part, number in info.dataset.counts.items()
        )
        st.markdown(
            f"- Dataset **{text.plain(info.dataset.name)}**: {counts} images\n"
            f"- Batch size {config.batch_size}, learning rate {config.learning_rate:g}, "
            f"seed {config.seed}, augmentation {config.augmentation or 0:g}, "
            f"label smoothing {config.label_smoothing or 0:g}, preset {config.preset}, "
            f"variant {config.variant}, {info.timings.get('training', 0):.0f} s of training\n"
            f"- On {', '.join(info.hardware.get('devices', []))} in "
            f"{info.hardware.get('precision', 'float32')}; logits divided by a temperature of "
            f"{info.temperature:.2f}\n"
            f"- Log loss {info.metrics.log_loss:.4f}, "
            f"expected calibration error {info.metrics.calibration_error:.4f}\n"
            f"- {', '.join(f'{name} {version}' for name, version in info.versions.items())}\n"
            f"- Run `{run.id}`, {info.status}"
        )


run = opening.current_run()
metrics = run.info.metrics
frame.heading(
    f"{run_words.network_title(run)} on {run.info.dataset.name}", run_words.verdict(metrics)
)
kind = NETWORKS.get(run.info.config.network)
st.caption(f"{kind.lesson if kind else ''} {run_words.interval(metrics)}")

left, right = st.columns([3, 2], gap="large")
with left:
    finding = run_words.weakest_class(metrics)
    figure = bars.class_bars(metrics.classes, frame.colors())
    alt = f"Share of each class that is missed. {finding}."
    frame.chart(figure, alt, "classes", finding=finding)
with right:
    confusions(run)
model_card(run)
layers(run)
details(run)
