"""Runs, images and reviews for pages: the only home of Streamlit's caches.

A run is cached by its folder and the version of its files, so what is added to it later is seen.
Tables are shared, not copied: never modify what these functions return.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure
from streamlit.delta_generator import DeltaGenerator

from dashboard import view as viewed
from dashboard.cells import Cells, counted
from dashboard.palette import palette
from dashboard.selection import Selection, matching
from dashboard.view import View
from dashboard.words import runs as run_words
from dashboard.words import text
from pipeline import access
from pipeline.analysis import corruptions, embedding, selective_prediction, significance
from pipeline.analysis import metrics as evaluation
from pipeline.analysis.corruption_sheet import (
    CorruptionSheet,
    Mistake,
    UnderCorruption,
    corrupted_first_part,
    first_part,
)
from pipeline.analysis.excitation import Excitation
from pipeline.analysis.out_of_distribution import OodDetector
from pipeline.analysis.proof import Proof
from pipeline.analysis.sampling import sample
from pipeline.analysis.selective_prediction import RiskCoverage
from pipeline.analysis.significance import Comparison
from pipeline.analysis.strangers import Strangers
from pipeline.config import DEFAULT_DATASET
from pipeline.data import datasets
from pipeline.data.datasets import Dataset, DatasetMissing
from pipeline.data.prepared import same_images
from pipeline.data.splitting import PARTS
from pipeline.errors import InklingError
from pipeline.export import film_spec, inside_spec, pad_spec, tour_spec
from pipeline.export.tour_material import Material
from pipeline.export.tour_networks import Subject
from pipeline.progress import OnProgress, Progress
from pipeline.prose.texts import texts
from pipeline.scoring import again, result
from pipeline.scoring.found import Found, Takes
from pipeline.scoring.known import noted
from pipeline.scoring.result import Scored
from pipeline.scoring.samples import MOST
from pipeline.serving import prediction, receptive_field, shifts
from pipeline.serving.anatomy import Anatomy
from pipeline.serving.gradients import GradientGraph
from pipeline.serving.inference import ServingGraph
from pipeline.serving.prediction import Prediction
from pipeline.serving.receptive_field import ReceptiveField
from pipeline.serving.shifts import ShiftCurve
from pipeline.store import audits, promotions, reviews, second_opinion, suspicion, teaching
from pipeline.store import corrections as correcting
from pipeline.store.audits import Audit
from pipeline.store.corrections import Corrections
from pipeline.store.promotions import Default, Promotions
from pipeline.store.reviews import Reviews
from pipeline.store.run_folder import Damaged, Run
from pipeline.store.run_info import Robustness
from pipeline.store.runs import Store
from pipeline.store.second_opinion import Contradiction

_BY_RUN: dict[str | type[Any], Callable[[Any], Any]] = {
    Run: lambda run: f"{run.folder.absolute()} {run.version}",
    Selection: repr,
    Audit: lambda found: f"{found.path.absolute()} {_version(found.path)}",
}
_BY_DATASET: dict[str | type[Any], Callable[[Any], Any]] = {Dataset: lambda data: data.fingerprint}
COLUMNS = ("label", "predicted", "confidence", "margin", "loss")
CONFIDENT = "most confident first"
ORDERS = {  # what galleries are sorted by: column, and whether its largest comes first
    CONFIDENT: ("confidence", True),
    "least confident first": ("confidence", False),
    "smallest margin first": ("margin", False),
    "highest loss first": ("loss", True),
    "least typical first": ("distance", True),
}

P = ParamSpec("P")
Answer = TypeVar("Answer")

# A run, a second one if it matters, what is selected, and the images that have its tag.
Wanted = tuple[Run, Run | None, Selection, frozenset[int]]


class PredictionsMismatch(InklingError):
    """A run's predictions belong to other images than the run states."""


