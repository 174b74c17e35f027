import keras
import numpy as np
import pytest
from keras import layers

from pipeline.adding import adoption
from pipeline.data.datasets import Dataset
from pipeline.errors import InklingError
from pipeline.preprocess import RANGES, to_model_input
from pipeline.serving import features, litert
from tests import strangers

SHAPE, CLASSES = strangers.SHAPE, strangers.CLASSES


def adopt(model: keras.Model, dataset: Dataset) -> adoption.Adopted:
    return adoption.adopt(model, dataset.x_valid, dataset.y_valid, CLASSES, "network.keras")


def refusal(model: keras.Model, dataset: Dataset) -> str:
    with pytest.raises(InklingError) as caught:
        adopt(model, dataset)
    return str(caught.value)


def names(model: keras.Model) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


class TestWhatIsFound:
    def test_a_tutorial_network_keeps_its_own_scaling_and_loses_what_only_trains(self, digits):
        model = strangers.tutorial()
        found = adopt(model, digits)
        assert names(found.model) == [
            "InputLayer", "Rescaling", "Rescaling", "Conv2D", "MaxPooling2D", "Conv2D",
            "MaxPooling2D", "Flatten", "Dense",
        ]  # fmt: skip
        assert (found.ends_in, found.takes) == ("softmax", "0 to 255")
        said = " ".join(found.found)
        assert "“rescaling" in said
        assert "Left out" in said
        assert "“random_rotation" in said
        assert "“dropout" in said
        expected = np.asarray(model(digits.x_test[:20].astype(np.float32), training=False))
        got = np.asarray(found.model(to_model_input(digits.x_test[:20]), training=False))
        np.testing.assert_allclose(got, expected, atol=1e-5)

    def test_logits_on_flat_images_get_a_softmax_and_a_reshape(self, digits):
        model = strangers.logits()
        found = adopt(model, digits)
        assert "Reshape" in names(found.model)
        assert names(found.model)[-1] == "Softmax"
        assert found.ends_in == "logits"
        assert found.model.input_shape == (None, *SHAPE)
        got = np.asarray(found.model(to_model_input(digits.x_test[:9]), training=False))
        np.testing.assert_allclose(got.sum(axis=1), 1, atol=1e-6)

    def test_a_network_that_flattens_its_image_needs_no_layer_in_front(self, digits):
        model = keras.Sequential(
            [keras.Input((28, 28)), layers.Flatten(), layers.Dense(CLASSES, "softmax")]
        )
        kinds = names(adopt(model, digits).model)
        assert [kind for kind in kinds if kind != "Rescaling"] == ["InputLayer", "Flatten", "Dense"]

    def test_branches_and_inner_networks_become_one_graph(self, digits):
        found = adopt(strangers.branched(), digits)
        kinds = names(found.model)
        assert not {"Sequential", "Functional"} & set(kinds)
        assert kinds.count("Conv2D") == 2
        assert "ReLU" in kinds
        assert kinds[-2:] == ["Dense", "Activation"]
        assert found.ends_in == "softmax"

    def test_probabilities_are_told_from_logits_where_no_softmax_says_so(self, digits):
        image = keras.Input(SHAPE)
        flat = layers.Flatten()(image)
        halves = [layers.Dense(CLASSES, activation="softmax")(flat) for _ in range(2)]
        found = adopt(keras.Model(image, layers.Average()(halves)), digits)
        assert found.ends_in == "probabilities"
        assert names(found.model)[-1] == "Average"

    @pytest.mark.parametrize(
        ("scale", "takes"), [(1, adoption.UNIT), (255, adoption.BYTES)], ids=["unit", "bytes"]
    )
    def test_which_pixels_it_takes_is_found_by_reading(self, digits, scale, takes):
        model = strangers.knowing(digits.x_train, digits.y_train, scale)
        found = adopt(model, digits)
        assert found.takes == takes.name
        assert "No layer says what it was trained on" in " ".join(found.found)
        assert ("Rescaling" in names(found.model)) == (scale != 1)
        right = np.asarray(found.model(to_model_input(digits.x_test), training=False))
        assert (right.argmax(axis=1) == digits.y_test).mean() > 0.75

    @pytest.mark.parametrize(
        ("unit", "bytes_", "takes"),
        [  # accuracy, mean confidence and log loss of networks that were trained on `takes`
            ((0.900, 0.880, 0.36), (0.903, 0.999, 2.67), adoption.UNIT),
            ((0.853, 0.138, 2.00), (0.863, 0.995, 2.13), adoption.BYTES),
            ((0.747, 0.479, 1.00), (0.760, 0.999, 6.53), adoption.UNIT),
            ((0.827, 0.213, 1.62), (0.833, 0.994, 3.61), adoption.BYTES),
            ((0.707, 0.233, 1.58), (0.773, 0.524, 0.91), adoption.BYTES),
            ((0.877, 0.626, 0.66), (0.837, 0.750, 0.55), adoption.UNIT),
        ],
    )
    def test_pixels_at_which_it_is_about_as_sure_as_right(self, unit, bytes_, takes):
        read = {adoption.UNIT: adoption.Reading(*unit), adoption.BYTES: adoption.Reading(*bytes_)}
        assert adoption.best_read(read) is takes

    @pytest.mark.parametrize(
        ("first", "takes"),
        [
            (layers.Rescaling(1 / 255), adoption.BYTES),
            (layers.Rescaling(1 / 127.5, offset=-1), adoption.BYTES),
            (layers.Rescaling(2.0, offset=-1), adoption.UNIT),
            (layers.Normalization(mean=33.3, variance=78.6**2), adoption.BYTES),
            (layers.Normalization(mean=0.13, variance=0.31**2), adoption.UNIT),
            (layers.Rescaling(255.0), None),
            (layers.Conv2D(2, 3), None),
        ],
        ids=["255", "127.5", "2x-1", "normalized bytes", "normalized unit", "up", "none"],
    )
    def test_layers_that_scale_tell_which_pixels_they_take(self, first, takes):
        model = keras.Sequential([keras.Input(SHAPE), layers.RandomFlip(), first, layers.Flatten()])
        told = adoption.pixels_told_by(model)
        assert (None if told is None else told[0]) is takes

    def test_an_adapted_normalization_keeps_what_it_learned(self, digits):
        scaling = layers.Normalization()
        scaling.adapt(digits.x_train[:200].astype(np.float32))
        model = keras.Sequential(
            [keras.Input(SHAPE), scaling, layers.Flatten(), layers.Dense(CLASSES)]
        )
        assert adopt(model, digits).takes == "0 to 255"  # adopt itself compares the copy

    @pytest.mark.parametrize("pixels", RANGES)
    def test_somebody_who_knows_better_is_believed(self, digits, pixels):
        model = strangers.tutorial()
        images, labels = digits.x_valid, digits.y_valid
        found = adoption.adopt(model, images, labels, CLASSES, "network.keras", pixels)
        takes = RANGES[pixels]
        assert found.takes == takes.name
        given = to_model_input(images[:5])
        expected = model(given * takes.scale + takes.offset, training=False)
        assert np.allclose(found.model(given), expected, atol=1e-5)

    def test_half_precision_becomes_float32(self, digits):
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            model = strangers.tutorial()
        finally:
            keras.config.set_dtype_policy("float32")
        found = adopt(model, digits)
        assert {layer.compute_dtype for layer in found.model.layers} == {"float32"}

    def test_dropout_that_is_on_while_it_predicts_is_off(self, digits):
        image = keras.Input(SHAPE)
        x = layers.Dropout(0.5, name="always")(layers.Flatten()(image), training=True)
        found = adopt(keras.Model(image, layers.Dense(CLASSES)(x)), digits)
        assert "“always”" in " ".join(found.found)

    def test_a_network_that_reads_nothing_is_said_to(self, digits):
        model = strangers.knowing(digits.x_train, (digits.y_train + 1) % CLASSES, 1)
        assert "another order" in adopt(model, digits).found[-1]


