import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.errors import InklingError
from pipeline.store import suspicion


def run(name: str, *, dataset="images", low=0.98, high=0.99, seen: bool | None = False):
    metrics = SimpleNamespace(accuracy=(low + high) / 2, accuracy_low=low, accuracy_high=high)
    info = SimpleNamespace(
        dataset=SimpleNamespace(fingerprint=dataset), metrics=metrics, saw_test_images=seen
    )
    return SimpleNamespace(id=name, info=info)


def test_witnesses_never_saw_the_images_and_are_as_good():
    asked, as_good = run("asked", low=0.98), run("as good", high=0.981)
    best = run("best", high=0.999)
    unfit = [
        run("worse", low=0.96, high=0.979),
        run("other images", dataset="others"),
        run("was taught some", seen=None),
        run("asked"),  # itself
    ]
    assert suspicion.witnesses(asked, [as_good, *unfit, best]) == [asked, best, as_good]
    assert suspicion.witnesses(run("was taught some", seen=None), [])  # whatever it is
    many = [run(str(number)) for number in range(9)]
    assert len(suspicion.witnesses(asked, many)) == suspicion.MOST_ASKED


def test_networks_and_neighbors_are_asked(tiny_run, digits):
    table = tiny_run.predictions()
    alone = suspicion.of_test_images([tiny_run], None)
    assert alone == pytest.approx(table["loss"].to_numpy(), abs=1e-4)
    both = suspicion.of_test_images([tiny_run], digits.y_train)
    near = tiny_run.features(["neighbor_0", "neighbor_1", "neighbor_2", "neighbor_3", "neighbor_4"])
    labels = table["label"].to_numpy()
    share = (digits.y_train[near.to_numpy()] == labels[:, None]).mean(axis=1)
    given = table[[f"probability_{k}" for k in range(10)]].to_numpy()[np.arange(600), labels]
    assert np.exp(-both) == pytest.approx((given + share) / 2, abs=1e-5)


def test_another_run_that_is_damaged_is_not_asked(tiny_run, store):
    for name in ("first", "other"):
        shutil.copytree(tiny_run.folder, store.folder / name)
    first, other = store.open("first"), store.open("other")
    before = suspicion.of_test_images([first], None)
    path = store.folder / "other" / "predictions.parquet"
    path.write_bytes(b"0" * path.stat().st_size)
    assert suspicion.of_test_images([first, other], None).tolist() == before.tolist()
    with pytest.raises(InklingError):
        suspicion.of_test_images([other, first], None)
