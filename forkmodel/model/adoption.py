"""Block 4, adoption and spend: firms that pay, closed revenue by firm, and the money for hosted open models.

The instruments: Ramp and Census see adoption (with a level shift and a change of wording), Ramp sees the
growth of spend per employee and how many firms each lab reaches, press and filings see run-rates and the
amounts of past years. The equations are in :mod:`forkmodel.model.spend`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.data.panel import Panel
from forkmodel.model.choice import ChoiceDesign, ChoicePaths
from forkmodel.model.demand import interpolate
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.replaceable import observed
from forkmodel.model.spend import (
    MONTHS_PER_QUARTER,
    SpendDesign,
    adoption,
    category_response,
    closed_money_shares,
    log_closed_spend,
    log_open_spend,
    log_share_paths,
    reach_logit,
)
from forkmodel.priors import PriorSet

__all__ = ["SHARE_PRIORS", "SpendPaths", "SpendState", "add_adoption", "spend_paths"]

REVENUE_TAIL = 4.0
#: Centres of the two regressors below: levels stated where the data are do not trade off with slopes.
LOG_SPEND_PER_ADOPTER = 4.0
LOG_REACH_SIZE = -1.5
#: Prior key of each closed firm's log revenue share, in the order of the firms.
SHARE_PRIORS = {
    "Anthropic": "spend.log_share_anthropic",
    "Google DeepMind": "spend.log_share_google",
    "OpenAI": "spend.log_share_openai",
    "xAI": "spend.log_share_xai",
    "Other closed": "spend.log_share_other",
}


@dataclass(frozen=True)
class SpendPaths:
    """Paths on the knots: ``closed`` (quarter,), ``log_share`` (quarter, firm), ``open`` (quarter,)."""

    closed: Array
    log_share: Array
    open: Array


@dataclass(frozen=True)
class SpendState:
    """What block 5 uses of this one."""

    paths: SpendPaths


def spend_paths(
    ops: Ops,
    design: SpendDesign,
    choice: ChoiceDesign | None,
    shares: ChoicePaths | None,
    decline: Array,
    value: dict[str, Array],
) -> SpendPaths:
    """Compute closed revenue, its split, and open hosted spend from the free variables.

    Parameters
    ----------
    ops : Ops
        Symbolic or numeric operations.
    design : SpendDesign
        Index arrays.
    choice, shares : ChoiceDesign, ChoicePaths or None
        Block 3; without it nothing pulls shares and open money follows the router's tokens alone.
    decline : scalar
        Fall of price at fixed capability, log per year (block 2; zero without it).
    value : dict
        Free variables by name.
    """
    closed = log_closed_spend(
        ops,
        design,
        ops.log(value["spend.closed_level"]),
        value["spend.growth"],
        design.growth_basis.steps(
            ops, value["spend.growth_informed"], value["spend.growth_unit"], value["spend.growth_walk"]
        ),
        category_response(value["spend.category_elasticity"], decline),
    )
    final = ops.concat([value[SHARE_PRIORS[firm]][..., None] for firm in design.firms], axis=-1)
    # The remainder is last and takes no steps of its own: nobody reports on it, so its walk would wander.
    named = design.share_basis.column_steps(
        ops,
        value["spend.share_informed"],
        value["spend.share_unit"],
        value["spend.share_walk"] * np.sqrt(MONTHS_PER_QUARTER),
    )
    step = ops.concat([named, 0.0 * named[..., :1]], axis=-1)
    router = design.log_tokens + 0.0 * closed
    if choice is None or shares is None:
        target = 0.0 * final[..., None, :] + np.zeros((len(design.quarters), len(design.firms)))
        log_share = log_share_paths(ops, design, final, step, 0.0 * value["spend.growth"], target)
    else:
        demand = choice.demand
        month, n_months = demand.cell_month, len(demand.months)
        target = closed_money_shares(ops, design, shares.enterprise_money, n_months, month)
        log_share = log_share_paths(ops, design, final, step, value["spend.share_pull"], target)
        spent = shares.router_share * (demand.cell_open * demand.price_usd_per_mtok)
        router = router + ops.log(ops.group_sum(spent, month, n_months)[..., design.quarter_month] + 1e-9)
    level = closed[..., design.anchor] + ops.log(value["spend.open_ratio"])
    return SpendPaths(
        closed=closed,
        log_share=log_share,
        open=log_open_spend(ops, design, level, router, value["spend.coverage_trend"]),
    )


def add_adoption(
    panel: Panel,
    design: SpendDesign,
    priors: PriorSet,
    choice: ChoiceDesign | None,
    shares: ChoicePaths | None,
    decline: Array | None,
) -> SpendState:
    """Add the block to the PyMC model in context.

    Parameters
    ----------
    panel : Panel
        Model-ready data.
    design : SpendDesign
        Index arrays made from the same panel.
    priors : PriorSet
        Resolved priors.
    choice, shares, decline : optional
        Output of blocks 2 and 3 where they are part of the model.
    """
    import pymc as pm

    names = ["closed_level", "growth", "growth_walk", "share_walk", "open_ratio", "coverage_trend"]
    names += [
        "category_elasticity",
        "revenue_noise",
        "per_adopter_level",
        "per_adopter_slope",
        "per_adopter_noise",
    ]
    if shares is not None:
        names.append("share_pull")
    value: dict[str, Array] = {f"spend.{name}": priors.rv(f"spend.{name}") for name in names}
    value |= {key: priors.rv(key) for key in SHARE_PRIORS.values()}
    for name in ("innovation", "imitation", "ceiling", "census_shift", "wording_break", "noise"):
        value[f"adoption.{name}"] = priors.rv(f"adoption.{name}")
    for name in ("reach_level", "reach_slope", "reach_noise"):
        value[f"adoption.{name}"] = priors.rv(f"adoption.{name}")
    value["spend.growth_informed"] = pm.Normal(
        "spend.growth_informed", 0.0, value["spend.growth_walk"], dims="growth_informed"
    )
    value["spend.growth_unit"] = pm.Normal("spend.growth_unit", dims="growth_unit")
    value["spend.share_informed"] = pm.ZeroSumNormal(
        "spend.share_informed",
        sigma=value["spend.share_walk"] * np.sqrt(MONTHS_PER_QUARTER),
        n_zerosum_axes=1,
        dims=("share_informed", "named_firm"),
    )
    value["spend.share_unit"] = pm.ZeroSumNormal(
        "spend.share_unit", sigma=1.0, n_zerosum_axes=1, dims=("share_unit", "named_firm")
    )
    reach_offset = pm.Normal("adoption.reach_offset", 0.0, 0.5, dims="reach_firm")

    ops = TensorOps()
    paths = spend_paths(ops, design, choice, shares, 0.0 if decline is None else decline, value)
    _observe_revenue(ops, panel, design, paths, value)
    _observe_adoption(ops, panel, design, paths, value, reach_offset)
    return SpendState(paths=paths)


def _observe_revenue(
    ops: Ops, panel: Panel, design: SpendDesign, paths: SpendPaths, value: dict[str, Array]
) -> None:
    import pymc as pm

    rows = panel.spend["closed_revenue"]
    log_revenue = paths.closed[:, None] + paths.log_share
    left, fraction = rows["knot"].to_numpy(), rows["fraction"].to_numpy()
    firm = design.revenue_firm
    run_rate = log_revenue[left, firm] * (1.0 - fraction) + log_revenue[left + 1, firm] * fraction
    by_firm = log_revenue.T[firm]
    # A year's amount is the mean over its four quarters, each at its middle, hence half a quarter of growth.
    in_quarter = 0.5 * (by_firm[:, 1:] - by_firm[:, :-1]) + by_firm[:, :-1]
    covered = design.year_rows[:, :-1]
    weight = covered / np.maximum(covered.sum(1, keepdims=True), 1.0)
    year = ops.log((ops.exp(in_quarter) * weight).sum(-1) + 1e-9)
    period = rows["period"].to_numpy()
    pm.StudentT(
        "revenue",
        nu=REVENUE_TAIL,
        mu=run_rate + (year - run_rate) * period,
        sigma=(rows["log_sd"].to_numpy() ** 2 + value["spend.revenue_noise"] ** 2) ** 0.5,
        observed=observed("revenue", rows["log_usd_bn"].to_numpy()),
        dims="revenue_row",
    )


def _observe_adoption(
    ops: Ops,
    panel: Panel,
    design: SpendDesign,
    paths: SpendPaths,
    value: dict[str, Array],
    reach_offset: Array,
) -> None:
    import pymc as pm

    rows = panel.spend["adoption"]
    share = adoption(ops, value, rows["year"].to_numpy())
    shift = value["adoption.census_shift"] + value["adoption.wording_break"] * rows["new_wording"].to_numpy()
    pm.StudentT(
        "adoption",
        nu=REVENUE_TAIL,
        mu=ops.log(share) - ops.log1p(-share) + shift * rows["census"].to_numpy(),
        sigma=value["adoption.noise"],
        observed=observed("adoption", rows["logit_share"].to_numpy()),
        dims="adoption_row",
    )

    rows = panel.spend["spend_per_employee"]
    spend = interpolate(paths.closed, rows["knot"].to_numpy(), rows["fraction"].to_numpy())
    per_adopter = spend - ops.log(adoption(ops, value, rows["year"].to_numpy())) - LOG_SPEND_PER_ADOPTER
    pm.Normal(
        "spend_per_employee",
        mu=value["spend.per_adopter_level"] + value["spend.per_adopter_slope"] * per_adopter,
        sigma=value["spend.per_adopter_noise"],
        observed=observed("spend_per_employee", rows["log_usd"].to_numpy()),
        dims="spend_row",
    )

    rows = panel.spend["reach"]
    left, fraction = rows["knot"].to_numpy(), rows["fraction"].to_numpy()
    firm = np.array([design.firms.index(str(name)) for name in rows["firm"].to_numpy()], dtype=np.int64)
    log_share = paths.log_share[left, firm] * (1.0 - fraction) + paths.log_share[left + 1, firm] * fraction
    size = log_share + ops.log(adoption(ops, value, rows["year"].to_numpy())) - LOG_REACH_SIZE
    pm.StudentT(
        "reach",
        nu=REVENUE_TAIL,
        mu=reach_logit(
            value["adoption.reach_level"],
            reach_offset[design.reach_firm],
            value["adoption.reach_slope"],
            size,
        ),
        sigma=value["adoption.reach_noise"],
        observed=observed("reach", rows["logit_share"].to_numpy()),
        dims="reach_row",
    )
