"""What markets, surveys and cards report of block 3's shares: the observations, each with its own noise."""

from __future__ import annotations

from dataclasses import dataclass

from forkmodel.data.panel import Panel
from forkmodel.model.capability import CapabilityDesign, CapabilityState
from forkmodel.model.choice import TINY, ChoiceDesign, ChoicePaths, choice_paths, gateway_paths, logit
from forkmodel.model.gateway import add_gateway
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.price import PriceState
from forkmodel.model.replaceable import observed
from forkmodel.priors import PriorSet

__all__ = ["ChoiceState", "add_choice"]

#: Degrees of freedom of share observations: heavy enough for one odd month, fixed because few series see it.
SHARE_TAIL = 5.0
#: Log standard deviation of a survey's share around the truth plus the survey's bias.
SURVEY_SD = 0.15


@dataclass(frozen=True)
class ChoiceState:
    """What block 4 uses of this one."""

    paths: ChoicePaths


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
        mu=logit(open_share, ops),
        sigma=(value["choice.access_noise"] ** 2 + classified**2) ** 0.5,
        observed=observed("access_shares", shares["access_shares"]["logit_open_share"].to_numpy()),
        dims="access_share",
    )

    fringe = paths.fringe[design.access_month]
    pm.StudentT(
        "fringe",
        nu=SHARE_TAIL,
        mu=logit(fringe, ops),
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

    _add_surveys(ops, panel, design, paths, survey_bias, value)
    gateway = gateway_paths(ops, demand, paths, design.gateway.cells)
    add_gateway(panel, design.gateway, ops, gateway, value["choice.gateway_noise"])
    return ChoiceState(paths=paths)


def _add_surveys(
    ops: Ops,
    panel: Panel,
    design: ChoiceDesign,
    paths: ChoicePaths,
    survey_bias: Array,
    value: dict[str, Array],
) -> None:
    """Add the two instruments that see enterprise money: Menlo's survey and company cards."""
    import pymc as pm

    mean_share = design.survey.sums(ops, [paths.enterprise_money])
    bias = value["choice.enterprise_bias"] * survey_bias
    pm.StudentT(
        "money_shares",
        nu=SHARE_TAIL,
        mu=ops.log(mean_share + TINY) + bias[design.survey.entity],
        sigma=SURVEY_SD,
        observed=observed("money_shares", panel.shares["money_shares"]["log_share"].to_numpy()),
        dims="money_share",
    )
    n_months = len(design.demand.months)
    money = ops.group_sum(
        paths.enterprise_money, design.cell_developer_month, design.developers.size * n_months
    )
    money = ops.split_last(money, design.developers.size, n_months)
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
