"""Block 2, price: a hedonic list price in which capability is a parameter, not data.

``log p ~ StudentT(nu, level + gamma (index_m - 150) - decline * years + (premium - decay * years) * closed
+ r_developer + r_host + s * e_m, sigma)`` over price spells, ``years`` counted from mid-2026.

``gamma`` is the capability gradient, ``decline`` the fall of price at fixed capability, ``premium`` the
residual premium of closed over open at equal capability and ``decay`` its loss per year. ``e_m`` is shared by
all spells of one model: twenty hosts of one open model are not twenty observations of its capability's worth.
The choice block's demand shock loads on the same ``e_m``, which is the control function for price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forkmodel.data.panel import Panel
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.priors import PriorSet

__all__ = [
    "REFERENCE_INDEX",
    "PriceDesign",
    "PriceState",
    "add_price",
    "hedonic_log_price",
    "log_premium",
    "paid_over_list",
    "price_residual",
]

#: Nominal index at which the price level is stated.
REFERENCE_INDEX = 150.0


@dataclass(frozen=True)
class PriceDesign:
    """Index arrays of the block."""

    sellers: tuple[str, ...]
    priced_models: tuple[str, ...]
    model_priced: np.ndarray

    @classmethod
    def from_panel(cls, panel: Panel) -> PriceDesign:
        """List sellers and priced models."""
        models, spells = panel.catalogue.models, panel.rows["prices"]
        sellers = pd.Index(sorted(set(spells["seller"].to_numpy())))
        priced = pd.Index(sorted(set(spells["model"].to_numpy())))
        return cls(
            sellers=tuple(sellers),
            priced_models=tuple(priced),
            # Models without a price have no price residual, and a place below zero.
            model_priced=priced.get_indexer(models.index),
        )


@dataclass(frozen=True)
class PriceState:
    """What later blocks use: ``price_residual`` (priced_model,), log units, and the rate of decline."""

    price_residual: Array
    decline: Array


def log_premium(premium: Array, decay: Array, years: np.ndarray | float) -> Array:
    """Return the log residual premium of closed over open, ``years`` after the reference date."""
    return premium - decay * years


def hedonic_log_price(
    level: Array,
    gradient: Array,
    index: Array,
    fallen: Array,
    premium: Array,
    closed: np.ndarray | float,
) -> Array:
    """Return the log list price of a typical seller's models, log USD per million tokens.

    Parameters
    ----------
    level : array
        Log price of an open model at the reference index and date.
    gradient : array
        Log price per index point.
    index : array
        Nominal index of the models.
    fallen : array
        Fall of log price at fixed capability since the reference date.
    premium : array
        Log residual premium, as from :func:`log_premium`.
    closed : ndarray or float
        1 for closed models, 0 for open ones.
    """
    return level + gradient * (index - REFERENCE_INDEX) - fallen + premium * closed


def price_residual(ops: Ops, value: dict[str, Array]) -> Array:
    """Return ``s e_m`` (priced_model,): by how much all sellers of a model are off the surface."""
    return ops.scalar(value["price.model_spread"]) * value["price.model_unit"]


def paid_over_list(ops: Ops, value: dict[str, Array], opened: np.ndarray) -> Array:
    """Return the price paid over the list price of every offer, as a multiple of that of closed offers.

    Money enters as shares alone, and those depend on nothing but the ratio of the two wedges.
    """
    log_wedge = ops.log(ops.scalar(value["price.paid_share_open"])) - ops.log(
        ops.scalar(value["price.paid_share_closed"])
    )
    return ops.exp(log_wedge * opened)


def add_price(priors: PriorSet) -> PriceState:
    """Add the block to the PyMC model in context.

    Parameters
    ----------
    priors : PriorSet
        Resolved priors.
    """
    import pymc as pm

    names = (
        "level",
        "capability_gradient",
        "decline",
        "residual_premium",
        "premium_decay",
        "developer_spread",
        "host_spread",
        "model_spread",
        "noise",
        "tail",
    )
    value = {f"price.{name}": priors.rv(f"price.{name}") for name in names}
    pm.Normal("price.developer_unit", dims="developer")
    pm.Normal("price.seller_unit", dims="seller")
    value["price.model_unit"] = pm.Normal("price.model_unit", dims="priced_model")
    return PriceState(price_residual(TensorOps(), value), value["price.decline"])
