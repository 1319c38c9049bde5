"""The loops of the sampler's coordinates, compiled: one point forth, one gradient back.

They are plain loops without libraries of linear algebra: the same numbers on any number of cores. They stand
apart from what they are called with, because importing numba takes longer than answering a question of a
saved fit.
"""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["bend", "from_bent", "pull_back", "to_bent"]


@numba.njit(cache=True)
def _softplus(x):  # type: ignore[no-untyped-def]
    return x + np.log1p(np.exp(-x)) if x > 0.0 else np.log1p(np.exp(x))


@numba.njit(cache=True)
def bend(w, y, soft, rate, offset, divisor, unit, spread, power, typical):  # type: ignore[no-untyped-def]
    """Write the unconstrained vector of coordinates ``w`` into ``y``; return the log Jacobian determinant."""
    log_det = 0.0
    for i in range(w.shape[0]):
        y[i] = w[i]
    for i in range(soft.shape[0]):
        x = rate[i] * w[soft[i]]
        amount = _softplus(x)
        y[soft[i]] = (np.log(amount) - offset[i]) / divisor[i]
        # The slope is rate sigmoid(x) / (softplus(x) divisor), and log sigmoid(x) = x - softplus(x).
        log_det += np.log(rate[i] / (amount * divisor[i])) + x - amount
    for i in range(unit.shape[0]):
        log_factor = -power[i] * (w[spread[i]] - typical[i])
        y[unit[i]] *= np.exp(log_factor)
        log_det += log_factor
    return log_det


@numba.njit(cache=True)
def pull_back(w, y, g, out, soft, rate, offset, divisor, unit, spread, power, typical):  # type: ignore[no-untyped-def]
    """Write into ``out`` the gradient by ``w`` of log density plus log determinant, given that by ``y``."""
    for i in range(w.shape[0]):
        out[i] = g[i]
    for i in range(unit.shape[0]):
        out[spread[i]] -= power[i] * (g[unit[i]] * y[unit[i]] + 1.0)
        out[unit[i]] = g[unit[i]] * np.exp(-power[i] * (w[spread[i]] - typical[i]))
    for i in range(soft.shape[0]):
        x = rate[i] * w[soft[i]]
        amount = _softplus(x)
        slope = np.exp(x - amount)
        step = rate[i] * slope / amount
        out[soft[i]] = out[soft[i]] * step / divisor[i] + rate[i] * (1.0 - slope) - step


@numba.njit(cache=True)
def _stretch(z, out, direction, factor):  # type: ignore[no-untyped-def]
    """Write ``z + D' factor D z`` into ``out``.

    Eight sums side by side let the processor work on several elements at once, and their order is fixed: a
    library of linear algebra may add up in another order on another machine.
    """
    n = z.shape[0]
    whole = n // 8 * 8
    for i in range(n):
        out[i] = z[i]
    for k in range(direction.shape[0]):
        row = direction[k]
        a = b = c = d = e = f = g = h = 0.0
        for i in range(0, whole, 8):
            a += row[i] * z[i]
            b += row[i + 1] * z[i + 1]
            c += row[i + 2] * z[i + 2]
            d += row[i + 3] * z[i + 3]
            e += row[i + 4] * z[i + 4]
            f += row[i + 5] * z[i + 5]
            g += row[i + 6] * z[i + 6]
            h += row[i + 7] * z[i + 7]
        along = ((a + b) + (c + d)) + ((e + f) + (g + h))
        for i in range(whole, n):
            along += row[i] * z[i]
        along *= factor[k]
        for i in range(n):
            out[i] += along * row[i]


@numba.njit(cache=True)
def to_bent(z, w, centre, scale, direction, factor):  # type: ignore[no-untyped-def]
    """Write the bent coordinates of the sampler's ``z`` into ``w``."""
    _stretch(z, w, direction, factor)
    for i in range(z.shape[0]):
        w[i] = centre[i] + scale[i] * w[i]


@numba.njit(cache=True)
def from_bent(g, out, scale, direction, factor):  # type: ignore[no-untyped-def]
    """Write the gradient by ``z`` into ``out``, given that by the bent coordinates, which is used up."""
    for i in range(g.shape[0]):
        g[i] *= scale[i]
    _stretch(g, out, direction, factor)
