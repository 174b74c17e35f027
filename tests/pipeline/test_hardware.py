import keras
import pytest

from pipeline import hardware
from pipeline.hardware import Hardware


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