_seen: ContextVar[dict[Any, Any] | None] = ContextVar("_seen", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Look at the store once for all that is asked meanwhile: what a page shows fits together."""
    if _seen.get() is not None:
        yield
        return
    before = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(before)


def _once(ask: Callable[[], Answer]) -> Callable[[], Answer]:
    """Ask once in `one_look`."""

    @wraps(ask)
    def asked() -> Answer:
        known = _seen.get()
        if known is None:
            return ask()
        if ask not in known:
            known[ask] = ask()
        answer: Answer = known[ask]
        return answer

    return asked


@_once
def store() -> Store:
    """Return the store that the dashboard shows; a bar shows the first look at a large one."""
    with _shown_if_any() as on_progress:
        return Store.default(on_progress=on_progress)


@contextmanager
def _shown_if_any() -> Iterator[OnProgress]:
    bars: list[DeltaGenerator] = []

    def report(progress: Progress) -> None:
        share = progress.done / progress.total
        said = text.plain(f"{progress.stage}: {progress.note}")
        if bars:
            bars[0].progress(share, said)
        else:
            bars.append(st.progress(share, said))

    try:
        yield report
    finally:
        for bar in bars:
            bar.empty()


@_once
def _listing() -> tuple[str, int]:
    """Return what changes with the files of any run: what lists of the runs are cached by."""
    shown = store()
    return str(shown.folder.absolute()), hash(shown.versions())


@_once
def entries() -> list[Run | Damaged]:
    """List the store as it is now, newest first: runs may be added at any time."""
    return _entries(*_listing())


@st.cache_resource(max_entries=2, show_spinner=False)
def _entries(folder: str, version: int) -> list[Run | Damaged]:
    return store().entries()


def runs() -> list[Run]:
    """List the runs of the store that are whole, newest first."""
    return [entry for entry in entries() if isinstance(entry, Run)]


def run(run_id: str | None) -> Run | None:
    """Find a run by its id; None if there is none or it is damaged."""
    return next((found for found in runs() if found.id == run_id), None)


def default_run() -> Default:
    """Find the run that pages open with: the promoted one, or else the newest."""
    return promotions.default_run(promoted(), entries())


def is_default(run_id: str) -> bool:
    """Whether a run is the one that was promoted."""
    current = promoted().current
    return current is not None and current.run == run_id


@_once
def promoted() -> Promotions:
    """Read who promoted which run, as it is now."""
    path = store().folder / promotions.POINTER
    return _promoted(str(path), _version(path))


@st.cache_resource(max_entries=2, show_spinner=False)
def _promoted(path: str, version: tuple[int, int]) -> Promotions:
    return promotions.read(store().folder)


def label(run: Run, *, short: bool = False) -> str:
    """Name a run as `labels` does."""
    return labels([run], short=short)[0]


def labels(runs: Sequence[Run], *, short: bool = False, marked: bool = False) -> list[str]:
    """Name runs so that they can be told from the others in the store; see `words.run_labels`.

    Args:
        runs: some of the store; naming them at once looks at the store once.
        short: leave out the middle of a long name.
        marked: say which one is the default run.
    """
    known = _names()
    found = [known.get(run.id, run.id) for run in runs]
    found = [text.shorten(name) for name in found] if short else found
    return [
        run_words.as_default(name) if marked and is_default(run.id) else name
        for run, name in zip(runs, found, strict=True)
    ]


@_once
def _names() -> dict[str, str]:
    return _labels(*_listing())


@st.cache_resource(max_entries=2, show_spinner=False)
def _labels(folder: str, version: int) -> dict[str, str]:
    return run_words.run_labels(runs())


def comparable(first: Run) -> list[Run]:
    """List the other runs that were tested on the same images, newest first."""
    same = same_images(first.info.dataset.fingerprint)
    others = (other for other in runs() if other.id != first.id)
    return [other for other in others if other.info.dataset.fingerprint in same]


def leaderboard(first: Run) -> list[Run]:
    """List a run and those that were tested on the same images: best first, then newest."""
    runs = [first, *comparable(first)]
    return sorted(runs, key=lambda run: (run.info.metrics.accuracy, run.info.created), reverse=True)


def best_reader(run: Run) -> Run:
    """Return the run in the store that reads drawings best for a page on `run`; maybe itself."""
    found = runs()
    return viewed.best_reader(run, found, next((r for r in found if is_default(r.id)), None))


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def predictions(run: Run) -> pd.DataFrame:
    """Read the predictions that views filter and sort by: one row per test image."""
    return run.predictions(COLUMNS)


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=32, show_spinner=False)
def confusion(run: Run) -> np.ndarray:
    """Count the test images by true and predicted class: int64 (classes, classes)."""
    table = predictions(run)
    return evaluation.confusion_counts(
        table["label"].to_numpy(), table["predicted"].to_numpy(), len(run.class_names)
    )


@st.cache_resource(max_entries=32, show_spinner=False)
def cells(counts: np.ndarray, shown: str, diagonal: bool, *, dark: bool) -> Cells:
    """Lay out a confusion matrix; see `cells.counted`."""
    return counted(counts, palette(dark), shown=shown, diagonal=diagonal)


class _Drawn(Figure):
    """A figure that nobody changes any more: it is written out once, however often it is shown."""

    def __init__(self, figure: Figure) -> None:
        """Take over a figure."""
        super().__init__(figure)
        self._written = super().to_dict()

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as it was written out, which must not be changed either."""
        return self._written


def drawn(draw: Callable[P, Figure], *inputs: P.args, **named: P.kwargs) -> Figure:
    """Draw a figure, or return the one that was drawn of equal inputs before.

    Plotly takes longer to make most figures than their page takes for all the rest.
    """
    return made(_finished, draw, *inputs, **named)


def _finished(draw: Callable[P, Figure], /, *inputs: P.args, **named: P.kwargs) -> Figure:
    return _Drawn(draw(*inputs, **named))


def made(make: Callable[P, Answer], *inputs: P.args, **named: P.kwargs) -> Answer:
    """Make what follows from its inputs alone, or return what was made of equal ones before."""
    found: Answer = _made(pickle.dumps((make, inputs, named)), lambda: make(*inputs, **named))
    return found


@st.cache_resource(max_entries=256, show_spinner=False)
def _made(content: bytes, _make: Callable[[], Any]) -> Any:
    return _make()


def selected_confusion(view: View, run: Run) -> np.ndarray:
    """Count the images that a matrix is about, of either run; see `Selection.narrowing`."""
    if view.chosen.narrowing == Selection():
        return confusion(run)
    return _confusion(run, _of_matrix(view))


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=32, show_spinner=False)
def _confusion(run: Run, wanted: Wanted) -> np.ndarray:
    table = predictions(run).iloc[_rows(*wanted, CONFIDENT)]
    return evaluation.confusion_counts(
        table["label"].to_numpy(), table["predicted"].to_numpy(), len(run.class_names)
    )


