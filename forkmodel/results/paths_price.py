"""Prices on the hedonic surface: at the frontier, at fixed capability, and what closed charges on top."""

from __future__ import annotations

import numpy as np

from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.model.capability import nominal_index
from forkmodel.model.price import hedonic_log_price, log_premium
from forkmodel.results.scale import PublicScale

__all__ = [
    "FIXED_INDEX",
    "LARGEST_LOG_PRICE",
    "bounded_price",
    "premiums",
    "price_paths",
    "typical_log_price",
]

#: Public index at which the price of fixed capability is reported: the best model of early 2025.
FIXED_INDEX = 140.0
#: Reported log prices stay within this: no fit comes near it, draws from the prior do.
LARGEST_LOG_PRICE = 30.0


def typical_log_price(
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

    log_price: np.ndarray = hedonic_log_price(
        column("level"),
        column("capability_gradient"),
        nominal_index(theta),
        column("decline") * years,
        log_premium(column("residual_premium"), column("premium_decay"), years),
        closed,
    )
    return log_price


def bounded_price(log_price: np.ndarray) -> np.ndarray:
    """Return prices from log prices, neither vanishing nor overflowing in draws from the prior."""
    return np.asarray(np.exp(np.clip(log_price, -LARGEST_LOG_PRICE, LARGEST_LOG_PRICE)))


def premiums(at_frontier: np.ndarray, fixed: np.ndarray) -> dict[str, np.ndarray]:
    """Return prices with the ratios of closed over open.

    The raw premium compares the two frontiers, the residual one two models of equal capability; the first
    contains the gap, the second does not.

    Parameters
    ----------
    at_frontier, fixed : array (draw, time, access)
        List price of each tier's best model, and of a model of fixed capability.
    """
    return {
        "price_frontier": at_frontier,
        "price_fixed_capability": fixed,
        "premium_raw": at_frontier[..., 0] / at_frontier[..., 1],
        "premium_residual": fixed[..., 0] / fixed[..., 1],
    }


def price_paths(
    value: dict[str, np.ndarray], frontier_index: np.ndarray, scale: PublicScale, years: np.ndarray
) -> dict[str, np.ndarray]:
    """Compute list prices and premiums at given dates.

    Parameters
    ----------
    value : dict
        Draws of the price block's parameters.
    frontier_index : array (draw, time, access)
        Capability frontiers on the public scale.
    scale : PublicScale
        Map between latent ability and index.
    years : array (time,)
        Years from the date at which the price level is stated.

    Returns
    -------
    dict
        ``price_frontier`` and ``price_fixed_capability`` (draw, time, access), USD per million tokens;
        ``premium_raw`` and ``premium_residual`` (draw, time), ratios.
    """
    at_frontier = scale.latent(frontier_index)
    fixed = np.repeat(scale.latent(FIXED_INDEX)[:, None], len(years), axis=1)

    def price(theta: np.ndarray, access: str) -> np.ndarray:
        return bounded_price(typical_log_price(value, theta, years, float(access == "closed")))

    return premiums(
        np.stack([price(at_frontier[:, :, place], access) for place, access in enumerate(ACCESS)], axis=-1),
        np.stack([price(fixed, access) for access in ACCESS], axis=-1),
    )
