"""Simulate, fit, compare: tables of a known world are valid, say what was drawn, and give the truth back."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import binom

import forkmodel as fm
from forkmodel.observations.fringe import Fringe
from forkmodel.observations.observation import Observation, Tables
from forkmodel.observations.one_whole import within_one_whole
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.validate.calibration.small_design import DESIGNS, SMALL_OPTIONS, small_market

#: A truth near that of the bundled tables: drawn from their priors, every fifth score is at floor or ceiling.
LIKE_OURS = {
    "capability.growth_closed": 12.0,
    "capability.growth_open": 11.0,
    "capability.growth_spread": 0.2,
    "capability.catch_up": 0.1,
    "capability.shortfall_closed": 5.0,
    "capability.shortfall_open": 10.0,
    "capability.line_level": 140.0,
    "capability.discrimination_spread": 0.4,
    "capability.intercept_spread": 1.0,
    "capability.score_noise": 0.4,
    "capability.score_tail": 6.0,
    "price.level": 0.5,
    "price.capability_gradient": 0.09,
    "price.decline": 0.7,
    "price.residual_premium": 0.4,
    "price.premium_decay": 0.4,
}
BY_NAME = {observation.name: observation for observation in OBSERVATIONS}


@pytest.fixture(scope="module")
def small(market):
    return small_market(market)


@pytest.fixture(scope="module")
def money(small):
    return fm.ForkModel(small, blocks=["adoption"], options=SMALL_OPTIONS)


@pytest.fixture(scope="module")
def world(money):
    return money.simulate(seed=7)


@pytest.fixture(scope="module")
def whole_world(joint_model):
    """The joint model of the full snapshot, at a truth of its own drawing."""
    return joint_model.simulate(seed=3)


def tables_of(market, panel):
    return Tables(market, panel.catalogue, panel.cells, panel.options)


def written(market, panel, name, values):
    """Return the market in which one observation has other values."""
    source = BY_NAME[name]
    table = source.write(tables_of(market, panel), values)
    return fm.Market.from_tables(market.tables() | {source.table: table}, market.vintage)


def read(market, panel, name):
    return BY_NAME[name].rows(tables_of(market, panel))


def moved(panel, name, scale, seed=0):
    vector = BY_NAME[name].observed(panel.rows[name])
    return vector + scale * np.random.default_rng(seed).standard_normal(vector.shape)


@pytest.mark.parametrize("name", [name for name in BY_NAME if name not in ("scores", "gateway_bounds")])
def test_what_is_written_is_read_back(market, panel, name):
    values = moved(panel, name, scale=0.02)
    found = read(written(market, panel, name, values), panel, name)
    np.testing.assert_allclose(BY_NAME[name].observed(found), values, rtol=0.0, atol=1e-9)
    # Nothing else about the rows moves, but for what the unknown tokens add to the open share's error.
    for key, array in panel.rows[name].drop_vars(BY_NAME[name].vector).variables.items():
        if key not in ("classification_sd", "low", "high"):
            np.testing.assert_array_equal(found[key].to_numpy(), array.to_numpy())


def test_scores_beyond_floor_and_ceiling_are_read_as_these(market, panel):
    values = moved(panel, "scores", scale=2.0)
    found = read(written(market, panel, "scores", values), panel, "scores")["logit_score"]
    edge = np.log(0.99 / 0.01)
    np.testing.assert_allclose(found, np.clip(values, -edge, edge), rtol=0.0, atol=1e-9)


def test_a_share_above_its_bound_is_stated_and_one_below_leaves_the_bound(market, panel):
    (bound,) = BY_NAME["gateway_bounds"].observed(panel.rows["gateway_bounds"])
    below = written(market, panel, "gateway_bounds", np.array([bound]))
    xr.testing.assert_identical(read(below, panel, "gateway_bounds"), panel.rows["gateway_bounds"])
    above = written(market, panel, "gateway_bounds", np.array([bound + 1.0]))
    assert read(above, panel, "gateway_bounds").sizes["gateway_bound"] == 0
    stated = read(above, panel, "gateway_shares")["log_share"].to_numpy()
    assert np.isclose(stated, bound + 1.0, rtol=0.0, atol=1e-9).sum() == 1


def test_model_shares_above_a_whole_week_are_scaled_down_together(market, panel):
    values = BY_NAME["model_shares"].observed(panel.rows["model_shares"]) + 2.0
    crowded = written(market, panel, "model_shares", values)
    found = read(crowded, panel, "model_shares")
    month = panel.cells["month"].to_numpy()[found["cell"].to_numpy()]
    less = values - found["log_share"].to_numpy()
    assert less.max() > 0.5
    for each in np.unique(month):
        # One factor a month keeps the ratios, which is what shares are compared by.
        np.testing.assert_allclose(less[month == each], less[month == each][0], rtol=0.0, atol=1e-9)
        assert less[month == each][0] > -1e-9


def test_shares_of_one_period_keep_room_for_one_another(market, panel):
    usage = market.usage
    survey = usage["market"].eq("enterprise_llm_api_spend") & usage["level"].eq("developer")
    more = usage.assign(value=usage["value"].mask(survey & usage["entity"].ne("other"), usage["value"] * 1.4))
    held = within_one_whole(more, usage)
    fm.Market.from_tables(market.tables() | {"usage": held}, market.vintage)
    both = held.loc[survey].groupby("period_end")["value"].sum()
    assert both.max() <= 1.05
    assert held.loc[~survey, "value"].equals(usage.loc[~survey, "value"])


def test_prices_and_revenue_stay_above_what_passes_for_one(market, panel):
    for name in ("prices", "revenue", "host_revenue"):
        low = written(market, panel, name, np.full_like(moved(panel, name, 0.0), -40.0))
        assert read(low, panel, name).sizes == panel.rows[name].sizes


def test_an_observation_without_an_inverse_is_named(small):
    class Unwritten(Fringe):
        name = "unwritten"
        dim = "unwritten_row"
        write = Observation.write

        def rows(self, tables):
            return super().rows(tables).rename(access_share="unwritten_row")

    model = fm.ForkModel(small, options=SMALL_OPTIONS, observations=(*OBSERVATIONS, Unwritten()))
    with pytest.raises(fm.ModelError, match=r"unwritten cannot be simulated.*write\(tables, values\)"):
        model.simulate()


def test_same_seed_same_world(money, world):
    again, other = money.simulate(seed=7), money.simulate(seed=8)
    xr.testing.assert_identical(again.posterior, world.posterior)
    assert again.to_data() == world.to_data() != other.to_data()
    assert world.to_data() != money.data


def test_a_world_is_saved_like_a_fit(world, tmp_path):
    world.save(tmp_path / "world.nc")
    back = fm.load(tmp_path / "world.nc")
    assert back.data == world.to_data()
    assert back.compare(world)["inside"].all()


def test_a_truth_is_kept_and_the_rest_is_drawn(money, world):
    given = {"adoption.ceiling": 0.7, "adoption.reach_offset": 0.1}
    made = money.simulate(given, seed=7)
    assert float(made.posterior["adoption.ceiling"].item()) == 0.7
    assert (made.posterior["adoption.reach_offset"] == 0.1).all()
    assert list(made.posterior) == list(world.posterior)
    # A draw of a fit is a truth too, and leaves nothing to draw.
    draw = world.posterior.isel(chain=0, draw=0)
    same = money.simulate(draw, seed=9)
    xr.testing.assert_equal(same.posterior, world.posterior)
    assert same.to_data() != world.to_data()


def test_a_truth_that_does_not_fit_is_refused(money, world):
    draw = world.posterior
    for truth, says in (
        ({"adoption.celing": 0.7}, "Did you mean 'adoption.ceiling'"),
        ({"adoption.ceiling": 2.0}, "does not allow.*0 to 1"),
        ({"adoption.ceiling": np.nan}, "does not allow"),
        ({"adoption.ceiling": "high"}, "takes a number"),
        ({"adoption.reach_offset": [0.1, 0.2]}, "reach_firm 3"),
        (draw.assign_coords(reach_firm=["a", "b", "c"]), "other labels along reach_firm"),
        (xr.concat([draw, draw], "draw"), "2 along draw"),
    ):
        with pytest.raises(fm.ModelError, match=says):
            money.simulate(truth)
    with pytest.raises(fm.ForkModelError, match="seed"):
        money.simulate(seed=-1)


def test_compare_refuses_what_is_no_truth(money, world):
    fit = money.prior(draws=20)
    with pytest.raises(fm.ForkModelError, match="20 draws"):
        world.compare(fit)
    with pytest.raises(fm.ForkModelError, match="mass"):
        fit.compare(world, mass=90)
    exact = world.compare(world)
    assert exact["inside"].all()
    assert (exact["rank"] == 0.5).all()


def test_the_whole_world_is_a_set_of_tables(joint_model, whole_world, tmp_path):
    data = whole_world.to_data()
    fm.write_data(data, tmp_path)
    assert fm.read_data(tmp_path) == data
    xr.testing.assert_identical(whole_world.panel.router_tokens, joint_model.panel.router_tokens)
    for name, rows in joint_model.panel.rows.items():
        own = whole_world.panel.rows[name]
        if not name.startswith("gateway"):
            assert own.sizes == rows.sizes, name
            vector = BY_NAME[name].vector
            assert (own[vector].to_numpy() != rows[vector].to_numpy()).mean() > 0.9, name
    # Buyers of this world saw its prices.
    assert not np.array_equal(whole_world.panel.cells["log_price"], joint_model.panel.cells["log_price"])
    assert np.array_equal(whole_world.panel.cells["model"], joint_model.panel.cells["model"])


def test_the_whole_world_answers_like_a_fit(whole_world):
    assert whole_world.history().sizes["draw"] == 1
    assert 0.0 < float(whole_world.hhi().isel(time=-1).item()) <= 10_000.0
    assert whole_world.shares().sizes["chain"] == 1
    assert "nothing was sampled" in str(whole_world.review())
    forecast = whole_world.forecast("2027-12")
    assert np.isfinite(forecast.hhi("closed").isel(time=-1)).all()
    assert "Simulation(seed 3" in repr(whole_world)


def recovered(model, truth, seed):
    """Simulate, fit, compare, and hold the comparison to what a right fit would give."""
    world = model.simulate(truth, seed=seed)
    again = fm.ForkModel(world.to_data(), blocks=model.joint.design.blocks, options=model.panel.options)
    table = again.fit(draws=300, tune=300, chains=2, seed=1).compare(world, mass=0.95)
    # One right fit in a thousand has fewer inside, were the rows independent.
    assert table["inside"].sum() >= binom.ppf(0.001, len(table), 0.95), table.loc[
        ~table["inside"]
    ].to_string()
    assert table.loc[table["kind"] == "path", "inside"].mean() >= 0.7
    # Ranks of a right fit spread over the whole of 0 to 1.
    assert 0.3 < table["rank"].mean() < 0.7


def test_a_fit_gives_the_truth_of_the_money_block_back(money):
    recovered(money, None, seed=7)


def test_a_fit_gives_the_truth_of_capability_and_price_back(market):
    design = DESIGNS["smallest"]
    model = fm.ForkModel(small_market(market, design), blocks=["price"], options=design.options)
    recovered(model, LIKE_OURS, seed=5)
