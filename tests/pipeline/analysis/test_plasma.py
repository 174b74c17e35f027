import numpy as np

from pipeline.analysis import plasma


def test_fields_reach_from_0_to_1_and_follow_from_the_seed():
    whole = plasma.plasma_fractal(3, (256, 256), 2.0, np.random.default_rng(0))
    assert whole.min(axis=(1, 2)).tolist() == [0, 0, 0]
    assert whole.max(axis=(1, 2)).tolist() == [1, 1, 1]
    corner = plasma.plasma_fractal(3, (28, 20), 2.0, np.random.default_rng(0))
    assert np.array_equal(corner, whole[:, :28, :20])


def test_less_decay_is_rougher():
    smooth, rough = (
        np.abs(np.diff(plasma.plasma_fractal(20, (64, 64), decay, np.random.default_rng(1)))).mean()
        for decay in (2.0, 1.4)
    )
    assert rough > 2 * smooth
