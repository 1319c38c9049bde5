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
def _shrunk(apart, part):  # type: ignore[no-untyped-def]
    """Return the log of what a unit shrinks by where its log spread is apart, and how fast that falls."""
    if apart > 0.0:
        rest = (1.0 - part) * np.exp(-2.0 * apart)
        return -apart - 0.5 * np.log(part + rest), part / (part + rest)
    known = part * np.exp(2.0 * apart)
    return -0.5 * np.log(1.0 - part + known), known / (1.0 - part + known)


@numba.njit(cache=True)
def bend(w, y, soft, rate, offset, divisor, unit, spread, part, typical):  # type: ignore[no-untyped-def]
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
        log_factor, _ = _shrunk(y[spread[i]] - typical[i], part[i])
        y[unit[i]] *= np.exp(log_factor)
        log_det += log_factor
    return log_det


@numba.njit(cache=True)
def pull_back(w, y, g, out, soft, rate, offset, divisor, unit, spread, part, typical):  # type: ignore[no-untyped-def]
    """Write into ``out`` the gradient by ``w`` of log density plus log determinant, given that by ``y``."""
    for i in range(w.shape[0]):
        out[i] = g[i]
    for i in range(unit.shape[0]):
        log_factor, fall = _shrunk(y[spread[i]] - typical[i], part[i])
        out[spread[i]] -= fall * (g[unit[i]] * y[unit[i]] + 1.0)
        out[unit[i]] = g[unit[i]] * np.exp(log_factor)
    for i in range(soft.shape[0]):
        x = rate[i] * w[soft[i]]
        amount = _softplus(x)
        slope = np.exp(x - amount)
        step = rate[i] * slope / amount
        out[soft[i]] = out[soft[i]] * step / divisor[i] + rate[i] * (1.0 - slope) - step


@numba.njit(cache=True)
def _stretch(z, out, direction, factor):  # type: ignore[no-untyped-def]
    """Write ``z + D' factor D z`` into ``out``.

    Four directions at once, and of each four sums side by side: an element of ``z`` and of ``out`` is loaded
    once for all four, and the processor works on several elements at a time. The order of additions is fixed,
    whereas a library of linear algebra may add up in another order on another machine.
    """
    n, rows = z.shape[0], direction.shape[0]
    for i in range(n):
        out[i] = z[i]
    for k in range(0, rows // 4 * 4, 4):
        a, b, c, d = direction[k], direction[k + 1], direction[k + 2], direction[k + 3]
        a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = 0.0
        c0 = c1 = c2 = c3 = d0 = d1 = d2 = d3 = 0.0
        for i in range(0, n // 4 * 4, 4):
            z0, z1, z2, z3 = z[i], z[i + 1], z[i + 2], z[i + 3]
            a0 += a[i] * z0
            a1 += a[i + 1] * z1
            a2 += a[i + 2] * z2
            a3 += a[i + 3] * z3
            b0 += b[i] * z0
            b1 += b[i + 1] * z1
            b2 += b[i + 2] * z2
            b3 += b[i + 3] * z3
            c0 += c[i] * z0
            c1 += c[i + 1] * z1
            c2 += c[i + 2] * z2
            c3 += c[i + 3] * z3
            d0 += d[i] * z0
            d1 += d[i + 1] * z1
            d2 += d[i + 2] * z2
            d3 += d[i + 3] * z3
        for i in range(n // 4 * 4, n):
            a0 += a[i] * z[i]
            b0 += b[i] * z[i]
            c0 += c[i] * z[i]
            d0 += d[i] * z[i]
        along_a = ((a0 + a1) + (a2 + a3)) * factor[k]
        along_b = ((b0 + b1) + (b2 + b3)) * factor[k + 1]
        along_c = ((c0 + c1) + (c2 + c3)) * factor[k + 2]
        along_d = ((d0 + d1) + (d2 + d3)) * factor[k + 3]
        for i in range(n):
            out[i] += (along_a * a[i] + along_b * b[i]) + (along_c * c[i] + along_d * d[i])
    for k in range(rows // 4 * 4, rows):
        along = 0.0
        for i in range(n):
            along += direction[k, i] * z[i]
        along *= factor[k]
        for i in range(n):
            out[i] += along * direction[k, i]


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
