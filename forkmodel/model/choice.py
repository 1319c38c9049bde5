"""Block 3, choice: what a market reports is a mixture of the segments' shares, seen through its own lens.

Markets differ in their mix of segments and in their unit. The router counts tokens, of which an unmapped
fringe (stealth and unlisted models) takes a part, and its buyers lean towards open weights by an amount that
walks; enterprise surveys count money, ``share * price``
renormalised, at the price paid rather than listed. Absent entities are not zeros: they are simply not
observed, and their mass stays in the denominator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import positions
from forkmodel.data.panel_choice import CARD_LABS
from forkmodel.model.capability import CapabilityDesign, CapabilityState
from forkmodel.model.demand import (
    DemandDesign,
    demand_shock,
    interpolate,
    segment_mixture,
    segment_shares,
    utilities,
    walk_back,
)
from forkmodel.model.observe import observed
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.price import PriceDesign, PriceState
from forkmodel.priors import PriorSet

__all__ = ["ChoiceDesign", "ChoiceState", "add_choice", "choice_paths"]

#: Degrees of freedom of share observations: heavy enough for one odd month, fixed because few series see it.
SHARE_TAIL = 5.0
#: Log standard deviation of a survey's share around the truth plus the survey's bias.
SURVEY_SD = 0.15
#: Keeps the logarithm of a share finite when every offer of a group has left the market.
TINY = 1e-12
MARKETS = ("router", "enterprise")
MONTHS_PER_QUARTER = 3.0


@dataclass(frozen=True)
class ChoiceDesign:
    """Index arrays from cells to the entities that markets report."""

    demand: DemandDesign
    developers: pd.Index
    cell_developer_month: np.ndarray
    access_month: np.ndarray
    day_cell: np.ndarray
    survey_entity: np.ndarray
    survey_is_open: np.ndarray
    survey_first: np.ndarray
    survey_last: np.ndarray
    survey_bias: np.ndarray
    survey_names: tuple[str, ...]
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
        entity = survey["entity"].to_numpy().astype(str)
        is_open = entity == "open"
        names = tuple(sorted(set(entity)))
        labs = [lab if lab in developers else developers[0] for lab in CARD_LABS]
        first, second = positions(labs, developers)
        return cls(
            demand=demand,
            developers=developers,
            cell_developer_month=demand.cell_developer * n_months + demand.cell_month,
            access_month=positions(shares["access_shares"]["month"], months),
            day_cell=positions(day["developer"], developers) * n_months + positions(day["month"], months),
            survey_entity=np.where(is_open, 0, developers.get_indexer(pd.Index(entity))).astype(np.int64),
            survey_is_open=is_open.astype(float),
            survey_first=survey["first_month"].to_numpy(),
            survey_last=survey["last_month"].to_numpy(),
            survey_bias=positions(entity, pd.Index(names)) if names else np.zeros(0, dtype=np.int64),
            survey_names=names,
            card_month=positions(shares["card_ratio"]["month"], months),
            card_labs=(int(first), int(second)),
        )


@dataclass(frozen=True)
class ChoicePaths:
    """Shares on cells: token shares per market, money share in the enterprise market; paths by month."""

    frontier_share: Array
    threshold_share: Array
    router_frontier_share: Array
    router_threshold_share: Array
    router_share: Array
    enterprise_money: Array
    fringe: Array
    mix_router: Array
    mix_enterprise: Array
    router_lean: Array


@dataclass(frozen=True)
class ChoiceState:
    """What block 4 uses of this one."""

    paths: ChoicePaths


def _logit(x: Array, ops: Ops) -> Array:
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
        router's buyers lean; ``router_share`` (cell,), tokens net of the fringe; ``enterprise_money``
        (cell,), money at paid prices, summing to one per month; ``fringe``, ``mix_router``,
        ``mix_enterprise``, ``router_lean`` (month,).
    """
    demand = design.demand
    month, n_months = demand.cell_month, len(demand.months)
    shock = demand_shock(ops, demand, residual, value)
    first, second = utilities(ops, demand, capability, theta, frontier, shock, value)
    frontier_share = segment_shares(ops, demand, first, value["choice.inertia"])
    threshold_share = segment_shares(ops, demand, second, value["choice.inertia"])

    def walk(anchor: Array, step: Array) -> Array:
        return interpolate(walk_back(ops, anchor, step), demand.month_knot, demand.month_fraction)

    def monthly(anchor: Array, step: Array) -> Array:
        return ops.sigmoid(walk(anchor, step))

    quarter = np.sqrt(MONTHS_PER_QUARTER)
    mix_sd = ops.scalar(value["choice.mix_walk"]) * quarter
    mix_router = monthly(_logit(value["choice.mix_router"], ops), mix_sd * value["choice.mix_router_step"])
    mix_enterprise = monthly(
        _logit(value["choice.mix_enterprise"], ops), mix_sd * value["choice.mix_enterprise_step"]
    )
    fringe_sd = ops.scalar(value["choice.fringe_walk"]) * quarter
    fringe = monthly(value["choice.fringe_level"], fringe_sd * value["choice.fringe_step"])

    lean_sd = ops.scalar(value["choice.router_walk"]) * quarter
    lean = walk(value["choice.router_lean"], lean_sd * value["choice.router_step"])

    tilt = ops.exp(lean[..., month] * demand.cell_open)

    def leaning(share: Array) -> Array:
        tilted = share * tilt
        return tilted / ops.group_sum(tilted, month, n_months)[..., month]

    router_frontier, router_threshold = leaning(frontier_share), leaning(threshold_share)

    # Only the ratio of the two wedges moves money shares; free tokens pay nothing: their price is zero.
    log_wedge = ops.log(ops.scalar(value["price.paid_share_open"])) - ops.log(
        ops.scalar(value["price.paid_share_closed"])
    )
    paid = demand.price_usd_per_mtok * ops.exp(log_wedge * demand.cell_open)
    money = segment_mixture(frontier_share, threshold_share, mix_enterprise, month) * paid
    router = segment_mixture(router_frontier, router_threshold, mix_router, month)
    return ChoicePaths(
        frontier_share=frontier_share,
        threshold_share=threshold_share,
        router_frontier_share=router_frontier,
        router_threshold_share=router_threshold,
        router_share=router * (1.0 - fringe)[..., month],
        enterprise_money=money / ops.group_sum(money, month, n_months)[..., month],
        fringe=fringe,
        mix_router=mix_router,
        mix_enterprise=mix_enterprise,
        router_lean=lean,
    )


