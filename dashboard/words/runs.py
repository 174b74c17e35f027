"""What a run is, and how good it is, in sentences; pure."""

from dashboard.words.text import percent, plain, times
from pipeline import words
from pipeline.analysis.metrics import Confusion, Metrics
from pipeline.config import NETWORKS
from pipeline.serving import layer_words
from pipeline.serving.inference import LayerInfo
from pipeline.store.runs import Run


def run_label(run: Run) -> str:
    """Name a run for a list: dataset, network, accuracy, and the end of its id."""
    info = run.info
    return (
        f"{info.dataset.name} {info.config.network} {percent(info.metrics.accuracy)} "
        f"· {run.id[-4:].lstrip('-')}"
    )


def short_label(run: Run) -> str:
    """Name a run in two words: dataset and network."""
    return f"{run.info.dataset.name} {run.info.config.network}"


def answer_by(run: Run) -> str:
    """Say whose answer it is."""
    return f"Answer by {run_label(run)}"


def network_title(run: Run) -> str:
    """Name a run's network in words."""
    kind = NETWORKS.get(run.info.config.network)
    return kind.title if kind else run.info.config.network


def verdict(metrics: Metrics) -> str:
    """Say how good a classifier is, in one sentence of Markdown."""
    return words.verdict(metrics.correct, metrics.total, mark="**") + "."


def interval(metrics: Metrics) -> str:
    """State the confidence interval of the accuracy."""
    low, high = metrics.accuracy_low, metrics.accuracy_high
    return f"95% confidence interval of the accuracy: {words.interval(low, high)} (Wilson)."


def weakest_class(metrics: Metrics) -> str:
    """Say which class is missed most often, for the title of a chart."""
    weakest = min(metrics.classes, key=lambda score: (score.recall, -score.support))
    if weakest.recall == 1:
        return "No test image of any class is missed"
    missed = round((1 - weakest.recall) * weakest.support)
    return (
        f"“{weakest.name}” is missed most often: {missed:,} of "
        f"{words.counted(weakest.support, 'image')}"
    )


def top_confusion(confusions: list[Confusion], class_names: tuple[str, ...]) -> str:
    """Say which mistake is most frequent, for the title of a chart.

    Args:
        confusions: most frequent first.
        class_names: one name per class.
    """
    if not confusions:
        return "No test image is mistaken for another class"
    first = confusions[0]
    pair = f"“{class_names[first.true]}” is taken for “{class_names[first.predicted]}”"
    tied = sum(other.count == first.count for other in confusions)
    if tied == 1:
        return f"The most frequent mistake: {pair}, {times(first.count)}"
    return f"No single mistake stands out: {pair} {times(first.count)}, and others just as often"


def layer_line(layer: LayerInfo) -> str:
    """Describe a layer in a line of Markdown."""
    learned = f" · {layer.parameters:,} parameters" if layer.parameters else ""
    what = layer_words.does(layer)
    return f"**{plain(layer.name)}** · {layer_words.gives(layer)}{learned} · :gray[{what}]"
