"""One elasticity everywhere: history, models, diversion and markups, against the utilities themselves."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from forkmodel.market import floored_log_price, floored_price_slope
from forkmodel.model.demand import segment_utilities
from forkmodel.model.latent import latent_state
from forkmodel.model.ops import ArrayOps
from forkmodel.model.shares import Menu, MonthlyOffers, logit_shares
from forkmodel.results.by_model import FREE
from forkmodel.results.paths_elasticity import (
    chosen_by_segment,
    chosen_in_market,
    elasticity_paths,
    offer_elasticities,
)

STEP = 1e-4
LAST = "2026-07-01"


@pytest.fixture(scope="module")
def part(fit):
    return latent_state(fit.values, fit.design)


def with_prices(design, price, floor):
    """Return the design as the panel would have made it at other list prices."""
    demand = dataclasses.replace(
        design.choice.demand, price_usd_per_mtok=price, log_price=floored_log_price(price, floor)
    )
    return dataclasses.replace(design, choice=dataclasses.replace(design.choice, demand=demand))


def log_shares(part, design, price, floor):
    return np.log(chosen_by_segment(part, with_prices(design, price, floor)))


def test_the_design_is_at_the_floor_that_the_elasticity_uses(fit):
    demand, floor = fit.design.choice.demand, fit.options.price_floor_usd_per_mtok
    seen = floored_log_price(demand.price_usd_per_mtok, floor)
    np.testing.assert_allclose(demand.log_price, seen, rtol=1e-12)


def test_history_elasticities_are_the_derivatives_of_shares_in_list_prices(fit, part):
    design, floor = fit.design, fit.options.price_floor_usd_per_mtok
    demand = design.choice.demand
    chosen = chosen_by_segment(part, design)
    found = offer_elasticities(part.value, chosen, demand.price_usd_per_mtok, floor)
    last = np.flatnonzero(demand.cell_month == len(demand.months) - 1)
    by_price = last[np.argsort(demand.price_usd_per_mtok[last], kind="stable")]
    free, cheapest, dearest = by_price[0], by_price[demand.price_usd_per_mtok[by_price] > 0][0], by_price[-1]
    assert demand.price_usd_per_mtok[free] == 0.0
    largest = last[chosen[:, 0, last].mean(0).argmax()]
    for cell in (free, cheapest, dearest, largest):
        up, down = demand.price_usd_per_mtok.copy(), demand.price_usd_per_mtok.copy()
        up[cell] *= np.exp(STEP)
        down[cell] *= np.exp(-STEP)
        moved = (
            log_shares(part, design, up, floor)[..., cell] - log_shares(part, design, down, floor)[..., cell]
        )
        np.testing.assert_allclose(moved / (2 * STEP), found[..., cell], rtol=1e-6, atol=1e-9)
    assert (found[..., free] == 0.0).all()


@pytest.mark.parametrize("sets", [Menu(), MonthlyOffers(np.array([0, 1, 0, 1, 0, 1, 1]), 2)])
def test_utilities_shares_and_elasticities_are_one_demand(sets):
    """Through the equations alone, in both layouts, with prices that differ between the segments' buyers."""
    ops, rng, floor, offers = ArrayOps(), np.random.default_rng(11), 0.05, 7
    names = ("capability_threshold", "capability_frontier_extra", "price_frontier", "price_threshold_extra")
    value = {f"choice.{name}": rng.uniform(0.2, 1.5, size=3) for name in names}
    index, common = rng.normal(scale=4.0, size=(2, 3, offers))
    price = rng.lognormal(size=(3, 2, offers))
    price[..., 0] = 0.0

    def chosen(prices):
        seen = floored_log_price(prices, floor)
        bar = np.zeros((3, 1))
        pair = segment_utilities(ops, value, index, bar, (seen[:, 0], seen[:, 1]), common)
        return np.stack([logit_shares(ops, sets, utility) for utility in pair], axis=1)

    found = offer_elasticities(value, chosen(price), price, floor)
    for offer in range(offers):
        up, down = price.copy(), price.copy()
        up[..., offer] *= np.exp(STEP)
        down[..., offer] *= np.exp(-STEP)
        slope = (np.log(chosen(up)) - np.log(chosen(down)))[..., offer] / (2 * STEP)
        np.testing.assert_allclose(slope, found[..., offer], rtol=1e-6, atol=1e-9)
    assert (found[..., 0] == 0.0).all()
    assert (found[..., 1:] < 0.0).all()


