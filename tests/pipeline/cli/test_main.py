import json
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from pipeline.cli import train
from pipeline.cli.main import main
from pipeline.ink.drawing import Drawing
from pipeline.store import corrections, second_opinion
from pipeline.store.runs import Store
from tests import made

pytestmark = pytest.mark.process

SHORT_TRAINING = ("train", "--dataset", "digits", "--network", "pixels", "--epochs", 1)


def typed(*arguments, **environment) -> subprocess.CompletedProcess[str]:
    """Run the command line as a shell does, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture
def inkling(monkeypatch, capsys):
    """Call the command line in this process, where TensorFlow is loaded: a callable.

    What a process of its own adds (seconds, and what libraries print by themselves) is tried in
    the few tests that use `typed`.
    """

    def call(*arguments, **environment) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["inkling", *map(str, arguments)])
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        said = capsys.readouterr()
        return subprocess.CompletedProcess(sys.argv, ended.value.code, said.out, said.err)

    return call


def picture(path, digit=0, paper=255):
    """A large UCI digit as a scan: dark ink on light paper (or the other way), off-center."""
    ink = Image.fromarray((load_digits().images[digit] * 15).astype(np.uint8)).resize((160, 160))
    sheet = np.zeros((400, 300), np.uint8)
    sheet[30:190, 100:260] = np.asarray(ink)
    Image.fromarray(paper - sheet if paper else sheet).save(path)
    return path


@pytest.fixture
def models(tiny_store: Store) -> str:
    return str(tiny_store.folder)


def test_predict_prints_a_json_line_a_drawing(tmp_path, models):
    strokes = tmp_path / "strokes.jsonl"
    seven = [[[60, 60], [200, 60], [120, 220]]]
    strokes.write_text(json.dumps({"strokes": seven}) + "\n\n" + json.dumps(seven) + "\n")
    dark, light = picture(tmp_path / "dark.png"), picture(tmp_path / "light.png", paper=0)
    done = typed("predict", "latest", dark, light, strokes, "--json", "--models", models)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["file"], row["line"]) for row in rows] == [
        (str(dark), None), (str(light), None), (str(strokes), 1), (str(strokes), 3),
    ]  # fmt: skip
    assert [row["predicted"] for row in rows[:2]] == ["0", "0"]
    assert rows[0]["probabilities"] == rows[1]["probabilities"]
    assert rows[2]["probabilities"] == rows[3]["probabilities"]
    for row in rows:
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        assert row["confidence"] == max(row["probabilities"].values())


def test_one_bad_file_does_not_hide_the_others(inkling, tmp_path, models):
    text = tmp_path / "text.png"
    text.write_text("I am a text")
    Image.new("L", (50, 50)).save(tmp_path / "blank.png")
    lines = tmp_path / "a.jsonl"
    lines.write_text('not json\n{"strokes": 5}\n{"strokes": []}\n[[[1, 2]]]\n')
    files = [
        text,
        tmp_path / "blank.png",
        tmp_path / "none.png",
        lines,
        picture(tmp_path / "a.png"),
    ]
    done = inkling("predict", "latest", *files, "--models", models)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 2  # the dot and the digit
    errors = done.stderr.splitlines()
    assert len(errors) == 6
    for error, words in zip(
        errors,
        ("not an image", "blank", "no file", "not valid JSON", "Expected", "blank"),
        strict=True,
    ):
        assert words in error
    assert "Traceback" not in done.stderr


def test_export_says_what_it_wrote(inkling, tmp_path, models, tiny_run):
    done = inkling(
        "export", "latest", "--to", tmp_path / "out", "--format", "litert", "--json",
        "--models", models,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["run"], said["format"]) == (tiny_run.id, "litert")
    assert {entry["path"]: entry["bytes"] for entry in said["files"]} == {
        str(path): path.stat().st_size for path in (tmp_path / "out").iterdir()
    }
    again = inkling(
        "export", "latest", "--to", tmp_path / "out", "--format", "tfjs", "--models", models
    )
    assert again.returncode == 1
    assert again.stderr.startswith("Error: ")
    assert "already exists" in again.stderr
    assert len(again.stderr.splitlines()) == 1
    wrong = inkling(
        "export", "latest", "--to", tmp_path / "on", "--format", "onnx", "--models", models
    )
    assert wrong.returncode == 2
    assert "'onnx' is not one of 'html', 'litert', 'pdf', 'report', 'tfjs'" in wrong.stderr


def test_export_writes_a_report(inkling, tmp_path, models, tiny_run):
    wanted = ("export", "latest", "--format", "report", "--models", models)
    done = inkling(*wanted, "--to", tmp_path / "bericht.html", "--lang", "de")
    assert done.returncode == 0, done.stderr
    assert '<html lang="de">' in (tmp_path / "bericht.html").read_text("utf-8")
    refused = inkling(*wanted, "--to", tmp_path / "on.html", "--compare", tiny_run.id)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("Error: A run cannot be compared with itself")
    for options in (("--lang", "xx"), ("--format", "html", "--with-pad")):
        wrong = inkling(*wanted, "--to", tmp_path / "on.html", *options)
        assert wrong.returncode == 2, wrong.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bericht.html"]


def test_export_for_tensorflow_js(tmp_path, models):
    done = typed(
        "export", "latest", "--to", tmp_path / "out", "--format", "tfjs", "--models", models
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "Exporting: loading TensorFlow\n"
    assert "group1-shard1of1.bin" in done.stdout
    written = json.loads((tmp_path / "out" / "model.json").read_text("utf-8"))
    assert written["userDefinedMetadata"]["classes"] == list("0123456789")


def test_evaluate_agrees_with_the_run(inkling, models, tiny_run):
    done = inkling("evaluate", "latest", "--json", "--models", models)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(tiny_run.info.metrics.model_dump_json())


def test_evaluate_adds_what_an_older_run_lacks(inkling, tmp_path, tiny_run):
    folder = tmp_path / "old"
    shutil.copytree(tiny_run.folder, folder)
    (folder / "features.parquet").unlink()
    (folder / "out_of_distribution.npz").unlink()
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    seven = tmp_path / "seven.jsonl"
    seven.write_text("[[[60, 60], [200, 60], [120, 220]]]\n")
    before = inkling("predict", "old", seven, "--json", "--models", tmp_path)
    assert "is_ood" not in json.loads(before.stdout)
    done = inkling("evaluate", "old", "--models", tmp_path)
    assert done.returncode == 0, done.stderr
    run = Store(tmp_path).open("old")
    assert run.features().equals(tiny_run.features())
    assert run.ood_detector().threshold == pytest.approx(
        tiny_run.ood_detector().threshold, rel=1e-3
    )
    assert {name: (folder / name).read_bytes() for name in kept} == kept


def test_evaluate_measures_adversarial_changes(inkling, tmp_path, tiny_run):
    shutil.copytree(tiny_run.folder, tmp_path / "copy")
    done = inkling("evaluate", "copy", "--adversarial", "--json", "--models", tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["total"] == 600
    kept = Store(tmp_path).open("copy").robustness()
    assert found["adversarial"] == kept.model_dump(mode="json")
    assert kept.images == 500
    for measured in kept.by_norm.values():
        assert abs(measured.accuracy[0] - found["accuracy"]) < 0.02
        assert measured.accuracy[-1] < 0.2
    stages = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert stages == ["Misleading", "Misleading again"]


def test_evaluate_measures_corruptions(inkling, tmp_path, tiny_run):
    shutil.copytree(tiny_run.folder, tmp_path / "copy")
    done = inkling("evaluate", "copy", "--corruptions", "--models", tmp_path)
    assert done.returncode == 0, done.stderr
    kept = Store(tmp_path).open("copy").corruption_sheet()
    assert {under.images for under in kept.under} == {600}
    first, *lines, turned = done.stdout[done.stdout.index("accuracy on corrupted") :].splitlines()
    assert f"{kept.mean:.1%}, the mean over 15 corruptions" in first
    assert [line.split()[0] for line in lines] == [
        under.name.split("_")[0] for under in kept.worst_first
    ]
    assert turned.startswith("accuracy when turned  0°: ")
    assert {line.partition(":")[0] for line in done.stderr.splitlines()} == {
        "Reading corrupted images"
    }


def test_evaluate_measures_strangers(inkling, tmp_path, tiny_run):
    shutil.copytree(tiny_run.folder, tmp_path / "copy")
    clothes = made.write_clothes(tmp_path / "clothes", train=60, test=20)
    done = inkling(
        "evaluate", "copy", "--strangers", "--dataset", clothes, "--json", "--models", tmp_path
    )
    assert done.returncode == 0, done.stderr
    kept = Store(tmp_path).open("copy").strangers()
    assert json.loads(done.stdout) == kept.model_dump(mode="json")
    assert {group.name: group.images for group in kept.others} == {
        "clothes": 20, "uniform noise": 500, "Gaussian noise": 500,
        "drawings that are no digits": 1020,
    }  # fmt: skip
    refused = inkling(
        "evaluate", "copy", "--strangers", "--dataset", "digits", "--models", tmp_path
    )
    assert refused.returncode == 1
    assert "no strangers" in refused.stderr


@pytest.mark.parametrize("option", ["--adversarial", "--corruptions"])
def test_changes_are_measured_on_the_runs_own_dataset(inkling, models, option):
    done = inkling("evaluate", "latest", option, "--dataset", "digits", "--models", models)
    assert done.returncode == 2
    assert "leave out --dataset" in " ".join(done.stderr.split())


def test_predict_says_what_looks_like_nothing_in_training(inkling, tmp_path, models, digits):
    comb = tmp_path / "comb.jsonl"
    comb.write_text(json.dumps([[[x, 0], [x, 200]] for x in range(0, 201, 25)]))
    usual = tmp_path / "usual.png"
    Image.fromarray(digits.x_train[0, ..., 0]).save(usual)
    done = inkling("predict", "latest", comb, usual, "--json", "--models", models)
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["is_ood"], second["is_ood"]) == (True, False)
    assert first["ood_score"] > first["ood_threshold"] > second["ood_score"]
    said = inkling("predict", "latest", comb, usual, "--models", models).stdout.splitlines()
    words = "). Unlike most training images."
    assert [line.endswith(words) for line in said] == [True, False]


def test_runs_lists_whole_and_damaged(inkling, tmp_path, models, tiny_run):
    rows = json.loads(inkling("runs", "--json", "--models", models).stdout)
    assert [row["id"] for row in rows] == [tiny_run.id]
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "run.json").write_text("{")
    done = inkling("runs", "--models", tmp_path)
    assert done.returncode == 0
    assert "broken is damaged" in done.stdout


def test_train_and_data(tmp_path):
    done = typed(*SHORT_TRAINING, "--models", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["metrics"]["total"] == 600
    assert "epoch 1 of 1" in done.stderr
    assert len(Store(tmp_path).runs()) == 1
    assert "1,797 images" in typed("data").stdout


def test_train_learns_from_corrections_when_told_to(inkling, tmp_path):
    corrections.add(
        Store(tmp_path),
        label="7",
        class_names="0123456789",
        drawing=Drawing.of_strokes([[[0, 0], [9, 0], [3, 15]]]),
    )
    done = inkling(*SHORT_TRAINING, "--models", tmp_path, "--corrections")
    assert done.returncode == 0, done.stderr
    assert "It also learned from 1 correction: 1 × “7”." in done.stdout
    (run,) = Store(tmp_path).runs()
    assert run.info.corrections == {"7": 1}
    assert run.info.config.corrections


def test_train_says_which_corrections_to_look_at_again(tmp_path, monkeypatch, capsys):
    store, drawn = Store(tmp_path), Drawing.of_strokes([[[0, 0], [9, 0], [3, 15]]])
    kept = [corrections.add(store, label=label, class_names="0123456789", drawing=drawn)
            for label in "741"]  # fmt: skip
    monkeypatch.setattr(
        second_opinion, "contradictions", lambda found, runs: {kept[0].id: 1, kept[2].id: 1}
    )
    train._look_again(store, "mnist")
    assert capsys.readouterr().err.startswith(
        "2 of 3 corrections contradict an independent network strongly: look again. They are"
    )
    corrections.take_back(store, kept[0].id, kept[2].id)
    train._look_again(store, "mnist")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "--dataset", "digits", "--corrections"), "No corrections fit “digits”"),
        (("train", "--dataset", "minst"), "no dataset “minst”"),
        (("train", "--network", "resnet"), "no network named “resnet”"),
        (("evaluate", "nothing"), "no run “nothing”"),
        (("predict", "latest", "a.png"), "no runs in"),
        (("data", "minst"), "no dataset “minst”"),
        (("data", "mine", "--from", "/nowhere"), "no folder or file /nowhere"),
    ],
)
def test_what_a_user_can_cause_is_one_sentence(inkling, tmp_path, arguments, words):
    done = inkling(*arguments, INKLING_MODELS=str(tmp_path / "models"))
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_store_in_the_way_is_one_sentence(inkling, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = inkling("train", "--epochs", 1, "--models", tmp_path / "file")
    assert done.returncode == 1
    assert "file is not a folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_exits_with_2():
    assert typed("train", "--epochs", "many").returncode == 2
    assert typed("fly").returncode == 2


def test_a_run_is_only_measured_on_its_own_classes(inkling, tmp_path, models):
    x, y = np.zeros((6, 28, 28), np.uint8), np.arange(6) % 2
    np.savez(tmp_path / "two.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    done = inkling("evaluate", "latest", "--dataset", tmp_path / "two.npz", "--models", models)
    assert done.returncode == 1
    assert "10 classes" in done.stderr


def test_a_killed_training_resumes_to_the_same_predictions(tmp_path):
    arguments = [
        "train",
        "--dataset",
        "digits",
        "--network",
        "lenet5",
        "--epochs",
        "25",
        "--seed",
        "3",
    ]
    whole = typed(*arguments, "--models", tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr

    broken = tmp_path / "broken"
    command = [sys.executable, "-m", "pipeline.cli", *arguments, "--models", str(broken)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(broken.glob(".checkpoints/*/state.npz")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert Store(broken).entries() == []

    resumed = typed("train", "--resume", "--models", broken)
    assert resumed.returncode == 0, resumed.stderr
    assert "epoch 25 of 25" in resumed.stderr
    assert "epoch 1 of 25" not in resumed.stderr
    first, second = (Store(tmp_path / name).open("latest") for name in ("whole", "broken"))
    assert first.predictions().equals(second.predictions())
    assert not list(broken.glob(".checkpoints/*/state.npz"))
    again = typed("train", "--resume", "--models", broken)
    assert again.returncode == 1
    assert "nothing to resume" in again.stderr


@pytest.mark.mnist
def test_mnist_from_the_command_line(inkling, tmp_path, mnist_folder):
    done = inkling(
        "train", "--dataset", "mnist", "--data", mnist_folder, "--network", "pixels",
        "--epochs", 1, "--models", tmp_path, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    run = Store(tmp_path).open("latest")
    table = run.predictions()
    assert run.info.metrics.correct == int((table["label"] == table["predicted"]).sum()) > 8800
