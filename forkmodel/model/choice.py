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
    mixed_segments,
    utilities,
)
from forkmodel.model.enterprise import EnterpriseDesign, enterprise_shares
from forkmodel.model.gateway import gateway_shares
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.price import PriceDesign, PriceState, paid_over_list
from forkmodel.model.shares import leaning, money_shares, monthly_tilt
from forkmodel.model.walks import monthly_level
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
#: Steps and spread of what moves by month. What moves developers moves them on every gateway, so the second
#: gateway's mix and leaning keep a distance from the router's.
MIXES = {
    "mix_router": ("mix_router_step", "mix_walk"),
    "mix_gateway": ("mix_router_step", "mix_walk"),
    "mix_enterprise": ("mix_enterprise_step", "mix_walk"),
    "fringe": ("fringe_step", "fringe_walk"),
}
LEANS = {
    "router_lean": ("router_step", "router_walk"),
    "gateway_lean": ("router_step", "router_walk"),
    "enterprise_lean": ("enterprise_step", "enterprise_walk"),
}


@dataclass(frozen=True)
class ChoiceDesign:
    """Index arrays from cells to developers, vendors and the months that surveys and gateways see."""

    demand: DemandDesign
    developers: pd.Index
    cell_developer_month: np.ndarray
    enterprise: EnterpriseDesign
    survey_entities: tuple[str, ...]
    walk_level: np.ndarray
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
            enterprise=EnterpriseDesign.from_demand(demand, developers, panel.catalogue.names.firms),
            survey_entities=tuple(sorted(set(survey["entity"].to_numpy().astype(str)))),
            walk_level=_walk_levels(demand, len(panel.catalogue.quarters), _last_survey_knot(survey, demand)),
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


def _walk_levels(demand: DemandDesign, n_knots: int, lean_knot: int) -> np.ndarray:
    """Return the levels by month (path, month, step) per step of each path's walk.

    Levels are stated at the last knot because that is where the data are and what readers ask about; the
    leaning of enterprise buyers is zero at a knot of its own.
    """
    to_last, to_survey = (
        monthly_level(n_knots, knot, demand.month_knot, demand.month_fraction) for knot in (-1, lean_knot)
    )
    return np.stack([to_survey if name == "enterprise_lean" else to_last for name in (*MIXES, *LEANS)])


@dataclass(frozen=True)
class ChoicePaths:
    """Shares on cells: token shares per market, money share in the enterprise market; paths by month.

    ``held``, ``router_held`` and ``enterprise_held`` (segment x cell,) are the shares of both segments, one
    after the other.
    """

    held: Array
    router_held: Array
    router_share: Array
    enterprise_held: Array
    enterprise_money: Array
    paid: Array
    fringe: Array
    mix_router: Array
    mix_enterprise: Array
    mix_gateway: Array
    router_lean: Array
    enterprise_lean: Array
    gateway_lean: Array

    @property
    def frontier_share(self) -> Array:
        """Token shares of the frontier segment."""
        return _segment(self.held, 0)

    @property
    def threshold_share(self) -> Array:
        """Token shares of the threshold segment."""
        return _segment(self.held, 1)

    @property
    def router_frontier_share(self) -> Array:
        """Token shares of the frontier segment as the router's buyers lean."""
        return _segment(self.router_held, 0)

    @property
    def router_threshold_share(self) -> Array:
        """Token shares of the threshold segment as the router's buyers lean."""
        return _segment(self.router_held, 1)

    @property
    def enterprise_frontier_share(self) -> Array:
        """Token shares of the frontier segment as enterprise buyers lean and stay."""
        return _segment(self.enterprise_held, 0)

    @property
    def enterprise_threshold_share(self) -> Array:
        """Token shares of the threshold segment as enterprise buyers lean and stay."""
        return _segment(self.enterprise_held, 1)


