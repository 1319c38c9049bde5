"""How utility responds to price: one array for both the log-price and the level-price form of logit demand.

All elasticities need only ``b_sj = dV_sj / dlog p_j``, the derivative of utility in the product's own log
price:

    log form      V = a - eta_s log p        b = -eta_s
    level form    V = a + alpha_s p          b = alpha_s p_j

so the functions of this package take ``b`` as their ``slope`` and need not know the form.
"""

from __future__ import annotations

from typing import Literal

import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import Numeric, as_array

__all__ = ["PriceForm", "level_price_slope", "log_price_slope"]

#: How price enters utility: ``"log"`` (the choice block of the model) or ``"level"`` (plain logit with
#: dollars).
PriceForm = Literal["log", "level"]


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
    if bool((array <= 0.0).any()):
        raise ForkModelError(
            "eta must be positive: demand has to fall with price. Pass the sensitivity, not its negative."
        )
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