def test_the_reported_path_is_the_token_weighted_mean_over_paid_models(fit, part):
    history = fit.history()["elasticity_own"].sel(time=LAST)[0]
    demand, floor = fit.design.choice.demand, fit.options.price_floor_usd_per_mtok
    chosen = chosen_by_segment(part, fit.design)
    models = offer_elasticities(part.value, chosen, demand.price_usd_per_mtok, floor)
    last = (demand.cell_month == len(demand.months) - 1) & (demand.price_usd_per_mtok > 0.0)
    for name, inside in (("closed", demand.cell_open == 0.0), ("open", demand.cell_open == 1.0)):
        weight = chosen * (inside & last)
        mean = (weight * models).sum(-1) / weight.sum(-1)
        np.testing.assert_allclose(history.sel(access=name), mean, rtol=1e-9)


@pytest.mark.parametrize("place", ["openrouter", "enterprise", "gateway"])
def test_a_models_elasticity_is_that_of_its_markets_choosers(fit, part, place):
    demand, floor = fit.design.choice.demand, fit.options.price_floor_usd_per_mtok
    chosen = chosen_in_market(part, fit.design, place)
    last = (demand.cell_month == len(demand.months) - 1) & (demand.price_usd_per_mtok > 0.0)
    expected = offer_elasticities(part.value, chosen, demand.price_usd_per_mtok, floor)[..., last]
    np.testing.assert_allclose(fit.elasticities(market=place)[0], expected, rtol=1e-12)


def test_cheap_models_are_less_elastic_than_the_price_coefficient(fit):
    models = fit.elasticities()
    eta = fit.posterior["choice.price_frontier"]
    assert (models <= 0.0).all()
    assert (models.sel(segment="frontier") >= -eta).all()
    demand, floor = fit.design.choice.demand, fit.options.price_floor_usd_per_mtok
    last = (demand.cell_month == len(demand.months) - 1) & (demand.free == 0)
    price = demand.price_usd_per_mtok[last]
    bound = floored_price_slope(eta.to_numpy()[0][:, None], price, floor)
    assert (models.sel(segment="frontier").to_numpy()[0] >= bound - 1e-12).all()


@pytest.mark.parametrize("by", ["developer", "access"])
@pytest.mark.parametrize("place", ["openrouter", "enterprise"])
def test_diversion_sums_to_one_over_all_offers(fit, place, by):
    ratio = fit.diversion(market=place, by=by)
    total = ratio.sum(f"{by}_to", skipna=False)
    # A developer that hardly anybody chooses in a draw loses nobody that could be counted.
    assert float(total.notnull().mean()) > 0.6
    np.testing.assert_allclose(total.to_numpy()[total.notnull().to_numpy()], 1.0, rtol=1e-6)


def test_diversion_counts_free_offers_among_those_that_receive(fit, part):
    """Against sums over offers: closed models raise their prices, and open ones, free or paid, receive."""
    demand, floor = fit.design.choice.demand, fit.options.price_floor_usd_per_mtok
    last = np.flatnonzero(demand.cell_month == len(demand.months) - 1)
    share = chosen_in_market(part, fit.design, "openrouter")[..., last]
    mix = part.choice.mix_router[:, -1]
    weight = np.stack([mix, 1.0 - mix], axis=1)[..., None]
    eta = np.stack([part.value["choice.price_frontier"]] * 2, axis=1)
    eta[:, 1] += part.value["choice.price_threshold_extra"]
    slope = -eta[..., None] * demand.price_usd_per_mtok[last] / (demand.price_usd_per_mtok[last] + floor)
    opened = demand.cell_open[last] > 0
    pull = (share * slope * ~opened).sum(-1, keepdims=True)
    change = (weight * share * (slope * ~opened - pull)).sum(1)
    free = demand.free[last] > 0
    assert (change[:, free & opened] > 0.0).all()
    found = fit.diversion(by="access").sel(access="closed", access_to="open").to_numpy()[0]
    np.testing.assert_allclose(found, change[:, opened].sum(1) / -change[:, ~opened].sum(1), rtol=1e-8)


def test_free_offers_have_no_elasticity_and_no_markup_of_their_own(fit):
    for found in (fit.elasticities(), fit.markups()):
        labels = found["model"].to_index()
        assert labels.is_unique
        assert not labels.str.endswith(FREE).any()
        assert labels.isin(fit.panel.catalogue.models.index).all()
    access = fit.panel.catalogue.models["access"].loc[fit.markups()["model"].to_numpy()]
    assert (fit.markups().isel(model=np.flatnonzero(access == "open")) == 0.0).all()


def test_months_without_a_paid_offer_have_no_elasticity(fit, part):
    demand = fit.design.choice.demand
    free = dataclasses.replace(demand, price_usd_per_mtok=0.0 * demand.price_usd_per_mtok)
    found = elasticity_paths(chosen_by_segment(part, fit.design), free, part.value, 0.02)
    assert np.isnan(found).all()
