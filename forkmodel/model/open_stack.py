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

from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.spend import SpendDesign
from forkmodel.priors import PriorSet

__all__ = ["PRIOR_ONLY", "add_value", "host_weights", "stick_breaking"]

#: Parameters of the block that no table informs.
PRIOR_ONLY = ("broad_ratio", "integrator_share", "margin_closed", "margin_open", "api_share")


def stick_breaking(ops: Ops, sticks: list[Array]) -> tuple[Array, Array]:
    """Return what each stick takes of what those before it leave (..., stick), and what all of them leave."""
    rest: Array = 1.0
    weights = []
    for stick in sticks:
        weights.append(stick * rest)
        rest = rest * (1.0 - stick)
    return ops.stack(weights), rest


def host_weights(ops: Ops, sticks: list[Array]) -> Array:
    """Return the shares (host,) of the hosts with published revenue, in size-biased order."""
    return stick_breaking(ops, sticks)[0]


def add_value(design: SpendDesign, priors: PriorSet) -> Array:
    """Add the block to the PyMC model in context.

    Parameters
    ----------
    design : SpendDesign
        Index arrays.
    priors : PriorSet
        Resolved priors.

    Returns
    -------
    (host,)
        Hosts' shares of the part of open spend that stays with hosts.
    """
    import pymc as pm

    for name in PRIOR_ONLY:
        priors.rv(f"value.{name}")
    priors.rv("value.developer_royalty")
    discount = priors.rv("value.partition_discount")
    strength = priors.rv("value.partition_strength")
    priors.rv("spend.host_noise")
    sticks = [
        pm.Beta(f"value.stick_{i + 1}", 1.0 - discount, strength + (i + 1) * discount)
        for i in range(len(design.hosts))
    ]
    return host_weights(TensorOps(), sticks)
