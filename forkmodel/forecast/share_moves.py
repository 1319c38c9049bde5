"""How log shares of firms walk: faster where a firm is small, and so that wandering costs nobody a share.

The walk is that of :mod:`forkmodel.hindcast.dynamics`, with Gaussian moves. Where log shares walk evenly
the largest firm loses in expectation (Ito's lemma, and shares sum to one); a drift of the variance times the
share less a half takes that back.
"""

from __future__ import annotations

import numpy as np

from forkmodel.forecast.quarter import YEARS_PER_QUARTER

__all__ = ["LEADING_SHARE", "SMALLEST_RECORDED", "share_moves"]

#: Share of a leading firm, of which the long-run speed is stated, and share below which firms move no faster:
#: as in the record of other markets that both speeds are from.
LEADING_SHARE, SMALLEST_RECORDED = 0.2, 0.005


def share_moves(
    share: np.ndarray,
    normals: np.ndarray,
    *,
    settled: np.ndarray,
    power: np.ndarray,
    today: np.ndarray,
    youth: np.ndarray,
) -> np.ndarray:
    """Return what a quarter adds to log shares before they are normalised.

    Parameters
    ----------
    share : array (draw, firm)
        Shares, in sum one.
    normals : array (draw, firm)
        Standard normal numbers.
    settled : array (draw,)
        Speed of a firm of :data:`LEADING_SHARE` in a settled market, log per root year.
    power : array (draw,)
        Power of size by which smaller firms move faster there.
    today : array (draw,)
        Speed of every firm today, log per root year.
    youth : array (draw,)
        How much of today's excess over the settled speed is left, 1 to 0.
    """
    size = np.maximum(share, SMALLEST_RECORDED) / LEADING_SHARE
    final = settled[:, None] * size ** -power[:, None]
    speed = final + np.maximum(today[:, None] - final, 0.0) * youth[:, None]
    spread = speed * np.sqrt(YEARS_PER_QUARTER)
    return np.asarray(spread * normals + np.square(spread) * (share - 0.5))