def changes(view: View, second: Run) -> tuple[np.ndarray, np.ndarray]:
    """Count what the second run fixes and newly breaks; see `metrics.changed_counts`."""
    return _changes(view.run, second, _of_matrix(view))


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=16, show_spinner=False)
def _changes(first: Run, second: Run, wanted: Wanted) -> tuple[np.ndarray, np.ndarray]:
    at = _rows(*wanted, CONFIDENT)
    one, other = predictions(first), predictions(second)
    return evaluation.changed_counts(
        one["label"].to_numpy()[at],
        one["predicted"].to_numpy()[at],
        other["predicted"].to_numpy()[at],
        len(second.class_names),
    )


def most_confident(view: View, run: Run) -> np.ndarray:
    """Find each cell's most confident image: int64 (classes · classes,), -1 where it is empty."""
    return _most_confident(run, _of_matrix(view))


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=16, show_spinner=False)
def _most_confident(run: Run, wanted: Wanted) -> np.ndarray:
    at, classes = _rows(*wanted, CONFIDENT), len(run.class_names)
    table = predictions(run).iloc[at]
    cells = table["label"].to_numpy().astype(np.int64) * classes + table["predicted"].to_numpy()
    order = np.argsort(table["confidence"].to_numpy(), kind="stable")
    found = np.full(classes * classes, -1, np.int64)
    found[cells[order]] = at[order]  # the last one written is the most confident
    return found


