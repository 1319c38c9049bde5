"""The precision in which worlds are stored.

Single precision halves a file: its relative error of 1e-7 is far below any Monte Carlo error.
"""

from __future__ import annotations

from typing import Final

import numpy as np

__all__ = ["STORED", "storable"]

STORED: Final = np.float32


def storable(array: np.ndarray) -> np.ndarray:
    """Return an array with what single precision cannot hold at its largest number.

    Where a crowd of nameless firms has all of a market, which only draws from a prior know, the effective
    number of firms has no bound.
    """
    if array.dtype.kind != "f" or array.dtype == STORED or not array.size:
        return array
    most = float(np.finfo(STORED).max)
    beyond = np.fmax.reduce(array, axis=None) > most or np.fmin.reduce(array, axis=None) < -most
    return np.clip(array, -most, most) if beyond else array
