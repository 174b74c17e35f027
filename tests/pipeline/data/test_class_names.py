import dataclasses
import shutil

import numpy as np
import pytest

from pipeline.data import class_names, datasets, prepared
from pipeline.data.datasets import open_dataset, take_in
from pipeline.data.known import KNOWN, KnownDataset
from pipeline.errors import InklingError
from tests.pipeline.data.test_datasets import cache  # noqa: F401
from tests.pipeline.data.test_readers import parts, write_idx_folder, write_picture

ANIMALS = ("cat", "dog", "eel")

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def unnamed(tmp_path):
    """A folder of IDX files with three classes and no names."""
    return write_idx_folder(tmp_path / "animals", images=30)


class TestParsing:
    def test_a_list(self):
        assert class_names.parse("cat, dog ,eel") == ANIMALS

    def test_a_file(self, tmp_path):
        path = tmp_path / "names, with a comma.txt"
        path.write_text("\ufeffcat\r\n\n  dog\neel, electric\n\n", encoding="utf-8")
        assert class_names.parse(str(path)) == ("cat", "dog", "eel, electric")

    def test_neither(self):
        with pytest.raises(InklingError, match=r"neither a file of class names.*nor a list"):
            class_names.parse("nowhere.txt")

    @pytest.mark.parametrize(
        ("content", "said"), [(b"\n \n", "no class names"), (b"\xff\xfe\0", "not a text file")]
    )
    def test_a_file_without_names(self, tmp_path, content, said):
        (tmp_path / "a.txt").write_bytes(content)
        with pytest.raises(InklingError, match=said):
            class_names.parse(str(tmp_path / "a.txt"))


class TestGiven:
    def test_names_are_kept_for_the_next_time(self, unnamed):
        assert open_dataset(str(unnamed)).class_names == ("0", "1", "2")
        assert open_dataset(str(unnamed), class_names=ANIMALS).class_names == ANIMALS
        assert open_dataset(str(unnamed)).class_names == ANIMALS
        assert open_dataset("animals").class_names == ANIMALS
        (one,) = prepared.list_prepared()
        assert one.class_names == ANIMALS

    def test_other_names_do_not_make_another_dataset(self, unnamed, monkeypatch, tmp_path):
        before = open_dataset(str(unnamed))
        renamed = open_dataset(str(unnamed), class_names=ANIMALS)
        assert renamed.fingerprint == before.fingerprint
        assert datasets.open_by_fingerprint("animals", before.fingerprint).class_names == ANIMALS
        # Nor does it matter when, or on which machine, they were given.
        monkeypatch.setenv("INKLING_CACHE", str(tmp_path / "another"))
        at_once = open_dataset(str(unnamed), class_names=ANIMALS)
        assert (at_once.fingerprint, at_once.class_names) == (before.fingerprint, ANIMALS)

    def test_the_classes_of_a_dataset_without_its_files_can_be_renamed(self, unnamed):
        take_in("mine", unnamed)
        shutil.rmtree(unnamed)
        assert open_dataset("mine", class_names=ANIMALS).class_names == ANIMALS
        assert open_dataset(str(unnamed)).class_names == ANIMALS  # by the path it was read from

    @pytest.mark.parametrize(
        ("names", "said"),
        [
            (("cat", "dog"), "2 class names .cat, dog. for 3 classes"),
            (("cat", "dog", "cat"), "all different"),
            (("cat", "", "dog"), "none empty"),
        ],
    )
    def test_names_that_do_not_fit_change_nothing(self, unnamed, names, said):
        with pytest.raises(InklingError, match=said):
            open_dataset(str(unnamed), class_names=names)
        assert not prepared.list_prepared()
        open_dataset(str(unnamed), class_names=ANIMALS)
        with pytest.raises(InklingError, match=said):
            open_dataset(str(unnamed), class_names=names)
        assert open_dataset(str(unnamed)).class_names == ANIMALS

    def test_folders_of_images_can_be_renamed_too(self, tmp_path):
        for name in ("a", "b"):
            for number in range(12):
                write_picture(tmp_path / "pets" / name / f"{number}.png", color=number * 9)
        before = open_dataset(str(tmp_path / "pets"))
        after = open_dataset(str(tmp_path / "pets"), class_names=("cat", "dog"))
        assert (before.class_names, after.class_names) == (("a", "b"), ("cat", "dog"))
        assert before.fingerprint == after.fingerprint


