"""Block 3, choice: what a market reports is a mixture of the segments' shares, seen through its own lens.

Markets differ in their mix of segments, in how their buyers lean towards open weights, and in their unit.
The router counts tokens, of which an unmapped fringe (stealth and unlisted models) takes a part. Enterprise
surveys count money, ``share * price`` renormalised, at the price paid rather than listed, of buyers who
stay long (:mod:`forkmodel.model.enterprise`). A gateway counts both (:mod:`forkmodel.model.gateway`).
Absent entities are not zeros: they are simply not observed, and their mass stays in the denominator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel import Panel
from forkmodel.model.capability import CapabilityDesign, CapabilityState
from forkmodel.model.demand import (
    SEGMENTS,
    DemandDesign,
    chosen_shares,
    demand_shock,
    held_shares,
    interpolate,
    utilities,
    walk_back,
    walk_from,
)
from forkmodel.model.enterprise import EnterpriseDesign, enterprise_segment
from forkmodel.model.gateway import gateway_shares
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.price import PriceDesign, PriceState, paid_over_list
from forkmodel.model.shares import leaning, money_shares, segment_mixture
from forkmodel.priors import PriorSet

__all__ = [
    "TINY",
    "ChoiceDesign",
    "ChoicePaths",
    "ChoiceState",
    "add_choice",
    "choice_paths",
    "gateway_paths",
    "logit",
]

#: Keeps the logarithm of a share finite when every offer of a group has left the market.
TINY = 1e-12
MONTHS_PER_QUARTER = 3.0


@dataclass(frozen=True)
class ChoiceDesign:
    """Index arrays from cells to developers, vendors and the months that surveys and gateways see."""

    demand: DemandDesign
    developers: pd.Index
    cell_developer_month: np.ndarray
    enterprise: EnterpriseDesign
    survey_entities: tuple[str, ...]
    lean_knot: int
    gateway_cells: np.ndarray

    @classmethod
    def from_panel(cls, panel: Panel, price: PriceDesign) -> ChoiceDesign:
        """Place cells on developers and vendors; without rows of its own the gateway has no cells."""
        demand = DemandDesign.from_panel(panel, price)
        developers, n_months = panel.catalogue.developers, len(panel.catalogue.months)
        survey = panel.rows["money_shares"]
        seen = [panel.rows[name]["first_month"].to_numpy() for name in ("gateway_shares", "gateway_bounds")]
        return cls(
            demand=demand,
            developers=developers,
            cell_developer_month=demand.cell_developer * n_months + demand.cell_month,
            enterprise=EnterpriseDesign.from_demand(demand, developers),
            survey_entities=tuple(sorted(set(survey["entity"].to_numpy().astype(str)))),
            lean_knot=_last_survey_knot(survey, demand),
            gateway_cells=np.flatnonzero(np.isin(demand.cell_month, np.unique(np.concatenate(seen)))),
        )


def _last_survey_knot(survey: xr.Dataset, demand: DemandDesign) -> int:
    """Return the knot at which enterprise buyers were last surveyed: there the common taste is theirs."""
    last = survey["last_month"].to_numpy()
    newest = int(last.max()) if len(last) else len(demand.months) - 1
    middle = (
        (int(survey["first_month"].to_numpy()[last == newest].min()) + newest) // 2 if len(last) else newest
    )
    return int(demand.month_knot[middle])


@dataclass(frozen=True)
class ChoicePaths:
    """Shares on cells: token shares per market, money share in the enterprise market; paths by month."""

    frontier_share: Array
    threshold_share: Array
    router_frontier_share: Array
    router_threshold_share: Array
    router_share: Array
    enterprise_frontier_share: Array
    enterprise_threshold_share: Array
    enterprise_money: Array
    paid: Array
    fringe: Array
    mix_router: Array
    mix_enterprise: Array
    mix_gateway: Array
    router_lean: Array
    enterprise_lean: Array
    gateway_lean: Array


def logit(x: Array, ops: Ops) -> Array:
    """Return the log-odds of a share."""
    return ops.log(x) - ops.log1p(-x)


def choice_paths(
    ops: Ops,
    design: ChoiceDesign,
    capability: CapabilityDesign,
    theta: Array,
    frontier: Array,
    residual: Array,
    value: dict[str, Array],
) -> ChoicePaths:
    """Compute every share of the block from its free variables.

    Returns
    -------
    ChoicePaths
        ``frontier_share``, ``threshold_share`` (cell,), each summing to one per month, and both again as the
        router's buyers lean, and as enterprise buyers lean and stay; ``router_share`` (cell,), tokens net of
        the fringe; ``enterprise_money`` (cell,), money at paid prices, summing to one per month; ``paid``
        (cell,), the price paid up to a common factor; ``fringe``, and mix and leaning by market (month,).
    """
    demand = design.demand
    month, sets = demand.cell_month, demand.sets
    shock = demand_shock(ops, demand, residual, value)
    first, second = utilities(ops, demand, capability, theta, frontier, shock, value)
    chosen = [chosen_shares(ops, demand, utility) for utility in (first, second)]
    frontier_share, threshold_share = (
        held_shares(ops, demand, share, value["choice.inertia"]) for share in chosen
    )

    def walk(anchor: Array, step: Array) -> Array:
        return interpolate(walk_back(ops, anchor, step), demand.month_knot, demand.month_fraction)

    def monthly(anchor: Array, step: Array) -> Array:
        return ops.sigmoid(walk(anchor, step))

    quarter = np.sqrt(MONTHS_PER_QUARTER)
    mix_sd = ops.scalar(value["choice.mix_walk"]) * quarter
    router_level = logit(value["choice.mix_router"], ops)
    router_logit = walk(router_level, mix_sd * value["choice.mix_router_step"])
    mix_router = ops.sigmoid(router_logit)
    # What moves developers moves them on every gateway, so its mix and leaning keep a distance from the
    # router's.
    gateway_above = logit(value["choice.mix_gateway"], ops) - router_level
    mix_gateway = ops.sigmoid(router_logit + ops.scalar(gateway_above))
    mix_enterprise = monthly(
        logit(value["choice.mix_enterprise"], ops), mix_sd * value["choice.mix_enterprise_step"]
    )
    fringe_sd = ops.scalar(value["choice.fringe_walk"]) * quarter
    fringe = monthly(value["choice.fringe_level"], fringe_sd * value["choice.fringe_step"])

    lean_sd = ops.scalar(value["choice.router_walk"]) * quarter
    lean = walk(value["choice.router_lean"], lean_sd * value["choice.router_step"])

    router_frontier, router_threshold = (
        leaning(ops, sets, share, lean[..., month], demand.cell_open)
        for share in (frontier_share, threshold_share)
    )
    enterprise_sd = ops.scalar(value["choice.enterprise_walk"]) * quarter
    enterprise_walk = walk_from(ops, enterprise_sd * value["choice.enterprise_step"], design.lean_knot)
    enterprise_lean = interpolate(enterprise_walk, demand.month_knot, demand.month_fraction)
    enterprise_frontier, enterprise_threshold = (
        enterprise_segment(
            ops, design.enterprise, demand, share, enterprise_lean, value[f"choice.stay_{segment}"]
        )
        for segment, share in zip(SEGMENTS, chosen, strict=True)
    )

    paid = demand.price_usd_per_mtok * paid_over_list(ops, value, demand.cell_open)
    enterprise = segment_mixture(enterprise_frontier, enterprise_threshold, mix_enterprise[..., month])
    router = segment_mixture(router_frontier, router_threshold, mix_router[..., month])
    return ChoicePaths(
        frontier_share=frontier_share,
        threshold_share=threshold_share,
        router_frontier_share=router_frontier,
        router_threshold_share=router_threshold,
        router_share=router * (1.0 - fringe)[..., month],
        enterprise_frontier_share=enterprise_frontier,
        enterprise_threshold_share=enterprise_threshold,
        enterprise_money=money_shares(ops, sets, enterprise, paid),
        paid=paid,
        fringe=fringe,
        mix_router=mix_router,
        mix_enterprise=mix_enterprise,
        mix_gateway=mix_gateway,
        router_lean=lean,
        enterprise_lean=enterprise_lean,
        gateway_lean=lean + ops.scalar(value["choice.gateway_lean"]),
    )


def gateway_paths(
    ops: Ops, demand: DemandDesign, paths: ChoicePaths, cells: np.ndarray
) -> tuple[Array, Array]:
    """Return the second gateway's shares of tokens and of money on some cells: all those of some months."""
    return gateway_shares(
        ops,
        demand,
        paths.frontier_share,
        paths.threshold_share,
        paths.gateway_lean,
        paths.mix_gateway,
        paths.paid,
        cells,
    )


