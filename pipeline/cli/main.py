"""The `inkling` command: one module per command, which imports the heavy libraries it needs."""

import io
import sys

import typer

from pipeline.cli.add import add
from pipeline.cli.app import serve
from pipeline.cli.audit import audit
from pipeline.cli.backup import backup
from pipeline.cli.data import data
from pipeline.cli.evaluate import evaluate
from pipeline.cli.export import export
from pipeline.cli.job import job
from pipeline.cli.jobs import jobs
from pipeline.cli.manage import delete, name
from pipeline.cli.predict import predict
from pipeline.cli.promote import promote
from pipeline.cli.retrain import retrain
from pipeline.cli.rule import rule
from pipeline.cli.runs import runs
from pipeline.cli.score import score
from pipeline.cli.sweep import sweep
from pipeline.cli.track import track
from pipeline.cli.train import train
from pipeline.errors import InklingError, denied

app = typer.Typer(
    name="inkling",
    help="Look inside an image classifier: train a small network, then see how it works.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    train,
    sweep,
    retrain,
    add,
    evaluate,
    audit,
    predict,
    score,
    runs,
    name,
    promote,
    rule,
    delete,
    data,
    export,
    track,
    backup,
):
    app.command()(command)
app.add_typer(jobs)
app.command(name="app")(serve)
app.command(hidden=True)(job)


def main() -> None:
    """Run the command line; an error that the user can fix is a sentence and exit status 1."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be any bytes
    try:
        app()
    except InklingError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(1)
    except PermissionError as error:  # of a folder that a command only looks into
        print(f"Error: {denied(error)}", file=sys.stderr)
        sys.exit(1)
