"""Features of images -> each test image's nearest training images, and a t-SNE map.

Features are the input of a network's last layer: images that it finds similar lie close together
there, whatever their pixels.
"""

import numpy as np
import pandas as pd

NEIGHBORS = 5
MOST_DIMENSIONS = 50  # principal components kept: saves time and hardly changes distances
MOST_FITTED = 10_000  # training images that the components are fitted on
MOST_SEARCHED = 60_000  # training images among which neighbors are sought: all of MNIST's
MOST_MAPPED = 10_000  # test images that are placed on the map
FEW_MAPPED = 4_000  # so few take seconds; threads would mostly wait for each other, busily
FEWEST_MAPPED = 20
PERPLEXITY = 30
SEED = 0

NEIGHBOR = "neighbor_"  # prefix of a column name
NEIGHBOR_COLUMNS = tuple(f"{NEIGHBOR}{rank}" for rank in range(NEIGHBORS))


def embed(train: np.ndarray, test: np.ndarray) -> pd.DataFrame:
    """Find each test image's nearest training images and its place on a map.

    Args:
        train: float (n_train, dimensions), features of the training images.
        test: float (n_test, dimensions), features of the test images.

    Returns:
        One row per test image: `neighbor_0` … `neighbor_4`, int32, indices of training images,
        nearest first, -1 if there are fewer; `distance`, float32, the mean distance to them in
        the space of the principal components: how atypical the image is; `map_x`, `map_y`,
        float32, NaN for images beyond the first 10,000 in a random order.
    """
    train, test = reduced(train, test)
    distances, indices = nearest(train, test)
    table = pd.DataFrame(indices, columns=list(NEIGHBOR_COLUMNS[: indices.shape[1]]))
    for column in NEIGHBOR_COLUMNS[indices.shape[1] :]:
        table[column] = np.int32(-1)
    table["distance"] = distances.mean(axis=1).astype(np.float32)
    mapped = np.random.default_rng(SEED).permutation(len(test))[:MOST_MAPPED]
    places = np.full((len(test), 2), np.nan, np.float32)
    places[mapped] = flat_map(test[mapped])
    table["map_x"], table["map_y"] = places[:, 0], places[:, 1]
    return table


def searched(count: int) -> np.ndarray:
    """Choose which of `count` training images can be neighbors: int64, ascending."""
    return np.sort(np.random.default_rng(SEED).permutation(count)[:MOST_SEARCHED])


def reduced(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keep the 50 directions in which features vary most (principal component analysis)."""
    from sklearn.decomposition import PCA  # only evaluation needs it, and it is slow to import

    fitted = train[np.random.default_rng(SEED).permutation(len(train))[:MOST_FITTED]]
    if len(fitted) < 2:  # nothing varies
        return train, test
    dimensions = min(MOST_DIMENSIONS, *fitted.shape)
    components = PCA(dimensions, random_state=SEED).fit(fitted)
    return components.transform(train), components.transform(test)


def nearest(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest training points by Euclidean distance, exactly.

    Returns:
        Distances, float, and indices, int32, both (n_test, at most 5), nearest first.
    """
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=min(NEIGHBORS, len(train)), algorithm="brute")
    distances, indices = search.fit(train).kneighbors(test)
    return distances, indices.astype(np.int32)


def flat_map(points: np.ndarray) -> np.ndarray:
    """Place points in two dimensions so that neighbors stay neighbors.

    t-SNE (van der Maaten, Hinton 2008) with interpolated gradients (Linderman et al. 2019). Fewer
    than 20 points are placed by their first two coordinates alone.

    Returns:
        float32 (n, 2), rounded to two decimals.
    """
    if len(points) < FEWEST_MAPPED:
        flat = np.zeros((len(points), 2))
        flat[:, : points.shape[1]] = points[:, :2]
    else:
        from openTSNE import TSNE

        flat = TSNE(
            perplexity=min(PERPLEXITY, (len(points) - 1) // 3),
            n_iter=250,
            initialization="pca",
            n_jobs=-1 if len(points) > FEW_MAPPED else 1,
            random_state=SEED,
        ).fit(points)
    return np.round(np.asarray(flat), 2).astype(np.float32)
