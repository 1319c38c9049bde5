"""Ensemble worlds: weights do what they say, and every kept world is one that was simulated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.stats import norm

from forkmodel.fit import Fit
from forkmodel.forecast.ensemble.past import structural_weights
from forkmodel.forecast.ensemble.picking import LEAST_EFFECTIVE, pick, weigh
from forkmodel.forecast.ensemble.pool import make_pool
from forkmodel.forecast.ensemble.words import said
from forkmodel.forecast.forecast import load_forecast
from forkmodel.forecast.part import Part
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario_files import load_scenario

HORIZON = "2027-12"


@pytest.fixture(scope="module")
def normals():
    return norm.ppf((np.arange(4000) + 0.5) / 4000)


def test_a_pool_is_the_mixture_of_its_members(normals):
    pool = make_pool(normals, {"last value": normals + 4.0}, structural=3.0)
    at = np.array([0.0, 4.0, 2.0])
    mixture = 0.75 * norm.pdf(at) + 0.25 * norm.pdf(at - 4.0)
    # Kernels widen a density a little, most where it is low.
    np.testing.assert_allclose(np.interp(at, pool.grid, pool.pooled), mixture, rtol=0.15)
    assert pool.log_ratio(np.array([0.0]))[0] == pytest.approx(np.log(0.75), abs=0.05)


def test_weights_bring_worlds_nearer_the_pool(normals):
    line = np.random.default_rng(0).permutation(normals)
    pool = make_pool(line, {"last value": 0.5 * normals + 1.0}, structural=1.0)
    found = weigh(line[:, None, None], [[pool]], kept=1000)
    assert found.power > 0.0
    assert found.after < found.before
    assert found.effective >= LEAST_EFFECTIVE * 1000
    assert found.weight.sum() == pytest.approx(1.0)
    mean = found.weight @ line
    assert 0.1 < mean < 1.0


def test_worlds_that_cannot_be_moved_stay(normals):
    far = make_pool(normals, {"last value": normals + 400.0}, structural=1e-9)
    found = weigh(normals[:, None, None], [[far]], kept=1000)
    # No world is near the pool, so whatever moves is refused or moves next to nothing.
    assert found.power == 0.0 or found.effective >= LEAST_EFFECTIVE * 1000
    nothing = weigh(normals[:, None, None], [[None]], kept=1000)
    assert nothing.power == 0.0


def test_worlds_are_kept_as_often_as_their_weight_says():
    weight = np.array([0.5, 0.1, 0.1, 0.3])
    numbers = pick(weight, 10, draws=2)
    assert np.bincount(numbers, minlength=4).tolist() == [5, 1, 1, 3]
    assert (np.diff(numbers % 2) >= 0).all()


def test_random_numbers_of_a_picked_world_are_its_own():
    numbers = np.array([3, 3, 7, 20])
    whole = Randomness(5, 0, 30).uniforms("purpose", 6, quarter=8105)
    assert np.array_equal(Randomness.of(5, numbers).uniforms("purpose", 6, quarter=8105), whole[numbers])


def test_past_scores_count_only_as_far_as_they_were_known():
    dates = pd.to_datetime(["2025-08-15", "2025-11-15", "2026-02-15"])
    scores = pd.DataFrame(
        {
            "cutoff": pd.Timestamp("2025-06-30"),
            "target": "open_share",
            "date": dates,
            "horizon_quarters": [1, 2, 3],
            "crps": [0.1, 0.1, 0.1],
            "crps_simple": [0.2, 0.05, 0.2],
        }
    )
    early = structural_weights(pd.Timestamp("2025-06-30"), scores)
    assert all((weight == 1.0).all() for weight in early.values())
    found = structural_weights(pd.Timestamp("2025-12-31"), scores)["router"]
    # One outcome against twenty: a ratio of two moves the weight by three percent.
    np.testing.assert_allclose(found, [2 ** (1 / 21), 0.5 ** (1 / 21), 1.0, 1.0])


@pytest.fixture(scope="module")
def ensemble(quick_fit):
    return quick_fit.forecast(HORIZON, ensemble=True)


def test_a_kept_world_is_the_world_of_its_number(quick_fit, ensemble):
    from forkmodel.forecast.calendar import Calendar
    from forkmodel.forecast.frame import developers_of
    from forkmodel.forecast.origin import origin_of
    from forkmodel.forecast.world import Setting
    from forkmodel.results.reported import history_of

    posterior, origin = quick_fit.result, origin_of(quick_fit.result)
    numbers = ensemble.worlds["continued"].to_numpy().ravel()
    draws = posterior.chains * posterior.draws
    again = np.flatnonzero(numbers >= draws)[:1] if (numbers >= draws).any() else np.array([5])
    calendar = Calendar.from_vintage(posterior.panel.catalogue.vintage, HORIZON)
    scenario = load_scenario("baseline")
    setting = Setting(posterior.panel, posterior.design, posterior.priors, origin.lines, calendar, scenario)
    part = Part.of(origin, int(numbers[again[0]]), numbers[again] % draws)
    alone = part.simulated(setting, developers_of(history_of(posterior), origin.lines))
    kept = ensemble.worlds["capability_gap"].stack(world=("chain", "draw")).transpose("world", "time")
    np.testing.assert_allclose(kept.to_numpy()[again[0], -1], alone["capability_gap"][0, -1])


def test_every_world_adds_up(ensemble):
    shares = ensemble.worlds["token_share"].sel(market="openrouter").isel(time=-1).sum("developer")
    np.testing.assert_allclose(shares, 1.0, atol=1e-6)


def test_same_seed_same_worlds_and_the_file_says_which(quick_fit, ensemble, tmp_path):
    again = quick_fit.forecast(HORIZON, ensemble=True)
    xr.testing.assert_identical(again.worlds["hhi"], ensemble.worlds["hhi"])
    ensemble.save(tmp_path / "kept.nc")
    back = load_forecast(tmp_path / "kept.nc")
    assert back.facts["ensemble"] == ensemble.facts["ensemble"]
    assert back.shown == ensemble.shown == ensemble.facts["ensemble"]["shown"]
    assert back.shown in repr(back)
    assert back.shown in said(back.facts).lower()


def test_scenarios_keep_the_same_worlds(quick_fit, ensemble):
    other = quick_fit.forecast(HORIZON, "compute-glut", ensemble=True)
    assert np.array_equal(other.worlds["continued"], ensemble.worlds["continued"])


def test_without_the_switch_nothing_is_chosen(quick_fit):
    plain = quick_fit.forecast(HORIZON)
    assert plain.shown == "structural"
    assert isinstance(quick_fit, Fit)
    assert "continued" not in plain.worlds.coords
    assert "no say" in said(plain.facts)
