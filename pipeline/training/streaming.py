"""Images that are many: read from their memory-mapped file while they are needed, block by block.

What fits is kept in memory and shuffled as a whole. Of what does not, an epoch goes through blocks
of neighboring images in random order, and shuffles those of many blocks together: a disk reads a
block at once, and each only once an epoch, whatever the operating system can keep of the file. As
for small datasets, what comes when follows from the seed and the epoch alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from pipeline.data.datasets import picked

IN_MEMORY = 2**29  # bytes of images; more are streamed
BLOCK = 2**17  # bytes; what Linux reads ahead of a page that it lacks
WINDOW = 2**28  # bytes of blocks that are shuffled together
SHUFFLE = 498_247_692  # any number; TensorFlow's own wrapper of this operation takes this one


def is_streamed(images: np.ndarray) -> bool:
    """Whether images are too many to be kept in memory."""
    return images.nbytes > IN_MEMORY


@dataclass(frozen=True)
class Order:
    """The order in which an epoch shows images.

    Attributes:
        count: how many there are.
        block: neighbors that stay in the same window; 1 where all are shuffled as one.
        blocks: in a window.
    """

    count: int
    block: int = 1
    blocks: int = 0

    @classmethod
    def of(cls, images: np.ndarray, count: int) -> "Order":
        """Choose it for the images of a training part, to which others may be added."""
        if not is_streamed(images):
            return cls(count)
        size = images.nbytes // len(images)
        return cls(count, max(1, BLOCK // size), max(1, WINDOW // BLOCK))

    def at(self, place: tf.Tensor, seed: int, epoch: tf.Tensor) -> tf.Tensor:
        """Return which images are at places of an epoch.

        Args:
            place: int64 (n,), in [0, count).
            seed: of the training.
            epoch: int64, counted from 0.

        Returns:
            int64 (n,), in [0, count), no image twice in an epoch. Where there are windows, fewer
            than a block's images are left out: at the end of the epoch, some come again.
        """
        if not self.blocks:
            key = tf.stack([tf.constant(seed, tf.int64), epoch])
            return tf.random.experimental.index_shuffle(place, key, max_index=self.count - 1)
        whole, size = self.count // self.block, self.block * self.blocks
        place = place % (whole * self.block)
        window = place // size
        left = whole * self.block - window * size
        within = tf.minimum(tf.constant(size, tf.int64), left)  # the last one is smaller
        mixed = _shuffled(place % size, seed, epoch * 2**32 + window + 1, within)
        block = _shuffled(
            window * self.blocks + mixed // self.block,
            seed,
            tf.fill(tf.shape(place), epoch * 2**32),
            tf.fill(tf.shape(place), tf.constant(whole, tf.int64)),
        )
        # Blocks begin elsewhere in each epoch, so that not the same images are left out.
        key = tf.stack([tf.constant(seed, tf.int64), epoch])
        first = tf.random.stateless_uniform((), key, 0, self.count, tf.int64)
        return (block * self.block + mixed % self.block + first) % self.count


def _shuffled(index: tf.Tensor, seed: int, key: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Permute [0, size) by a seed and a key; all int64 (n,), each on its own."""
    seeds = tf.stack(
        [tf.fill(tf.shape(key), tf.constant(one, tf.int64)) for one in (SHUFFLE, seed)]
    )
    return tf.raw_ops.RandomIndexShuffle(
        index=index,
        seed=tf.transpose(tf.concat([seeds, key[None]], 0)),
        max_index=size - 1,
        rounds=4,
    )


def kept(images: np.ndarray, device: str | None = None) -> tf.Tensor:
    """Put uint8 images where they are gathered: on a device, or by default into main memory.

    Raises:
        ResourceExhaustedError, InternalError: of TensorFlow; they exceed the device's memory.
    """
    with tf.device(device):
        whole = tf.constant(images)
        # GPUs gather no uint8. Each of its values is a float16, too.
        return whole if device is None else tf.cast(whole, tf.float16)


def gatherer(images: np.ndarray, device: str | None = None) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function that gathers images at int64 (n,), inside a graph; see `kept`."""
    if not is_streamed(images):
        pixels = kept(images, device)
        return lambda rows: tf.gather(pixels, rows)

    def read(rows: tf.Tensor) -> tf.Tensor:
        found = tf.numpy_function(
            lambda wanted: picked(images, wanted), [rows], tf.uint8, stateful=False
        )
        return tf.ensure_shape(found, (*rows.shape, *images.shape[1:]))

    return read


def in_batches(images: np.ndarray, size: int) -> tf.data.Dataset:
    """Serve images in their order, to go through them again and again.

    Args:
        images: uint8 (n, height, width, channels).
        size: of a batch; the last one may be smaller.

    Returns:
        Batches of float32 in [0, 1], kept where all fit into memory.
    """

    def scaled(pixels: tf.Tensor) -> tf.Tensor:
        return tf.cast(pixels, tf.float32) / 255.0

    if 4 * images.nbytes <= IN_MEMORY:
        each = tf.data.Dataset.from_tensor_slices(np.asarray(images))
        return each.batch(size).map(scaled).cache()
    read, count = gatherer(images), len(images)

    def batch(first: tf.Tensor) -> tf.Tensor:
        return scaled(read(tf.range(first, tf.minimum(first + size, count))))

    return tf.data.Dataset.range(0, count, size).map(batch).prefetch(2)