class TestBesideTheFiles:
    def test_in_a_folder(self, unnamed):
        before = open_dataset(str(unnamed))
        (unnamed / "classes.txt").write_text("cat\ndog\neel\n")
        after = open_dataset(str(unnamed))
        assert after.class_names == ANIMALS
        assert after.fingerprint == before.fingerprint
        assert open_dataset(str(unnamed), class_names=("x", "y", "z")).class_names[0] == "x"

    def test_beside_an_npz(self, tmp_path):
        np.savez(tmp_path / "a.npz", **parts())
        assert open_dataset(str(tmp_path / "a.npz")).class_names == ("0", "1")
        (tmp_path / "classes.txt").write_text("no\nyes\n")
        assert open_dataset(str(tmp_path / "a.npz")).class_names == ("no", "yes")

    def test_an_npz_with_names_needs_no_file(self, tmp_path):
        np.savez(tmp_path / "a.npz", **parts(class_names=np.array(["down", "up"])))
        (tmp_path / "classes.txt").write_text("of\nsomething\nelse\n")
        assert open_dataset(str(tmp_path / "a.npz")).class_names == ("down", "up")

    def test_one_that_does_not_fit_is_a_sentence(self, unnamed):
        (unnamed / "classes.txt").write_text("cat\ndog\n")
        with pytest.raises(
            InklingError, match=r"classes.txt: there are 2 class names .* 3 classes"
        ):
            open_dataset(str(unnamed))


class TestKnown:
    @pytest.fixture
    def fashion(self, monkeypatch):
        """Fashion-MNIST as it would be with three classes: its files are those of `unnamed`."""
        labels = "012" * 10
        known = KnownDataset(ANIMALS, "images of animals", first_labels=(labels[:25], labels[:20]))
        monkeypatch.setitem(KNOWN, "fashion_mnist", known)
        return known

    @pytest.mark.parametrize("name", ["clothes", "fashion-mnist"])
    def test_it_is_recognized_by_its_labels(self, fashion, unnamed, tmp_path, name):
        unnamed.rename(tmp_path / name)
        named = open_dataset(str(tmp_path / name))
        assert (named.name, named.class_names) == (name, ANIMALS)

    def test_other_labels_are_another_dataset(self, fashion, unnamed, monkeypatch):
        odd = dataclasses.replace(fashion, first_labels=("0" * 25, "0" * 20))
        monkeypatch.setitem(KNOWN, "fashion_mnist", odd)
        assert open_dataset(str(unnamed)).class_names == ("0", "1", "2")

    @pytest.mark.parametrize("place", ["fashion-mnist", "fashion_mnist", "FashionMNIST/raw"])
    def test_or_by_the_name_of_its_folder(self, fashion, unnamed, tmp_path, monkeypatch, place):
        some = dataclasses.replace(fashion, first_labels=())  # an excerpt, or in another order
        monkeypatch.setitem(KNOWN, "fashion_mnist", some)
        (tmp_path / place).parent.mkdir(exist_ok=True)
        unnamed.rename(tmp_path / place)
        assert open_dataset(str(tmp_path / place)).class_names == ANIMALS

    def test_two_names_are_two_datasets_of_the_same_images(self, fashion, unnamed, tmp_path):
        place = unnamed.rename(tmp_path / "fashion-mnist")
        folder = open_dataset(str(place))
        known = take_in("fashion_mnist", place)
        assert known.name == "fashion_mnist"
        assert [one.name for one in prepared.list_prepared()] == ["fashion-mnist", "fashion_mnist"]
        assert folder.class_names == known.class_names == ANIMALS
        assert prepared.same_images(folder.fingerprint) == prepared.same_images(known.fingerprint)

    def test_names_given_at_import_outdo_what_is_known(self, fashion, unnamed):
        assert take_in("fashion_mnist", unnamed, class_names=("x", "y", "z")).class_names[2] == "z"

    def test_a_run_from_before_it_was_recognized_finds_its_images(
        self, fashion, unnamed, monkeypatch
    ):
        named = take_in("fashion_mnist", unnamed)
        with monkeypatch.context() as before:
            before.setitem(KNOWN, "fashion_mnist", dataclasses.replace(fashion, first_labels=()))
            numbered = take_in("things", unnamed)
        assert numbered.class_names == ("0", "1", "2")
        assert numbered.fingerprint != named.fingerprint
        shutil.rmtree(next(one.folder for one in prepared.list_prepared() if one.name == "things"))
        found = datasets.open_by_fingerprint("things", numbered.fingerprint)
        assert found.fingerprint == named.fingerprint
        assert {numbered.fingerprint, named.fingerprint} == prepared.same_images(named.fingerprint)

    def test_one_prepared_by_an_older_version_gets_its_names(self, fashion, unnamed, monkeypatch):
        with monkeypatch.context() as before:
            before.setitem(KNOWN, "fashion_mnist", dataclasses.replace(fashion, first_labels=()))
            old = open_dataset(str(unnamed))
        (one,) = prepared.list_prepared()
        facts = prepared.read_facts(one.folder)
        prepared.write_facts(
            one.folder, {key: facts[key] for key in facts if key not in {"source", "aliases"}}
        )
        now = open_dataset(str(unnamed))
        assert (old.class_names, now.class_names) == (("0", "1", "2"), ANIMALS)
        assert old.fingerprint == now.fingerprint

    def test_fashion_mnist_itself(self):
        """Its first ten training labels, as Keras's documentation and many tutorials print them."""
        known = KNOWN["fashion_mnist"]
        first = [known.class_names[int(label)] for label in known.first_labels[0][:10]]
        assert first == [
            "Ankle boot", "T-shirt", "T-shirt", "Dress", "T-shirt", "Pullover", "Sneaker",
            "Pullover", "Sandal", "Sandal",
        ]  # fmt: skip
