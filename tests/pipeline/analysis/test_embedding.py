import numpy as np
import pytest

from pipeline.analysis import embedding


def test_neighbors_are_the_nearest_training_images():
    train = np.array([[0.0, 0], [10, 0], [11, 0], [12, 0], [13, 0], [14, 0], [50, 0]])
    test = np.array([[9.0, 0], [51, 0]])
    distances, indices = embedding.nearest(train, test)
    assert indices.tolist() == [[1, 2, 3, 4, 5], [6, 5, 4, 3, 2]]
    assert distances[0].tolist() == [1, 2, 3, 4, 5]


def test_a_table_has_a_row_a_test_image(random):
    centers = random.normal(0, 20, (3, 8))
    train = np.concatenate([center + random.normal(0, 1, (40, 8)) for center in centers])
    test = np.concatenate([center + random.normal(0, 1, (20, 8)) for center in centers])
    table = embedding.embed(train, test)
    assert list(table.columns) == [*embedding.NEIGHBOR_COLUMNS, "distance", "map_x", "map_y"]
    assert len(table) == 60
    own = np.repeat([0, 1, 2], 20)
    found = table[list(embedding.NEIGHBOR_COLUMNS)].to_numpy() // 40
    assert (found == own[:, None]).all()
    # On the map, groups that lie apart stay apart.
    places = table[["map_x", "map_y"]].to_numpy()
    middles = np.stack([places[own == group].mean(axis=0) for group in range(3)])
    nearest = np.linalg.norm(places[:, None] - middles, axis=2).argmin(axis=1)
    assert (nearest == own).all()


def test_the_same_features_give_the_same_table(random):
    train, test = random.normal(size=(50, 6)), random.normal(size=(30, 6))
    assert embedding.embed(train, test).equals(embedding.embed(train, test))


@pytest.mark.parametrize(("training", "tested", "dimensions"), [(3, 1, 4), (1, 5, 1), (30, 20, 2)])
def test_few_images_are_enough(random, training, tested, dimensions):
    table = embedding.embed(
        random.normal(size=(training, dimensions)), random.normal(size=(tested, dimensions))
    )
    assert len(table) == tested
    assert (table["neighbor_4"] == -1).all() == (training < 5)
    assert np.isfinite(table[["map_x", "map_y"]]).all(axis=None)


def test_of_many_images_some_have_no_place(random, monkeypatch):
    monkeypatch.setattr(embedding, "MOST_MAPPED", 25)
    table = embedding.embed(random.normal(size=(40, 4)), random.normal(size=(60, 4)))
    assert table["map_x"].notna().sum() == 25
    assert table["distance"].notna().all()


def test_neighbors_are_sought_among_all_of_mnist_but_not_among_millions():
    assert embedding.searched(54_000).tolist() == list(range(54_000))
    some = embedding.searched(200_000)
    assert len(some) == 60_000
    assert (np.diff(some) > 0).all()
    assert np.array_equal(some, embedding.searched(200_000))
