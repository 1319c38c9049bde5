"""Prices on the hedonic surface: at the frontier, at fixed capability, and what closed charges on top."""

from __future__ import annotations

import numpy as np

from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.data.panel_prices import DAYS_PER_YEAR, REFERENCE_DATE
from forkmodel.model.capability import INDEX_ORIGIN, INDEX_PER_UNIT
from forkmodel.model.price import REFERENCE_INDEX
from forkmodel.results.scale import PublicScale

__all__ = ["FIXED_INDEX", "LARGEST_LOG_PRICE", "hedonic_log_price", "price_paths"]

#: Public index at which the price of fixed capability is reported: the best model of early 2025.
FIXED_INDEX = 140.0
#: Reported log prices stay within this: no fit comes near it, draws from the prior do.
LARGEST_LOG_PRICE = 30.0


def hedonic_log_price(
    value: dict[str, np.ndarray], theta: np.ndarray, years: np.ndarray, closed: float
) -> np.ndarray:
    """Return the expected log list price (draw, time), USD per million tokens, of a typical seller.

    Parameters
    ----------
    value : dict
        Draws of the price block's parameters.
    theta : array (draw, time)
        Latent ability.
    years : array (time,)
        Years from the reference date.
    closed : float
        1 for a closed model, 0 for an open one.
    """

    def column(name: str) -> np.ndarray:
        return value[f"price.{name}"][:, None]

    nominal = INDEX_ORIGIN + INDEX_PER_UNIT * theta
    premium = column("residual_premium") - column("premium_decay") * years
    log_price: np.ndarray = (
        column("level")
        + column("capability_gradient") * (nominal - REFERENCE_INDEX)
        - column("decline") * years
        + premium * closed
    )
    return log_price


def price_paths(
    value: dict[str, np.ndarray], frontier_index: np.ndarray, scale: PublicScale, dates: np.ndarray
) -> dict[str, np.ndarray]:
    """Compute list prices and premiums at given dates.

    The raw premium compares the two frontiers, the residual one two models of equal capability; the first
    contains the gap, the second does not.

    Parameters
    ----------
    value : dict
        Draws of the price block's parameters.
    frontier_index : array (draw, time, access)
        Capability frontiers on the public scale.
    scale : PublicScale
        Map between latent ability and index.
    dates : array of datetime64
        Dates of the paths.

    Returns
    -------
    dict
        ``price_frontier`` and ``price_fixed_capability`` (draw, time, access), USD per million tokens;
        ``premium_raw`` and ``premium_residual`` (draw, time), ratios.
    """
    reference = np.datetime64(REFERENCE_DATE, "D")
    years = (dates.astype("datetime64[D]") - reference) / np.timedelta64(1, "D") / DAYS_PER_YEAR
    at_frontier = (frontier_index - scale.origin[:, None, None]) / scale.per_unit[:, None, None]
    fixed = np.repeat(scale.latent(FIXED_INDEX)[:, None], len(dates), axis=1)

    def price(theta: np.ndarray, access: str) -> np.ndarray:
        log_price = hedonic_log_price(value, theta, years, float(access == "closed"))
        return np.asarray(np.exp(np.clip(log_price, -LARGEST_LOG_PRICE, LARGEST_LOG_PRICE)))

    frontier_price = [price(at_frontier[:, :, place], access) for place, access in enumerate(ACCESS)]
    fixed_price = [price(fixed, access) for access in ACCESS]
    return {
        "price_frontier": np.stack(frontier_price, axis=-1),
        "price_fixed_capability": np.stack(fixed_price, axis=-1),
        "premium_raw": frontier_price[0] / frontier_price[1],
        "premium_residual": fixed_price[0] / fixed_price[1],
    }
