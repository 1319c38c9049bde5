"""Own-price elasticities of those who choose in a month, from the utilities and shares of the fit itself.

The elasticity reported everywhere, of the past and of the future, by model and on average, is one and the
same: by how many per cent the tokens of a model's fresh choosers move per per cent of its own list price, in
a segment of fixed size, with the price floor that utility contains. Held shares, which inertia carries over
from earlier months, follow as buyers choose again.
"""

from __future__ import annotations

import numpy as np

from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.market.elasticities import logit_own_elasticity
from forkmodel.market.slopes import floored_price_slope
from forkmodel.model.demand import (
    SEGMENTS,
    DemandDesign,
    chosen_shares,
    demand_shock,
    price_coefficients,
    utilities,
)
from forkmodel.model.design import Design
from forkmodel.model.latent import LatentState
from forkmodel.model.ops import ArrayOps
from forkmodel.model.price import price_residual
from forkmodel.model.shares import leaning, monthly_tilt

__all__ = ["chosen_by_segment", "chosen_in_market", "elasticity_paths", "offer_elasticities"]


def chosen_by_segment(part: LatentState, design: Design) -> np.ndarray:
    """Return the token shares (draw, segment, cell) of those who choose in a month, summing to one in it."""
    ops, demand, value = ArrayOps(), design.choice.demand, part.value
    shock = demand_shock(ops, demand, price_residual(ops, value), value)
    pair = utilities(ops, demand, design.capability, part.theta, part.frontier, shock, value)
    return np.stack([chosen_shares(ops, demand, utility) for utility in pair], axis=1)


def chosen_in_market(part: LatentState, design: Design, market: str) -> np.ndarray:
    """Return the same as a market's buyers lean towards open weights."""
    assert part.choice is not None  # noqa: S101 - the caller checks the blocks
    demand, paths = design.choice.demand, part.choice
    lean = {
        "openrouter": paths.router_lean,
        "enterprise": paths.enterprise_lean,
        "gateway": paths.gateway_lean,
    }[market]
    ops, n_months = ArrayOps(), len(demand.months)
    towards_open = monthly_tilt(ops, lean[:, None], demand.cell_month, demand.cell_open, n_months)
    return np.asarray(leaning(ops, demand.sets, chosen_by_segment(part, design), towards_open))


def offer_elasticities(
    value: dict[str, np.ndarray], chosen: np.ndarray, price: np.ndarray, floor: float
) -> np.ndarray:
    """Return every offer's own-price elasticity (draw, segment, offer).

    Parameters
    ----------
    value : dict
        Draws of the price coefficients.
    chosen : array (draw, segment, offer)
        Shares among those who choose.
    price : array (offer,) or (draw, segment, offer)
        List price, USD per million tokens.
    floor : float
        What utility adds to prices before the logarithm, USD per million tokens.
    """
    eta = np.stack(price_coefficients(value), axis=-1)
    return np.asarray(logit_own_elasticity(floored_price_slope(eta[:, :, None], price, floor), chosen))


def elasticity_paths(
    chosen: np.ndarray, design: DemandDesign, value: dict[str, np.ndarray], floor: float
) -> np.ndarray:
    """Return own-price elasticities (draw, month, segment, access) of an average paid token.

    An access class has the mean over its paid offers, weighted by tokens. A free offer has no price to move
    and no part in the mean.

    Parameters
    ----------
    chosen : array (draw, segment, cell)
        Shares among those who choose, from :func:`chosen_by_segment`.
    design : DemandDesign
        Index arrays of the cells.
    value : dict
        Draws of the free variables.
    floor : float
        What utility adds to prices before the logarithm, USD per million tokens.
    """
    ops, month, n_months = ArrayOps(), design.cell_month, len(design.months)
    own = offer_elasticities(value, chosen, design.price_usd_per_mtok, floor)
    paid = (design.price_usd_per_mtok > 0.0).astype(float)
    out = np.full((len(chosen), n_months, len(SEGMENTS), len(ACCESS)), np.nan)
    for place, access in enumerate(ACCESS):
        inside = design.cell_open if access == "open" else 1.0 - design.cell_open
        weight = chosen * inside * paid
        total = ops.group_sum(weight, month, n_months)
        mean = ops.group_sum(weight * own, month, n_months) / np.where(total > 0.0, total, np.nan)
        out[..., place] = mean.transpose(0, 2, 1)
    return out
