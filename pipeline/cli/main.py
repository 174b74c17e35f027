"""The `inkling` command: wiring only; a command imports the heavy libraries that it needs."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.config import (
    DEFAULT_DATASET,
    DEFAULT_NETWORK,
    DEFAULT_PRESET,
    NETWORKS,
    PRESETS,
    TrainConfig,
)
from pipeline.errors import InklingError
from pipeline.export.formats import Format

if TYPE_CHECKING:
    from pipeline.analysis.metrics import Metrics
    from pipeline.data.datasets import Dataset
    from pipeline.progress import OnProgress
    from pipeline.serving.inference import ServingGraph
    from pipeline.store.runs import Run, Store

app = typer.Typer(
    name="inkling",
    help="Look into an image classifier: train a small network, then see what it sees.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Models = Annotated[
    Path | None,
    typer.Option(
        "--models", help="Folder of the runs.", envvar="INKLING_MODELS", show_default="models"
    ),
]
Data = Annotated[
    Path | None, typer.Option("--data", help="Folder to look in first for a named dataset.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
RunName = Annotated[str, typer.Argument(help="A run's id, a part of it, or “latest”.")]


@app.command()
def train(
    dataset: Annotated[
        str, typer.Option(help="digits, mnist, fashion_mnist, or the path of your own.")
    ] = DEFAULT_DATASET,
    network: Annotated[str, typer.Option(help=f"One of {', '.join(NETWORKS)}.")] = DEFAULT_NETWORK,
    epochs: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Default: by the dataset's size.")
    ] = None,
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = DEFAULT_PRESET,
    batch_size: Annotated[
        int | None, typer.Option(min=1, max=8192, help="Default: the preset's.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(min=1e-8, max=1, help="Default: the network's own.")
    ] = None,
    augmentation: Annotated[
        float | None,
        typer.Option(
            min=0, max=2, help="How much training images are changed; default: the preset's."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    corrections: Annotated[
        bool,
        typer.Option(
            "--corrections/--no-corrections", help="Learn from the store's corrections too."
        ),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the training that was interrupted last.")
    ] = False,
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
    unless_trained: Annotated[
        bool, typer.Option(help="Do nothing if the store holds a run of this dataset already.")
    ] = False,
) -> None:
    """Train a network and write its run folder."""
    store = _store(models)
    config = TrainConfig(
        dataset=dataset,
        network=network,
        preset=preset,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        augmentation=augmentation,
        seed=seed,
        corrections=corrections,
    )
    if unless_trained and any(run.info.config.dataset == dataset for run in store.runs()):
        return
    from pipeline.cli.terminal import shown_progress
    from pipeline.store import interrupted

    if resume:
        config = interrupted.newest(store).config()
    with shown_progress() as report:
        run = _experiment(config, store, data, report, resume=resume)
    if as_json:
        print(run.info.model_dump_json())
    else:
        print(f"{run.id}\n{_in_words(run.info.metrics)}")
        if run.info.corrections:
            from pipeline.store.model_card import in_words

            print(f"It also learned from {in_words(run.info.corrections)}.")
        if run.info.note:
            print(run.info.note)
        if interrupted.Unfinished.of(store, run.info.config, run.info.dataset.fingerprint).exists():
            print("“inkling train --resume” goes on with it.")


@app.command()
def evaluate(
    run: RunName,
    dataset: Annotated[
        str | None, typer.Option(help="Default: the one that the run was trained on.")
    ] = None,
    data: Data = None,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Measure a run on the test part of a dataset that has its classes, and keep the result.

    On its own dataset, what an older run lacks is added: for the map and the neighbours, and to
    tell images that look like nothing it was trained on.
    """
    from pipeline.analysis import metrics as evaluation
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets

    found = _store(models).open(run)
    with shown_progress() as report:
        if dataset is None:
            images = datasets.open_by_fingerprint(
                found.info.dataset.name, found.info.dataset.fingerprint
            )
        else:
            images = datasets.open_dataset(dataset, data, report)
        if images.class_names != found.class_names or images.image_shape != found.info.input_shape:
            raise InklingError(
                f"Run {found.id} tells {len(found.class_names)} classes apart "
                f"({', '.join(found.class_names)}) in images of {_shape(found.info.input_shape)}; "
                f"{images.name} has {', '.join(images.class_names)} in "
                f"{_shape(images.image_shape)}."
            )
        probabilities = _graph(found).probabilities(images.x_test)
        table = evaluation.predictions_table(images.y_test, probabilities)
        metrics = evaluation.summarise(table, images.class_names)
        _keep_evaluation(found, images, metrics, report)
    if as_json:
        print(metrics.model_dump_json())
        return
    print(f"{found.id} on {images.name}\n{_in_words(metrics)}")
    print(f"log loss {metrics.log_loss:.4f}, calibration error {metrics.calibration_error:.4f}")
    for score in metrics.classes:
        print(
            f"  {score.name:<14} precision {score.precision:6.1%}  recall {score.recall:6.1%}  "
            f"F1 {score.f1:6.1%}  of {score.support:,}"
        )