@st.cache_data(hash_funcs=_BY_RUN, max_entries=32, show_spinner=False)
def compared(first: Run, second: Run) -> Comparison:
    """Compare two runs, image by image.

    Raises:
        PredictionsMismatch: their predictions turn out to be of different images.
    """
    one, other = predictions(first), predictions(second)
    label = one["label"].to_numpy()
    if not np.array_equal(label, other["label"].to_numpy()):
        raise PredictionsMismatch(
            f"Runs {first.id} and {second.id} name the same test images, but the labels in their "
            "predictions differ. Copy the runs again from their source, or train again."
        )
    return significance.mcnemar(label, one["predicted"].to_numpy(), other["predicted"].to_numpy())


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=8, show_spinner=False)
def proof(after: Run, before: Run) -> Proof:
    """Compare a run that was taught with another one; raises InklingError if that cannot be."""
    return teaching.proof_of(after, before)


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def risk_coverage(run: Run) -> RiskCoverage:
    """Compute the risk–coverage curve of a run's test images."""
    table = predictions(run)
    correct = (table["label"] == table["predicted"]).to_numpy()
    return selective_prediction.risk_coverage(table["confidence"].to_numpy(), correct)


@st.cache_data(hash_funcs=_BY_RUN, max_entries=32, show_spinner=False)
def calibration(run: Run) -> pd.DataFrame:
    """Compute accuracy by confidence; see `metrics.calibration_bins`."""
    table = predictions(run)
    correct = (table["label"] == table["predicted"]).to_numpy()
    return evaluation.calibration_bins(table["confidence"].to_numpy(), correct)


@st.cache_data(hash_funcs=_BY_RUN, max_entries=32, show_spinner=False)
def history(run: Run) -> pd.DataFrame:
    """Read how a run learned: one row per epoch."""
    return run.history()


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def _features(run: Run, columns: tuple[str, ...]) -> pd.DataFrame | None:
    return run.features(columns)


def places(run: Run) -> np.ndarray | None:
    """Read each test image's place on the map: float32 (n, 2), NaN if it has none; or None."""
    table = _features(run, ("map_x", "map_y"))
    return None if table is None else table.to_numpy()


def neighbors(run: Run, sample: int) -> list[int] | None:
    """Return the training images nearest to a test image, nearest first; None if unknown."""
    table = _features(run, embedding.NEIGHBOR_COLUMNS)
    if table is None:
        return None
    return [int(index) for index in table.iloc[sample] if index >= 0]


def has_features(run: Run) -> bool:
    """Whether a run has neighbors and a map."""
    return _features(run, ("distance",)) is not None


def rows(view: View, order: str) -> np.ndarray:
    """Find the test images that are selected, in an order: int32 (m,) row numbers."""
    return _rows(*_wanted(view), order)


def least_likely_labels(view: View) -> np.ndarray:
    """Find the selected test images, the most suspicious label first: int32 (m,) row numbers."""
    found, score = rows(view, CONFIDENT), _by_audit(view.run)
    if score is None:
        score = _suspicion(view.run, witnesses(view.run))
    return found[np.argsort(-score[found], kind="stable")]


def _by_audit(run: Run) -> np.ndarray | None:
    """Return how suspicious an audit finds the test labels; None without one that can be read."""
    try:
        found = audit(run)
        if found is None or found.facts.counts["test"] != run.info.dataset.counts["test"]:
            return None
        return audited(found, "test")["suspicion"].to_numpy()
    except InklingError:  # the page says so
        return None


def witnesses(run: Run) -> list[Run]:
    """List the runs that are asked about the labels of a run's test images, that run first."""
    return suspicion.witnesses(run, runs())


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner="Asking the networks…")
def _suspicion(run: Run, asked: Sequence[Run]) -> np.ndarray:
    try:
        labels = dataset(run).y_train
    except (DatasetMissing, PredictionsMismatch):
        labels = None
    return suspicion.of_test_images(asked, labels)


