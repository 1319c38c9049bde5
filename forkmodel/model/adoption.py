"""Block 4, adoption and spend: firms that pay, closed revenue by firm, and the money for hosted open models.

The equations are in :mod:`forkmodel.model.spend`; what Ramp, the Census, press and filings see of them in
:mod:`forkmodel.observations`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.model.choice import ChoiceDesign, ChoicePaths
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.spend import (
    MONTHS_PER_QUARTER,
    SpendDesign,
    category_response,
    closed_money_shares,
    log_closed_spend,
    log_open_spend,
    log_share_paths,
)
from forkmodel.model.zero_sum import zero_sum
from forkmodel.priors import PriorSet

__all__ = ["SHARE_PRIORS", "SpendPaths", "add_adoption", "spend_paths"]

#: Prior key of each closed firm's log revenue share, in the order of the firms.
SHARE_PRIORS = {
    "Anthropic": "spend.log_share_anthropic",
    "Google DeepMind": "spend.log_share_google",
    "OpenAI": "spend.log_share_openai",
    "xAI": "spend.log_share_xai",
    OTHER_CLOSED: "spend.log_share_other",
}
#: Closed firms of another market have equal parts before the data, each within a factor of five (90 %).
FIRM_SHARE, FIRM_SHARE_SD = "spend.log_share_firm", 1.0


@dataclass(frozen=True)
class SpendPaths:
    """Paths on the knots: ``closed`` (quarter,), ``log_share`` (quarter, firm), ``open`` (quarter,)."""

    closed: Array
    log_share: Array
    open: Array


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
    final = _final_shares(ops, design, value)
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


def _final_shares(ops: Ops, design: SpendDesign, value: dict[str, Array]) -> Array:
    """Return closed firms' log shares (firm,) at the last knot, not normalised."""
    if FIRM_SHARE not in value:
        return ops.stack([value[SHARE_PRIORS[firm]] for firm in design.firms])
    return ops.concat([value[FIRM_SHARE], value[SHARE_PRIORS[OTHER_CLOSED]][..., None]], axis=-1)


def add_adoption(
    design: SpendDesign,
    priors: PriorSet,
    choice: ChoiceDesign | None,
    shares: ChoicePaths | None,
    decline: Array | None,
) -> SpendPaths:
    """Add the block to the PyMC model in context.

    Parameters
    ----------
    design : SpendDesign
        Index arrays.
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
    if set(design.firms) == set(SHARE_PRIORS):
        value |= {key: priors.rv(key) for key in SHARE_PRIORS.values()}
    else:
        named = len(design.firms) - 1
        equal = -np.log(max(named, 1))
        value[FIRM_SHARE] = pm.Normal(FIRM_SHARE, equal, FIRM_SHARE_SD, dims="named_firm")
        value[SHARE_PRIORS[OTHER_CLOSED]] = priors.rv(SHARE_PRIORS[OTHER_CLOSED])
    for name in ("innovation", "imitation", "ceiling", "census_shift", "wording_break", "noise"):
        value[f"adoption.{name}"] = priors.rv(f"adoption.{name}")
    for name in ("reach_level", "reach_slope", "reach_noise"):
        value[f"adoption.{name}"] = priors.rv(f"adoption.{name}")
    value["spend.growth_informed"] = pm.Normal(
        "spend.growth_informed", 0.0, value["spend.growth_walk"], dims="growth_informed"
    )
    value["spend.growth_unit"] = pm.Normal("spend.growth_unit", dims="growth_unit")
    value["spend.share_informed"] = zero_sum(
        "spend.share_informed",
        value["spend.share_walk"] * np.sqrt(MONTHS_PER_QUARTER),
        "share_informed",
        "named_firm",
    )
    value["spend.share_unit"] = zero_sum("spend.share_unit", 1.0, "share_unit", "named_firm")
    pm.Normal("adoption.reach_offset", 0.0, 0.5, dims="reach_firm")

    decline = 0.0 if decline is None else decline
    return spend_paths(TensorOps(), design, choice, shares, decline, value)
