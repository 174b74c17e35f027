"""Disturbing some training images: a network then reads blurred, littered, unevenly lit ones, too.

Images of a clean dataset are all alike in what surrounds a digit and in how its ink looks, and a
network relies on that. Here some get another focus, an outline in place of the stroke, another
intensity, light behind them, fragments of other images, a covered place, or grain, and most of
these get two at once, as in AugMix (Hendrycks et al. 2020, "AugMix: A simple data processing method
to improve robustness and uncertainty"). None is one of the corruptions that robustness is measured
with (`analysis/corruptions.py`).

As in `augmentation`, whole batches are computed inside the graph, from the step's own seed. Since
batches are shuffled, which places of a batch are disturbed, and how, can be fixed: each change
costs only as much as the images that it changes.
"""

import tensorflow as tf

from pipeline.training.augmentation import COARSE, upsampled

BLURRED, SHARPENED = 1.3, 2.0  # times what a 5×5 blur takes away
OUTLINED = (0.3, 1.0)  # how far toward the outline
DARKEST, BRIGHTEST = 0.35, 0.65  # of paper at most and of ink at least, before they trade places
LIGHT = 0.9  # of a background at most
FRAGMENTS, FRAGMENT = 3, (3.0, 9.0)  # per image; their sides, pixels of 28
COVER = (3.0, 10.0)  # sides of what is covered, pixels of 28
GRAIN = 0.6  # standard deviation at most


def disturb(images: tf.Tensor, seed: tf.Tensor, share: float) -> tf.Tensor:
    """Disturb the first images of a batch, most of them in two ways.

    Args:
        images: float32 (batch, height, width, channels) in [0, 1], in random order, of light ink on
            black; the size of the batch is known.
        seed: int32 (2,); the same seed gives the same images.
        share: how many are disturbed, at most, in [0, 1].

    Returns:
        float32, same shape and range as `images`.
    """
    chance = _Chance(seed)
    step = int(share * images.shape[0] / (len(CHANGES) + 1))
    for number, change in enumerate(CHANGES):
        # Each takes the second half of what the one before it took, and as many new ones.
        before, rest = images[: number * step], images[number * step :]
        changed = change(rest[: 2 * step], chance) if step else rest[:0]
        images = tf.concat([before, changed, rest[2 * step :]], 0)
    return tf.clip_by_value(images, 0.0, 1.0)


def _focus(images: tf.Tensor, chance: "_Chance") -> tf.Tensor:
    """Blur, or sharpen (unsharp masking)."""
    soft = tf.nn.avg_pool2d(tf.nn.avg_pool2d(images, 3, 1, "SAME"), 3, 1, "SAME")
    amount = chance(_each(images), -SHARPENED, BLURRED)
    return tf.clip_by_value(images + amount * (soft - images), 0.0, 1.0)


def _outline(images: tf.Tensor, chance: "_Chance") -> tf.Tensor:
    """Leave what a dilation adds, as in hollow letters, in half of the images."""
    outline = tf.nn.max_pool2d(images, 3, 1, "SAME") - images
    amount = tf.where(chance(_each(images)) < 0.5, 0.0, chance(_each(images), *OUTLINED))
    return images + amount * (outline - images)


def _develop(images: tf.Tensor, chance: "_Chance") -> tf.Tensor:
    """Map intensities by a random curve, such as a negative or a solarization, in a part of each.

    After the intensity operations of Cubuk et al. 2019, "AutoAugment".
    """
    dark, bright = chance(_each(images), 0.0, DARKEST), chance(_each(images), BRIGHTEST, 1.0)
    negative = chance(_each(images)) < 0.5
    between = [chance(_each(images)) for _ in range(3)]
    knots = [tf.where(negative, bright, dark), *between, tf.where(negative, dark, bright)]
    # Linear between the knots: each is at its height at its own place, and 0 at the others'.
    hats = [tf.nn.relu(1.0 - tf.abs(4.0 * images - place)) for place in range(5)]
    curved = tf.add_n([knot * hat for knot, hat in zip(knots, hats, strict=True)])
    place = _landscape(images, chance) + chance(_each(images), -0.5, 1.5)
    return images + tf.sigmoid(12.0 * place) * (curved - images)