def audit(run: Run) -> Audit | None:
    """Open the audit of a run's dataset, as it is now; None if there is none.

    Raises:
        InklingError: it is damaged.
    """
    path = audits.path_of(store(), run.info.dataset.fingerprint)
    return _audit(str(path), _version(path), run.info.dataset.fingerprint)


@st.cache_resource(max_entries=4, show_spinner=False)
def _audit(path: str, version: tuple[int, int], fingerprint: str) -> Audit | None:
    return audits.read(store(), fingerprint)


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def audited(found: Audit, part: str) -> pd.DataFrame:
    """Read what an audit found of a part of its dataset; see `Audit.table`."""
    return found.table(part)


def selected(view: View) -> np.ndarray:
    """Find the images that a matrix is about: int32 (m,); see `Selection.narrowing`."""
    return _rows(*_of_matrix(view), CONFIDENT)


def _wanted(view: View) -> Wanted:
    """Return what decides which test images are selected, to cache by."""
    tagged, chosen = frozenset[int](), view.chosen
    if chosen.tag:
        tagged = marks().tagged(view.run.info.dataset.fingerprint, chosen.tag)
    return view.run, view.second if chosen.compares else None, chosen.filters, tagged


def _of_matrix(view: View) -> Wanted:
    return _wanted(replace(view, chosen=view.chosen.narrowing))


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=8, show_spinner=False)
def _rows(
    run: Run, second: Run | None, chosen: Selection, tagged: frozenset[int], order: str
) -> np.ndarray:
    found = matching(
        predictions(run),
        chosen,
        second=None if second is None else predictions(second),
        tagged=tagged,
        places=places(run) if chosen.area else None,
    )
    column, largest_first = ORDERS[order]
    table = predictions(run)
    if column not in table:
        features = _features(run, (column,))
        if features is None:
            return found
        table = features
    values = table[column].to_numpy()[found]
    return found[np.argsort(-values if largest_first else values, kind="stable")]


def marks() -> Reviews:
    """Read the reviews as they are now."""
    path = store().folder / reviews.REVIEWS
    return _marks(str(path), _version(path))


@st.cache_resource(max_entries=2, show_spinner=False)
def _marks(path: str, version: tuple[int, int]) -> Reviews:
    return reviews.read(store())


def corrections() -> Corrections:
    """Read the corrections as they are now."""
    path = store().folder / correcting.CORRECTIONS
    return _corrections(str(path), _version(path))


@st.cache_resource(max_entries=2, show_spinner=False)
def _corrections(path: str, version: tuple[int, int]) -> Corrections:
    return correcting.read(store())


def contradictions() -> dict[str, Contradiction]:
    """Find the corrections that an independent network contradicts, by id; see `second_opinion`."""
    path = store().folder / correcting.CORRECTIONS
    return _contradictions(str(path), _version(path), runs())


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=2, show_spinner="Asking another network…")
def _contradictions(
    path: str, version: tuple[int, int], judges: Sequence[Run]
) -> dict[str, Contradiction]:
    return second_opinion.contradictions(corrections(), judges, graph)


def _version(path: Path) -> tuple[int, int]:
    """Return what changes whenever lines are added to a file: its time stamp and its size."""
    state = path.stat() if path.exists() else None
    return (state.st_mtime_ns, state.st_size) if state else (0, 0)


def marks_table(run: Run, part: str = "test", told: pd.DataFrame | None = None) -> pd.DataFrame:
    """Tabulate the marks that people gave a run's test images, or those of another part.

    Args:
        run: whose dataset it is.
        part: "train", "valid" or "test".
        told: label, predicted and confidence of each of its images; None for the run's own.

    Returns:
        One row per mark, oldest first: index, label and predicted (class names), confidence, tag,
        should_be (a class name, or ""), time.
    """
    told = predictions(run) if told is None else told
    table = marks().table(reviews.place(run.info.dataset.fingerprint, part))
    table = table[table["index"] < len(told)]
    told = told.iloc[table["index"].to_numpy(np.int64)]
    for at, column in enumerate(("label", "predicted"), start=1):
        table.insert(at, column, [run.class_names[label] for label in told[column]])
    table.insert(3, "confidence", told["confidence"].to_numpy())
    return table


