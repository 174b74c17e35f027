"""Runs in TensorBoard: a folder of event files for each, with an embedding for its projector."""

import html
import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from pipeline import atomic, extras
from pipeline.errors import InklingError
from pipeline.export.report.pictures import on_paper, sheet
from pipeline.export.trackers import contents, pictures
from pipeline.export.trackers.contents import Contents
from pipeline.export.trackers.event_files import EventFile
from pipeline.export.trackers.tracker import End, Underway
from pipeline.store.run_folder import Run
from pipeline.training.checkpoint import Row

OURS = "inkling.json"  # in a folder that Inkling wrote, and so may replace
LIVE = "training-"  # what the folder of a training is called until there is a run
EMBEDDING, SPRITE, METADATA = "features.tsv", "sprite.png", "metadata.tsv"
PROJECTOR = "projector_config.pbtxt"
LARGEST_SPRITE = 8_192  # pixels: what graphics cards take


class TensorBoardTracker:
    """Tracks runs in a folder that TensorBoard shows: `tensorboard --logdir FOLDER`.

    A run's folder is written whole, and replaces that of an earlier time; while a training runs,
    its curves are in a folder of their own.
    """

    name, option = "TensorBoard", "tensorboard"

    def __init__(self, folder: Path, sweep: str = "") -> None:
        """Track in a folder, which is made when there is something to write.

        Args:
            folder: of all runs.
            sweep: the key of that which the runs are of; "" for runs of none.

        Raises:
            InklingError: TensorBoard is not installed.
        """
        extras.check_installed("tensorboard", "TensorBoard", "tensorboard")
        self._folder, self._sweep = folder, sweep
        self._live: Path | None = None
        self._events: EventFile | None = None

    def begin(self, training: Underway) -> None:
        """Begin the folder of a training, or go on with that of an interrupted one."""
        self._live = self._folder / f"{LIVE}{training.place}"
        with atomic.said_plainly(self._live):
            if not training.resumed:
                shutil.rmtree(self._live, ignore_errors=True)
            known = self._live.is_dir()
            atomic.make_folder(self._live)
            self._events = EventFile(self._live)
            told = contents.settings(training.config, training.dataset)
            self._events.text("settings", _table(told), 0, training.created.timestamp())
            for row in () if known else training.rows:
                self._add_row(self._events, row, time.time())

    def epoch(self, row: Row) -> None:
        """Note the numbers of an epoch."""
        if self._events is not None:
            with atomic.said_plainly(self._folder):
                self._add_row(self._events, row, time.time())

    def end(self, how: End) -> None:
        """Note that there is no run; of one that was discarded, nothing is left."""
        self._close()
        if how == "discarded":
            self._forget()

    def has(self, run: Run) -> bool:
        """Say whether the folder of a run is there; it is whole."""
        return (self._folder / run.id / OURS).is_file()

    def record(self, run: Run) -> str:
        """Write the folder of a run, in place of an older one; return it."""
        told, target = Contents.of(run), self._folder / run.id
        self._close()
        with _replacing(target) as draft:
            _write_events(draft, told, self._sweep)
            _write_projector(draft, told)
            (draft / OURS).write_text(json.dumps({"run": run.id}), encoding="utf-8")
        self._forget()
        return str(target)

    @staticmethod
    def _add_row(events: EventFile, row: Row, at: float) -> None:
        for name, value in contents.curve(row).items():
            events.scalar(name, value, int(row["epoch"]), at)

    def _close(self) -> None:
        if self._events is not None:
            self._events.close()
        self._events = None

    def _forget(self) -> None:
        """Remove the folder of the training: its run is there, or nobody wants it."""
        if self._live is not None:
            shutil.rmtree(self._live, ignore_errors=True)
        self._live = None


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """Yield a draft that replaces a run's folder once it is whole; nobody else's is replaced.

    Raises:
        InklingError: there is something else, or nothing can be written there.
    """
    if target.exists() and not (target / OURS).is_file():
        raise InklingError(
            f"{target} is there, and is not a run of Inkling’s. Name another folder with "
            "--tensorboard-dir."
        )
    with atomic.whole_folder(target) as draft:
        yield draft
        if target.exists():  # not before all is written
            atomic.remove_folder(target)


def _write_events(folder: Path, told: Contents, sweep: str) -> None:
    """Write the curves, the final numbers, the settings and the pictures of a run."""
    events, info = EventFile(folder), told.run.info
    try:
        began, ended = info.created.timestamp(), told.ended
        names = [contents.one_line(name) for name in told.facts.names]
        events.text("settings", _table(told.settings), 0, began)
        compared = told.compared | ({"sweep": sweep} if sweep else {})
        events.session(compared, told.run.id, began, ended)
        events.text("model card", _sections(info.model_card), 0, began)
        events.text(
            "classes", _table({str(label): name for label, name in enumerate(names)}), 0, began
        )
        for row in told.rows:
            at = began + told.seconds_until(int(row["epoch"]))
            TensorBoardTracker._add_row(events, row, at)
        for name, value in told.measures.items():
            events.scalar(name, value, 0, ended)
        matrix = pictures.confusion(told.facts.counts, names)
        events.images("confusion matrix", [matrix], 0, ended)
        tiles = pictures.misread(told)
        if len(tiles):
            events.images("misread/all", [pictures.together(tiles)], 0, ended)
            events.images("misread/one by one", list(tiles), 0, ended)
    finally:
        events.close()


def _write_projector(folder: Path, told: Contents) -> None:
    """Write what the embedding projector shows: features, their images, and what they are."""
    points = told.points
    if points is None:
        return
    height, width, _ = told.run.info.input_shape
    most = (LARGEST_SPRITE // max(height, width)) ** 2
    rows, features = points.rows[:most], points.features[:most]
    images = told.pictures(rows)
    if images is None or not len(rows):
        return
    answered = told.answered(rows)
    answered["right"] = np.where(answered["true"] == answered["predicted"], "yes", "no")
    np.savetxt(folder / EMBEDDING, features, fmt="%.6g", delimiter="\t")
    table: list[list[object]] = [list(answered.columns), *answered.to_numpy().tolist()]
    lines = ["\t".join(map(str, row)) for row in table]
    (folder / METADATA).write_text("\n".join(lines) + "\n", encoding="utf-8")
    is_ink = told.run.info.dataset.mnist_framed
    (folder / SPRITE).write_bytes(pictures.png(sheet(on_paper(images, is_ink=is_ink))[0]))
    (folder / PROJECTOR).write_text(
        f'embeddings {{\n  tensor_name: "features"\n  tensor_path: "{EMBEDDING}"\n'
        f"  tensor_shape: {len(features)}\n  tensor_shape: {features.shape[1]}\n"
        f'  metadata_path: "{METADATA}"\n  sprite {{\n    image_path: "{SPRITE}"\n'
        f"    single_image_dim: {width}\n    single_image_dim: {height}\n  }}\n}}\n",
        encoding="utf-8",
    )


def _table(told: Mapping[str, str]) -> str:
    """Write names and values as a table in Markdown."""
    lines = [f"| {_literal(name)} | {_literal(said)} |" for name, said in told.items()]
    return "\n".join(["| | |", "|---|---|", *lines])


def _sections(card: Mapping[str, str]) -> str:
    return "\n\n".join(f"### {_literal(head)}\n\n{_literal(said)}" for head, said in card.items())


def _literal(text: str) -> str:
    """Escape a text, so that Markdown and HTML leave it as it is."""
    return html.escape(re.sub(r"([\\`*_{}\[\]()#+!|~-])", r"\\\1", text), quote=False)