def _light(images: tf.Tensor, chance: "_Chance") -> tf.Tensor:
    """Put uneven light behind the ink."""
    light = tf.sigmoid(2.0 * _landscape(images, chance) + chance(_each(images), -1.0, 1.0))
    return 1.0 - (1.0 - images) * (1.0 - light * chance(_each(images), 0.0, LIGHT))


def _litter(images: tf.Tensor, chance: "_Chance") -> tf.Tensor:
    """Add fragments of other images (Mnih et al. 2014, "Recurrent models of visual attention")."""
    littered = images
    for number in range(FRAGMENTS):
        moved = tf.cast(chance((2,), 0.0, float(images.shape[1])), tf.int32)
        others = tf.roll(tf.roll(images, number + 1, 0), moved, (1, 2))
        littered = tf.maximum(littered, others * _boxes(images, chance, *FRAGMENT))
    return littered


def _cover(images: tf.Tensor, chance: "_Chance") -> tf.Tensor:
    """Cover a rectangle with gray (Zhong et al. 2020, "Random erasing data augmentation")."""
    return images + _boxes(images, chance, *COVER) * (chance(_each(images)) - images)


def _grain(images: tf.Tensor, chance: "_Chance") -> tf.Tensor:
    """Add Gaussian noise, fine or coarse.

    Rusak et al. 2020, "A simple way to make neural networks robust against diverse image
    corruptions".
    """
    count, height, width, channels = images.shape
    fine = chance.normal((count, height, width, channels))
    coarse = chance.normal((count, (height + 1) // 2, (width + 1) // 2, channels))
    coarse = tf.repeat(tf.repeat(coarse, 2, 1), 2, 2)[:, :height, :width]
    noise = tf.where(chance(_each(images)) < 0.5, fine, coarse)
    return tf.clip_by_value(images + chance(_each(images), 0.0, GRAIN) * noise, 0.0, 1.0)


class _Chance:
    """Random numbers, others at each call, and the same ones again from the same seed."""

    def __init__(self, seed: tf.Tensor) -> None:
        self._seed, self._calls = seed, 0

    def __call__(self, shape: tuple[int, ...], low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        """Return uniform numbers."""
        return tf.random.stateless_uniform(shape, self._next(), low, high)

    def normal(self, shape: tuple[int, ...]) -> tf.Tensor:
        """Return normal numbers of standard deviation 1."""
        return tf.random.stateless_normal(shape, self._next())

    def _next(self) -> tf.Tensor:
        self._calls += 1
        return tf.random.experimental.stateless_fold_in(self._seed, self._calls)


def _each(images: tf.Tensor) -> tuple[int, ...]:
    """Return the shape of one number per image."""
    return (images.shape[0], 1, 1, 1)


def _landscape(images: tf.Tensor, chance: _Chance) -> tf.Tensor:
    """Return hills and valleys over each image, of standard deviation 1 or less."""
    count, height, width, _ = images.shape
    return upsampled(chance.normal((count, COARSE, COARSE, 1)), height, width)


def _boxes(images: tf.Tensor, chance: _Chance, least: float, most: float) -> tf.Tensor:
    """Return 1 within a rectangle at a random place of each image, 0 elsewhere."""
    count, height, width, _ = images.shape

    def band(length: int) -> tf.Tensor:
        side, middle = chance((count, 1), least, most), chance((count, 1), 0.0, float(length))
        places = tf.range(length, dtype=tf.float32)[None] + 0.5
        return tf.cast(tf.abs(places - middle) < side * length / 56, tf.float32)

    return band(height)[:, :, None, None] * band(width)[:, None, :, None]


CHANGES = (_focus, _outline, _develop, _light, _litter, _cover, _grain)
