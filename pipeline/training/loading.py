"""Loading TensorFlow, which takes seconds and logs what nobody asked for."""

from pipeline.progress import OnProgress, Progress
from pipeline.quiet import quiet_stderr

LOADING = Progress("Starting", note="loading TensorFlow")


def load_tensorflow(on_progress: OnProgress) -> None:
    """Import TensorFlow, quietly, and have it look for GPUs; say so first."""
    on_progress(LOADING)
    with quiet_stderr():
        import tensorflow as tf

        tf.config.list_physical_devices("GPU")  # logs a warning, once, if there is no driver