def add_choice(
    panel: Panel,
    design: ChoiceDesign,
    capability_design: CapabilityDesign,
    priors: PriorSet,
    capability: CapabilityState,
    price: PriceState,
) -> ChoiceState:
    """Add the block to the PyMC model in context.

    Parameters
    ----------
    panel : Panel
        Model-ready data.
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
        "capability_frontier",
        "capability_threshold",
        "threshold",
        "open_taste",
        "router_lean",
        "router_walk",
        "brand_spread",
        "shock_spread",
        "endogeneity",
        "ageing",
        "launch",
        "free_limit",
        "inertia",
        "mix_router",
        "mix_enterprise",
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
    )
    value: dict[str, Array] = {f"choice.{name}": priors.rv(f"choice.{name}") for name in names}
    for name in ("price.paid_share_closed", "price.paid_share_open"):
        value[name] = priors.rv(name)
    value["choice.brand_unit"] = pm.ZeroSumNormal("choice.brand_unit", sigma=1.0, dims="developer")
    value["choice.shock_unit"] = pm.Normal("choice.shock_unit", dims="model")
    for name in ("mix_router_step", "mix_enterprise_step", "fringe_step", "router_step"):
        value[f"choice.{name}"] = pm.Normal(f"choice.{name}", dims="step")
    survey_bias = pm.Normal("choice.survey_bias_unit", dims="survey_entity")

    ops = TensorOps()
    paths = choice_paths(
        ops, design, capability_design, capability.theta, capability.frontier, price.price_residual, value
    )
    demand, shares = design.demand, panel.shares
    month, n_months = demand.cell_month, len(demand.months)
    n_groups = design.developers.size * n_months

    pm.StudentT(
        "model_shares",
        nu=SHARE_TAIL,
        mu=ops.log(paths.router_share[shares["model_shares"]["cell"].to_numpy()] + TINY),
        sigma=value["choice.share_noise"],
        observed=observed("model_shares", shares["model_shares"]["log_share"].to_numpy()),
        dims="model_share",
    )

    opened = ops.group_sum(paths.router_share * demand.cell_open, month, n_months)
    open_share = (opened / (1.0 - paths.fringe))[design.access_month]
    classified = shares["access_shares"]["classification_sd"].to_numpy()
    pm.StudentT(
        "access_shares",
        nu=SHARE_TAIL,
        mu=_logit(open_share, ops),
        sigma=(value["choice.access_noise"] ** 2 + classified**2) ** 0.5,
        observed=observed("access_shares", shares["access_shares"]["logit_open_share"].to_numpy()),
        dims="access_share",
    )

    fringe = paths.fringe[design.access_month]
    pm.StudentT(
        "fringe",
        nu=SHARE_TAIL,
        mu=_logit(fringe, ops),
        sigma=value["choice.fringe_noise"],
        observed=observed("fringe", shares["access_shares"]["logit_fringe"].to_numpy()),
        dims="access_share",
    )

    by_developer = ops.group_sum(paths.router_share, design.cell_developer_month, n_groups)
    pm.StudentT(
        "developer_days",
        nu=SHARE_TAIL,
        mu=ops.log(by_developer[design.day_cell] + TINY),
        sigma=value["choice.developer_day_noise"],
        observed=observed("developer_days", shares["developer_days"]["log_share"].to_numpy()),
        dims="developer_day",
    )

    money = ops.group_sum(paths.enterprise_money, design.cell_developer_month, n_groups)
    money = ops.split_last(money, design.developers.size, n_months)
    _add_surveys(ops, panel, design, paths, money, survey_bias, value)
    return ChoiceState(paths=paths)


def _add_surveys(
    ops: Ops,
    panel: Panel,
    design: ChoiceDesign,
    paths: ChoicePaths,
    money: Array,
    survey_bias: Array,
    value: dict[str, Array],
) -> None:
    """Add the two instruments that see enterprise money: Menlo's survey and company cards."""
    import pymc as pm

    demand = design.demand
    month, n_months = demand.cell_month, len(demand.months)
    open_money = ops.group_sum(paths.enterprise_money * demand.cell_open, month, n_months)
    rows = ops.concat([money, open_money[None, :]], axis=-2)
    summed = ops.cumsum(ops.concat([0.0 * rows[:, :1], rows], axis=-1), axis=-1)
    entity = np.where(design.survey_is_open > 0, design.developers.size, design.survey_entity)
    length = design.survey_last - design.survey_first + 1
    mean_share = (summed[entity, design.survey_last + 1] - summed[entity, design.survey_first]) / length
    pm.StudentT(
        "money_shares",
        nu=SHARE_TAIL,
        mu=ops.log(mean_share + TINY) + (value["choice.enterprise_bias"] * survey_bias)[design.survey_bias],
        sigma=SURVEY_SD,
        observed=observed("money_shares", panel.shares["money_shares"]["log_share"].to_numpy()),
        dims="money_share",
    )
    first, second = design.card_labs
    pm.StudentT(
        "card_ratio",
        nu=SHARE_TAIL,
        mu=ops.log(money[first, design.card_month] + TINY)
        - ops.log(money[second, design.card_month] + TINY)
        + value["choice.card_bias"],
        sigma=value["choice.card_noise"],
        observed=observed("card_ratio", panel.shares["card_ratio"]["log_ratio"].to_numpy()),
        dims="card_month",
    )