@st.cache_resource(max_entries=8, show_spinner="Loading the images…")
def _dataset(name: str, fingerprint: str) -> Dataset:
    return datasets.open_by_fingerprint(name, fingerprint)


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=16, show_spinner=False)
def _misfit(run: Run) -> str:
    """Say how a run's predictions do not fit its dataset; "" if they do."""
    labels, found = _dataset_of(run).y_test, predictions(run)["label"].to_numpy()
    if len(labels) != len(found):
        return f"they are for {text.images(len(found))}, but the dataset has {len(labels):,}"
    differing = np.flatnonzero(labels != found)
    if len(differing):
        return f"they give image {differing[0]:,} a different label than the dataset does"
    return ""


def _dataset_of(run: Run) -> Dataset:
    return _dataset(run.info.dataset.name, run.info.dataset.fingerprint)


def dataset(run: Run) -> Dataset:
    """Open the dataset that a run was trained on.

    Raises:
        DatasetMissing: it is not on this machine.
        PredictionsMismatch: the run's predictions are of different images.
    """
    found = _dataset_of(run)
    if misfit := _misfit(run):
        raise PredictionsMismatch(
            f"The predictions of run {run.id} do not belong to its dataset "
            f"“{run.info.dataset.name}”: {misfit}. Copy the run again from its source, or train "
            "again."
        )
    return found


def class_counts(run: Run, images: Dataset | None) -> dict[str, np.ndarray]:
    """Count each class's images by part: int64 (classes,) per part.

    Where the images are not on this machine, only the test part is known, from its
    predictions.
    """
    if images is None:
        return {"test": confusion(run).sum(axis=1)}
    classes = len(images.class_names)
    return {part: np.bincount(getattr(images, f"y_{part}"), minlength=classes) for part in PARTS}


@st.cache_resource(
    hash_funcs=_BY_DATASET, max_entries=4, show_spinner="Averaging the training images…"
)
def mean_images(images: Dataset) -> np.ndarray:
    """Average the training images of each class: uint8 (classes, height, width, channels)."""
    return datasets.class_means(images.x_train, images.y_train, len(images.class_names))


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def graph(run: Run) -> ServingGraph:
    """Load a run's serving graph, which sessions share and use in turn."""
    return run.graph()


def live_pad(runs: Sequence[Run], method: str | None) -> bytes:
    """Pack what the live pad needs to predict with one run, or two; see `pad_spec.describe`."""
    return _live_pad(runs, [run_words.answer_by(name) for name in labels(runs)], method)


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def _live_pad(runs: Sequence[Run], labels: list[str], method: str | None) -> bytes:
    advice = "Use the canvas under “Edit an image” instead."
    return pad_spec.describe(runs, labels, advice, method).packed()


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def film(run: Run) -> dict[str, Any] | None:
    """Describe the film of a run's training, see `film_spec`; None if it has none.

    Raises:
        RunDamaged: it cannot be read.
    """
    found = run.film()
    if found is None or not len(found.epochs):
        return None
    return film_spec.describe(found, run.info.input_shape, run.class_names)


def pinned(run: Run, images: Dataset) -> list[np.ndarray]:
    """Return the images by which a run's training was followed; none for an older film."""
    found = run.film()
    if found is None or found.looks is None:
        return []
    return list(found.looks.followed.pictures(images.x_valid))


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def anatomy(run: Run) -> Anatomy | None:
    """Read what every layer of a run is made of; None if the run lacks it."""
    return run.anatomy()


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def receptive_fields(run: Run) -> list[ReceptiveField]:
    """Compute the receptive fields of a run's layers, in order; none without an anatomy."""
    known = anatomy(run)
    return receptive_field.receptive_fields(known) if known else []


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=4, show_spinner=False)
def inside(run: Run, *, beside: bool = False) -> bytes | None:
    """Pack what the view inside a network needs; None if the run lacks some of it.

    Args:
        run: the run.
        beside: whether it is shown beside another one.
    """
    known, gradients = anatomy(run), run.gradient_bytes()
    if known is None or gradients is None:
        return None
    advice = "The numbers on the other pages don’t need it."
    return inside_spec.describe(run, known, gradients, advice, beside=beside).packed()


