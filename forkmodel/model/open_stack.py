"""Block 5, value: how the open stack's money splits among hosts, and what lies beyond hosted inference.

Host shares are a Pitman-Yor partition with discount ``d`` and strength ``theta``. Its stick-breaking weights
come out in size-biased order, and that is also how a host comes to have its revenue in the press: large ones
are noticed first. So the hosts with published revenue are the first sticks,
``v_i ~ Beta(1 - d, theta + i d)``, and their revenue over the hosts' part of open spend is what the data say
about fragmentation. Everything else of the block (broad value, royalties, margins) has no data yet: its
parameters enter with their priors so that every draw carries one consistent world.

Source: Pitman (1996), Some Developments of the Blackwell-MacQueen Urn Scheme, section 4.
"""

from __future__ import annotations

import numpy as np

from forkmodel.data.panel import Panel
from forkmodel.model.demand import interpolate
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.replaceable import observed
from forkmodel.model.spend import SpendDesign
from forkmodel.priors import PriorSet

__all__ = ["PRIOR_ONLY", "add_value", "host_weights", "stick_breaking"]

#: Parameters of the block that no table informs.
PRIOR_ONLY = ("broad_ratio", "integrator_share", "margin_closed", "margin_open", "api_share")
#: Hosts' shares drift: a revenue figure this many years before the newest one says this much less (log sd).
DRIFT_SD_PER_YEAR = 1.0
REVENUE_TAIL = 4.0


def stick_breaking(ops: Ops, sticks: list[Array]) -> tuple[Array, Array]:
    """Return what each stick takes of what those before it leave (..., stick), and what all of them leave."""
    rest: Array = 1.0
    weights = []
    for stick in sticks:
        weights.append((stick * rest)[..., None])
        rest = rest * (1.0 - stick)
    return ops.concat(weights, axis=-1), rest


def host_weights(ops: Ops, sticks: list[Array]) -> Array:
    """Return the shares (host,) of the hosts with published revenue, in size-biased order."""
    return stick_breaking(ops, sticks)[0]


def add_value(panel: Panel, design: SpendDesign, priors: PriorSet, log_open_spend: Array) -> None:
    """Add the block to the PyMC model in context.

    Parameters
    ----------
    panel : Panel
        Model-ready data.
    design : SpendDesign
        Index arrays made from the same panel.
    priors : PriorSet
        Resolved priors.
    log_open_spend : (quarter,)
        ``log V_o`` of block 4, log billion USD per year.
    """
    import pymc as pm

    for name in PRIOR_ONLY:
        priors.rv(f"value.{name}")
    royalty = priors.rv("value.developer_royalty")
    discount = priors.rv("value.partition_discount")
    strength = priors.rv("value.partition_strength")
    noise = priors.rv("spend.host_noise")
    sticks = [
        pm.Beta(f"value.stick_{i + 1}", 1.0 - discount, strength + (i + 1) * discount)
        for i in range(len(design.hosts))
    ]
    rows = panel.spend["host_revenue"]
    ops = TensorOps()
    weight = host_weights(ops, sticks)[design.host_rows]
    open_spend = interpolate(log_open_spend, rows["knot"].to_numpy(), rows["fraction"].to_numpy())
    stale = DRIFT_SD_PER_YEAR * design.host_age_years
    pm.StudentT(
        "host_revenue",
        nu=REVENUE_TAIL,
        mu=open_spend + ops.log1p(-royalty) + ops.log(weight),
        sigma=(np.square(rows["log_sd"].to_numpy()) + stale**2 + noise**2) ** 0.5,
        observed=observed("host_revenue", rows["log_usd_bn"].to_numpy()),
        dims="host_row",
    )