@app.command()
def predict(
    run: RunName,
    files: Annotated[list[Path], typer.Argument(help="Pictures, .json(l) strokes, .csv.")],
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Say what is drawn: on pictures of any size and colour, or in strokes, a drawing a line."""
    from pipeline.ink import inputs

    found = _store(models).open(run)
    graph, novelty = _graph(found), found.novelty()
    failed = False
    for item in inputs.read_all(files, found.info.input_shape, ink=found.info.dataset.ink):
        where = item.file if item.line is None else f"{item.file}, line {item.line}"
        if item.image is None:
            failed = True
            print(f"Error: {where}: {item.error}", file=sys.stderr)
            continue
        activations = graph.activations(item.image)
        probabilities = activations[-1]
        score = None if novelty is None else novelty.of_activations(item.image, activations)
        strange = novelty is not None and score is not None and novelty.is_strange(score)
        ranked = sorted(
            zip(found.class_names, map(float, probabilities), strict=True), key=lambda p: -p[1]
        )
        if as_json:
            answer: dict[str, Any] = {"file": item.file, "line": item.line}
            answer |= {"predicted": ranked[0][0], "confidence": round(ranked[0][1], 6)}
            answer["probabilities"] = {
                name: round(float(share), 6)
                for name, share in zip(found.class_names, probabilities, strict=True)
            }
            if novelty is not None and score is not None:
                answer["novelty"] = round(score, 4)
                answer["novelty_threshold"] = round(novelty.threshold, 4)
                answer["strange"] = strange
            print(json.dumps(answer, ensure_ascii=False), flush=True)
        else:
            first, second = ranked[:2]
            but = ", but it does not look like anything it was trained on" if strange else ""
            print(f"{where}: {first[0]} ({first[1]:.1%}), else {second[0]} ({second[1]:.1%}){but}")
    if failed:
        raise typer.Exit(1)


@app.command()
def runs(models: Models = None, as_json: AsJson = False) -> None:
    """List the runs in the store, newest first."""
    from pipeline.store.runs import Damaged

    store = _store(models)
    entries = store.entries()
    if as_json:
        listed = [
            {"id": entry.id, "damaged": entry.reason}
            if isinstance(entry, Damaged)
            else entry.info.model_dump(mode="json")
            for entry in entries
        ]
        print(json.dumps(listed, ensure_ascii=False))
        return
    if not entries:
        print(f"There is no run in {store.folder} yet. Train one with “inkling train”.")
    for entry in entries:
        if isinstance(entry, Damaged):
            print(f"{entry.id}\n  {entry.reason}")
        else:
            print(f"{entry.id}\n  {_in_words(entry.info.metrics)}")


@app.command()
def data(
    name: Annotated[
        str | None, typer.Argument(help="The dataset to fetch, or to take in under this name.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder or .npz to take it from.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which datasets are on this machine; fetch one, or take in your own."""
    from pipeline.cli.terminal import shown_progress
    from pipeline.data import datasets

    if name is not None:
        with shown_progress() as report:
            if source is not None:
                datasets.take_in(name, source, report)
            else:
                datasets.open_dataset(name, None, report)
    listed = datasets.list_prepared()
    if as_json:
        rows = [
            {"name": item.name, "fingerprint": item.fingerprint, "classes": item.class_names}
            | {"images": item.counts}
            for item in listed
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    for item in listed:
        print(f"{item.name:<16} {item.total:>8,} images, {len(item.class_names)} classes")
    missing = [known for known in datasets.NAMES if known not in {item.name for item in listed}]
    for known in missing:
        how = "comes with Inkling" if known == "digits" else f"get it with “inkling data {known}”"
        print(f"{known:<16} not prepared yet: {how}")


@app.command()
def export(
    run: RunName,
    to: Annotated[Path, typer.Option(help="Where to write it; nothing may be there yet.")],
    format: Annotated[
        Format, typer.Option(help="A page of one file, or a folder for LiteRT or TensorFlow.js.")
    ],
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Write a run's network, with its names, for use without Inkling."""
    from pipeline.cli.terminal import shown_progress
    from pipeline.export import formats

    found = _store(models).open(run)
    with shown_progress() as report:
        written = formats.export(found, to, format, report)
    sizes = {str(path): path.stat().st_size for path in written}
    if as_json:
        files = [{"path": path, "bytes": size} for path, size in sizes.items()]
        print(json.dumps({"run": found.id, "format": format, "files": files}, ensure_ascii=False))
        return
    print(f"{found.id} as {format}")
    for path, size in sizes.items():
        print(f"  {path}  {size:,} bytes")


@app.command(name="app")
def serve(
    models: Models = None,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Leave out the pages that change things.")
    ] = False,
) -> None:
    """Serve the dashboard on this machine."""
    from importlib.resources import files

    from pipeline.access import READ_ONLY

    # Pages and the trainings they start find the store as the command line does.
    os.environ["INKLING_MODELS"] = str(_store(models).folder)
    if read_only:
        os.environ[READ_ONLY] = "1"
    from streamlit.web import cli as streamlit

    arguments = [f"--server.port={port}", "--server.address=localhost", "--server.headless=true"]
    streamlit.main(["run", str(files("dashboard") / "app.py"), *arguments], prog_name="streamlit")


@app.command(hidden=True)
def job(folder: Path, models: Models = None) -> None:
    """Do what a job folder asks for: progress and end go to its status file."""
    from pipeline.data import datasets
    from pipeline.jobs import jobs

    # A server that was started in the background hands on that Ctrl-C is ignored; Stop needs it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    request, status = jobs.Job(folder).request, jobs.StatusWriter(folder)
    with jobs.alive(folder):
        try:
            if isinstance(request, jobs.Fetch):
                datasets.open_dataset(request.dataset, None, status.report)
                run_id = stopped = ""
            else:
                config, report = request.config, status.report
                run = _experiment(config, _store(models), None, report, resume=request.resume)
                run_id, stopped = run.id, run.info.note
        except InklingError as error:
            status.end("failed", message=str(error))
            raise
        except KeyboardInterrupt:
            status.end("stopped", message="It was stopped.")
        except Exception as error:
            status.end("failed", message=f"A fault of Inkling's own: {error!r}.")
            raise
        else:
            state: jobs.State = "stopped" if stopped else "finished"
            status.end(state, run_id=run_id, message=stopped)


def main() -> None:
    """Run the command line; what a user can mend is one sentence and exit status 1."""
    try:
        app()
    except InklingError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)


def _store(models: Path | None) -> "Store":
    from pipeline.store.runs import Store

    return Store.default() if models is None else Store(models)


def _graph(run: "Run") -> "ServingGraph":
    from pipeline.quiet import quiet_stderr

    with quiet_stderr():  # LiteRT names its delegate
        return run.graph()


def _experiment(
    config: TrainConfig,
    store: "Store",
    data: Path | None,
    report: "OnProgress",
    *,
    resume: bool,
) -> "Run":
    from pipeline.progress import Progress
    from pipeline.quiet import quiet_stderr

    report(Progress("Starting", 0, 0, "loading TensorFlow"))
    with quiet_stderr():
        import tensorflow as tf

        tf.config.list_physical_devices("GPU")  # complains, once, where there is no driver
        from pipeline.experiment import run_experiment

    return run_experiment(config, store, data, report, resume=resume)


def _keep_evaluation(
    run: "Run", images: "Dataset", metrics: "Metrics", report: "OnProgress"
) -> None:
    """Keep results on another dataset; on the run's own, add what it lacks."""
    from datetime import UTC, datetime

    from pipeline.progress import Progress
    from pipeline.quiet import quiet_stderr
    from pipeline.store.runs import Evaluation, describe

    if images.fingerprint != run.info.dataset.fingerprint:
        described, now = describe(images), datetime.now(UTC)
        run.add_evaluation(Evaluation(dataset=described, metrics=metrics, created=now))
        return
    lacks_features, lacks_novelty = run.features(["distance"]) is None, run.novelty() is None
    if not (lacks_features or lacks_novelty):
        return
    report(Progress("Completing", 0, 1, "adding what the run lacks"))
    with quiet_stderr():
        import keras

        from pipeline.experiment import embed_images, fit_novelty

        model = keras.models.load_model(run.model_path)
    if lacks_features:
        run.add_features(embed_images(model, images))
    if lacks_novelty:
        run.add_novelty(fit_novelty(model, images))


def _in_words(metrics: Any) -> str:
    return (
        f"right on {metrics.correct:,} of {metrics.total:,} test images it had never seen: "
        f"{metrics.accuracy:.2%} "
        f"(95 % interval {metrics.accuracy_low:.2%}–{metrics.accuracy_high:.2%})"
    )


def _shape(shape: tuple[int, int, int]) -> str:
    height, width, channels = shape
    return f"{width}×{height} {'grey' if channels == 1 else 'colour'} pixels"


if __name__ == "__main__":
    main()
