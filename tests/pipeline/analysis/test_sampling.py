import numpy as np

from pipeline.analysis.sampling import sample


def test_classes_have_their_share_of_the_sample(random):
    labels = random.permutation(np.repeat([0, 1, 2], [600, 300, 100]))
    chosen = sample(labels, 50)
    assert np.bincount(labels[chosen]).tolist() == [30, 15, 5]
    assert (np.diff(chosen) > 0).all()
    assert np.array_equal(chosen, sample(labels, 50))
    assert sample(labels[:7], 50).tolist() == list(range(7))