@dataclass(frozen=True)
class ChoiceState:
    """What observations and block 4 use of this one.

    Attributes
    ----------
    paths : ChoicePaths
        Shares on cells.
    gateway : tuple of array
        The second gateway's shares of tokens and of money on the design's ``gateway_cells``.
    """

    paths: ChoicePaths
    gateway: tuple[Array, Array]


def add_choice(
    design: ChoiceDesign,
    capability_design: CapabilityDesign,
    priors: PriorSet,
    capability: CapabilityState,
    price: PriceState,
) -> ChoiceState:
    """Add the block to the PyMC model in context.

    Parameters
    ----------
    design, capability_design : ChoiceDesign, CapabilityDesign
        Index arrays made from the same panel.
    priors : PriorSet
        Resolved priors.
    capability, price : CapabilityState, PriceState
        Symbolic output of the blocks before.
    """
    import pymc as pm

    names = (
        "price_frontier",
        "price_threshold_extra",
        "capability_threshold",
        "capability_frontier_extra",
        "threshold",
        "open_taste",
        "router_lean",
        "router_walk",
        "enterprise_walk",
        "gateway_lean",
        "stay_frontier",
        "stay_threshold",
        "brand_spread",
        "shock_spread",
        "endogeneity",
        "ageing",
        "launch",
        "free_limit",
        "inertia",
        "mix_router",
        "mix_enterprise",
        "mix_gateway",
        "mix_walk",
        "fringe_level",
        "fringe_walk",
        "fringe_noise",
        "share_noise",
        "developer_day_noise",
        "access_noise",
        "enterprise_bias",
        "card_bias",
        "card_noise",
        "gateway_noise",
    )
    value: dict[str, Array] = {f"choice.{name}": priors.rv(f"choice.{name}") for name in names}
    for name in ("price.paid_share_closed", "price.paid_share_open"):
        value[name] = priors.rv(name)
    value["choice.brand_unit"] = pm.ZeroSumNormal("choice.brand_unit", sigma=1.0, dims="developer")
    value["choice.shock_unit"] = pm.Normal("choice.shock_unit", dims="model")
    for name in ("mix_router_step", "mix_enterprise_step", "fringe_step", "router_step", "enterprise_step"):
        value[f"choice.{name}"] = pm.Normal(f"choice.{name}", dims="step")
    pm.Normal("choice.survey_bias_unit", dims="survey_entity")

    ops = TensorOps()
    paths = choice_paths(
        ops, design, capability_design, capability.theta, capability.frontier, price.price_residual, value
    )
    return ChoiceState(paths, gateway_paths(ops, design.demand, paths, design.gateway_cells))
