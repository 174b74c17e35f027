"""What a run is, and how good it is, in sentences; pure."""

from collections import Counter
from collections.abc import Callable, Iterable

from dashboard.words.text import percent, plain, shorten, times
from pipeline import words
from pipeline.analysis.metrics import Confusion, Metrics
from pipeline.config import NETWORKS, NetworkKind
from pipeline.store.run_folder import Damaged, Run
from pipeline.store.run_info import RunInfo

TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}  # of datasets, as people write them
LESSON_TERMS = {  # of the lesson of each network
    "pixels": ("softmax", "weight"),
    "perceptron": ("layer", "neuron", "activation_function"),
    "shallow": ("layer", "activation_function"),
    "lenet5": ("convolution",),
    "cnn": ("convolution", "batch_normalization"),
}


def run_labels(runs: Iterable[Run]) -> dict[str, str]:
    """Name runs for lists, by id: "MNIST · cnn · 99.60% · 20 Nov", or as people named them.

    Where several would be called the same, the time tells them apart, and then their ids.
    """
    left, labels = list(runs), dict[str, str]()
    for detail in _DETAILS:
        found = {run.id: " · ".join([*_what(run), *detail(run)]) for run in left}
        often = Counter(found.values())
        labels |= {run_id: label for run_id, label in found.items() if often[label] == 1}
        left = [run for run in left if run.id not in labels]
    return labels


def _what(run: Run) -> list[str]:
    name, network = run.info.dataset.name, run.info.network
    what = [run.about.name] if run.about.name else [TITLES.get(name, name), network]
    return [*what, percent(run.info.metrics.accuracy)]


def _day(run: Run) -> list[str]:
    return [] if run.about.name else [f"{run.info.created.day} {run.info.created:%b}"]


def _time(run: Run) -> list[str]:
    return [f"{run.info.created.day} {run.info.created:%b %Y, %H:%M}"]


_DETAILS: tuple[Callable[[Run], list[str]], ...] = (
    _day,
    _time,
    lambda run: [*_time(run), run.id[-4:].lstrip("-")],
    lambda run: [run.id],
)


def as_default(label: str) -> str:
    """Mark the default run in a list."""
    return f"{label} · default"


def short_label(run: Run) -> str:
    """Name a run in two words, dataset and network, or as people named it."""
    return run.about.name or f"{run.info.dataset.name} {run.info.network}"


def before_deletion(entry: Run | Damaged, label: str, *, default: bool = False) -> str:
    """Say what is lost with a run, maybe the default one, and what is not, in Markdown."""
    what = (
        "Its network, predictions and results" if isinstance(entry, Run) else "What is left of it"
    )
    return (
        f"**{plain(label)}**\n\n{what} will be deleted from this machine, for everybody who uses "
        "this store. This cannot be undone. Marks and corrections stay."
        + (
            " It is the default run: pages will open with the newest one instead."
            if default
            else ""
        )
    )


def origin(run: Run) -> str:
    """Say where a run is from: when it was trained or added, or that it comes with Inkling."""
    created = run.info.created
    when = f"{_came(run)} {created:%B} {created.day}, {created:%Y, %H:%M} UTC"
    if run.info.added:
        when += f" from “{run.info.file}”, trained elsewhere"
    return f"{when}; comes with Inkling" if run.bundled else when


def answer_by(label: str) -> str:
    """Say whose answer it is, by a run's name in lists."""
    return f"Answer by {label}"


def origin_in_short(run: Run, *, default: bool = False) -> str:
    """Say where a run is from, and whether it is the default run, in few words."""
    created = run.info.created
    if run.bundled:
        return "Default · comes with Inkling" if default else "Comes with Inkling"
    day = f"{created:%b} {created.day}, {created:%Y}"
    return f"Default · {day}" if default else f"{_came(run)} {day}"


def dated(run: Run) -> str:
    """Name a run with the day it was trained or added, for pictures that leave the dashboard."""
    created, came = run.info.created, _came(run).lower()
    return f"{' · '.join(_what(run))}, {came} {created:%B} {created.day}, {created:%Y}"


def _came(run: Run) -> str:
    return "Added" if run.info.added else "Trained"


def network_title(run: Run) -> str:
    """Name a run's network in words."""
    kind = kind_of(run)
    return kind.title if kind else run.info.network


def kind_of(run: Run) -> NetworkKind | None:
    """Return what is known about the network of a run that was trained here."""
    return NETWORKS.get(run.info.network) if run.info.config else None


def lesson(run: Run) -> str:
    """Say what a run's network shows, or where it is from."""
    if run.info.added:
        return f"Added from “{run.info.file}”: it was trained elsewhere."
    kind = kind_of(run)
    return kind.lesson if kind else ""


def terms_of_lesson(run: Run) -> tuple[str, ...]:
    """Return the terms that say what a run's network shows, by their keys in the glossary."""
    return LESSON_TERMS.get(run.info.network, ()) if kind_of(run) else ()


def about_store(note: str, where: str) -> str:
    """Shorten a store's address in what is wrong with it: a phone's toast takes 90 letters."""
    return note.replace(where, shorten(where))


def verdict(info: RunInfo) -> str:
    """Say how good a classifier is, in one sentence of Markdown."""
    found = info.metrics
    said = words.verdict(found.correct, found.total, mark="**", seen=info.saw_test_images)
    return f"{said}."


def interval(metrics: Metrics) -> str:
    """State the confidence interval of the accuracy."""
    low, high = metrics.accuracy_low, metrics.accuracy_high
    return f"95% confidence interval of the accuracy: {words.interval(low, high)} (Wilson)."


def highlights(mistakes: int) -> str:
    """Name the pictures that the Overview opens with."""
    if not mistakes:
        return "No mistakes on the test images. Its closest calls:"
    if mistakes == 1:
        return "Its only mistake: true class → prediction"
    return "Its most confident mistakes: true class → prediction"


def invitation(run: Run) -> tuple[str, str]:
    """Invite people to try a network: a sentence, and the words on a button."""
    if not run.info.dataset.mnist_framed:
        return "See what it makes of your own image.", "Try an image"
    if set(run.class_names) <= set("0123456789"):
        return "See what it makes of your own handwriting.", "Draw a digit"
    return "See what it makes of your own drawing.", "Draw"


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


def off_diagonal(metrics: Metrics) -> str:
    """Say how many test images are off the diagonal of the confusion matrix: Markdown."""
    wrong = metrics.total - metrics.correct
    if not wrong:
        return f"All {words.counted(metrics.total, 'test image')} are on the diagonal: no mistakes."
    are = "is off the diagonal: a mistake" if wrong == 1 else "are off the diagonal: the mistakes"
    return f"**{wrong:,} of {metrics.total:,}** test images {are}."


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
