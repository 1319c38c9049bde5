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
from forkmodel.data.panel_catalogue import positions
from forkmodel.data.panel_choice import CARD_LABS
from forkmodel.model.capability import CapabilityDesign
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
from forkmodel.model.gateway import GatewayDesign, gateway_shares
from forkmodel.model.ops import Array, Ops
from forkmodel.model.price import PriceDesign, paid_over_list
from forkmodel.model.share_rows import ShareRows
from forkmodel.model.shares import leaning, money_shares, segment_mixture

__all__ = ["TINY", "ChoiceDesign", "ChoicePaths", "choice_paths", "gateway_paths", "logit"]

#: Keeps the logarithm of a share finite when every offer of a group has left the market.
TINY = 1e-12
MONTHS_PER_QUARTER = 3.0


@dataclass(frozen=True)
class ChoiceDesign:
    """Index arrays from cells to the entities that markets report."""

    demand: DemandDesign
    developers: pd.Index
    cell_developer_month: np.ndarray
    access_month: np.ndarray
    day_cell: np.ndarray
    enterprise: EnterpriseDesign
    survey: ShareRows
    lean_knot: int
    gateway: GatewayDesign
    card_month: np.ndarray
    card_labs: tuple[int, int]

    @classmethod
    def from_panel(cls, panel: Panel, price: PriceDesign) -> ChoiceDesign:
        """Place share observations on months, developers and access classes."""
        demand = DemandDesign.from_panel(panel, price)
        developers, months = panel.catalogue.developers, panel.catalogue.months
        shares = panel.shares
        n_months = len(months)
        day = shares["developer_days"]
        survey = shares["money_shares"]
        labs = [lab if lab in developers else developers[0] for lab in CARD_LABS]
        first, second = positions(labs, developers)
        return cls(
            demand=demand,
            developers=developers,
            cell_developer_month=demand.cell_developer * n_months + demand.cell_month,
            access_month=positions(shares["access_shares"]["month"], months),
            day_cell=positions(day["developer"], developers) * n_months + positions(day["month"], months),
            enterprise=EnterpriseDesign.from_demand(demand, developers),
            survey=ShareRows.from_rows(survey, demand, developers),
            lean_knot=_last_survey_knot(survey, demand),
            gateway=GatewayDesign.from_panel(panel, demand, developers),
            card_month=positions(shares["card_ratio"]["month"], months),
            card_labs=(int(first), int(second)),
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
