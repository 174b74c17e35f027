"""What a sweep asks for: every combination once, searches that a larger budget goes on with."""

import pytest

from pipeline.errors import InklingError
from pipeline.sweeps import plan
from pipeline.sweeps.plan import Sweep


def asked(**settings) -> Sweep:
    own = {"networks": ("pixels", "cnn"), "presets": ("quick",), "seeds": (0, 1)}
    return Sweep.of(**own | settings)


def test_every_combination_is_trained_once_seed_by_seed():
    configs = asked(presets=("quick", "default")).first()
    found = [(one.seed, one.preset, one.network) for one in configs]
    assert found == [
        (seed, preset, network)
        for seed in (0, 1)
        for preset in ("quick", "default")
        for network in ("pixels", "cnn")
    ]
    assert not any(one.film for one in configs)
    assert {one.learning_rate for one in configs} == {None}  # the preset's own


def test_a_search_begins_with_the_presets_own_settings_and_one_seed():
    sweep = asked(learning_rate=(0.001, 0.01), label_smoothing=(0.1, 0.1), budget=3)
    assert sweep.searched == ("learning_rate",)
    configs = sweep.first()
    assert len(configs) == 2 * 4
    assert {one.seed for one in configs} == {0}
    assert {one.label_smoothing for one in configs} == {0.1}  # fixed
    rates = [one.learning_rate for one in configs if one.network == "cnn"]
    assert rates[0] is None
    assert all(0.001 <= rate <= 0.01 for rate in rates[1:])
    assert len(set(rates)) == 4
    assert [one.seed for one in sweep.again(configs[0])] == [0, 1]


def test_a_larger_budget_goes_on_where_a_smaller_one_ended():
    ranges = {"learning_rate": (0.0005, 0.005), "augmentation": (0.0, 1.0)}
    few, many = (asked(**ranges, budget=budget).points() for budget in (4, 40))
    assert many[:5] == few
    rates = sorted(point["learning_rate"] for point in many[1:])
    # Evenly by their logarithm: half of them lie below the geometric mean of the bounds.
    assert sum(rate < (0.0005 * 0.005) ** 0.5 for rate in rates) in (19, 20, 21)


def test_equal_settings_have_one_key_and_others_another():
    assert asked().key == asked().key
    assert asked(budget=9).key != asked().key


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"networks": ()}, "networks: "),
        ({"networks": ("nothing",)}, "no network named “nothing”"),
        ({"seeds": (-1,)}, "seed must be greater than or equal to 0"),
        ({"seeds": (2**31,)}, "seed must be less than"),
        ({"learning_rate": (0.01, 0.001)}, "learning rate: a range goes from less to more"),
        ({"learning_rate": (0.0, 0.1)}, "learning_rate must be greater than 0"),
        ({"label_smoothing": (0.0, 1.0)}, "label_smoothing must be less than 1"),
        ({"seeds": tuple(range(9000))}, "at most 10,000 trainings; this one would make 18,000"),
    ],
)
def test_what_no_training_could_use_is_said_at_once(settings, said):
    with pytest.raises(InklingError, match=said):
        asked(**settings)


def test_what_people_write():
    assert plan.names(" cnn, lenet5,cnn,") == ("cnn", "lenet5")
    assert plan.numbers("0-2, 7,1") == (0, 1, 2, 7)
    assert plan.bounds("0.0005..0.005") == (0.0005, 0.005)
    assert plan.bounds("0.1") == (0.1, 0.1)
    assert plan.bounds(None) is None


@pytest.mark.parametrize("text", ["", "a", "3-1", "0-99999", "1-", "-1", "٣"])
def test_seeds_that_are_none_are_refused(text):
    with pytest.raises(InklingError, match=r"is no (seed|range of seeds)"):
        plan.numbers(text)


@pytest.mark.parametrize("text", ["", "..", "a..b", "0.1..", "nan", "0..inf", "1,2"])
def test_ranges_that_are_none_are_refused(text):
    with pytest.raises(InklingError, match="is no range"):
        plan.bounds(text)