def embedded() -> Dataset:
    """Open the dataset that comes with Inkling, preparing it if that was not done yet."""
    return _embedded(DEFAULT_DATASET)


@st.cache_resource(max_entries=1, show_spinner="Preparing the images…")
def _embedded(name: str) -> Dataset:
    return datasets.open_dataset(name)


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=12, show_spinner=False)
def tour_network(name: str, run: Run, language: str) -> bytes | None:
    """Pack a network for the tour; None if it has not been taken apart."""
    known, gradients = run.anatomy(), run.gradient_bytes()
    if known is None or gradients is None:
        return None
    return tour_spec.describe_network(name, run, known, gradients, texts(language)).packed()


def tour(
    subject: Subject,
    images: Dataset | None,
    runs: dict[str, Run],
    filmed: Run | None,
    language: str,
) -> bytes:
    """Pack the tour: its words, test images, and what its steps need; see `tour_spec.describe`.

    Args:
        subject: what it is about.
        images: its dataset; None if it is not on this machine.
        runs: by name, see `tour_networks.choose`.
        filmed: see `tour_networks.filmed`.
        language: of its sentences.
    """
    shown = {**runs, "film": filmed} if filmed else runs
    of = [f"{name}={run.id} {run.version}" for name, run in shown.items()]
    key = "; ".join([language, repr(subject), images.fingerprint if images else "", *of])
    return _tour(key, subject, images, runs, filmed, language)


@st.cache_resource(max_entries=6, show_spinner=False)
def _tour(
    key: str,
    _subject: Subject,
    _images: Dataset | None,
    _runs: dict[str, Run],
    _filmed: Run | None,
    _language: str,
) -> bytes:
    material = Material(
        texts(_language),
        _subject,
        _runs,
        _images.x_test if _images else np.zeros((0, *_subject.shape), np.uint8),
        _images.y_test if _images else np.zeros(0, np.int64),
        _filmed,
    )
    return tour_spec.describe(material, key).packed()


def shift_curves(runs: Mapping[str, Run], images: Dataset) -> dict[str, ShiftCurve]:
    """Measure runs on the same shifted test images; see `shifts.shift_curve`."""
    slowest = max(run.info.milliseconds for run in runs.values())
    count = shifts.affordable(slowest)
    return {name: _shift_curve(run, images, count) for name, run in runs.items()}


@st.cache_resource(hash_funcs=_BY_RUN | _BY_DATASET, max_entries=24, show_spinner=False)
def _shift_curve(run: Run, images: Dataset, count: int) -> ShiftCurve:
    rows = sample(images.y_test, count)
    return shifts.shift_curve(
        graph(run).probabilities,
        images.x_test[rows],
        images.y_test[rows],
        is_ink=images.mnist_framed,
    )


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=2, show_spinner=False)
def gradient_graph(run: Run) -> GradientGraph:
    """Load the gradient graph of a run that has one; sessions share it and take turns."""
    return GradientGraph(run.gradient_bytes() or b"")


def predict(run: Run, image: np.ndarray) -> Prediction:
    """Predict one image, uint8 (height, width, channels), with a run's network."""
    return prediction.predict(graph(run), ood_detector(run), image)


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=8, show_spinner=False)
def ood_detector(run: Run) -> OodDetector | None:
    """Load a run's out-of-distribution detector; None if it has none."""
    return run.ood_detector()


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=8, show_spinner=False)
def excitations(run: Run) -> dict[int, Excitation] | None:
    """Load what excites the maps of each layer, by its place; None if that is not there."""
    return run.excitations()


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=8, show_spinner=False)
def robustness(run: Run) -> Robustness | None:
    """Read a run's accuracy under adversarial changes; None if it was not measured."""
    return run.robustness()


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=8, show_spinner=False)
def corruption_sheet(run: Run) -> CorruptionSheet | None:
    """Read a run's accuracy on corrupted images; None if it was not measured."""
    return run.corruption_sheet()


