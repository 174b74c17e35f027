import numpy as np

from pipeline.analysis.edges import canny


def step(height: float | np.ndarray) -> np.ndarray:
    """An image that is dark to the left of column 14 and brighter by `height` to its right.

    The height may be another one in each row.
    """
    image = np.zeros((28, 28))
    image[:, 14] = height / 2
    image[:, 15:] = np.broadcast_to(height, 28)[:, None]
    return image


def test_the_edge_between_two_halves_is_a_line_that_ends_beside_the_border():
    (found,) = canny(step(1)[None])
    assert found[1:-1, 14].all()
    assert found.sum() == 26


def test_weak_edges_count_only_where_they_meet_a_strong_one():
    weak, mixed = step(0.06), step(np.linspace(0.06, 0.3, 28))
    found = canny(np.stack([weak, mixed, weak]))
    assert found[1, 2, 14]  # far from what is strong, and connected to it
    assert not found[0].any()
    assert not found[2].any()


def test_each_image_is_looked_at_alone(random):
    images = random.random((6, 28, 20))
    together = canny(images)
    assert all(np.array_equal(canny(images[k : k + 1])[0], together[k]) for k in range(6))
    assert not canny(np.zeros((0, 28, 28))).any()