class TestFeatures:
    def test_they_are_what_the_last_layer_with_weights_gets(self, digits):
        model = adopt(strangers.logits(), digits).model
        assert features.features(model, digits.x_test[:3]).shape == (3, 16)
        shown = litert.shown_layers(model)
        assert shown[features.feature_layer(model)].output.shape == (None, 16)

    def test_of_a_sum_of_networks_they_are_its_output(self, digits):
        image = keras.Input(SHAPE)
        flat = layers.Flatten()(image)
        both = layers.Average()([layers.Dense(CLASSES, "softmax")(flat) for _ in range(2)])
        model = adopt(keras.Model(image, both), digits).model
        assert features.features(model, digits.x_test[:3]).shape == (3, CLASSES)
        assert features.feature_layer(model) == len(litert.shown_layers(model)) - 1


class TestRefusals:
    def test_other_sizes_and_counts(self, digits):
        assert "takes 32×32×1, the dataset's images are 28×28×1" in refusal(
            strangers.tutorial((32, 32, 1)), digits
        )
        assert "color images" in refusal(strangers.tutorial((28, 28, 3)), digits)
        assert "tells 7 classes apart, the dataset has 10" in refusal(
            strangers.tutorial(classes=7), digits
        )

    def test_several_inputs_or_outputs(self, digits):
        one, other = keras.Input(SHAPE), keras.Input(SHAPE)
        x = layers.Flatten()(layers.Add()([one, other]))
        out = layers.Dense(CLASSES)(x)
        assert "has 2 inputs" in refusal(keras.Model([one, other], out), digits)
        flat = layers.Flatten()(one)
        pair = [layers.Dense(CLASSES)(flat), layers.Dense(1)(flat)]
        assert "has 2 outputs" in refusal(keras.Model(one, pair), digits)

    def test_what_is_not_built_or_has_no_weights(self, digits):
        unbuilt = keras.Sequential([layers.Flatten(), layers.Dense(CLASSES)])
        assert "is not built" in refusal(unbuilt, digits)
        pooled = keras.Sequential([keras.Input(SHAPE), layers.Flatten(), layers.Reshape((784,))])
        assert "has no weights" in refusal(pooled, digits)

    def test_numbers_that_are_none(self, digits):
        model = strangers.tutorial()
        kernel = model.layers[-1].kernel
        kernel.assign(np.full(kernel.shape, np.nan))
        assert "are not all finite numbers" in refusal(model, digits)
        image = keras.Input(SHAPE)
        x = layers.Dense(CLASSES)(layers.Flatten()(image))
        huge = layers.Rescaling(1e38)(layers.Rescaling(1e38)(x))
        nan = layers.Subtract()([huge, huge])
        assert "predictions of network.keras are not all finite" in refusal(
            keras.Model(image, nan), digits
        )

    def test_answers_that_are_no_probabilities(self, digits):
        model = keras.Sequential(
            [keras.Input(SHAPE), layers.Flatten(), layers.Dense(CLASSES, activation="sigmoid")]
        )
        assert "ends in sigmoid" in refusal(model, digits)
        grid = keras.Sequential([keras.Input(SHAPE), layers.Conv2D(CLASSES, 3)])
        assert "26×26×10, not one number per class" in refusal(grid, digits)
