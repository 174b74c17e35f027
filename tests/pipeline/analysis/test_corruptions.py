"""The corruptions of MNIST-C, by numbers that can be worked out by hand."""

import numpy as np
import pytest

from pipeline.analysis import corruptions
from pipeline.analysis.corruptions import CORRUPTIONS, MUD, corrupt, turn

EVERY = [
    (name, severity)
    for name, corruption in CORRUPTIONS.items()
    for severity in range(1, len(corruption.parameters) + 1)
]


@pytest.fixture(scope="module")
def squares() -> np.ndarray:
    """Light squares of 12×12 on black, 40 of them."""
    images = np.zeros((40, 28, 28, 1), np.uint8)
    images[:, 8:20, 8:20] = 200
    return images


def test_there_are_the_fifteen_of_mnist_c_with_the_severities_it_has():
    assert {name: found.published for name, found in CORRUPTIONS.items()} == {
        "shot_noise": 5, "impulse_noise": 4, "glass_blur": 1, "motion_blur": 1, "shear": 2,
        "scale": 3, "rotate": 2, "brightness": 5, "translate": 3, "stripe": 1, "fog": 5,
        "spatter": 4, "dotted_line": 1, "zigzag": 1, "canny_edges": 1,
    }  # fmt: skip
    assert all(len(found.parameters) in (1, 5) for found in CORRUPTIONS.values())


@pytest.mark.parametrize(("name", "severity"), EVERY)
def test_chance_follows_from_the_seed(name, severity, squares):
    few = squares[:8]
    once, again = (corrupt(few, name, severity, seed=3) for _ in range(2))
    assert once.dtype == np.uint8
    assert once.shape == few.shape
    assert np.array_equal(once, again)
    assert not np.array_equal(once, few)


@pytest.mark.parametrize("name", corruptions.applicable(is_ink=False))
@pytest.mark.parametrize("shape", [(3, 32, 24, 3), (3, 8, 8, 1), (2, 64, 64, 3)])
def test_images_of_other_sizes_and_in_color_can_be_corrupted(name, shape, random):
    images = random.integers(0, 256, shape, np.uint8)
    for severity in range(1, len(CORRUPTIONS[name].parameters) + 1):
        changed = corrupt(images, name, severity, is_ink=False)
        assert changed.shape == shape
        assert changed.any()


def test_what_is_drawn_in_ink_is_left_out_for_photographs():
    left_out = {"stripe", "dotted_line", "zigzag", "canny_edges"}
    assert set(CORRUPTIONS) - set(corruptions.applicable(is_ink=False)) == left_out
    assert corruptions.applicable(is_ink=True) == list(CORRUPTIONS)


def test_the_usual_severity_is_the_published_one(squares):
    assert np.array_equal(corrupt(squares, "fog"), corrupt(squares, "fog", 5))
    with pytest.raises(ValueError, match="fog has severities 1 to 5, got 6"):
        corrupt(squares, "fog", 6)
    with pytest.raises(ValueError, match="must be uint8"):
        corrupt(squares / 255, "fog")


def test_shot_noise_keeps_black_and_counts_photons(squares):
    noisy = corrupt(squares, "shot_noise")
    assert not noisy[:, :8].any()
    # With three photons where a pixel is white there are four levels, and the mean stays.
    assert set(np.unique(noisy)) == {0, 85, 170, 255}
    photons = np.random.default_rng(0).poisson(3 * 200 / 255, 100_000)
    expected = 255 / 3 * np.minimum(photons, 3).mean()
    assert noisy[:, 8:20, 8:20].mean() == pytest.approx(expected, abs=5)


def test_impulse_noise_is_salt_and_pepper_in_equal_shares(squares):
    noisy = corrupt(squares, "impulse_noise")
    ink, black = noisy[:, 8:20, 8:20], noisy[:, :8]
    assert (ink != 200).mean() == pytest.approx(0.17, abs=0.02)
    assert (ink == 255).mean() == pytest.approx(0.085, abs=0.02)
    assert (black == 255).mean() == pytest.approx(0.085, abs=0.02)


