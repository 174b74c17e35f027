"""What is exported for TensorFlow.js, loaded by the real one and compared with Keras."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from pipeline.data.datasets import Dataset
from pipeline.export.formats import Format, export
from pipeline.export.tfjs import ACTIVATIONS, KINDS, write_layers_model
from pipeline.preprocess import to_model_input
from pipeline.store.run_folder import Run
from pipeline.store.runs import Store
from pipeline.training import networks
from pipeline.training.hardware import computing_in

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "web" / "node_modules" / "@tensorflow" / "tfjs" / "dist" / "tf.min.js"
PLACE = "http://exports.test"
MOST = 1e-4  # of a probability or an activation
PREDICT = """async ([shape]) => {
  const model = await tf.loadLayersModel("model/model.json");
  const numbers = new Float32Array(await (await fetch("images.bin")).arrayBuffer());
  const images = tf.tensor(numbers, shape);
  const outputs = [model.predict(images, {batchSize: 50})].flat();
  const found = outputs.map(output => [output.shape, Array.from(output.dataSync())]);
  tf.dispose([images, outputs]);
  model.dispose();
  // As one text: Playwright takes long over a million single numbers.
  return JSON.stringify([found, model.getUserDefinedMetadata()]);
}"""


class Browsed:
    """A page with TensorFlow.js, and what lies at its address; nothing else can be reached."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._folder, self._images = Path(), b""
        page.route("**/*", self._answer)
        page.goto(PLACE)
        page.add_script_tag(url="tf.min.js")
        page.evaluate("tf.setBackend('cpu')")  # exact, where a graphics card may not be

    def predict(self, folder: Path, images: np.ndarray) -> tuple[list[np.ndarray], dict]:
        """Load what was exported and predict float32 images: its outputs, and its metadata."""
        self._folder, self._images = folder, images.astype("<f4").tobytes()
        found, about = json.loads(self._page.evaluate(PREDICT, [images.shape]))
        return [np.array(values, np.float32).reshape(shape) for shape, values in found], about

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if not route.request.url.startswith(PLACE):
            route.abort()
        elif path == "/":
            route.fulfill(content_type="text/html", body="<!doctype html><title>Exports</title>")
        elif path == "/tf.min.js":
            route.fulfill(path=LIBRARY)
        elif path == "/images.bin":
            route.fulfill(body=self._images)
        elif path.startswith("/model/"):
            route.fulfill(path=self._folder / path.removeprefix("/model/"))
        else:
            route.fulfill(status=404)


@pytest.fixture(scope="module")
def browsed(browser: Browser) -> Iterator[Browsed]:
    if not LIBRARY.is_file():
        pytest.fail("TensorFlow.js is missing: run “make test”, or “npm ci” in web/", pytrace=False)
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    yield Browsed(page)
    context.close()


@pytest.fixture(scope="module")
def images(digits: Dataset) -> np.ndarray:
    """200 images, float32 (200, 28, 28, 1) in [0, 1]."""
    return to_model_input(digits.x_test[:200])


def randomized(model: keras.Model) -> keras.Model:
    """Give a network weights that no initializer gives, statistics and offsets included.

    They are large enough for every image to have an answer of its own.
    """
    random = np.random.default_rng(1)
    for weight in model.weights:
        around = 1.0 if weight.name in ("moving_variance", "gamma") else 0.0
        fan_in = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 100
        noise = random.normal(0, 2.5 * fan_in**-0.5, weight.shape)
        weight.assign(around + np.clip(noise, -0.8, 0.8))
    return model


def gap(browsed: Browsed, model: keras.Model, folder: Path, images: np.ndarray) -> float:
    """Return the largest difference of any output between TensorFlow.js and Keras."""
    found, _ = browsed.predict(folder, images)
    expected = [np.asarray(output) for output in keras.tree.flatten(model(images, training=False))]
    assert [output.shape for output in found] == [output.shape for output in expected]
    assert all(output.std(axis=0).max() > 0.01 for output in expected)  # else all look alike
    return max(float(np.abs(a - b).max()) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("name", "variant"), [(name, "standard") for name in networks.BUILDERS] + [("cnn", "deep")]
)
def test_every_network_computes_the_same(browsed, images, tmp_path, name, variant):
    model = randomized(networks.build(name, (28, 28, 1), 10, variant=variant))
    write_layers_model(model, tmp_path, {})
    assert gap(browsed, model, tmp_path, images) <= MOST


@pytest.mark.parametrize("name", ["lenet5", "cnn"])
def test_what_was_trained_in_half_precision_is_exported_in_single(browsed, images, tmp_path, name):
    with computing_in("mixed_bfloat16"):
        mixed = randomized(networks.build(name, (28, 28, 1), 10))
    mixed.save(tmp_path / "model.keras")
    mixed = keras.models.load_model(tmp_path / "model.keras")
    assert mixed.layers[1].compute_dtype == "bfloat16"
    single = networks.build(name, (28, 28, 1), 10)
    single.set_weights(mixed.get_weights())
    write_layers_model(mixed, tmp_path, {})
    assert gap(browsed, single, tmp_path, images) <= MOST


def test_color_pictures_and_small_ones(browsed, tmp_path, random):
    pictures = random.random((20, 12, 9, 3), np.float32)
    model = randomized(networks.build("cnn", (12, 9, 3), 4))
    write_layers_model(model, tmp_path, {})
    assert gap(browsed, model, tmp_path, pictures) <= MOST


