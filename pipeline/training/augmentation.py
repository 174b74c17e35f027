"""Data augmentation: training images -> slightly different ones, a batch at a time.

Everything is computed on whole batches inside the graph, with random numbers from the step's own
seed: the same step always sees the same images, so a resumed training continues as if it had never
been interrupted.
"""

import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf

# At strength 1, each is drawn uniformly from ± its value unless noted otherwise.
TURN = math.radians(6)
SLANT = 0.15  # horizontal shift per row, in pixels
STRETCH = 0.14  # of width and height independently: narrow and flat digits
SCALE = 0.10  # of width and height together
SHIFT = 2.2  # pixels of 28
ELASTIC = 0.7  # pixels of 28, standard deviation of the coarse field
COARSE = 5  # points of that field along a side (after Simard, Steinkraus, Platt 2003)
PEN = 0.55  # how far toward the next thinner or thicker stroke
CLOSED = 0.15  # share of the images whose small loops and gaps are filled, as by a felt-tip pen
GAPS = (3, 5)  # pixels: window sizes of the closing, one per batch

PARTS = 9  # random numbers per image, besides its elastic field


class Part(NamedTuple):
    """Which images of a batch there are, where several workers divide it."""

    rows: slice
    batch: int


def augment(
    images: tf.Tensor,
    seed: tf.Tensor,
    strength: float,
    *,
    mnist_framed: bool,
    part: Part | None = None,
) -> tf.Tensor:
    """Shift, rotate, slant, scale and distort each image a little, and vary the pen of ink.

    Args:
        images: float32 (batch, height, width, channels) in [0, 1].
        seed: int32 (2,); the same seed gives the same images.
        strength: 0 changes nothing; 1 is a good default for digits.
        mnist_framed: whether images are light ink on black, whose pen width may vary.
        part: of the batch that they are; each is changed as if the whole batch were there. None if
            they are all of it.

    Returns:
        float32, same shape and range as `images`; what comes from outside the image is 0.
    """
    part = part or Part(slice(None), tf.shape(images)[0])
    numbers = tf.random.stateless_uniform((PARTS, part.batch, 1, 1), seed, -strength, strength)
    numbers = numbers[:, part.rows]
    if mnist_framed:
        # |u| is uniform in [0, strength]: it exceeds this with probability CLOSED · strength.
        which = tf.abs(numbers[8][..., None]) > strength * (1 - CLOSED * strength)
        images = _closed(images, which, seed)
        images = _pen(images, numbers[7][..., None] * PEN)
    rows, columns = _sources(images, numbers, seed + 1, strength, part)
    return _sample(images, rows, columns)


def shift_batch(images: tf.Tensor, seed: tf.Tensor, most: int) -> tf.Tensor:
    """Shift all images of a batch alike, by whole pixels: far cheaper than each on its own.

    Args:
        images: float32 (batch, height, width, channels) in [0, 1].
        seed: int32 (2,); the same seed gives the same images.
        most: pixels of 28 in either direction; every shift up to it is equally likely.

    Returns:
        float32, same shape and range as `images`; what comes from outside the image is 0.
    """
    height, width = images.shape[1], images.shape[2]
    down, across = (max(1, round(most * side / 28)) for side in (height, width))
    padded = tf.pad(images, ((0, 0), (down, down), (across, across), (0, 0)))
    top = tf.random.stateless_uniform((), seed, 0, 2 * down + 1, tf.int32)
    left = tf.random.stateless_uniform((), seed + 1, 0, 2 * across + 1, tf.int32)
    shifted = padded[:, top : top + height, left : left + width]
    return tf.ensure_shape(shifted, images.shape)  # which slices at random places lose


