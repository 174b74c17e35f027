import dataclasses
import json
import shutil
from datetime import UTC, datetime

import numpy as np
import pytest

from pipeline.analysis import metrics as evaluation
from pipeline.analysis.strangers import OWN, Strangers, group
from pipeline.data.known import KNOWN
from pipeline.store import reviews
from pipeline.store.run_folder import PREDICTIONS, Run
from pipeline.store.run_info import Evaluation, Robustness, UnderChange
from pipeline.store.runs import Store
from tests.dashboard.test_pages import text


@pytest.fixture
def store(tiny_run: Run, tmp_path) -> Store:
    """A store of the test's own, with the tiny run in it."""
    own = Store(tmp_path / "models")
    shutil.copytree(tiny_run.folder, own.folder / tiny_run.id)
    return own


def retold(store: Store, probabilities: np.ndarray) -> None:
    """Let the store's run have predicted something else: float (n, classes)."""
    run = store.open("latest")
    table = evaluation.predictions_table(run.predictions()["label"].to_numpy(), probabilities)
    table.to_parquet(run.folder / PREDICTIONS, index=False)
    path = run.folder / "run.json"
    raw = json.loads(path.read_text())
    raw["metrics"] = evaluation.summarize(table, run.class_names).model_dump()
    raw["files"][PREDICTIONS] = (run.folder / PREDICTIONS).stat().st_size
    raw["created"] = datetime.now(UTC).isoformat()  # caches tell runs apart by it
    path.write_text(json.dumps(raw))


def test_the_slider_says_how_many_errors_remain(app, tiny_run: Run):
    table = tiny_run.predictions().sort_values("confidence")
    wrong = (table["label"] != table["predicted"]).to_numpy()
    at = app("scorecard")
    assert (
        f"**With the 6 least confident of 600 images passed to a person, {wrong[6:].sum()} err"
        in text(at)
    )
    at.select_slider(key="passed").set_value(60).run()
    assert (
        f"**With the 60 least confident of 600 images passed to a person, {wrong[60:].sum()}"
        in text(at)
    )
    edge = table["confidence"].iloc[59]
    assert f"with {100 * edge:.1f}% confidence or less" in text(at)
    at.switch_page("app_pages/mistakes.py").run()
    at.switch_page("app_pages/scorecard.py").run()
    assert at.select_slider(key="passed").value == 60
    at.select_slider(key="passed").set_value(0).run()
    assert f"**With all 600 images left to the network, {wrong.sum()} errors remain**" in text(at)


def test_the_least_sure_are_linked(app, tiny_run: Run):
    sure = np.sort(tiny_run.predictions()["confidence"])
    _, passed, remain = app("scorecard").get("page_link")  # first, to the glossary
    assert f"confidence=0-{sure[5]:g}" in passed.proto.query_string
    assert "outcome" not in passed.proto.query_string
    assert f"confidence={sure[6]:g}-1" in remain.proto.query_string
    assert "outcome=wrong" in remain.proto.query_string


def test_a_mark_changes_what_is_left_to_count(app, tiny_run: Run, store):
    table, fingerprint = tiny_run.predictions(), tiny_run.info.dataset.fingerprint
    wrong = np.flatnonzero(table["label"] != table["predicted"])
    right = 600 - len(wrong)
    assert "Without the" not in text(app("scorecard", store))
    reviews.add(store, fingerprint, int(wrong[0]), "wrong label")
    said = text(app("scorecard", store))
    assert f"Without the one marked image: right on **{right} of 599**" in said
    assert f"Right on **{right} of 600**" in said
    reviews.add(store, fingerprint, int(wrong[0]), "ambiguous")  # twice marked, once left out
    reviews.add(store, fingerprint, int(wrong[1]), "ambiguous")
    reviews.add(store, fingerprint, int(wrong[2]), "pretty")  # which says nothing of its label
    assert f"Without the 2 marked images: right on **{right} of 598**" in text(
        app("scorecard", store)
    )
    for tag in ("wrong label", "ambiguous"):
        reviews.add(store, fingerprint, int(wrong[0]), tag, undo=True)
    assert "Without the one marked image" in text(app("scorecard", store))


def evaluated(run: Run, **correct_on: int) -> None:
    """Pretend that a run was evaluated on other datasets of 600 test images."""
    for name, correct in correct_on.items():
        low, high = evaluation.wilson_interval(correct, 600)
        changed = {"correct": correct, "accuracy": correct / 600}
        metrics = run.info.metrics.model_copy(
            update=changed | {"accuracy_low": low, "accuracy_high": high}
        )
        fingerprint = KNOWN[name].fingerprint if name in KNOWN else name
        dataset = run.info.dataset.model_copy(update={"name": name, "fingerprint": fingerprint})
        now = datetime.now(UTC)
        run.add_evaluation(Evaluation(dataset=dataset, metrics=metrics, created=now))


def test_other_datasets_are_listed_or_said_how(app, store):
    at = app("scorecard", store)
    assert "inkling evaluate" in at.code[0].value
    evaluated(store.open("latest"), near=570, far=300)
    at = app("scorecard", store)
    table = at.dataframe[1].value
    assert table["dataset"].tolist() == ["digits (its own)", "far", "near"]
    assert table["accuracy"].tolist()[1:] == [50, 95]
    assert table["interval"][1] == "46.0% to 54.0%"
    assert r"50\.0% on “far”" in text(at)
    assert "--dataset" not in "".join(code.value for code in at.code)


