"""A run -> a folder for TensorFlow.js: a layers model; `about` is its user-defined metadata."""

from pathlib import Path

from pipeline.atomic import whole_folder
from pipeline.export.about import about
from pipeline.progress import OnProgress, Progress
from pipeline.quiet import quiet_stderr
from pipeline.store.run_folder import Run


def write_folder(run: Run, to: Path, on_progress: OnProgress) -> None:
    """Write the folder, completely or not at all.

    Raises:
        InklingError: the Keras model cannot be loaded, or TensorFlow.js would compute it
            differently.
    """
    on_progress(Progress("Exporting", 0, 1, "loading TensorFlow"))
    with quiet_stderr():
        from pipeline.export.tfjs import write_layers_model
        from pipeline.training import networks

        model = networks.load(run.model_path)
    with whole_folder(to) as draft:
        write_layers_model(model, draft, about(run))
