"""What the model is, and how often it is right."""

import streamlit as st

from dashboard import loaders, state
from dashboard.figures import bars, curves
from dashboard.selection import PREDICTED, TRUE
from dashboard.widgets import frame
from dashboard.words import general as words
from pipeline.config import NETWORKS
from pipeline.serving import layer_words
from pipeline.serving.inference import LayerInfo
from pipeline.store.runs import Run


def confusions(run: Run) -> None:
    """List the most frequent mistakes, each a link to its images."""
    found, names = run.info.metrics.confusions, run.class_names
    st.markdown(f"**{words.plain(words.top_confusion(found, names))}**")
    for item in found[:6]:
        true, predicted = names[item.true], names[item.predicted]
        chosen = {state.RUN: run.id, TRUE: true, PREDICTED: predicted}
        st.page_link(
            "app_pages/confusion_matrix.py",
            label=words.plain(f"{true} → {predicted}: {words.times(item.count)}"),
            icon=":material/arrow_forward:",
            query_params=chosen,
        )
    if not found:
        st.write("Draw something of your own to see where it ends.")


def layers(run: Run) -> None:
    """Show the network's layers in words, with shapes and parameter counts."""
    st.subheader("The network, layer by layer")
    height, width, channels = run.info.input_shape
    colour = "grey" if channels == 1 else "colour"
    st.markdown(
        f"It takes a {colour} image of {width}×{height} pixels and keeps "
        f"{run.info.parameters:,} numbers that it learned."
    )
    st.markdown("\n".join(f"1. {layer_line(layer)}" for layer in run.info.layers))


def layer_line(layer: LayerInfo) -> str:
    """Describe a layer in a line."""
    learned = f" · {layer.parameters:,} parameters" if layer.parameters else ""
    what = layer_words.does(layer)
    return f"**{words.plain(layer.name)}** · {layer_words.gives(layer)}{learned} · :gray[{what}]"


def card(run: Run) -> None:
    """Show the model card."""
    if not run.info.card:
        return
    st.subheader("What to know before you trust it")
    for name, sentences in run.info.card.items():
        st.markdown(f"**{words.plain(name)}.** {words.plain(sentences)}")


def details(run: Run) -> None:
    """Show how it was trained, folded away."""
    with st.expander("How it was trained", icon=":material/history:"):
        info, kept = run.info, run.info.best_epoch
        title = f"Epoch {kept} of {info.config.epochs} is kept: best on the validation images"
        figure = curves.history(loaders.history(run), kept, frame.colours())
        frame.chart(figure, f"Accuracy by epoch. {title}.", "history", finding=title)
        counts = ", ".join(f"{number:,} {part}" for part, number in info.dataset.counts.items())
        st.markdown(
            f"- Dataset **{words.plain(info.dataset.name)}**: {counts}\n"
            f"- Batches of {info.config.batch_size}, learning rate {info.config.learning_rate:g}, "
            f"seed {info.config.seed}, augmentation {info.config.augmentation or 0:g}, "
            f"label smoothing {info.config.label_smoothing or 0:g}, "
            f"preset {info.config.preset}, {info.timings.get('training', 0):.0f} s of training\n"
            f"- On {', '.join(info.hardware.get('devices', []))} in "
            f"{info.hardware.get('precision', 'float32')}, "
            f"logits divided by a temperature of {info.temperature:.2f}\n"
            f"- Log loss {info.metrics.log_loss:.4f}, "
            f"expected calibration error {info.metrics.calibration_error:.4f}\n"
            f"- {', '.join(f'{name} {version}' for name, version in info.versions.items())}\n"
            f"- Run `{run.id}`, {info.status}"
        )


run = frame.current_run()
metrics = run.info.metrics
frame.heading(f"{words.network_title(run)} on {run.info.dataset.name}", words.verdict(metrics))
kind = NETWORKS.get(run.info.config.network)
st.caption(f"{kind.lesson if kind else ''} {words.interval(metrics)}")

left, right = st.columns([3, 2], gap="large")
with left:
    title = words.weakest_class(metrics)
    figure = bars.class_bars(metrics.classes, frame.colours())
    alt = f"Share of each class that is missed. {title}."
    frame.chart(figure, alt, "classes", finding=title)
with right:
    confusions(run)
card(run)
layers(run)
details(run)
