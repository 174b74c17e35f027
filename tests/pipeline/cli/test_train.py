import math

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.config import TrainConfig
from pipeline.data.datasets import open_dataset
from pipeline.errors import InklingError
from pipeline.jobs import worker
from tests.pipeline.data.test_readers import write_idx_folder

CHOSEN = {  # a value for every setting, none of them the default
    "dataset": "digits",
    "network": "lenet5",
    "preset": "best",
    "epochs": 3,
    "batch_size": 17,
    "learning_rate": 0.25,
    "augmentation": 0.5,
    "label_smoothing": 0.125,
    "allographs": 0.25,
    "disturbance": 0.125,
    "variant": "deep",
    "corrections": True,
    "seed": 2**31 - 1,
    "film": False,
}


class Asked(Exception):
    """Stands for the training, which is not what is tested here."""


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Call `inkling train` with options; return the settings it would train with."""

    def train(config, *_, **__):
        raise Asked(config)

    def call(*options: str) -> TrainConfig:
        monkeypatch.setattr(worker, "train", train)
        done = CliRunner().invoke(app, ["train", "--models", str(tmp_path), *options])
        assert isinstance(done.exception, Asked), done.output
        (config,) = done.exception.args
        return config

    return call


def test_every_setting_is_chosen_here():
    assert CHOSEN.keys() == TrainConfig.model_fields.keys()
    for name, value in CHOSEN.items():
        assert value != TrainConfig.model_fields[name].default


@pytest.mark.parametrize("name", TrainConfig.model_fields)
def test_every_setting_can_be_given(asked, name):
    option, value = name.replace("_", "-"), CHOSEN[name]
    flags = {True: [f"--{option}"], False: [f"--no-{option}"]}
    options = flags[value] if isinstance(value, bool) else [f"--{option}", str(value)]
    assert asked(*options) == TrainConfig(**{name: value})


def test_no_option_is_the_default(asked):
    assert asked() == TrainConfig()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--seed", "3000000000"),
        ("--seed", "-1"),
        ("--epochs", "1001"),
        ("--epochs", "0"),
        ("--batch-size", "8193"),
        ("--learning-rate", "1.5"),
        ("--learning-rate", "nan"),
        ("--augmentation", "2.1"),
        ("--label-smoothing", "-0.1"),
    ],
)
def test_a_value_past_a_bound_is_wrong_usage(tmp_path, option, value):
    done = CliRunner().invoke(app, ["train", "--models", str(tmp_path), option, value])
    assert done.exit_code == 2
    assert f"Invalid value for '{option}'" in done.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--learning-rate", "0", "learning_rate must be greater than 0, got 0.0"),
        ("--label-smoothing", "1", "label_smoothing must be less than 1, got 1.0"),
        ("--variant", "huge", "no variant named “huge”. Choose one of: standard, deep"),
    ],
)
def test_what_the_options_let_through_is_one_sentence(tmp_path, option, value, said):
    done = CliRunner().invoke(app, ["train", "--models", str(tmp_path), option, value])
    assert isinstance(done.exception, InklingError)
    assert said in str(done.exception)


@pytest.mark.parametrize("field", ["epochs", "batch_size", "learning_rate", "seed"])
def test_settings_from_anywhere_are_refused_in_a_sentence(field):
    with pytest.raises(InklingError, match=f"^{field} must be .*, got inf.$"):
        TrainConfig.of(**{field: math.inf})


def test_class_names_are_given_to_the_dataset_before_it_is_trained_on(asked, tmp_path, monkeypatch):
    monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "cache"))
    folder = write_idx_folder(tmp_path / "animals", images=30)
    asked("--dataset", str(folder), "--class-names", "cat,dog,eel")
    assert open_dataset(str(folder)).class_names == ("cat", "dog", "eel")
    names = tmp_path / "names.txt"
    names.write_text("x\ny\nz\n")
    asked("--dataset", str(folder), "--class-names", str(names))
    assert open_dataset(str(folder)).class_names == ("x", "y", "z")


def test_what_is_wrong_with_a_dataset_is_said_before_tensorflow_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "load_tensorflow", lambda _: pytest.fail("TensorFlow is loaded"))
    (tmp_path / "empty").mkdir()
    arguments = [
        "train",
        "--models",
        str(tmp_path / "models"),
        "--dataset",
        str(tmp_path / "empty"),
    ]
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, InklingError)
    assert "should have one subfolder of images per class" in str(done.exception)
