"""How utility responds to price: one array for both the log-price and the level-price form of logit demand.

All elasticities need only ``b_sj = dV_sj / dlog p_j``, the derivative of utility in the product's own log
price:

    log form      V = a - eta_s log p            b = -eta_s
    floor form    V = a - eta_s log(p + c)       b = -eta_s p_j / (p_j + c)
    level form    V = a + alpha_s p              b = alpha_s p_j

so the functions of this package take ``b`` as their ``slope`` and need not know the form. The choice block
has the floor form: the floor ``c`` makes a free offer an offer among others, and for it a change of price in
proportion is no change at all.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import Numeric, as_array

__all__ = [
    "PriceForm",
    "floored_log_price",
    "floored_price_slope",
    "level_price_slope",
    "log_price_slope",
    "price_exposure",
]

#: How price enters utility: ``"log"`` (the floor form with a floor of zero) or ``"level"`` (plain logit with
#: dollars).
PriceForm = Literal["log", "level"]


def floored_log_price[A: (np.ndarray, xr.DataArray)](price: A, floor: float) -> A:
    """Return the log price that buyers see: ``log(p + c)``.

    Parameters
    ----------
    price : array
        Price of each product, at least 0; labelled or plain.
    floor : float
        What utility adds to every price, above 0 where a price is 0.
    """
    # NumPy keeps a labelled array labelled, which its types do not say.
    log: Any = np.log
    seen: A = log(price + floor)
    return seen


def price_exposure[A: (np.ndarray, xr.DataArray)](price: A, floor: float) -> A:
    """Return how far the price that buyers see moves with an offer's own: ``dlog(p + c) / dlog p``.

    Parameters
    ----------
    price : array
        Price of each product, at least 0; labelled or plain.
    floor : float
        What utility adds to every price before the logarithm, above 0 where a price is 0.

    Returns
    -------
    array
        ``p / (p + c)``: 0 for a free offer, near 1 for one far dearer than the floor.
    """
    return price / (price + floor)


def floored_price_slope[A: (np.ndarray, xr.DataArray)](eta: A, price: A, floor: float) -> A:
    """Return the slope of utility in log price when utility falls by ``eta`` per unit of ``log(p + c)``.

    Parameters
    ----------
    eta : array
        Price sensitivity, positive; labelled or plain, and broadcast against the prices.
    price : array
        Price of each product, at least 0.
    floor : float
        What utility adds to every price before the logarithm.

    Returns
    -------
    array
        ``-eta p / (p + c)``.

    Raises
    ------
    ForkModelError
        If an ``eta`` is not positive.
    """
    _check_eta(eta)
    slope: A = -eta * price_exposure(price, floor)
    return slope


def log_price_slope(eta: Numeric) -> xr.DataArray:
    """Return the slope of utility in log price when utility falls by ``eta`` per unit of log price.

    Parameters
    ----------
    eta : DataArray or float
        Price sensitivity, positive; dims such as ``segment``.

    Returns
    -------
    DataArray
        ``-eta``, with the dims of ``eta``.

    Raises
    ------
    ForkModelError
        If an ``eta`` is not positive.
    """
    array = as_array(eta)
    _check_eta(array)
    return -array


def level_price_slope(alpha: Numeric, price: Numeric) -> xr.DataArray:
    """Return the slope of utility in log price when utility is linear in price.

    Parameters
    ----------
    alpha : DataArray or float
        Utility per unit of currency, negative; dims such as ``segment``.
    price : DataArray or float
        Price of each product.

    Returns
    -------
    DataArray
        ``alpha * price``, with the dims of both.

    Raises
    ------
    ForkModelError
        If an ``alpha`` is not negative.
    """
    array = as_array(alpha)
    if bool((array >= 0.0).any()):
        raise ForkModelError("alpha must be negative: utility has to fall with price. Pass dV/dp.")
    return array * as_array(price)


def _check_eta(eta: np.ndarray | xr.DataArray) -> None:
    if bool((eta <= 0.0).any()):
        raise ForkModelError(
            "eta must be positive: demand has to fall with price. Pass the sensitivity, not its negative."
        )