def _closed(images: tf.Tensor, which: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Fill gaps narrower than a window in some images: dilate, then erode."""
    wide = tf.random.stateless_uniform((), seed + 2) < 0.5

    def closing(window: int) -> tf.Tensor:
        thick = tf.nn.max_pool2d(images, window, 1, "SAME")
        return -tf.nn.max_pool2d(-thick, window, 1, "SAME")

    closed = tf.cond(wide, lambda: closing(GAPS[1]), lambda: closing(GAPS[0]))
    return tf.where(which, closed, images)


def _pen(images: tf.Tensor, change: tf.Tensor) -> tf.Tensor:
    """Blend each image toward its dilation (change > 0) or its erosion (change < 0)."""
    thick = tf.nn.max_pool2d(images, 3, 1, "SAME")
    thin = -tf.nn.max_pool2d(-images, 3, 1, "SAME")
    changed = images + tf.where(change > 0, change * (thick - images), change * (images - thin))
    # A thin stroke is as bright as a thick one.
    return changed / tf.maximum(tf.reduce_max(changed, (1, 2, 3), keepdims=True), 0.3)


def _sources(
    images: tf.Tensor, numbers: tf.Tensor, seed: tf.Tensor, strength: float, part: Part
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the source of each pixel: rows and columns, float32 (batch, height, width)."""
    height, width = images.shape[1], images.shape[2]
    turn, slant, wide, tall, scale, right, down = (numbers[part] for part in range(7))
    y, x = tf.meshgrid(
        tf.range(height, dtype=tf.float32) - (height - 1) / 2,
        tf.range(width, dtype=tf.float32) - (width - 1) / 2,
        indexing="ij",
    )
    cos, sin = tf.cos(turn * TURN), tf.sin(turn * TURN)
    across = (1 + wide * STRETCH) * (1 + scale * SCALE)
    along = (1 + tall * STRETCH) * (1 + scale * SCALE)
    field = _elastic_field(part, height, width, seed, strength)
    slanted = x + slant * SLANT * y
    columns = (cos * slanted - sin * y) * across + right * SHIFT * width / 28 + field[..., 0]
    rows = (sin * slanted + cos * y) * along + down * SHIFT * height / 28 + field[..., 1]
    return rows + (height - 1) / 2, columns + (width - 1) / 2


def _elastic_field(
    part: Part, height: int, width: int, seed: tf.Tensor, strength: float
) -> tf.Tensor:
    """Return a smooth random displacement, float32 (part of the batch, height, width, 2)."""
    deviation = strength * ELASTIC * max(height, width) / 28
    coarse = tf.random.stateless_normal((part.batch, COARSE, COARSE, 2), seed, stddev=deviation)
    return upsampled(coarse[part.rows], height, width)


def upsampled(coarse: tf.Tensor, height: int, width: int) -> tf.Tensor:
    """Upsample fields (batch, COARSE, COARSE, c) to (batch, height, width, c), bicubically."""
    # Two small matrix products: far faster than resizing every field.
    down, across = _bicubic(height), _bicubic(width)
    return tf.einsum("hi,bijc,wj->bhwc", down, coarse, across)


def _bicubic(size: int) -> np.ndarray:
    """Return the weights that upsample COARSE points to `size`, float32 (size, COARSE)."""
    with tf.init_scope():  # once, and not in the graph: GPUs have no such operation
        points = tf.eye(COARSE)[..., None, None]  # each point on its own, as a one-column image
        enlarged = tf.image.resize(points, (size, 1), "bicubic")
        return enlarged[:, :, 0, 0].numpy().T


def _sample(images: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """Sample images between their pixels, bilinearly; outside they are 0."""
    height, width, channels = images.shape[1:]
    padded = tf.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    flat = tf.reshape(padded, (-1, (height + 2) * (width + 2), channels))
    rows = tf.clip_by_value(rows + 1, 0.0, height + 0.999)
    columns = tf.clip_by_value(columns + 1, 0.0, width + 0.999)
    top, left = tf.floor(rows), tf.floor(columns)
    below, beside = (rows - top)[..., None], (columns - left)[..., None]
    corner = tf.cast(top, tf.int32) * (width + 2) + tf.cast(left, tf.int32)

    def at(offset: int) -> tf.Tensor:
        index = tf.reshape(corner + offset, (-1, height * width))
        values = tf.gather(flat, index, batch_dims=1)
        return tf.reshape(values, (-1, height, width, channels))

    upper = at(0) * (1 - beside) + at(1) * beside
    lower = at(width + 2) * (1 - beside) + at(width + 3) * beside
    return upper * (1 - below) + lower * below
