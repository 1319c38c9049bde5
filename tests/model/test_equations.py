"""The equations say the same thing to PyTensor and to NumPy, and behave as the economics demands."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr
from model.prior_values import prior_values

from forkmodel.data.panel_catalogue import decimal_years
from forkmodel.model.adoption import spend_paths
from forkmodel.model.capability import ability, frontiers
from forkmodel.model.choice import choice_paths, gateway_paths
from forkmodel.model.demand import capability_coefficients, chosen_shares, segment_shares, utilities
from forkmodel.model.enterprise import enterprise_shares, held
from forkmodel.model.frontier import FrontierDesign, line_frontiers, tier_frontier
from forkmodel.model.latent import latent_state
from forkmodel.model.ops import ArrayOps, TensorOps
from forkmodel.model.shares import (
    Menu,
    MonthlyOffers,
    held_on,
    leaning,
    log_normalised,
    logit_shares,
    money_shares,
    monthly_tilt,
    tilt,
)
from forkmodel.model.spend import MONTHS_PER_QUARTER, adoption, log_share_paths, pulled
from forkmodel.observations.gateway_shares import UNITS
from forkmodel.observations.share_rows import ShareRows
from forkmodel.priors import load_priors
from forkmodel.results.paths_shares import reach_parts

DRAWS = 4


@pytest.fixture(scope="module")
def values(design):
    return prior_values(load_priors("reference"), design, DRAWS, seed=5)


@pytest.fixture(scope="module")
def numeric(values, design):
    return latent_state(values, design)


def test_symbols_and_numbers_agree(values, panel, design, numeric):
    ops = TensorOps()
    interpret = pytensor.compile.mode.Mode(linker="py", optimizer="fast_compile")
    for draw in range(2):
        value = {name: pt.constant(array[draw]) for name, array in values.items()}
        frontier = frontiers(ops, design.capability, value)
        theta = ability(ops, design.capability, frontier, value)
        residual = value["price.model_spread"] * value["price.model_unit"]
        choice = choice_paths(ops, design.choice, design.capability, theta, frontier, residual, value)
        money = spend_paths(ops, design.spend, design.choice, choice, value["price.decline"], value)
        cells = design.choice.gateway_cells
        tokens, money_shares = gateway_paths(ops, design.choice.demand, choice, cells)
        symbolic = [frontier, theta, choice.router_share, choice.enterprise_money, choice.fringe]
        symbolic += [_placed(panel, design).sums(ops, [tokens, money_shares])]
        symbolic += [money.closed, money.log_share, money.open]
        got = pytensor.function([], symbolic, mode=interpret)()
        want = [numeric.frontier, numeric.theta, numeric.choice.router_share, numeric.choice.enterprise_money]
        want += [
            numeric.choice.fringe,
            _gateway_rows(numeric, panel, design),
            numeric.spend.closed,
            numeric.spend.log_share,
            numeric.spend.open,
        ]
        for one, other in zip(got, want, strict=True):
            np.testing.assert_allclose(one, other[draw], rtol=1e-9, atol=1e-10)


def _gateway(numeric, design, cells=None):
    demand = design.choice.demand
    cells = np.arange(len(demand.cell_month)) if cells is None else cells
    return gateway_paths(ArrayOps(), demand, numeric.choice, cells)


def _gateway_rows(numeric, panel, design):
    cells = design.choice.gateway_cells
    placed = _placed(panel, design)
    return placed.sums(ArrayOps(), list(_gateway(numeric, design, cells)))


def _placed(panel, design):
    choice = design.choice
    rows = panel.rows["gateway_shares"]
    return ShareRows.from_rows(
        rows, choice.demand, choice.developers, cells=choice.gateway_cells, units=UNITS
    )


def test_shares_sum_to_one_in_every_month(numeric, design):
    demand = design.choice.demand
    for cells in (
        numeric.choice.frontier_share,
        numeric.choice.threshold_share,
        numeric.choice.enterprise_frontier_share,
        numeric.choice.enterprise_threshold_share,
        numeric.choice.enterprise_money,
        *_gateway(numeric, design),
    ):
        total = ArrayOps().group_sum(cells, demand.cell_month, len(demand.months))
        np.testing.assert_allclose(total, 1.0, rtol=1e-12)
    total = ArrayOps().group_sum(numeric.choice.router_share, demand.cell_month, len(demand.months))
    np.testing.assert_allclose(total, 1.0 - numeric.choice.fringe, rtol=1e-12)


def test_revenue_shares_sum_to_one(numeric):
    np.testing.assert_allclose(np.exp(numeric.spend.log_share).sum(-1), 1.0, rtol=1e-12)


def _cell_of_last_month(design, access):
    demand = design.choice.demand
    last = demand.cell_month == len(demand.months) - 1
    return int(np.flatnonzero(last & (demand.cell_open == (access == "open")) & (demand.free == 0))[3])


@pytest.mark.parametrize("access", ["closed", "open"])
def test_a_price_cut_raises_own_share_and_lowers_rivals_in_every_draw(values, numeric, design, access):
    demand, cell = design.choice.demand, _cell_of_last_month(design, access)
    cheaper = demand.log_price.copy()
    cheaper[cell] -= 0.5
    moved = dataclasses.replace(
        design,
        choice=dataclasses.replace(design.choice, demand=dataclasses.replace(demand, log_price=cheaper)),
    )
    after = latent_state(values, moved).choice
    same_month = (demand.cell_month == demand.cell_month[cell]) & (np.arange(len(cheaper)) != cell)
    for name in ("frontier_share", "threshold_share"):
        before, now = getattr(numeric.choice, name), getattr(after, name)
        assert (now[:, cell] >= before[:, cell]).all()
        assert (now[:, cell] > before[:, cell]).any()
        assert (now[:, same_month] <= before[:, same_month] + 1e-15).all()


def test_capability_helps_at_the_frontier_and_is_worth_nothing_beyond_the_threshold(values, numeric, design):
    demand, ops = design.choice.demand, ArrayOps()
    cell = _cell_of_last_month(design, "closed")
    model = demand.cell_model[cell]
    shock = np.zeros_like(numeric.theta)
    better = numeric.theta.copy()
    better[:, model] += 0.3
    args = (numeric.frontier, shock, values)
    first, second = utilities(ops, demand, design.capability, numeric.theta, *args)
    first_up, second_up = utilities(ops, demand, design.capability, better, *args)
    share = segment_shares(ops, demand, first, values["choice.inertia"])[:, cell]
    share_up = segment_shares(ops, demand, first_up, values["choice.inertia"])[:, cell]
    assert (share_up >= share).all()
    assert (second_up[:, cell] >= second[:, cell]).all()
    far_above = numeric.theta.copy()
    far_above[:, model] = 100.0
    further = far_above.copy()
    further[:, model] = 101.0
    _, at = utilities(ops, demand, design.capability, far_above, *args)
    _, beyond = utilities(ops, demand, design.capability, further, *args)
    np.testing.assert_allclose(at[:, cell], beyond[:, cell], rtol=0, atol=1e-12)


def test_inertia_carries_each_offer_forward_and_nothing_else(design, panel):
    """Against a loop over cells: last month's buyers stay with their offer, for three months at most."""
    demand = design.choice.demand
    rng = np.random.default_rng(4)
    utility, inertia = rng.normal(size=(1, len(demand.cell_month))), 0.6
    cells = panel.cells
    month = cells["month"].to_numpy().astype("datetime64[M]").astype(int)
    offer = list(zip(cells["model"].to_numpy(), cells["free"].to_numpy(), strict=True))
    chosen = np.exp(utility[0])
    chosen /= np.bincount(demand.cell_month, weights=chosen)[demand.cell_month]
    at = {(offer[i], month[i]): i for i in range(len(month))}
    held = chosen.copy()
    for i, place in enumerate(month):
        for lag in (1, 2, 3):
            if (offer[i], place - lag) in at:
                held[i] += inertia**lag * chosen[at[offer[i], place - lag]]
    held /= np.bincount(demand.cell_month, weights=held)[demand.cell_month]
    found = segment_shares(ArrayOps(), demand, utility, np.array([inertia]))
    np.testing.assert_allclose(found[0], held, rtol=1e-12)


