"""Choice shares of a mixed logit with segments: by segment and by market.

A market has segments ``s`` with weights ``w_s`` that sum to one. Within a segment the share of product ``j``
is

    s_sj = exp(V_sj) / sum_k exp(V_sk)        over the products on offer,

and its market share ``s_j = sum_s w_s s_sj``. A product that is not on offer is absent: its share is NaN,
never zero. Any further dims (``chain``, ``draw``, ``time``, ...) broadcast.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.market.labels import (
    Numeric,
    align_to,
    as_array,
    elementwise,
    require_dims,
)

__all__ = [
    "check_segment_shares",
    "check_weights",
    "market_shares",
    "segment_shares",
]

#: How far a sum of shares or weights may be from one.
TOLERANCE = 1e-6


def segment_shares(
    utility: xr.DataArray,
    product_dim: str = "model",
    offered: xr.DataArray | None = None,
    outside: bool = False,
) -> xr.DataArray:
    """Return the logit share of every product within each segment.

    Parameters
    ----------
    utility : DataArray
        Mean utility ``V``, with dim ``product_dim`` and any others. NaN and minus infinity mean "not on
        offer".
    product_dim : str
        Dim of the products.
    offered : DataArray, optional
        Booleans; False means "not on offer". Dims may be a subset of the utility's.
    outside : bool
        Whether buyers may take nothing, at utility zero. The shares then sum to less than one and the rest is
        the outside share.

    Returns
    -------
    DataArray
        Shares with the utility's dims; NaN for absent products, NaN throughout where nothing is on offer.

    Raises
    ------
    ForkModelError
        If the product dim is missing, or a utility on offer is plus infinity (a price of exactly zero).
    """
    require_dims(utility, "utility", product_dim)
    present = np.isfinite(utility) | (utility == np.inf)
    if offered is not None:
        present = present & align_to(utility, offered, "offered").astype(bool)
    value = utility.where(present)
    if bool((value == np.inf).any()):
        raise ForkModelError(
            "A utility is infinite, as at a price of zero under log price. Add a small floor to prices first."
        )
    top = value.max(product_dim)
    if outside:
        top = top.clip(min=0.0)
    weight = elementwise(np.exp, value - top)
    total = weight.sum(product_dim)
    if outside:
        total = total + elementwise(np.exp, -top)
    return (weight / total).transpose(*value.dims)


def check_segment_shares(shares: xr.DataArray, product_dim: str, segment_dim: str) -> xr.DataArray:
    """Return segment shares unchanged, once they are known to be shares.

    Raises
    ------
    ForkModelError
        If a dim is missing, a share is negative, or the shares of a segment sum to more than one.
    """
    require_dims(shares, "segment shares", product_dim, segment_dim)
    total = shares.sum(product_dim)
    if bool((shares < 0.0).any()) or bool((total > 1.0 + TOLERANCE).any()):
        raise ForkModelError(
            f"Segment shares must be at least 0 and sum to at most 1 over {product_dim!r} "
            f"(largest sum here: {float(total.max()):.6g}). Pass what segment_shares returns."
        )
    return shares


def check_weights(shares: xr.DataArray, weights: Numeric, segment_dim: str) -> xr.DataArray:
    """Return segment weights in the segment order of ``shares``, once they are known to sum to one.

    Raises
    ------
    ForkModelError
        If the weights lack the segment dim, are negative, or do not sum to one over it.
    """
    aligned = align_to(shares, as_array(weights), "weights")
    require_dims(aligned, "weights", segment_dim)
    total = aligned.sum(segment_dim, skipna=False)
    if bool((aligned < 0.0).any()) or bool((abs(total - 1.0) > TOLERANCE).any()):
        worst = float(total.values.ravel()[int(abs(total - 1.0).fillna(0.0).values.argmax())])
        raise ForkModelError(
            f"Weights must be at least 0 and sum to 1 over {segment_dim!r} (one sum here: {worst:.6g}). "
            "Divide them by their sum."
        )
    return aligned


def market_shares(
    segment_shares: xr.DataArray, weights: xr.DataArray, segment_dim: str = "segment"
) -> xr.DataArray:
    """Return market shares: segment shares averaged with the segments' weights.

    Parameters
    ----------
    segment_shares : DataArray
        Shares within segments, with dim ``segment_dim``.
    weights : DataArray
        Segment weights of the market, which sum to one over ``segment_dim``; further dims (``market``)
        broadcast.
    segment_dim : str
        Dim of the segments.

    Returns
    -------
    DataArray
        Shares without the segment dim. A product absent from every segment is NaN.

    Raises
    ------
    ForkModelError
        If the weights do not sum to one or lack a segment.
    """
    require_dims(segment_shares, "segment shares", segment_dim)
    aligned = check_weights(segment_shares, weights, segment_dim)
    present = segment_shares.notnull().any(segment_dim)
    total: xr.DataArray = xr.dot(segment_shares.fillna(0.0), aligned, dim=segment_dim)
    return total.where(present)
