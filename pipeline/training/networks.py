"""A name -> an untrained Keras network; smallest first."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import keras
from keras import layers

from pipeline.config import DEEP, STANDARD
from pipeline.errors import InklingError, reason

Shape = tuple[int, int, int]
Builder = Callable[[Shape, int], keras.Model]
PROBABILITIES = "probabilities"  # the last layer


def build(name: str, image_shape: Shape, classes: int, variant: str = STANDARD) -> keras.Model:
    """Build a network by name.

    Args:
        name: a key of BUILDERS.
        image_shape: (height, width, channels), sides of 8 to 64.
        classes: how many there are.
        variant: a key of `config.VARIANTS`; a network without that variant uses its standard.

    Returns:
        A functional model: float32 (batch, *image_shape) in [0, 1] -> probabilities float32
        (batch, classes), from a last layer named "probabilities".
    """
    if name not in BUILDERS:
        raise InklingError(
            f"There is no network named “{name}”. Choose one of: {', '.join(BUILDERS)}."
        )
    builder = DEEP_BUILDERS.get(name, BUILDERS[name]) if variant == DEEP else BUILDERS[name]
    return builder(image_shape, classes)


def like(network: keras.Model) -> keras.Model:
    """Build an untrained network like another one, which may be of another version of Inkling.

    It computes in the precision that is set (`hardware.computing_in`), as one from `build` does.
    """

    def rebuilt(layer: layers.Layer) -> layers.Layer:
        settings = layer.get_config()
        if layer.name != PROBABILITIES:
            settings["dtype"] = keras.config.dtype_policy().name
        return layer.from_config(settings)

    return keras.models.clone_model(network, clone_function=rebuilt)


def fingerprint(network: keras.Model) -> str:
    """Return a hash of how a network is built, whatever precision it computes in.

    The weights of one network can fit into another that computes something else, such as one with
    other padding: their shapes do not tell.
    """
    settings = [layer.get_config() | {"dtype": None} for layer in network.layers]
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def load(path: Path) -> keras.Model:
    """Load a Keras model, ready to predict.

    Raises:
        InklingError: the file is missing or damaged, or Keras cannot load it here.
    """
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # what Keras raises on a file it cannot read is not documented
        raise InklingError(
            f"The network {path} cannot be loaded: {reason(error)}. Copy its run again from its "
            "source, or train again."
        ) from error


def _pixels(image_shape: Shape, classes: int) -> keras.Model:
    """Build softmax regression on the flattened pixels (multinomial logistic regression)."""
    image = _image(image_shape)
    return _classifier("pixels", image, layers.Flatten(name="flatten")(image), classes)


def _perceptron(image_shape: Shape, classes: int) -> keras.Model:
    """Build two sigmoid layers, after Nielsen 2015, "Neural Networks and Deep Learning"."""
    image = _image(image_shape)
    x = layers.Flatten(name="flatten")(image)
    x = layers.Dense(16, activation="sigmoid", name="hidden1")(x)
    x = layers.Dense(16, activation="sigmoid", name="hidden2")(x)
    return _classifier("perceptron", image, x, classes)


def _shallow(image_shape: Shape, classes: int) -> keras.Model:
    """Build one hidden layer of 128 ReLU units."""
    image = _image(image_shape)
    x = layers.Flatten(name="flatten")(image)
    x = layers.Dense(128, activation="relu", name="hidden")(x)
    return _classifier("shallow", image, x, classes)


def _lenet5(image_shape: Shape, classes: int) -> keras.Model:
    """Build LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), with ReLU and max pooling."""
    image = _image(image_shape)
    x = layers.Conv2D(6, 5, padding="same", activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.Conv2D(16, 5, padding="same", activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(name="pool2")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(120, activation="relu", name="hidden1")(x)
    x = layers.Dense(84, activation="relu", name="hidden2")(x)
    return _classifier("lenet5", image, x, classes)


def _cnn(image_shape: Shape, classes: int) -> keras.Model:
    """Build three convolutions, two max pools and batch normalization (Ioffe, Szegedy 2015).

    Few feature maps where the resolution is high: most of the time goes there.
    """
    image = _image(image_shape)
    # Without padding there is less to compute; a small image would have nothing left.
    padding = "valid" if min(image_shape[:2]) >= 20 else "same"
    x = layers.Conv2D(16, 5, padding=padding, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.Conv2D(48, 3, padding=padding, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(name="pool2")(x)
    x = layers.Conv2D(64, 3, padding=padding, activation="relu", name="conv3")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.BatchNormalization(momentum=0.9, name="batch_norm")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    return _classifier("cnn", image, x, classes)


def _deep(image_shape: Shape, classes: int) -> keras.Model:
    """Build five convolutions with batch normalization: more accurate, and slower.

    Only the first is unpadded: of 28 pixels it leaves 24, which are pooled to 12, 6 and 3. Padded,
    they would be 14, 7 and 3: more to compute, and what is at the edge of the 7 would be lost.
    """
    image = _image(image_shape)
    padding = "valid" if min(image_shape[:2]) >= 20 else "same"
    x = layers.Conv2D(28, 5, padding=padding, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.BatchNormalization(momentum=0.9, name="batch_norm1")(x)
    for number, maps in ((2, 56), (3, 112)):
        x = layers.Conv2D(maps, 3, padding="same", activation="relu", name=f"conv{number}a")(x)
        x = layers.Conv2D(maps, 3, padding="same", activation="relu", name=f"conv{number}b")(x)
        x = layers.MaxPooling2D(name=f"pool{number}")(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"batch_norm{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    return _classifier("cnn", image, x, classes)


def _image(image_shape: Shape) -> keras.KerasTensor:
    return keras.Input(image_shape, name="image")


def _classifier(
    name: str, image: keras.KerasTensor, features: keras.KerasTensor, classes: int
) -> keras.Model:
    # In full precision, whatever the layers before it compute in.
    output = layers.Dense(classes, activation="softmax", dtype="float32", name=PROBABILITIES)(
        features
    )
    return keras.Model(image, output, name=name)


BUILDERS: dict[str, Builder] = {
    "pixels": _pixels,
    "perceptron": _perceptron,
    "shallow": _shallow,
    "lenet5": _lenet5,
    "cnn": _cnn,
}
DEEP_BUILDERS: dict[str, Builder] = {"cnn": _deep}
