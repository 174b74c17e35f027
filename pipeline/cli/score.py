"""`inkling score`."""

import json
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, Models, RunName, opened, store_at
from pipeline.errors import InklingError
from pipeline.words import counted, duration, percent

if TYPE_CHECKING:
    from pipeline.scoring.result import Scored


def score(
    run: RunName,
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Image files, IDX, .npy, .npz, Parquet and tar files, or folders of these."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the result, a Parquet file per part.")
    ],
    embeddings: Annotated[
        bool, typer.Option("--embeddings", help="Also keep the features of each image.")
    ] = False,
    column: Annotated[
        str | None,
        typer.Option("--column", help="Of Parquet files, which column holds the images."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            min=1,
            max=1024,
            help="How many processes, or actors.",
            show_default="one per core",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            help="A Ray cluster: local, auto, HOST:PORT or ray://HOST:PORT.",
            show_default="processes of this machine",
        ),
    ] = None,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Classify any number of images without labels, and keep what the network says of each.

    If it is stopped or killed, the same command goes on with the parts that are not done. Memory
    does not grow with the number of images. The Scored page shows the result.
    """
    from pipeline.cli.terminal import shown_progress
    from pipeline.scoring import known
    from pipeline.scoring.score import score as score_all

    store, start = store_at(models), perf_counter()
    try:
        with shown_progress() as report:
            made = score_all(
                opened(store, run), paths, out, embeddings=embeddings, column=column,
                workers=workers, on=on, on_progress=report,
            )  # fmt: skip
    except KeyboardInterrupt:
        print("Stopped. The same command goes on with what is not done.", file=sys.stderr)
        raise typer.Exit(130) from None
    known.note(store, made.path)
    _say(made, perf_counter() - start, as_json=as_json)
    if not made.done.images:
        raise InklingError("None of the images could be read.")


def _say(made: "Scored", seconds: float, *, as_json: bool) -> None:
    facts, done = made.facts, made.done
    if as_json:
        told = facts.model_dump(mode="json") | {"out": str(made.path), "seconds": round(seconds, 1)}
        print(json.dumps(told, ensure_ascii=False))
        return
    print(f"{counted(done.images, 'image')} scored by {facts.run} in {duration(seconds)}")
    if facts.threshold is not None and done.images:
        print(f"{percent(done.ood / done.images)} are unlike anything in training")
    if done.failed:
        print(f"{counted(done.failed, 'image or file', 'images or files')} could not be read:")
        for _, error in done.reasons[:5]:
            print(f"  {error}")
    print(f"The result is in {made.path}")
