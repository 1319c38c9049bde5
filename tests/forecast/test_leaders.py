"""The price of the best models: listed today, and back towards the surface as new models replace them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from forecast.test_invariants import start_of

from forkmodel.forecast.leaders import Leaders
from forkmodel.forecast.quarter import Quarter
from forkmodel.forecast.start_leaders import leaders_today, listed_today
from forkmodel.forecast.world import World


@pytest.fixture(scope="module")
def begun(quick_fit):
    setting, origin, randomness = start_of(quick_fit)
    return setting, World.begin(setting, origin.start, quick_fit.values, origin.hosts, randomness)


def test_today_it_is_what_the_leaders_list(quick_fit, quick_forecast):
    """By hand, on one draw: a geometric mean of the list prices of all within three points of the best."""
    panel, models = quick_fit.panel, quick_fit.panel.catalogue.models
    price = dict(zip(models.index, listed_today(quick_fit.data, panel), strict=True))
    draw = quick_fit.capability().isel(chain=1, draw=7)
    scores = panel.rows["scores"]["model"].to_series().value_counts()
    for access in ("closed", "open"):
        tier = models.index[models["access"] == access]
        able = {
            name: float(draw.sel(model=name))
            for name in tier
            if scores.get(name, 0) >= 3 and np.isfinite(price[name])
        }
        near = [price[name] for name, index in able.items() if index >= max(able.values()) - 3.0]
        found = quick_forecast.worlds["price_leaders"].sel(access=access).isel(chain=1, draw=7)
        today = found.sel(time=quick_fit.result.vintage.to_period("Q").start_time)
        assert float(today) == pytest.approx(np.exp(np.mean(near)), rel=1e-9), access
        assert np.isnan(found.isel(time=0))


def test_a_tier_without_a_list_price_begins_on_the_surface(begun):
    _, world = begun
    chunk, surface = world.chunk, world.list_prices.at_each(world.frontiers.tier_released)
    none = np.full(surface.shape, np.nan)
    start = replace(chunk.start, leaders_log_price=none)
    np.testing.assert_array_equal(Leaders.begin(replace(chunk, start=start), surface).log_price, surface)


def test_free_models_and_other_tiers_set_no_price(quick_fit):
    panel = quick_fit.panel
    listed = np.full(len(panel.catalogue.models), np.nan)
    index = np.zeros((3, len(listed)))
    assert np.isnan(leaders_today(index, listed, panel)).all()


def test_a_price_comes_back_up_to_what_lasts_and_as_fast_as_menus_change(begun):
    setting, world = begun
    chunk, surface = world.chunk, np.zeros(world.leaders.log_price.shape)
    quiet = replace(
        chunk,
        start=replace(chunk.start, leaders_log_price=surface + 2.0),
        value=chunk.value
        | {f"price.{name}_spread": np.zeros(chunk.count) for name in ("developer", "model")},
    )
    leaders = Leaders.begin(quiet, surface)
    lasts = 2.0 * quiet.parameters["forecast.lasting_appeal"]
    before = leaders.log_price
    for place in range(1, 41):
        quarter = Quarter(place, place, 1.0, place / 4.0, 2026.58 + place / 4.0, setting.levers)
        leaders = leaders.advance(quarter, surface)
        assert (leaders.log_price <= before + 1e-12).all()
        before = leaders.log_price
    slow = quiet.parameters["forecast.menu_years"] > 1.5
    np.testing.assert_allclose(leaders.log_price[~slow, 0], lasts[~slow], atol=0.05)


def test_it_follows_the_surface(begun):
    """Where a war halves all list prices, those of the leaders fall by half once they are replaced."""
    setting, world = begun
    surface = world.list_prices.at_each(world.frontiers.tier_released)
    usual, war = world.leaders, world.leaders
    for place in range(1, 41):
        quarter = Quarter(place, place, 1.0, place / 4.0, 2026.58 + place / 4.0, setting.levers)
        usual, war = usual.advance(quarter, surface), war.advance(quarter, surface + np.log(0.5))
    quick = world.chunk.parameters["forecast.menu_years"] < 1.5
    np.testing.assert_allclose((war.log_price - usual.log_price)[quick], np.log(0.5), atol=0.05)
