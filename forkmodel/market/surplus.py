"""What buyers would lose without some of the products, from the log-sum of a log-price logit.

With ``V_sj = a_sj - eta_s log p_j`` the price index of a segment is

    P_s = (sum_j exp(V_sj))^(-1 / eta_s),

the price per unit of quality that a typical buyer faces: raising all prices by a factor raises ``P_s`` by
that factor. Taking a set of products away multiplies it by ``(1 - S_set)^(-1 / eta_s)``, where ``S_set`` is
the set's share in the segment. The compensating variation is the money that would let the segment buy as much
quality as before,

    CV_s = E_s [(1 - S_set)^(-1 / eta_s) - 1],

for current spend ``E_s``. This is exact, without a cap, for CES-type buyers whose demand for the category
does not shrink as the index rises. It is very sensitive to ``eta``: with ``S_set = 0.5`` it is 0.26 of spend
at ``eta = 3``, 0.78 at 1.2 and 4.0 at 0.43, since a small ``eta`` says that products are poor substitutes.
Where buyers walk away instead of paying, pass a ``category_elasticity`` ``e``: quantity then falls as
``P^(-e)`` and the area under that curve,

    E_s [r^(1 - e) - 1] / (1 - e),        r = (1 - S_set)^(-1 / eta_s)        (E_s log r at e = 1),

is returned, which is smaller and finite for ``e > 1`` even when everything goes.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import Numeric, align_to, elementwise, product_labels, require_dims
from forkmodel.market.slopes import log_price_slope

__all__ = [
    "compensating_variation",
    "total_compensating_variation",
]


def compensating_variation(
    spend: Numeric,
    segment_shares: xr.DataArray,
    eta: Numeric,
    lost: xr.DataArray | list[str],
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
) -> xr.DataArray:
    """Return what each segment would lose, in money, if some products disappeared.

    Parameters
    ----------
    spend : DataArray or float
        Current spend of each segment, per year.
    segment_shares : DataArray
        Shares within segments; NaN = absent.
    eta : DataArray or float
        Price sensitivity, positive.
    lost : DataArray of bool, or list of labels
        Products that disappear, for example ``models.access == "open"``.
    category_elasticity : DataArray or float
        How total quantity falls with the price index; 0 keeps the quantity and gives the formula at the top.
    product_dim : str
        Dim of the products.

    Returns
    -------
    DataArray
        Loss in the currency of ``spend``, at least 0; infinite where nothing remains and
        ``category_elasticity <= 1``.

    Raises
    ------
    ForkModelError
        If ``eta`` is not positive, or a label to lose is unknown.
    """
    log_ratio = _log_ratio(segment_shares, eta, lost, product_dim)
    keep = 1.0 - align_to(segment_shares, category_elasticity, "category_elasticity")
    near_one = abs(keep) < 1e-8
    # A ratio too large for a float is infinite, which is what the formula says.
    with np.errstate(over="ignore", invalid="ignore"):
        growth = elementwise(np.expm1, keep * log_ratio)
    area = (growth / keep.where(~near_one, 1.0)).where(~near_one, log_ratio)
    return align_to(segment_shares, spend, "spend") * area


def total_compensating_variation(
    spend: Numeric,
    segment_shares: xr.DataArray,
    eta: Numeric,
    lost: xr.DataArray | list[str],
    category_elasticity: Numeric = 0.0,
    product_dim: str = "model",
    segment_dim: str = "segment",
) -> xr.DataArray:
    """Return the loss of :func:`compensating_variation`, summed over segments.

    Parameters
    ----------
    spend, segment_shares, eta, lost, category_elasticity, product_dim
        As in :func:`compensating_variation`; ``spend`` must have the segment dim.
    segment_dim : str
        Dim of the segments.

    Returns
    -------
    DataArray
        Loss of the whole market, in the currency of ``spend``.

    Raises
    ------
    ForkModelError
        As in :func:`compensating_variation`, or if ``spend`` is not split by segment.
    """
    if not isinstance(spend, xr.DataArray) or segment_dim not in spend.dims:
        raise ForkModelError(
            f"spend must be split by {segment_dim!r}. Divide the market's total over the segments first."
        )
    loss = compensating_variation(spend, segment_shares, eta, lost, category_elasticity, product_dim)
    return loss.sum(segment_dim, skipna=False)


def _log_ratio(
    segment_shares: xr.DataArray, eta: Numeric, lost: xr.DataArray | list[str], product_dim: str
) -> xr.DataArray:
    """Return the log of the factor by which the index rises."""
    require_dims(segment_shares, "segment shares", product_dim)
    slope = log_price_slope(align_to(segment_shares, eta, "eta"))
    if isinstance(lost, xr.DataArray):
        gone = align_to(segment_shares, lost, "lost").astype(bool)
    else:
        products = product_labels(segment_shares, product_dim)
        unknown = [label for label in lost if label not in products]
        if unknown:
            raise ForkModelError(
                f"lost names unknown {product_dim} {unknown[:5]}. Use labels along {product_dim!r}."
            )
        gone = xr.DataArray(products.isin(lost), dims=product_dim)
    # What remains is added up directly: one minus a share close to one would lose its digits.
    outside = (1.0 - segment_shares.sum(product_dim)).clip(min=0.0)
    outside = outside.where(outside > 1e-9, 0.0)
    kept = segment_shares.where(~gone, 0.0).sum(product_dim) + outside
    share = kept.where(segment_shares.notnull().any(product_dim))
    with np.errstate(divide="ignore"):
        return elementwise(np.log, share).clip(max=0.0) / slope