def test_enterprises_hold_what_single_steps_hold(design):
    """Against the step that the forecast takes: what is not reconsidered stays, the rest chooses afresh."""
    enterprise, ops = design.choice.enterprise, ArrayOps()
    rng = np.random.default_rng(6)
    chosen = rng.dirichlet(np.ones(len(enterprise.vendors)), size=len(enterprise.step_quarters))
    chosen = chosen * enterprise.offered
    chosen /= chosen.sum(1, keepdims=True)
    stay, state, want = 0.8, chosen[0], [chosen[0]]
    for step, fresh in zip(enterprise.step_quarters[1:], chosen[1:], strict=True):
        state = held_on(ops, Menu(), state, fresh, stay**step, np.ones(len(fresh)))
        want.append(state)
    want = np.stack(want) * enterprise.offered
    want /= want.sum(1, keepdims=True)
    found = held(ops, enterprise, chosen[None], np.array([stay]))[0]
    np.testing.assert_allclose(found, want, rtol=1e-12)


def test_log_shares_are_those_of_single_steps(design):
    """Against the step that the forecast takes: the closed form, forwards from its first knot."""
    spend, ops, rng = design.spend, ArrayOps(), np.random.default_rng(8)
    quarters, firms = len(spend.quarters), len(spend.firms)
    target, step = rng.normal(size=(1, quarters, firms)), rng.normal(size=(1, quarters - 1, firms))
    pull = np.array([0.05])
    path = log_share_paths(ops, spend, rng.normal(size=(1, firms)), step, pull, target)
    for knot in range(1, quarters):
        after = pulled(
            path[:, knot - 1], MONTHS_PER_QUARTER * pull[:, None], target[:, knot], step[:, knot - 1]
        )
        np.testing.assert_allclose(log_normalised(ops, after), path[:, knot], rtol=1e-9, atol=1e-9)