def test_images_seen_in_training_are_never_ranked_with_others(app, store):
    path = store.open("latest").folder / "run.json"
    raw = json.loads(path.read_text())
    raw["dataset"] |= {"name": "mnist", "fingerprint": KNOWN["mnist"].fingerprint}
    path.write_text(json.dumps(raw))
    evaluated(store.open("latest"), **{"mnist-5k": 599, "far": 300})
    at = app("scorecard", store)
    table = at.dataframe[1].value
    assert table["dataset"].tolist() == ["mnist (its own)", "far", "mnist-5k (trained on these)"]
    assert "so this run has seen them in training" in text(at)
    assert r"**50\.0% on “far”" in text(at)


def test_a_run_that_always_says_the_same(app, store):
    labels = store.open("latest").predictions()["label"].to_numpy()
    retold(store, np.tile([0.91, *[0.01] * 9], (600, 1)))
    at = app("scorecard", store)
    zeros = int((labels == 0).sum())
    assert f"Right on **{zeros} of 600**" in text(at)
    table = at.dataframe[0].value.set_index("name")
    assert table["precision"].isna().tolist() == [True] * 9 + [False]  # "0" is the last
    assert table.loc["0", "recall"] == 100
    # All are equally sure: whatever is passed on, every error may remain.
    assert f"passed to a person, {600 - zeros} errors remain" in text(at)
    assert r"At 91\.0% confidence, it is right" in text(at)


def test_a_run_without_mistakes_needs_no_person(app, store):
    retold(store, np.eye(10)[store.open("latest").predictions()["label"]])
    at = app("scorecard", store)
    assert "makes no error on these 600 images" in text(at)
    assert "Its confidence matches its accuracy" in text(at)
    assert "passed" not in {slider.key for slider in at.select_slider}


ACCURACY = {"linf": (0.9, 0.6, 0.45, 0.0), "l2": (0.9, 0.9, 0.8, 0.72)}


def measured(created: datetime) -> Robustness:
    by_norm = {
        norm: UnderChange(budgets=(0, 0.05, 0.1, 0.3), accuracy=accuracy)
        for norm, accuracy in ACCURACY.items()
    }
    return Robustness(by_norm=by_norm, images=500, seed=0, iterations=20, created=created)


def test_what_adversarial_changes_do_is_drawn_or_said_how_to_measure(app, store):
    run = store.open("latest")
    at = app("scorecard", store)
    assert f"inkling evaluate {run.id} --adversarial" in [code.value for code in at.code]
    assert not {key for key in charts(at) if key.startswith("under_change")}
    run.add_robustness(measured(datetime(2026, 3, 9, tzinfo=UTC)))
    at = app("scorecard", store)
    said = text(at)
    assert r"at most 10% of its range misleads it on 50\.0% of the images it gets right" in said
    assert r"Even a change of size 0\.3, all values together, misleads it on 20\.0%" in said
    assert "500 test images" in said
    assert "March 9, 2026" in said
    assert "--adversarial" not in "".join(code.value for code in at.code)
    figures = charts(at)
    for norm, accuracy in ACCURACY.items():
        chart = figures[f"under_change_{norm}"]
        (line,) = json.loads(chart.proto.spec)["data"]
        assert line["y"] == pytest.approx([100 * share for share in accuracy])
        assert "Accuracy against the size of an adversarial change." in chart.proto.alt


def test_what_it_makes_of_strangers_is_drawn_or_said_how_to_measure(app, store):
    run = store.open("latest")
    at = app("scorecard", store)
    assert f"inkling evaluate {run.id} --strangers" in [code.value for code in at.code]
    scores, name = np.arange(100.0), "<b>dr*awings*</b> " + 30 * "of what "
    met = (group(OWN, scores, 96.5), group(name, scores + 50, 96.5, scores))
    created = datetime(2026, 3, 9, tzinfo=UTC)
    run.add_strangers(Strangers(groups=met, threshold=96.5, created=created))
    at = app("scorecard", store)
    assert r"It remarks on 53\.0% of 100 strange images, and on 3\.0% of its own" in text(at)
    assert "--strangers" not in "".join(code.value for code in at.code)
    chart = charts(at)["strangers"]
    spec = json.loads(chart.proto.spec)
    assert [trace["x"] for trace in spec["data"]] == [[49.5], [99.5]]
    assert {shape["x0"] for shape in spec["layout"]["shapes"]} == {96.5}
    notes = [note["text"] for note in spec["layout"]["annotations"]]
    assert notes[0] == "<b>its own test images</b><br>3.0% remarked on"
    assert notes[1].startswith("<b>&lt;b&gt;dr*awing")
    assert len(notes[1]) < 100  # letters, of a name with 230
    assert "It remarks on 53.0%" in chart.proto.alt


def charts(at):
    """Every Plotly chart on a page, by its key."""
    return {chart.proto.id.rsplit("-", 1)[-1]: chart for chart in at.get("plotly_chart")}


def test_a_network_without_gradients_says_why(app, store):
    run = store.open("latest")
    reason = "What the layer wavy computes is not known here."
    run.add_anatomy(dataclasses.replace(run.anatomy(), no_gradients=reason), None)
    at = app("scorecard", store)
    said = text(at).replace("\\", "")
    assert f"It cannot be measured for this network. {reason}" in said
    assert "--adversarial" not in "".join(code.value for code in at.code)


def test_what_is_selected_elsewhere_narrows_nothing_here(app):
    at = app("scorecard", outcome="wrong")
    assert "The scorecard covers all 600 test images, whatever is selected." in text(at)
