"""Sampling goes on until the draws suffice, keeps what no machine changes, and counts honestly."""

from types import SimpleNamespace

import numpy as np
import pytest

import forkmodel as fm
from forkmodel.errors import StoppedError
from forkmodel.inference.compiling import apart
from forkmodel.inference.sampling import INTERRUPTED, LIMIT, _Clock, lengths, sample
from forkmodel.options import MIN_DRAWS

SETTINGS = {"draws": 100, "tune": 200, "chains": 4, "seed": 5}


@pytest.fixture(scope="module")
def small(market):
    return fm.ForkModel(market, blocks=["adoption"])


@pytest.fixture(scope="module")
def compiled(small):
    return small.compile()


def at_least(draws, seen):
    def enough(tree):
        seen.append(tree["posterior"].sizes["draw"])
        return seen[-1] >= draws

    return enough


def test_chains_go_on_until_the_draws_suffice(compiled):
    seen = []
    tree = sample(compiled, **SETTINGS, enough=at_least(150, seen))
    assert tree["posterior"].sizes["draw"] == 150
    assert seen[0] == 100
    assert 150 in seen


def test_sampling_stops_at_the_limit(compiled):
    tree = sample(compiled, **SETTINGS, enough=lambda tree: False)
    assert tree["posterior"].sizes["draw"] == LIMIT * SETTINGS["draws"]


def test_a_longer_fit_begins_like_a_shorter_one_and_cores_change_nothing(compiled):
    short = sample(compiled, **SETTINGS)["posterior"]
    long = sample(compiled, **SETTINGS, enough=at_least(150, []))["posterior"]
    one = sample(compiled, **SETTINGS, cores=1, enough=at_least(150, []))["posterior"]
    for name in short.data_vars:
        np.testing.assert_array_equal(short[name], long[name].isel(draw=slice(0, 100)))
        np.testing.assert_array_equal(one[name], long[name])


@pytest.mark.parametrize("cores", [None, 1])
def test_what_is_kept_when_stopped_is_how_the_undisturbed_fit_begins(compiled, cores):
    settings = {**SETTINGS, "chains": 2, "tune": 100, "cores": cores, "every": 2}
    said = []

    def drawn_enough():
        # One chain of two is done when half of the steps are.
        return bool(said) and said[-1] > 0.9

    stopped = sample(
        compiled,
        **{**settings, "draws": 1500},
        progress=lambda stage, fraction, message: said.append(fraction),
        stop=drawn_enough,
    )
    draws = stopped["posterior"].sizes["draw"]
    assert stopped.attrs[INTERRUPTED]
    assert MIN_DRAWS <= draws < 1500
    whole = sample(compiled, **{**settings, "draws": draws})
    assert INTERRUPTED not in whole.attrs
    for group in ("posterior", "sample_stats"):
        for name, array in whole[group].data_vars.items():
            np.testing.assert_array_equal(array, stopped[group][name])


@pytest.mark.parametrize("cores", [None, 1])
def test_too_few_draws_are_not_kept(compiled, cores):
    with pytest.raises(StoppedError, match="fewer than 20 draws in some chain"):
        sample(compiled, **{**SETTINGS, "draws": 50_000}, cores=cores, stop=lambda: True)


def test_lengths_begin_with_what_was_asked_for():
    assert lengths(500)[0] == 500
    assert lengths(500)[-1] == LIMIT * 500
    assert lengths(1) == [1, 2, 3]


def test_what_buyers_are_like_is_drawn_and_spreads_and_capability_are_not(joint_model):
    named = apart(joint_model.pymc_model)
    assert {"choice.capability_threshold", "choice.open_taste", "spend.growth"} <= set(named)
    # A spread near zero is a funnel, and a benchmark's discrimination can run away.
    assert not {"choice.share_noise", "choice.brand_spread"} & set(named)
    assert not [name for name in named if name.startswith(("capability.", "price."))]


def test_chains_start_apart(small, compiled):
    starts = np.stack([compiled.initial_point_func(seed) for seed in range(6)])
    assert np.isfinite(starts).all()
    named = apart(small.pymc_model)
    assert "adoption.innovation" in named
    assert (starts.std(axis=0) > 0.05).all()


def test_progress_counts_chains_that_wait_for_a_core():
    said = []
    clock = _Clock(lambda stage, fraction, message: said.append((fraction, message)), chains=4, tune=100)
    clock.goal = 100

    def state(finished):
        return SimpleNamespace(finished_draws=finished, divergences=0)

    # Two of four chains are done; the other two have not begun, so half of the work is left.
    clock([state(200), state(200)])
    fraction, message = said[-1]
    assert fraction == pytest.approx(0.5)
    assert message == "400 of 800 steps, 0 divergences"


def test_of_many_trajectories_some_are_kept_and_all_are_counted(compiled):
    each = sample(compiled, **SETTINGS)
    some = sample(compiled, **{**SETTINGS, "draws": 50}, every=2)
    assert some["posterior"].sizes["draw"] == 50
    for name, array in some["posterior"].data_vars.items():
        np.testing.assert_array_equal(array, each["posterior"][name].isel(draw=slice(1, None, 2)))
    for name in ("n_steps", "diverging"):
        assert int(some["sample_stats"][name].sum()) == int(each["sample_stats"][name].sum())
    assert some["sample_stats"]["diverging"].dtype == bool


def test_fewer_chains_at_once_keep_the_same_draws(compiled):
    settings = {**SETTINGS, "draws": 50}
    together = sample(compiled, **settings, every=2, enough=at_least(60, []))["posterior"]
    one = sample(compiled, **settings, every=2, cores=1, enough=at_least(60, []))["posterior"]
    assert together.sizes["draw"] == one.sizes["draw"] > 50
    for name in one.data_vars:
        np.testing.assert_array_equal(one[name], together[name])
