"""The film of a training in the browser, against Python."""

import numpy as np

from tests.web.javascript import call


def test_numbers_of_half_precision(random):
    numbers = np.concatenate(
        [
            random.normal(size=500) * 10.0 ** random.integers(-8, 5, size=500),
            [0, -0.0, 1, -2.5, 6.1e-5, 5.96e-8, 65504, -65504, np.inf],
        ]
    ).astype(np.float16)
    decoded = call("../../tests/web/filmed.js", "decoded", [[list(numbers.tobytes())]])[0]
    # JSON knows no infinity.
    assert decoded[-1] is None
    assert np.array_equal(np.array(decoded[:-1]), numbers[:-1].astype(np.float64))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def dense(random, inputs: int, units: int, activation: str) -> dict:
    return {
        "kernel": random.normal(size=(inputs, units)) / np.sqrt(inputs),
        "bias": random.normal(size=units),
        "activation": activation,
    }


def as_json(layers: list[dict]) -> list[dict]:
    return [
        layer | {"kernel": layer["kernel"].ravel().tolist(), "bias": layer["bias"].tolist()}
        for layer in layers
    ]


def test_what_a_frame_answers(random):
    pixels = random.random(784) * (random.random(784) < 0.2)
    one = [dense(random, 784, 10, "softmax")]
    three = [
        dense(random, 784, 16, "sigmoid"),
        dense(random, 16, 16, "sigmoid"),
        dense(random, 16, 26, "softmax"),
    ]
    found = call(
        "tour/film.js",
        "answer",
        [[as_json(layers), pixels.tolist()] for layers in (one, three)],
    )
    functions = {"sigmoid": sigmoid, "softmax": softmax}
    for layers, shares in zip((one, three), found, strict=True):
        expected = pixels
        for layer in layers:
            expected = functions[layer["activation"]](expected @ layer["kernel"] + layer["bias"])
        assert np.allclose(shares, expected, atol=1e-9)


def test_frames_are_told_apart(random):
    kernels = random.normal(size=(3, 4, 2)).astype(np.float16)
    biases = random.normal(size=(3, 2)).astype(np.float16)
    blob = kernels.tobytes() + biases.tobytes()
    facts = {
        "epochs": [0, 0.5, 1],
        "arrays": [
            {"place": [0, kernels.nbytes], "shape": [4, 2]},
            {"place": [kernels.nbytes, biases.nbytes], "shape": [2]},
        ],
        "layers": [{"kernel": 0, "bias": 1, "activation": "softmax"}],
    }
    pixels = random.random(4)
    found = call(
        "../../tests/web/filmed.js",
        "answered",
        [[facts, list(blob), frame, pixels.tolist()] for frame in range(3)],
    )
    for frame, shares in enumerate(found):
        logits = pixels @ kernels[frame].astype(float) + biases[frame].astype(float)
        assert np.allclose(shares, softmax(logits), atol=1e-6)
    # Of a film that has not all weights there is no answer.
    assert call(
        "../../tests/web/filmed.js",
        "answered",
        [[facts | {"layers": None}, list(blob), 0, pixels.tolist()]],
    ) == [None]
