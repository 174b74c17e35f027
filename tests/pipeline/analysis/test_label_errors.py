import numpy as np
import pytest

from pipeline.analysis import label_errors


def test_votes_are_shares_of_the_neighbors_there_are():
    near = np.array([[0, 0, 1, 2], [1, 1, -1, -1], [-1, -1, -1, -1]])
    assert label_errors.votes(near, 3).tolist() == [[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 0]]


def test_networks_count_half_and_neighbors_half():
    networks = [np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([[0.7, 0.3], [0.2, 0.8]])]
    assert label_errors.belief(networks) == pytest.approx(np.array([[0.8, 0.2], [0.4, 0.6]]))
    voted = np.array([[0.2, 0.8], [0.0, 0.0]])  # nothing is known of the second one's neighbors
    assert label_errors.belief(networks, voted) == pytest.approx(np.array([[0.5, 0.5], [0.4, 0.6]]))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="one shape"):
        label_errors.belief([np.ones((2, 2)), np.ones((3, 2))])
    with pytest.raises(ValueError, match="one shape"):
        label_errors.belief([])


def test_the_less_a_label_is_believed_the_more_suspicious_it_is():
    believed = np.array([[1.0, 0.0], [0.5, 0.5], [1.0, 0.0]])
    found = label_errors.suspicion(np.array([0, 0, 1]), believed)
    assert found == pytest.approx([0, np.log(2), 87.3365], abs=1e-4)
    assert found.dtype == np.float32


def test_one_network_that_is_sure_and_wrong_is_outvoted():
    """Two images of class 0: one that a network misreads, one whose label is wrong."""
    misread, wrong = 0, 1
    sure = np.array([[0.001, 0.999], [0.01, 0.99]])
    others = np.array([[0.9, 0.1], [0.01, 0.99]])
    labels = np.array([0, 0])
    assert label_errors.suspicion(labels, sure).argmax() == misread
    assert label_errors.suspicion(labels, label_errors.belief([sure, others])).argmax() == wrong
    near = label_errors.votes(np.array([[0, 0], [1, 1]]), 2)
    assert label_errors.suspicion(labels, label_errors.belief([sure], near)).argmax() == wrong


def test_the_confident_joint_asks_more_of_classes_that_are_easy():
    """Worked out by hand."""
    labels = np.array([0, 0, 1, 1])
    believed = np.array([[1.0, 0.0], [0.4, 0.6], [0.2, 0.8], [0.7, 0.3]])
    # Thresholds: class 0 (1.0 + 0.4) / 2 = 0.7; class 1 (0.8 + 0.3) / 2 = 0.55.
    assert label_errors.confidently_other(labels, believed).tolist() == [False, True, False, True]
    believed[3] = [0.65, 0.35]  # class 0 is usually surer than that, so the label stands
    assert label_errors.confidently_other(labels, believed).tolist() == [False, True, False, False]


def test_a_class_without_images_takes_none():
    believed = np.array([[0.2, 0.1, 0.7], [0.9, 0.1, 0.0]])
    assert not label_errors.confidently_other(np.array([0, 0]), believed).any()


def test_flipped_labels_come_first(random):
    """A hundred images that are easy to tell, ten of them with another label."""
    labels = random.integers(0, 5, 100)
    believed = label_errors.belief([np.eye(5)[labels] * 0.9 + 0.02])
    given, flipped = labels.copy(), np.arange(0, 100, 10)
    given[flipped] = (labels[flipped] + 2) % 5
    order = np.argsort(-label_errors.suspicion(given, believed), kind="stable")
    assert set(order[:10]) == set(flipped)
    assert set(np.flatnonzero(label_errors.confidently_other(given, believed))) == set(flipped)
