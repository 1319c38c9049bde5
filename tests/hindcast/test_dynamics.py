"""The density and the simulator are of one model, and the fit finds what data were made with."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from synthetic import START, dynamics, panel_of, simulated_panel

from forkmodel.hindcast.fitting import Compiled
from forkmodel.hindcast.mapping import in_prior_units
from forkmodel.hindcast.simulate import simulate

DRAWS = 4000


def ahead(truth, quarters=8, share=START, seed=1):
    panel = panel_of(np.vstack([share, share, share]))
    return simulate(panel, truth, quarters, np.random.default_rng(seed))


def test_shares_sum_to_one_and_concentration_keeps_its_bounds():
    future = ahead(dynamics(DRAWS, entry=0.5), 32)
    np.testing.assert_allclose(future.share.sum(-1), 1.0, atol=1e-12)
    count = (future.share > 0.0).sum(-1)
    assert (future.hhi >= 1e4 / count - 1e-9).all()
    assert (future.hhi <= 1e4 + 1e-9).all()
    assert (future.hhi >= 1e4 * future.cr3**2 / 3.0 - 1e-9).all()


def test_without_noise_or_pull_nothing_moves():
    future = ahead(dynamics(3, speed=1e-12, reversion=0.0), 20)
    np.testing.assert_allclose(
        future.share[:, :, : len(START)], np.broadcast_to(START, (20, 3, 5)), rtol=1e-9
    )


def test_the_expected_share_stays_where_it_is():
    """A walk of logarithms alone drags a leader down; the drift makes up for it."""
    leader = np.array([0.6, 0.2, 0.1, 0.06, 0.04])
    truth = dynamics(6 * DRAWS, speed=0.12, reversion=0.0)
    share = ahead(truth, 16, leader).share[-1, :, : len(leader)]
    assert (np.abs(share.mean(0) - leader) < 4.0 * share.std(0) / np.sqrt(len(share)) + 0.004).all()
    assert share.std(0)[0] > 0.05


@pytest.mark.parametrize(("reversion", "kept"), [(0.4, 0.9), (-0.4, 1.1)])
def test_reversion_evens_shares_out_or_draws_them_apart(reversion, kept):
    future = ahead(dynamics(1, speed=1e-12, reversion=reversion), 6)
    spread = np.log(future.share[:, 0, : len(START)]).std(-1)
    np.testing.assert_allclose(spread[1:] / spread[:-1], kept, rtol=1e-6)


def test_moves_have_the_stated_speed():
    """Over years, log ratios of equal firms move by what the priors call a shock, tails included."""
    truth = dynamics(DRAWS, speed=0.05, reversion=0.0, size_slope=0.0)
    future = ahead(truth, 32, np.full(5, 0.2))
    log_ratio = np.log(future.share[-1, :, 0] / future.share[-1, :, 1])
    shock = in_prior_units(truth)["forecast.share_shock"][0]
    assert log_ratio.std() == pytest.approx(shock * np.sqrt(2.0 * 8.0), rel=0.06)


def test_arrivals_come_at_their_rate_and_size():
    truth = dynamics(DRAWS, entry=0.4, speed=1e-9)
    future = ahead(truth, 4)
    came = (future.share[:, :, len(START) :] > 0.0).any(-1).any(0)
    assert stats.binomtest(int(came.sum()), DRAWS, 1.0 - np.exp(-0.4)).pvalue > 1e-3
    first = future.share[0, :, len(START)]
    sizes = np.log(first[first > 0.0] / 0.01)
    assert sizes.min() >= -1e-9
    assert sizes.mean() == pytest.approx(0.7, abs=0.15)


@pytest.fixture(scope="module")
def recovered():
    truth = dynamics(1)
    names = ("browsers_africa", "browsers_asia", "browsers_europe", "browsers_world")
    panels = [simulated_panel(truth, 49, seed, name) for seed, name in enumerate(names)]
    compiled = Compiled(panels)
    whole = compiled.fit(panels, seed=1, draws=400, tune=300, chains=2)
    half = compiled.fit(panels, without=("browsers_world",), seed=1, draws=150, tune=200, chains=2)
    return truth, whole, half


def test_the_fit_finds_what_the_data_were_made_with(recovered):
    truth, fit, _ = recovered
    assert fit.review["status"] == "PASS", fit.review
    found = fit.of_market("browsers_asia")
    for name in ("speed", "reversion", "size_slope"):
        low, high = np.quantile(getattr(found, name), [0.005, 0.995])
        assert low < getattr(truth, name)[0] < high, name
    # The prior's 99 % interval of the slope reaches from nothing to .84.
    assert np.ptp(np.quantile(found.size_slope, [0.005, 0.995])) < 0.4


def test_a_market_without_record_is_a_draw_of_what_markets_do(recovered):
    _, whole, half = recovered
    known, unknown = whole.of_market("browsers_world").speed, half.of_market("browsers_world").speed
    assert np.log(unknown).std() > 1.2 * np.log(known).std()
    fresh = half.of_new_market(1)
    assert np.log(fresh.speed).std() > np.log(unknown).std()
