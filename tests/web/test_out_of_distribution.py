"""Whether a drawing is unlike anything in training: JavaScript says what Python says."""

import numpy as np
import pytest

from pipeline.analysis import out_of_distribution as ood
from pipeline.analysis.out_of_distribution import IMAGE
from pipeline.export.pad_spec import ARRAYS
from tests.web.javascript import call


def test_both_languages_score_alike(random):
    """With all that a part can be: an image, maps that are averaged, features."""
    labels, images = np.arange(200) % 3, random.random((200, 6, 6, 1)).astype(np.float32)
    maps = (random.random((200, 3, 3, 5)) * (1 + labels[:, None, None, None])).astype(np.float32)
    maps[:, :, :, 1] *= images[:, :3, :3, 0]
    features = random.normal(size=(200, 12)).astype(np.float32)
    seen = {
        IMAGE: images.reshape(200, -1),
        0: maps.mean(axis=(1, 2)),
        1: features,
    }
    found = ood.fit(seen, labels, seen, averaged=[0])
    assert [part.averaged for part in found.parts] == [False, True, False]
    described = {
        "threshold": found.threshold,
        "parts": [
            {
                **{name: getattr(part, name) for name in
                   ("layer", "averaged", "unit", "power", "rest", "middle", "spread")},
                "classes": len(part.centers),
                **{name: getattr(part, name).ravel().tolist() for name in ARRAYS},
            }
            for part in found.parts
        ],
    }  # fmt: skip
    some = [0, 1, 2, 50]
    cases = [
        [described, image.ravel().tolist(), [of_maps.ravel().tolist(), of_features.tolist()]]
        for image, of_maps, of_features in zip(
            images[some], maps[some], features[some], strict=True
        )
    ]
    cases.append([described, [0.0] * 36, [[0.0] * 45, [0.0] * 12]])
    there = call("out_of_distribution.js", "score", cases)
    here = found.score({layer: vectors[some] for layer, vectors in seen.items()})
    assert there[:-1] == pytest.approx(here.tolist(), abs=1e-4)
    blank = {layer: np.zeros((1, vectors.shape[1])) for layer, vectors in seen.items()}
    assert there[-1] == pytest.approx(found.score(blank)[0], abs=1e-4)
