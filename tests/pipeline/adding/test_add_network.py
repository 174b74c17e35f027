"""Networks of others become runs with everything that ours have."""

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from keras import layers

from pipeline.adding.add_network import add_network
from pipeline.data.datasets import Dataset, open_dataset
from pipeline.errors import InklingError
from pipeline.preprocess import to_model_input
from pipeline.progress import Progress
from pipeline.serving.gradients import GradientGraph
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from tests import made, strangers


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "models")


def check_complete(run: Run, dataset: Dataset) -> None:
    """Check that a run has all that a trained one has, but for a history."""
    info = run.info
    assert (info.status, info.config, info.best_epoch) == ("finished", None, 0)
    assert info.saw_test_images is None
    assert run.history().empty
    assert len(run.predictions()) == len(dataset.y_test)
    assert set(run.features()) >= {"neighbor_0", "distance", "map_x"}
    assert run.ood_detector() is not None
    assert run.anatomy().parts[-1].activation == "softmax"
    assert [layer.name for layer in info.layers] == [part.name for part in run.anatomy().parts]
    model = keras.models.load_model(run.model_path, compile=False)
    images = dataset.x_test[:5]
    expected = np.asarray(model(to_model_input(images), training=False))
    np.testing.assert_allclose(run.graph().probabilities(images), expected, atol=1e-4)
    for graph in (run.graph_bytes(), run.gradient_bytes()):
        outputs = Interpreter(model_content=graph).get_output_details()
        # LiteRT.js returns a tensor only once.
        assert len({output["index"] for output in outputs}) == len(outputs)
    gradients = GradientGraph(run.gradient_bytes())
    assert gradients.run(to_model_input(images)[0], np.eye(len(run.class_names))[0]).gradient.any()


@pytest.mark.process  # a second or two each, to make all that a run holds
class TestRuns:
    def test_a_network_that_knows_the_digits(self, tmp_path, store, digits):
        model = strangers.knowing(digits.x_train, digits.y_train, 255)
        path = strangers.saved(model, tmp_path, "Nearest mean (v2).keras")
        heard: list[Progress] = []
        run = add_network(path, "digits", store, heard.append, name="theirs")
        check_complete(run, digits)
        assert run.about.name == store.open("theirs").about.name == "theirs"
        assert run.info.network == "Nearest mean (v2)"
        assert "digits-nearest_mean_v2-" in run.id
        assert run.info.added.takes == "0 to 255"
        assert run.info.metrics.accuracy > 0.75
        stages = list(dict.fromkeys(progress.stage for progress in heard))
        assert stages == ["Loading", "Checking", "Exporting", "Evaluating", "Mapping", "Saving"]
        assert [progress.stoppable for progress in heard][-1] is False
        assert all(progress.stoppable for progress in heard[:-1])
        card = run.info.model_card
        assert "“Nearest mean (v2).keras”" in card["Origin"]
        assert "not trained here" in card["Origin"]
        assert "not known" in card["Data"]
        assert "used only once" not in card["Data"]

    @pytest.mark.parametrize("make", [strangers.tutorial, strangers.logits, strangers.branched])
    def test_every_kind_of_network_becomes_a_complete_run(self, tmp_path, store, few_digits, make):
        run = add_network(strangers.saved(make(), tmp_path), few_digits, store)
        check_complete(run, open_dataset(few_digits))

    def test_color_images_that_are_not_square(self, tmp_path, store):
        folder = made.write(tmp_path / "shapes", each=20)
        model = strangers.tutorial((made.HEIGHT, made.WIDTH, 3), len(made.NAMES))
        run = add_network(strangers.saved(model, tmp_path), str(folder), store)
        check_complete(run, open_dataset(str(folder)))
        assert run.info.dataset_reference == str(folder.resolve())

    def test_names_of_layers_may_be_anything(self, tmp_path, store, few_digits):
        names = ["<b>*fett*", "mein Layer №1 " + "x" * 150, "–"]
        parts = [layers.Flatten(name=names[0]), layers.Dense(4, "tanh", name=names[1])]
        end = layers.Dense(10, "softmax", name=names[2])
        model = keras.Sequential([keras.Input((28, 28, 1)), *parts, end])
        run = add_network(strangers.saved(model, tmp_path), few_digits, store)
        shown = [layer.name for layer in run.info.layers]
        assert shown[-3:] == ["layer_b_fett_", "mein_Layer_1_" + "x" * 150, "layer_"]
        check_complete(run, open_dataset(few_digits))

    def test_operations_between_layers_are_no_part_of_the_anatomy(
        self, tmp_path, store, few_digits
    ):
        image = keras.Input((28, 28))
        x = layers.Flatten(name="flat")(keras.ops.expand_dims(image, -1) * 2)
        model = keras.Model(image, layers.Dense(10, "softmax")(x))
        run = add_network(strangers.saved(model, tmp_path), few_digits, store)
        assert "flat" in run.anatomy().unknown
        assert run.gradient_bytes() is None

    def test_a_recurrent_network_has_a_layer_of_which_only_numbers_are_known(
        self, tmp_path, store, few_digits
    ):
        rows = [layers.LSTM(6, return_sequences=True), layers.LSTM(4)]
        model = keras.Sequential([keras.Input((28, 28)), *rows, layers.Dense(10, "softmax")])
        run = add_network(strangers.saved(model, tmp_path), few_digits, store)
        assert len(run.anatomy().unknown) == 2
        assert "is not known here" in run.anatomy().no_gradients
        drawn = [layer.drawn_shape for layer in run.info.layers if layer.kind == "LSTM"]
        assert drawn == [(28, 6, 1), (4,)]


class TestRefusals:
    @pytest.mark.parametrize(
        ("model", "said"),
        [
            (lambda: strangers.tutorial((32, 32, 1)), "32×32×1"),
            (lambda: strangers.tutorial(classes=3), "3 classes"),
        ],
    )
    def test_nothing_is_added(self, tmp_path, store, model, said):
        with pytest.raises(InklingError, match=said):
            add_network(strangers.saved(model(), tmp_path), "digits", store)
        assert store.entries() == []
        assert not list(store.folder.glob("*"))

    def test_a_name_that_is_too_long(self, tmp_path, store):
        with pytest.raises(InklingError, match="up to 80 characters"):
            add_network(tmp_path / "x.keras", "digits", store, name="x" * 81)