def test_brightness_adds_to_gray_and_keeps_hue():
    gray = np.full((1, 28, 28, 1), 100, np.uint8)
    assert (corrupt(gray, "brightness", 1) == 126).all()  # 100 + 25.5
    assert (corrupt(gray, "brightness", 5) == 228).all()
    color = np.broadcast_to(np.array([100, 50, 0], np.uint8), (1, 28, 28, 3)).copy()
    assert corrupt(color, "brightness", 2, is_ink=False)[0, 0, 0].tolist() == [151, 76, 0]
    assert (corrupt(np.zeros_like(color), "brightness", 2, is_ink=False) == 51).all()


def test_a_stripe_inverts_the_outer_quarters(squares):
    striped = corrupt(squares, "stripe")
    assert np.array_equal(striped[:, :, 7:21], squares[:, :, 7:21])
    assert np.array_equal(striped[:, :, :7], 255 - squares[:, :, :7])
    assert np.array_equal(striped[:, :, 21:], 255 - squares[:, :, 21:])


def test_translation_moves_by_three_pixels_in_each_direction(squares):
    ways = {
        (int(image.any(axis=1).argmax()), int(image.any(axis=0).argmax()))
        for image in corrupt(squares, "translate")[..., 0]
    }
    assert ways == {(5, 5), (5, 11), (11, 5), (11, 11)}


def test_scaling_keeps_the_center_and_the_share(squares):
    small = corrupt(squares, "scale", 5)
    assert small.sum() / squares.sum() == pytest.approx(0.25, abs=0.01)
    assert np.array_equal(small, small[:, ::-1, ::-1])


def test_a_turn_goes_to_either_side_and_the_same_way_at_every_angle(squares):
    assert np.array_equal(turn(squares, 0), squares)
    bar = np.zeros((40, 28, 28, 1), np.uint8)
    bar[:, 4:14, 13:15] = 255  # from the center up
    quarter = turn(bar, 90)[..., 0]
    left = quarter[:, :, :13].any(axis=(1, 2))
    assert 5 < left.sum() < 35
    assert np.array_equal(left, ~quarter[:, :, 15:].any(axis=(1, 2)))
    tilted = turn(bar, 30)[..., 0]
    assert np.array_equal(left, tilted[:, :, :10].any(axis=(1, 2)))


def test_what_comes_in_is_black_around_ink_and_repeats_the_edge_of_photographs():
    bright = np.full((6, 28, 28, 1), 200, np.uint8)
    for name in ("rotate", "translate", "shear", "scale"):
        assert (corrupt(bright, name, 3) == 0).any()
        assert (corrupt(bright, name, 3, is_ink=False) == 200).all()


def test_fog_is_bright_and_dims_the_ink(squares):
    foggy = corrupt(squares, "fog").astype(float)
    # The ink keeps max / (max + 3) of its contrast, whatever the fog.
    contrast = foggy[:, 8:20, 8:20].mean() - foggy[:, 2:26, 2:8].mean()
    assert contrast == pytest.approx(200 * (200 / 255) / (200 / 255 + 3), abs=3)
    assert foggy.max() <= 200


def test_mud_covers_what_is_under_it(squares):
    muddy = corrupt(squares, "spatter")
    level = round(255 * float(MUD[0]))
    assert muddy[:, :8].max() == level
    assert (muddy[:, 8:20, 8:20] < 100).any()
    color = corrupt(squares.repeat(3, axis=-1), "spatter", is_ink=False)
    assert color[:, :8].max(axis=(0, 1, 2)).tolist() == [63, 42, 20]


def test_glass_blur_of_gray_images_goes_downward_only_as_in_mnist_c():
    line = np.zeros((20, 28, 28, 1), np.uint8)
    line[:, :, 14] = 255
    blurred = corrupt(line, "glass_blur")
    # Two rounds of swaps with the left and the upper neighbor carry ink to the side; blur does not.
    assert not blurred[:, 2:-2, 20:].any()
    wide = np.zeros((1, 28, 28, 1), np.uint8)
    wide[:, 14] = 255
    assert corrupt(wide, "glass_blur")[0, 10:19].any(axis=(1, 2)).all()


def test_drawn_over_images_lines_never_remove_ink(squares):
    for name in ("dotted_line", "zigzag"):
        drawn = corrupt(squares, name)
        assert (drawn >= squares).all()
        assert (drawn > squares).any(axis=(1, 2, 3)).all()


def test_edges_are_all_that_is_left(squares):
    edges = corrupt(squares, "canny_edges")
    assert set(np.unique(edges)) == {0, 255}
    assert not edges[:, 11:17, 11:17].any()
    assert not edges[:, :5].any()