def test_both_layouts_of_choice_sets_say_the_same():
    """The offers of two months side by side, and each month's as a menu of its own."""
    ops, rng = ArrayOps(), np.random.default_rng(9)
    utility, lean = rng.normal(size=(3, 10)), rng.normal(size=(3, 1))
    opened, paid = (rng.uniform(size=10) > 0.5).astype(float), rng.uniform(size=10)
    months = MonthlyOffers(np.repeat([0, 1], 5), 2)
    by_month = monthly_tilt(ops, np.repeat(lean, 2, axis=1), months.month, opened, 2)
    chosen = leaning(ops, months, logit_shares(ops, months, utility), by_month)
    money = money_shares(ops, months, chosen, paid)
    for part in (slice(0, 5), slice(5, 10)):
        here = tilt(ops, lean, opened[part])
        alone = leaning(ops, Menu(), logit_shares(ops, Menu(), utility[:, part]), here)
        np.testing.assert_allclose(chosen[:, part], alone, rtol=1e-12)
        spent = money_shares(ops, Menu(), alone, paid[part])
        np.testing.assert_allclose(money[:, part], spent, rtol=1e-12)


def test_buyers_who_always_reconsider_buy_what_they_choose(values, numeric, design):
    demand, enterprise = design.choice.demand, design.choice.enterprise
    utility = np.random.default_rng(7).normal(size=(DRAWS, len(demand.cell_month)))
    chosen = np.tile(chosen_shares(ArrayOps(), demand, utility), 2)
    still = np.zeros((DRAWS, len(demand.months)))
    args = (ArrayOps(), enterprise, demand, chosen)
    free = enterprise_shares(*args, still, np.full((DRAWS, 2), 1e-30))
    # The first month has no past; from the second on nobody is held.
    np.testing.assert_allclose(free, chosen, rtol=1e-6, atol=1e-9)
    more = enterprise_shares(*args, still + 1.0, np.full((DRAWS, 2), 0.5))
    usual = enterprise_shares(*args, still, np.full((DRAWS, 2), 0.5))
    both = demand.both
    for month in range(len(both.months)):
        now = (both.cell_open > 0) & (both.cell_month == month)
        if now.any():
            assert (more[:, now].sum(1) > usual[:, now].sum(1)).all()


def test_frontier_buyers_care_more_for_capability_and_less_for_price_in_every_draw(values):
    frontier, threshold = capability_coefficients(values)
    assert (frontier > threshold).all()
    assert (threshold > 0).all()
    assert (values["choice.price_threshold_extra"] > 0).all()