@st.cache_resource(hash_funcs=_BY_DATASET, max_entries=16, show_spinner=False)
def corruption_examples(images: Dataset, wanted: tuple[tuple[str, int], ...]) -> np.ndarray:
    """Corrupt one test image in many ways, by name and severity: uint8 (m, …)."""
    first = images.x_test[:1]
    return np.concatenate(
        [
            corruptions.corrupt(first, name, severity, is_ink=images.mnist_framed)
            for name, severity in wanted
        ]
    )


def corrupted_mistakes(
    run: Run, images: Dataset, under: UnderCorruption, part: int
) -> tuple[np.ndarray, list[Mistake]]:
    """Make again what a run misreads under a corruption: uint8 (m, …), and the m mistakes.

    Args:
        run: the run that was measured.
        images: its dataset.
        under: what was measured.
        part: the sheet's, on how many images.
    """
    rows = first_part(images.y_test, part)
    places = {int(row): place for place, row in enumerate(rows)}
    # What somebody wrote into the file may fit neither images nor classes.
    classes = len(run.class_names)
    found = [one for one in under.mistakes if one.index in places and one.predicted < classes]
    corrupted = _corrupted(images, part, under.name, under.severity)
    return corrupted[[places[one.index] for one in found]], found


@st.cache_resource(hash_funcs=_BY_DATASET, max_entries=8, show_spinner=False)
def _corrupted(images: Dataset, part: int, name: str, severity: int) -> np.ndarray:
    return corrupted_first_part(
        images.x_test, images.y_test, part, name, severity, is_ink=images.mnist_framed
    )


@st.cache_resource(hash_funcs=_BY_RUN, max_entries=8, show_spinner=False)
def strangers(run: Run) -> Strangers | None:
    """Read how strange other images are to a run; None if it was not measured."""
    return run.strangers()


def noted_scores() -> list[Scored]:
    """List the results of `inkling score` with this store's runs, newest first.

    Those that are gone, not done yet, or not open to the visitor are left out.
    """
    found = []
    for path in noted(store()):
        with suppress(InklingError):
            found.append(scored(path))
    return found


def scored(path: Path) -> Scored:
    """Open a result of `inkling score`.

    Raises:
        InklingError: the visitor may not, or it cannot be read.
    """
    access.check_path(path)
    return _scored(str(path), _version(path / result.FACTS))


@st.cache_resource(max_entries=32, show_spinner=False)
def _scored(path: str, version: tuple[int, int]) -> Scored:
    return result.read(Path(path))


def scored_samples(of: Scored, order: str, class_name: str | None) -> pd.DataFrame:
    """Read the images of a result that are worth a look; see `samples.Samples.table`.

    Args:
        of: the result.
        order: a key of `samples.ORDERS`.
        class_name: what they were read as; None for anything.
    """
    table = _samples(str(of.path), _version(of.path / result.SAMPLES))
    wanted = (table["order"] == order) & ((table["class"] == class_name) | (class_name is None))
    return table[wanted].head(MOST).reset_index(drop=True)


@st.cache_resource(max_entries=4, show_spinner=False)
def _samples(path: str, version: tuple[int, int]) -> pd.DataFrame:
    return result.read(Path(path)).samples()


@st.cache_resource(
    hash_funcs={Scored: lambda of: f"{of.path} {of.done.finished}"},
    max_entries=16, ttl=60, show_spinner="Reading the images…",
)  # fmt: skip
def scored_images(of: Scored, order: str, class_name: str | None, shown: slice) -> list[Found]:
    """Read some of the images of `scored_samples` from where they were, once a minute at most."""
    takes = Takes(of.facts.shape, of.facts.mnist_framed)
    return again.find(scored_samples(of, order, class_name)[shown], takes, access.check_path)