def _segment(shares: Array, place: int) -> Array:
    """Return one segment's part of shares (segment x cell,)."""
    length = shares.shape[-1] // len(SEGMENTS)
    return shares[..., place * length : (place + 1) * length]


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
        ``held`` (segment x cell,), each segment's in sum one per month, and again as the router's buyers lean
        (``router_held``), and as enterprise buyers lean and stay (``enterprise_held``); ``router_share``
        (cell,), tokens net of the fringe; ``enterprise_money`` (cell,), money at paid prices, in sum one per
        month; ``paid`` (cell,), the price paid up to a common factor; ``fringe``, and mix and leaning by
        market (month,).
    """
    demand, both = design.demand, design.demand.both
    month = demand.cell_month
    shock = demand_shock(ops, demand, residual, value)
    utility = utilities(ops, demand, capability, theta, frontier, shock, value)
    chosen = chosen_shares(ops, both, ops.concat(list(utility), axis=-1))
    held = held_shares(ops, both, chosen, value["choice.inertia"])

    path = monthly_paths(ops, design, value)
    twice = np.tile(month, len(SEGMENTS))
    towards_open = monthly_tilt(ops, path["router_lean"], twice, both.cell_open, len(demand.months))
    router_held = leaning(ops, both.sets, held, towards_open)
    stay = ops.stack([value[f"choice.stay_{segment}"] for segment in SEGMENTS])
    enterprise_held = enterprise_shares(ops, design.enterprise, demand, chosen, path["enterprise_lean"], stay)
    enterprise = mixed_segments(ops, demand.sets, enterprise_held, path["mix_enterprise"])
    router = mixed_segments(ops, demand.sets, router_held, path["mix_router"])
    paid = demand.price_usd_per_mtok * paid_over_list(ops, value, demand.cell_open)
    return ChoicePaths(
        held=held,
        router_held=router_held,
        router_share=router * (1.0 - path["fringe"])[..., month],
        enterprise_held=enterprise_held,
        enterprise_money=money_shares(ops, demand.sets, enterprise, paid),
        paid=paid,
        **path,
    )


def monthly_paths(ops: Ops, design: ChoiceDesign, value: dict[str, Array]) -> dict[str, Array]:
    """Return the markets' mixes and leanings and the fringe (month,), by the names of :class:`ChoicePaths`.

    All are random walks on the quarterly knots, so they are one walk of many columns.
    """
    walks, n_months = [*MIXES.values(), *LEANS.values()], len(design.demand.months)
    mixes = logit(ops.stack([value[f"choice.{name}"] for name in MIXES if name != "fringe"]), ops)
    router = value["choice.router_lean"]
    others = [value["choice.fringe_level"], router, router + value["choice.gateway_lean"], 0.0 * router]
    anchor = ops.concat([mixes, ops.stack(others)], axis=-1)
    spread = np.sqrt(MONTHS_PER_QUARTER) * ops.stack([value[f"choice.{walk}"] for _, walk in walks])
    steps = ops.concat([value[f"choice.{step}"] for step, _ in walks], axis=-1)
    moves = spread[..., None] * ops.split_last(steps, len(walks), design.walk_level.shape[-1])
    level = anchor[..., None] + (design.walk_level * moves[..., None, :]).sum(-1)
    mix, lean = ops.parts(ops.join_last(level), [len(MIXES) * n_months, len(LEANS) * n_months])
    shares = ops.parts(ops.sigmoid(mix), [n_months] * len(MIXES))
    leans = ops.parts(lean, [n_months] * len(LEANS))
    return dict(zip((*MIXES, *LEANS), (*shares, *leans), strict=True))


def gateway_paths(
    ops: Ops, demand: DemandDesign, paths: ChoicePaths, cells: np.ndarray
) -> tuple[Array, Array]:
    """Return the second gateway's shares of tokens and of money on some cells: all those of some months."""
    return gateway_shares(ops, demand, paths.held, paths.gateway_lean, paths.mix_gateway, paths.paid, cells)


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