def test_a_row_of_a_survey_is_the_mean_share_of_its_months(numeric, design, panel):
    """Against a loop: developers by name, access classes by the cells' access, closed as well as open."""
    demand, developers = design.choice.demand, design.choice.developers
    entity = np.array(["Anthropic", "open", "closed"])
    rows = xr.Dataset(
        {"first_month": ("row", [10, 3, 3]), "last_month": ("row", [14, 3, 8])},
        coords={"entity": ("row", entity)},
    )
    shares = numeric.choice.enterprise_money
    found = ShareRows.from_rows(rows, demand, developers).sums(ArrayOps(), [shares])
    owner = developers.to_numpy()[demand.cell_developer]
    inside = [owner == "Anthropic", demand.cell_open > 0, demand.cell_open == 0]
    for place, mask in enumerate(inside):
        months = range(int(rows["first_month"][place]), int(rows["last_month"][place]) + 1)
        want = np.mean([shares[:, mask & (demand.cell_month == month)].sum(1) for month in months], axis=0)
        np.testing.assert_allclose(found[:, place], want, rtol=1e-12)


def _two_lines(catch_up: float, growth_open: float = 0.4) -> np.ndarray:
    design = FrontierDesign(
        lines=("c", "o"),
        n_closed=1,
        n_quarters=13,
        start=np.array([0, 0]),
        median_left=np.array([0, 0]),
        median_fraction=np.array([0.0, 0.0]),
    )
    path = line_frontiers(
        ArrayOps(),
        design,
        log_growth_closed=np.log(np.array([0.4])),
        log_growth_open=np.log(np.array([growth_open])),
        growth_spread=np.array([0.0]),
        growth_shock=np.zeros((1, 12, 2)),
        catch_up=np.array([catch_up]),
        level=np.array([[1.0, 0.0]]),
    )
    return path[0, :, 0] - path[0, :, 1]


def test_without_catch_up_equal_growth_keeps_the_gap():
    np.testing.assert_allclose(_two_lines(0.0), 1.0, rtol=1e-12)


def test_the_closed_form_equals_the_recursion():
    gap, kappa, growth = 1.0, 0.15, 0.3
    recursion = [gap]
    for _ in range(12):
        gap = (1 - kappa) * gap + (0.4 - growth)
        recursion.append(gap)
    np.testing.assert_allclose(_two_lines(kappa, growth), recursion, rtol=1e-12)


def test_more_catch_up_never_widens_the_gap():
    gaps = np.stack([_two_lines(kappa, 0.35) for kappa in (0.0, 0.05, 0.1, 0.2, 0.4)])
    assert (np.diff(gaps, axis=0) <= 1e-12).all()


def test_frontiers_of_closed_lines_only_rise(numeric, design):
    closed = numeric.frontier[:, :, : design.capability.frontier.n_closed]
    assert (np.diff(closed, axis=1) > 0).all()


def test_tier_frontier_ignores_lines_that_do_not_exist_yet():
    frontier = np.array([[[5.0, 1.0], [6.0, 2.0]]])
    exists = np.array([[0.0, 1.0], [1.0, 1.0]])
    np.testing.assert_allclose(tier_frontier(frontier, exists), [[1.0, 6.0]])


def test_reach_in_the_history_is_the_reach_that_was_fitted(values, design, panel, numeric):
    """The curve fitted to subscriptions, read at the last quarter: history had another centre once."""
    spend, ops = design.spend, ArrayOps()
    knot = len(panel.catalogue.quarters) - 2
    date = panel.catalogue.quarters[[knot]]
    spots = [spend.firms.index(firm) for firm in spend.reach_firms]
    paying = adoption(ops, values, decimal_years(date))
    log_share = numeric.spend.log_share[:, [knot]][:, :, spots]
    size = log_share + np.log(paying)[..., None]
    level, slope = (values[f"adoption.reach_{name}"][:, None, None] for name in ("level", "slope"))
    fitted = level + values["adoption.reach_offset"][:, None, :] + slope * (size + 1.5)
    reach = 1.0 / (1.0 + np.exp(-fitted))
    found = reach_parts(values, log_share, paying)
    np.testing.assert_allclose(found, reach / reach.sum(-1, keepdims=True), rtol=1e-9)
