"""What a training minimizes, and how: the loss, the optimizer and its learning rate."""

from typing import Any

import keras
import tensorflow as tf

from pipeline.config import PRESETS, TrainConfig

WARM_UP = 0.1  # share of the steps over which the learning rate rises


def cross_entropy(smoothing: float) -> Any:
    """Return the cross-entropy loss with label smoothing.

    Args:
        smoothing: share of each label that is spread over all classes.

    Returns:
        int (n,) labels, float (n, classes) probabilities -> float (n,).
    """
    if not smoothing:
        return keras.losses.sparse_categorical_crossentropy

    def loss(labels: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
        # Keras smooths one-hot labels only.
        spread = tf.one_hot(tf.cast(tf.reshape(labels, [-1]), tf.int32), probabilities.shape[-1])
        return keras.losses.categorical_crossentropy(
            spread, probabilities, label_smoothing=smoothing
        )

    return loss


def adam(config: TrainConfig, steps: int) -> keras.optimizers.Adam:
    """Return Adam with warm-up and cosine decay of its learning rate over `steps` in all."""
    mean, square = PRESETS[config.preset].decay_rates
    schedule = _schedule(config.learning_rate or 0.0, steps)
    return keras.optimizers.Adam(schedule, beta_1=mean, beta_2=square)


def _schedule(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    warm_up = max(1, round(steps * WARM_UP))
    return keras.optimizers.schedules.CosineDecay(
        peak / 25,
        decay_steps=max(1, steps - warm_up),
        alpha=1e-3,
        warmup_target=peak,
        warmup_steps=warm_up,
    )
