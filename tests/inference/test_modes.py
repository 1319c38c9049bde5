"""Chains in different modes are told apart from chains that mix slowly, and the review says what is wrong."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from forkmodel.inference.fitting import _FirstLook
from forkmodel.inference.modes import find_modes
from forkmodel.inference.review import _one_mode, enough_draws, too_slow
from forkmodel.inference.verdict import ReviewConfig


def chains(centres, draws=200, slow=0.0, seed=0):
    """Autoregressive chains of unit variance around given centres: (chain, draw)."""
    rng = np.random.default_rng(seed)
    shocks = rng.normal(size=(len(centres), draws))
    path = np.empty_like(shocks)
    path[:, 0] = shocks[:, 0]
    for step in range(1, draws):
        path[:, step] = slow * path[:, step - 1] + np.sqrt(1.0 - slow**2) * shocks[:, step]
    return path + np.asarray(centres)[:, None]


def posterior(**arrays):
    return xr.Dataset({name: (("chain", "draw", "firm")[: a.ndim], a) for name, a in arrays.items()})


def test_one_chain_in_another_mode_is_named_with_its_parameter():
    found = find_modes(posterior(a=chains([0, 0, 0, 0]), b=chains([1, 1, 9, 1], seed=1)))
    assert found is not None
    assert found.groups == ((0, 1, 3), (2,))
    assert found.parameters[0].label == "b"
    assert found.parameters[0].first == pytest.approx(1.0, abs=0.3)
    assert found.parameters[0].second == pytest.approx(9.0, abs=0.3)


def test_an_element_of_a_vector_can_tell_modes_apart():
    values = np.stack([chains([0, 0, 0, 0], seed=i) for i in range(3)], axis=-1)
    values[..., 2] += np.array([0, 8, 0, 8])[:, None]
    data = posterior(shares=values).assign_coords(firm=["x", "y", "z"])
    found = find_modes(data)
    assert found is not None
    assert found.groups == ((0, 2), (1, 3))
    assert found.parameters[0].label == "shares[z]"


@pytest.mark.parametrize("seed", range(20))
def test_slow_mixing_is_not_taken_for_modes(seed):
    # About five effective draws a chain: R-hat is far above any threshold, the chains share one mode.
    assert find_modes(posterior(a=chains([0, 0, 0, 0], draws=400, slow=0.975, seed=seed))) is None


def test_differences_of_predictions_come_with_both_values():
    found = find_modes(posterior(a=chains([0, 6, 0, 0])))
    paths = posterior(
        share=chains([0.36, 0.28, 0.36, 0.36], seed=3) * 0.01 + np.array([[0.36], [0.28], [0.36], [0.36]])
    )
    assert found is not None
    (difference,) = found.differences(paths)
    assert difference.first > difference.second


def test_a_single_chain_has_no_modes():
    assert find_modes(posterior(a=chains([0.0]))) is None


def tree_of(**arrays):
    return xr.DataTree.from_dict({"posterior": posterior(**arrays)})


def test_sampling_goes_on_only_where_draws_can_help():
    config = ReviewConfig(ess=400.0)
    assert enough_draws(tree_of(a=chains([0] * 4, draws=500)), config)
    assert not enough_draws(tree_of(a=chains([0] * 4, draws=500, slow=0.9)), config)
    # A vector counts like a scalar.
    slow = np.stack([chains([0] * 4, draws=500), chains([0] * 4, draws=500, slow=0.9)], axis=-1)
    assert not enough_draws(tree_of(a=chains([0] * 4, draws=500), v=slow), config)
    # Modes do not come together, however many draws are added.
    assert enough_draws(tree_of(a=chains([0, 0, 0, 50], draws=500, slow=0.9)), config)


def test_chains_are_too_slow_where_the_longest_run_would_not_do():
    # About one effective draw in twenty: 100 of 2,000, of which 600 are wanted.
    slow = tree_of(a=chains([0] * 4, draws=500), b=chains([0] * 4, draws=500, slow=0.9))
    assert too_slow(slow, 3)
    assert not too_slow(slow, 12)
    assert not too_slow(tree_of(a=chains([0] * 4, draws=500)), 1)
    # What is no number says nothing.
    assert not too_slow(tree_of(a=np.full((4, 500), np.nan)), 3)


@pytest.mark.parametrize("can_learn", [True, False])
def test_only_the_first_look_sends_chains_back(can_learn):
    slow = tree_of(a=chains([0] * 4, draws=500, slow=0.95))
    look = _FirstLook(can_learn)
    assert look(slow) == look.slow == can_learn
    later = _FirstLook(True)
    assert not later(tree_of(a=chains([0] * 4, draws=500, slow=0.6)))
    assert not later(slow)
    assert not later.slow


def fit_of(posterior_, logp):
    """What the check of modes reads of a fit."""
    stats = xr.Dataset({"logp": (("chain", "draw"), logp)})
    return SimpleNamespace(free=posterior_, sample_stats=stats)


def test_the_review_names_parameter_chains_and_effect():
    values = posterior(a=chains([0, 0, 6, 0]))
    level = chains([0, 0, 0, 0], seed=5)
    paths = posterior(share=0.01 * level + np.array([0.36, 0.36, 0.28, 0.36])[:, None])
    check, modes = _one_mode(fit_of(values, level), paths, ReviewConfig())
    assert check.status == "FAIL"
    assert modes is not None
    assert "Chains 0 1 3 and 2 sit in different modes" in check.advice
    assert "a " in check.advice
    assert "share 0.36" in check.advice
    assert "More draws will not help" in check.advice
    assert "two ways" in check.advice


def test_a_chain_far_below_the_others_is_called_trapped():
    values = posterior(a=chains([0, 0, 6, 0]))
    logp = chains([-5000, -5000, -5700, -5000], seed=5)
    check, _ = _one_mode(fit_of(values, logp), xr.Dataset(), ReviewConfig())
    assert "700 nats of log density below" in check.advice
    assert "another seed" in check.advice
