"""The devices that a training can use here, and its precision."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import tensorflow as tf
from pydantic import BaseModel

CPU_FACTS = Path("/proc/cpuinfo")


class Hardware(BaseModel):
    """Where and how a network was trained.

    Attributes:
        devices: "CPU", or one name per GPU.
        precision: Keras's name for the policy: "float32", "mixed_bfloat16" or "mixed_float16".
        workers: processes that divided each batch, each with one of the devices.
    """

    devices: tuple[str, ...]
    precision: str
    workers: int = 1


def detect(*, convolutional: bool) -> Hardware:
    """Find the GPUs, and the fastest precision that does no harm.

    Args:
        convolutional: whether most of the work is convolutions; only those gain speed.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        names = tuple(_gpu_name(gpu) for gpu in gpus)
        return Hardware(devices=names, precision="mixed_float16" if convolutional else "float32")
    # bfloat16 is faster only where the processor has instructions for it.
    quick = convolutional and _cpu_has("avx512_bf16")
    return Hardware(devices=("CPU",), precision="mixed_bfloat16" if quick else "float32")


def strategy(hardware: Hardware) -> tf.distribute.Strategy:
    """Return the strategy that spreads each batch over all GPUs here, or the default one."""
    if len(hardware.devices) > 1 and hardware.workers == 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def only_gpu() -> str | None:
    """Name this machine's GPU for TensorFlow, if there is exactly one."""
    gpus = tf.config.list_logical_devices("GPU")
    return gpus[0].name if len(gpus) == 1 else None


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Build layers in a precision within the block, then restore the previous one."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _gpu_name(gpu: tf.config.PhysicalDevice) -> str:
    details = tf.config.experimental.get_device_details(gpu)
    return str(details.get("device_name") or gpu.name)


def _cpu_has(flag: str) -> bool:
    return CPU_FACTS.exists() and flag in CPU_FACTS.read_text().split("flags", 1)[-1].split("\n")[0]
