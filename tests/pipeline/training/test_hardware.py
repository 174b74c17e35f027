import subprocess
import sys

import keras
import pytest

from pipeline.training import hardware
from pipeline.training.hardware import Hardware


@pytest.mark.parametrize(
    ("facts", "convolutional", "precision"),
    [
        ("flags\t\t: fpu avx2 avx512_bf16 sse\nbugs: x", True, "mixed_bfloat16"),
        ("flags\t\t: fpu avx2 avx512_bf16 sse\nbugs: x", False, "float32"),
        ("flags\t\t: fpu avx2\nbugs: avx512_bf16", True, "float32"),
    ],
)
def test_less_precision_only_where_the_processor_is_made_for_it(
    tmp_path, monkeypatch, facts, convolutional, precision
):
    (tmp_path / "cpuinfo").write_text(facts)
    monkeypatch.setattr(hardware, "CPU_FACTS", tmp_path / "cpuinfo")
    monkeypatch.setattr(hardware.tf.config, "list_physical_devices", lambda kind: [])
    found = hardware.detect(convolutional=convolutional)
    assert found == Hardware(devices=("CPU",), precision=precision)


def test_all_gpus_are_used(monkeypatch):
    monkeypatch.setattr(hardware.tf.config, "list_physical_devices", lambda kind: ["a", "b"])
    monkeypatch.setattr(
        hardware.tf.config.experimental, "get_device_details", lambda gpu: {"device_name": gpu}
    )
    found = hardware.detect(convolutional=True)
    assert found == Hardware(devices=("a", "b"), precision="mixed_float16")


def test_the_precision_before_comes_back():
    before = keras.config.dtype_policy().name
    with hardware.computing_in("mixed_bfloat16"):
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    assert keras.config.dtype_policy().name == before


@pytest.mark.process
def test_a_batch_is_spread_over_all_devices():
    """Two logical CPUs stand in for two GPUs: the same strategy, the same code."""
    code = """
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from pipeline.training import fit as training
from pipeline.training import hardware
from pipeline.config import TrainConfig
from pipeline.data.datasets import open_dataset
mirrored = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
hardware.strategy = lambda here: mirrored
config = TrainConfig(network="cnn", epochs=3, augmentation=0.3).resolved(1077)
trained = training.fit(config, open_dataset("digits"))
print(mirrored.num_replicas_in_sync, trained.history["val_accuracy"].max() > 0.8)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("2 True"), done.stderr
