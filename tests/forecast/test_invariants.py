"""What must hold in every world and quarter, whatever the draw."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

import forkmodel as fm
import forkmodel.forecast.worlds as run
from forkmodel.errors import ForkModelError
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.chunk import Chunk
from forkmodel.forecast.frontier import Frontiers
from forkmodel.forecast.origin import origin_of
from forkmodel.forecast.quarter import Quarter
from forkmodel.forecast.randomness import Randomness
from forkmodel.forecast.scenario import Change, Scenario
from forkmodel.forecast.scenario_files import load_scenario
from forkmodel.forecast.simulate import simulate
from forkmodel.forecast.world import Setting
from forkmodel.results.schema import FORECAST_SCHEMA, HISTORY_SCHEMA

#: Variables of markets that nobody measures in that unit.
WITHOUT = {"token_share": "business_subscriptions", "open_share": "business_subscriptions"}


def future(forecast):
    return forecast.worlds.isel(time=slice(15, None))


def test_names_dims_and_units_are_those_of_the_schema(baseline, quick_fit):
    assert set(baseline.worlds.data_vars) == set(FORECAST_SCHEMA)
    for name, entry in FORECAST_SCHEMA.items():
        assert baseline.worlds[name].dims == ("chain", "draw", "time", *entry.dims)
        assert baseline.worlds[name].attrs["unit"] == entry.unit
    times = pd.DatetimeIndex(baseline.worlds["time"].to_numpy())
    assert (times == pd.date_range("2023-01-01", "2036-10-01", freq="QS")).all()
    assert baseline.worlds.sizes["chain"] == quick_fit.chains
    assert baseline.worlds.sizes["draw"] == quick_fit.draws


def test_the_past_is_the_history(baseline, quick_fit):
    history = quick_fit.history()
    for name in HISTORY_SCHEMA:
        past = baseline.worlds[name].sel(time=history["time"])
        if "developer" in past.dims:
            past = past.sel(developer=history["developer"])
        np.testing.assert_array_equal(past.to_numpy(), history[name].to_numpy())


@pytest.mark.parametrize("which", ["baseline", "prior_forecast"])
def test_money_adds_up_in_every_world_and_quarter(which, request):
    worlds = future(request.getfixturevalue(which))
    narrow = worlds["value"].sel(definition="narrow").sum("access")
    np.testing.assert_allclose(worlds["revenue"].sum("developer"), narrow, rtol=1e-9)
    broad = worlds["value"].sel(definition="broad")
    np.testing.assert_allclose(worlds["value_layer"].sum("layer"), broad, rtol=1e-9)


@pytest.mark.parametrize("which", ["baseline", "prior_forecast"])
def test_everything_stays_in_its_range_and_nothing_is_missing(which, request):
    worlds = future(request.getfixturevalue(which))
    for name in worlds.data_vars:
        known = worlds[name]
        if name in WITHOUT:
            known = known.drop_sel(market=WITHOUT[name])
        values = known.to_numpy()
        assert np.isfinite(values).all(), name
    assert float(worlds["hhi"].min()) > 0.0
    assert float(worlds["hhi"].max()) <= 10_000.0 + 1e-6
    shares = ["open_share", "token_share", "spend_share", "cr1", "cr3", "cr4", "api_share", "adoption_firms"]
    for name in [*shares, "segment_spend", "switching", "open_spend_behind_frontier", "gross_margin"]:
        assert float(worlds[name].min()) >= 0.0, name
        assert float(worlds[name].max()) <= 1.0 + 1e-9, name
    prices = ("price_frontier", "price_leaders", "price_fixed_capability", "premium_raw", "premium_residual")
    for name in prices:
        assert float(worlds[name].min()) > 0.0, name
    for name in ("revenue", "value_layer", "lag_months_strict", "lag_months_tolerant"):
        assert float(worlds[name].min()) >= 0.0, name
    assert float(worlds["elasticity_own"].max()) <= 0.0
    measured = worlds["token_share"].sel(market=["openrouter", "enterprise"]).sum("developer")
    np.testing.assert_allclose(measured, 1.0, rtol=1e-9)
    np.testing.assert_allclose(worlds["spend_share"].sum("developer"), 1.0, rtol=1e-9)


def test_the_past_of_draws_from_the_prior_is_defined_too(prior_draws):
    history = prior_draws.history()
    for name in ("price_frontier", "price_fixed_capability", "premium_raw", "premium_residual"):
        assert np.isfinite(history[name]).all(), name
        assert float(history[name].min()) > 0.0, name
    subscriptions = history["spend_share"].sel(market="business_subscriptions").sum("developer", skipna=False)
    # Sums of a dozen shares.
    np.testing.assert_allclose(subscriptions, 1.0, rtol=1e-12)


def test_frontiers_never_fall(baseline):
    rise = baseline.worlds["capability_frontier"].isel(time=slice(14, None)).diff("time")
    assert float(rise.min()) >= -1e-9


def start_of(fit, priors=None):
    """Return everything that the simulator needs, for all draws of a fit."""
    calendar = Calendar.from_vintage(fit.panel.catalogue.vintage, "2028-12")
    setting = Setting(
        fit.panel,
        fit.design,
        priors or fit.priors,
        origin_of(fit.result).lines,
        calendar,
        load_scenario("baseline"),
    )
    return setting, origin_of(fit.result), Randomness(fit.seed, 0, fit.chains * fit.draws)


def test_history_joins_the_future_without_a_jump(quick_fit):
    setting, origin, randomness = start_of(quick_fit)
    recorded, _ = simulate(setting, origin.start, quick_fit.values, origin.hosts, randomness)
    history = quick_fit.history().isel(time=-1).stack(sample=("chain", "draw"))
    lines = setting.lines
    for market, unit, name in (
        ("openrouter", "token_share", "router_tokens"),
        ("openrouter", "spend_share", "router_money"),
        ("enterprise", "token_share", "enterprise_tokens"),
        ("enterprise", "spend_share", "enterprise_money"),
        ("gateway", "token_share", "gateway_tokens"),
        ("gateway", "spend_share", "gateway_money"),
    ):
        for developer in ("OpenAI", "Anthropic", "DeepSeek", "Alibaba", "Google DeepMind"):
            spots = [place for place, label in enumerate(lines.developer) if label == developer]
            simulated = recorded[name][:, 0][:, spots].sum(1)
            fitted = history[unit].sel(market=market, developer=developer).to_numpy()
            np.testing.assert_allclose(simulated, fitted, rtol=1e-6, err_msg=f"{market} {unit} {developer}")
    for access, name in (("closed", "closed"), ("open", "opened")):
        fitted = history["value"].sel(access=access, definition="narrow").to_numpy() / 1e9
        np.testing.assert_allclose(recorded[name][:, 0], fitted, rtol=1e-9)
    for place, firm in enumerate(quick_fit.design.spend.firms):
        if firm in ("Anthropic", "xAI"):
            fitted = history["revenue"].sel(developer=firm).to_numpy() / 1e9
            np.testing.assert_allclose(
                recorded["firm_share"][:, 0, place] * recorded["closed"][:, 0], fitted, rtol=1e-6
            )
    np.testing.assert_allclose(
        recorded["price_frontier"][:, 0], history["price_frontier"].transpose("sample", "access"), rtol=1e-6
    )


def test_the_same_seed_gives_the_same_worlds_whatever_the_chunk(quick_fit, baseline, monkeypatch):
    monkeypatch.setattr(run, "CHUNK", 37)
    again = quick_fit.forecast()
    for name in baseline.worlds.data_vars:
        np.testing.assert_array_equal(again.worlds[name].to_numpy(), baseline.worlds[name].to_numpy())


def test_a_longer_horizon_changes_nothing_before(quick_fit, baseline):
    short = quick_fit.forecast("2030-06")
    assert short.worlds["time"].to_numpy()[-1] == np.datetime64("2030-04-01")
    same = baseline.worlds.sel(time=short.worlds["time"])
    for name in ("hhi", "value", "capability_frontier"):
        np.testing.assert_array_equal(short.worlds[name].to_numpy(), same[name].to_numpy())


def test_another_seed_gives_other_worlds(quick_fit, baseline):
    from forkmodel.forecast.origin import Origin

    other = run.run_forecast(
        Origin.from_posterior(quick_fit.result, seed=99), load_scenario("baseline"), "2028-12"
    )
    assert not np.array_equal(
        other.hhi().to_numpy(), baseline.hhi().sel(time=other.worlds["time"]).to_numpy()
    )


def advance(frontiers: Frontiers, setting: Setting, quarters: int):
    alive = incumbents(frontiers)
    gaps = []
    for place in range(1, quarters + 1):
        quarter = Quarter(place, place, 1.0, place / 4.0, 2026.58 + place / 4.0, setting.levers)
        frontiers = frontiers.advance(quarter, alive)
        gaps.append(frontiers.best("closed", alive) - frontiers.best("open", alive))
    return np.stack(gaps, axis=1)


def incumbents(frontiers: Frontiers):
    return np.repeat((frontiers.chunk.lines.entrant < 0)[None, :], frontiers.chunk.count, axis=0)


def still_world(fit, catch_up: float):
    """Return frontiers without shocks, walks or closed catch-up, and equal growth in both tiers."""
    setting, origin, randomness = start_of(fit)
    n = randomness.count
    value = fit.values | {
        "capability.growth_spread": np.zeros(n),
        "capability.catch_up": np.full(n, catch_up),
    }
    keys = ("growth_walk", "catch_up_closed", "catch_up_drift", "api_delay_months", "api_delay_drift")
    parameters = {f"forecast.{key}": np.zeros(n) for key in keys}
    start = dataclasses.replace(origin.start, growth_open=origin.start.growth_closed)
    from forkmodel.forecast.shocks import SHOCKS, Shocks

    never = Shocks({kind: np.full(n, np.inf) for kind in SHOCKS})
    chunk = Chunk(setting.lines, start, value, parameters, randomness, never, 0.1, 0.02)
    return Frontiers.begin(chunk), setting


def test_without_catch_up_equal_growth_leaves_the_gap_and_catch_up_never_widens_it(quick_fit):
    frontiers, setting = still_world(quick_fit, 0.0)
    alive = incumbents(frontiers)
    today = frontiers.best("closed", alive) - frontiers.best("open", alive)
    # Closed labs learn from weights that are ahead of them, so only gaps that are positive stay.
    ahead = today > 0
    without = advance(frontiers, setting, 8)
    np.testing.assert_allclose(without[ahead], np.repeat(today[ahead, None], 8, axis=1), rtol=1e-9)
    slow = advance(still_world(quick_fit, 0.05)[0], setting, 8)
    fast = advance(still_world(quick_fit, 0.2)[0], setting, 8)
    assert (slow[ahead] <= without[ahead] + 1e-9).all()
    assert (fast[ahead] <= slow[ahead] + 1e-9).all()
    assert (fast[ahead][:, -1] < without[ahead][:, -1]).any()


def test_a_lever_at_its_neutral_value_changes_nothing(quick_fit, baseline):
    from forkmodel.forecast.scenario import LEVERS

    begin = pd.Timestamp("2027-01-01")
    idle = Scenario("idle", "x", ("x",), tuple(Change(k, v.neutral, begin) for k, v in LEVERS.items()))
    same = quick_fit.forecast(scenario=idle)
    for name in baseline.worlds.data_vars:
        np.testing.assert_array_equal(same.worlds[name].to_numpy(), baseline.worlds[name].to_numpy())


@pytest.mark.parametrize(
    ("horizon", "said"), [("2020", "not after"), ("soon", "not a date"), ("2199", "years after the data")]
)
def test_impossible_horizons_are_refused(quick_fit, horizon, said):
    with pytest.raises(ForkModelError, match=said):
        quick_fit.forecast(horizon)


def test_a_fit_of_some_blocks_cannot_be_forecast(quick_fit, panel):
    from forkmodel.forecast.start import make_start
    from forkmodel.model.design import Design

    part = Design.from_panel(panel, ["price"])
    with pytest.raises(ForkModelError, match="all blocks"):
        make_start(
            quick_fit.values, panel, part, origin_of(quick_fit.result).lines, np.zeros((1, 1)), np.zeros(1)
        )


def test_a_saved_forecast_answers_as_the_fresh_one(baseline, tmp_path):
    baseline.save(tmp_path / "f.nc")
    back = fm.load_forecast(tmp_path / "f.nc")
    for question in ("hhi.closed[2031] > 3000", "value.open.broad[2036] > value.closed.broad[2036]"):
        assert back.prob(question).probability == pytest.approx(
            baseline.prob(question).probability, abs=0.006
        )
    assert back.facts == baseline.facts
    with pytest.raises(fm.FitFileError, match="load_forecast"):
        fm.load(tmp_path / "f.nc")
    with pytest.raises(fm.FitFileError, match="no file"):
        fm.load_forecast(tmp_path / "absent.nc")