def test_a_run_computes_the_same_and_tells_its_names(browsed, images, tiny_run: Run, tmp_path):
    export(tiny_run, tmp_path / "out", Format.TFJS)
    model = keras.models.load_model(tiny_run.model_path)
    assert gap(browsed, model, tmp_path / "out", images) <= MOST
    (probabilities,), about = browsed.predict(tmp_path / "out", images)
    assert about["classes"] == list(tiny_run.class_names)
    guesses = tiny_run.predictions(["predicted"])["predicted"][:200]
    assert np.array_equal(probabilities.argmax(axis=1), guesses)


def test_the_bundled_run_computes_the_same(browsed, images, tmp_path):
    run = Store(ROOT / "models").open("mnist-cnn")
    export(run, tmp_path / "out", Format.TFJS)
    model = keras.models.load_model(run.model_path)
    assert gap(browsed, model, tmp_path / "out", images) <= MOST


def test_the_guide_to_it_works(browser, tiny_run: Run, digits: Dataset, tmp_path):
    export(tiny_run, tmp_path / "digit-js", Format.TFJS)
    Image.fromarray(digits.x_test[3, ..., 0]).save(tmp_path / "seven.png")
    text = (ROOT / "docs" / "export.md").read_text("utf-8")
    (tmp_path / "index.html").write_text(*re.findall(r"```html\n(.*?)```", text, re.DOTALL))
    shutil.copyfile(LIBRARY, tmp_path / "tf.min.js")
    page = browser.new_context().new_page()
    page.route(
        "**/*", lambda route: route.fulfill(path=f"{tmp_path}{urlsplit(route.request.url).path}")
    )
    page.goto(f"{PLACE}/index.html")
    guess = tiny_run.predictions(["predicted"])["predicted"][3]
    expect(page.locator("#answer")).to_have_text(str(guess))
    page.context.close()


def every_layer() -> keras.Model:
    """A network of every kind of layer that is covered, with branches and a shared layer.

    Its outputs are those of every layer, so that none can hide a fault of another.
    """
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Rescaling(2, -0.5)(image)
    x = layers.ZeroPadding2D(((1, 2), (0, 3)))(x)
    x = layers.GaussianNoise(0.5)(x)
    x = layers.Conv2D(6, (5, 3), strides=2, activation="elu", use_bias=False)(x)
    x = layers.GaussianDropout(0.5)(x)

    left = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="gelu")(x)
    left = layers.BatchNormalization(center=False, epsilon=0.01)(left)
    left = layers.SeparableConv2D(
        6, 3, depth_multiplier=2, padding="same", dilation_rate=2, activation="silu"
    )(left)
    right = layers.Conv2D(6, 3, padding="same", dilation_rate=(2, 1))(x)
    right = layers.BatchNormalization(scale=False, axis=3)(right)
    right = layers.LeakyReLU(0.2)(right)
    right = layers.SpatialDropout2D(0.5)(right)
    x = layers.Add()([left, right, x])
    # Its channels are weighed, as in a squeeze-and-excitation block.
    weights = layers.GlobalAveragePooling2D()(x)
    weights = layers.Dense(6, activation="sigmoid")(weights)
    x = layers.Multiply()([x, layers.Reshape((1, 1, -1))(weights)])
    x = layers.Concatenate(axis=-3)([x, left])
    x = layers.Concatenate()([x, x])

    most = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    mean = layers.AveragePooling2D((3, 3), strides=(2, 2), padding="same")(x)
    x = layers.Average()([most, mean, layers.Minimum()([most, mean])])
    x = layers.Identity()(layers.ReLU(max_value=0.8)(x))
    shared = layers.Dense(12, activation="relu", name="shared.1")
    shared(keras.Input((7, 4, 12)))  # a call that is no part of this network
    twice = shared(shared(x))
    x = layers.Maximum()([twice, x])
    x = layers.ActivityRegularization(0.1)(layers.ELU()(x))

    rows = layers.Reshape((-1, 12))(x)
    rows = layers.BatchNormalization()(layers.Dense(5, activation="tanh")(rows))
    flat = layers.Flatten()(layers.Softmax()(rows))
    largest = layers.Flatten()(layers.Dropout(0.3)(layers.GlobalMaxPooling2D()(x)))
    joined = layers.Concatenate(axis=1)([flat, layers.Activation("softplus")(largest)])
    output = layers.Dense(10, activation="softmax", name="probabilities")(joined)
    whole = keras.Model(image, output)
    outputs = [layer.output for layer in whole.layers[1:] if layer is not shared]
    return keras.Model(image, [*outputs, twice])


def test_every_layer_computes_the_same(browsed, images, tmp_path):
    model = randomized(every_layer())
    assert {type(layer) for layer in model.layers} == set(KINDS)  # none is left untried
    write_layers_model(model, tmp_path, {}, shard_bytes=1001)  # which cuts through numbers
    assert gap(browsed, model, tmp_path, images[:40]) <= MOST


def test_every_activation_computes_the_same(browsed, tmp_path):
    numbers = np.linspace(-9, 9, 4001, dtype=np.float32).reshape(-1, 1)
    value = keras.Input((1,))
    pair = layers.Concatenate()([value, layers.Rescaling(-0.5)(value)])
    outputs = [layers.Activation(activation)(pair) for activation in ACTIVATIONS]
    model = keras.Model(value, outputs)  # without a single weight
    write_layers_model(model, tmp_path, {})
    assert gap(browsed, model, tmp_path, numbers) <= MOST


def test_a_sequential_network_computes_the_same(browsed, images, tmp_path):
    model = keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Conv2D(3, 3, activation="relu"), layers.Flatten(),
         layers.Dense(4, activation="softmax")]
    )  # fmt: skip
    write_layers_model(randomized(model), tmp_path, {})
    assert gap(browsed, model, tmp_path, images) <= MOST
