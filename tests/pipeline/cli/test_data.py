import json

import pytest
from typer.testing import CliRunner

from pipeline.cli.main import app
from pipeline.errors import InklingError
from tests.pipeline.data.test_datasets import cache  # noqa: F401
from tests.pipeline.data.test_readers import write_idx_folder

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def animals(tmp_path):
    return write_idx_folder(tmp_path / "fashion-animals", images=30)


def inkling(*arguments: object) -> str:
    return CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False).stdout


def test_a_dataset_can_be_imported_again_under_another_name(animals):
    inkling("data", animals)
    listed = json.loads(inkling("data", "fashion_animals", "--from", animals, "--json"))
    assert [row["name"] for row in listed] == ["fashion-animals", "fashion_animals"]
    assert {row["source"] for row in listed} == {str(animals)}


def test_classes_are_named_at_import_and_later(animals, tmp_path):
    said = inkling("data", "animals", "--from", animals, "--class-names", "cat,dog,eel")
    assert f"60 images, 3 classes: cat, dog, eel  ({animals})" in said
    (tmp_path / "names.txt").write_text("Katze\nHund\nAal\n")
    said = inkling("data", "animals", "--class-names", tmp_path / "names.txt")
    assert "3 classes: Katze, Hund, Aal" in said


def test_all_datasets_are_listed(animals):
    said = inkling("data", "digits")
    assert "1,797 images, 10 classes: 0, 1, 2" in said
    assert "mnist-5k         not prepared yet: comes with Inkling" in said
    assert "get it with “inkling data fashion_mnist”" in said


@pytest.mark.parametrize(
    "arguments", [("--class-names", "a,b"), ("--from", "."), ("nothing", "--class-names", "a,b")]
)
def test_names_for_no_dataset_are_a_sentence(arguments):
    with pytest.raises(InklingError, match=r"Give the dataset a name|no dataset “nothing”"):
        inkling("data", *arguments)
