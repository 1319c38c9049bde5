"""The loops of the sampler's coordinates, compiled: one point forth, one gradient back.

They are plain loops without libraries of linear algebra: the same numbers on any number of cores. They stand
apart from what they are called with, because importing numba takes longer than answering a question of a
saved fit.
"""

from __future__ import annotations

import numba
import numpy as np

__all__ = ["bend", "bend_once", "from_bent", "pull_back", "to_bent"]

#: Sums of a direction that are kept side by side.
LANES = 64


@numba.njit(cache=True)
def _shrunk(apart, part):  # type: ignore[no-untyped-def]
    """Return what a unit shrinks by where its log spread is apart, and how fast the log of that falls."""
    if apart > 0.0:
        ratio = np.exp(-apart)
        rest = (1.0 - part) * ratio * ratio
        return ratio / np.sqrt(part + rest), part / (part + rest)
    ratio = np.exp(apart)
    known = part * ratio * ratio
    return 1.0 / np.sqrt(1.0 - part + known), known / (1.0 - part + known)


@numba.njit(cache=True)
def bend_once(w, y, slopes, soft, rate, offset, divisor, unit, spread, part, typical):  # type: ignore[no-untyped-def]
    """Do what :func:`bend` does, and keep in ``slopes`` what :func:`pull_back` needs of it.

    Elementary functions are most of the cost, so none is computed twice. Kept are, of softened exponentials,
    the slope and the amount, and of units what they shrink by and how fast the log of that falls.
    """
    of_soft, of_unit = slopes
    log_det = 0.0
    for i in range(w.shape[0]):
        y[i] = w[i]
    for i in range(soft.shape[0]):
        x = rate[i] * w[soft[i]]
        small = np.exp(-abs(x))
        amount, slope = np.log1p(small), small / (1.0 + small)
        if x > 0.0:
            amount, slope = amount + x, 1.0 / (1.0 + small)
        y[soft[i]] = (np.log(amount) - offset[i]) / divisor[i]
        log_det += np.log(rate[i] * slope / (amount * divisor[i]))
        of_soft[0, i], of_soft[1, i] = slope, amount
    for i in range(unit.shape[0]):
        factor, fall = _shrunk(y[spread[i]] - typical[i], part[i])
        y[unit[i]] *= factor
        log_det += np.log(factor)
        of_unit[0, i], of_unit[1, i] = factor, fall
    return log_det


@numba.njit(cache=True)
def bend(w, y, soft, rate, offset, divisor, unit, spread, part, typical):  # type: ignore[no-untyped-def]
    """Write the unconstrained vector of coordinates ``w`` into ``y``; return the log Jacobian determinant."""
    slopes = np.empty((2, soft.shape[0])), np.empty((2, unit.shape[0]))
    return bend_once(w, y, slopes, soft, rate, offset, divisor, unit, spread, part, typical)


@numba.njit(cache=True)
def pull_back(y, g, out, slopes, soft, rate, divisor, unit, spread):  # type: ignore[no-untyped-def]
    """Write into ``out`` the gradient by ``w`` of log density plus log determinant, given that by ``y``."""
    of_soft, of_unit = slopes
    for i in range(y.shape[0]):
        out[i] = g[i]
    for i in range(unit.shape[0]):
        factor, fall = of_unit[0, i], of_unit[1, i]
        out[spread[i]] -= fall * (g[unit[i]] * y[unit[i]] + 1.0)
        out[unit[i]] = g[unit[i]] * factor
    for i in range(soft.shape[0]):
        slope, amount = of_soft[0, i], of_soft[1, i]
        step = rate[i] * slope / amount
        out[soft[i]] = out[soft[i]] * step / divisor[i] + rate[i] * (1.0 - slope) - step


@numba.njit(cache=True)
def _stretch(z, out, direction, factor):  # type: ignore[no-untyped-def]
    """Write ``z + D' factor D z`` into ``out``; the number of directions is a multiple of four.

    Four directions at once: an element of ``z`` and of ``out`` is loaded once for all four. Of each direction
    ``LANES`` sums are kept side by side, so that the processor adds several elements at a time though the
    order of additions is fixed, whereas a library of linear algebra may add up in another order on another
    machine.
    """
    n, rows = z.shape[0], direction.shape[0]
    whole = n // LANES * LANES
    sums = np.empty((4, LANES))
    sums_a, sums_b, sums_c, sums_d = sums[0], sums[1], sums[2], sums[3]
    for i in range(n):
        out[i] = z[i]
    for k in range(0, rows, 4):
        a, b, c, d = direction[k], direction[k + 1], direction[k + 2], direction[k + 3]
        sums[:] = 0.0
        for i in range(0, whole, LANES):
            for j in range(LANES):
                x = z[i + j]
                sums_a[j] += a[i + j] * x
                sums_b[j] += b[i + j] * x
                sums_c[j] += c[i + j] * x
                sums_d[j] += d[i + j] * x
        for i in range(whole, n):
            x = z[i]
            sums_a[i - whole] += a[i] * x
            sums_b[i - whole] += b[i] * x
            sums_c[i - whole] += c[i] * x
            sums_d[i - whole] += d[i] * x
        along_a = along_b = along_c = along_d = 0.0
        for j in range(LANES):
            along_a += sums_a[j]
            along_b += sums_b[j]
            along_c += sums_c[j]
            along_d += sums_d[j]
        along_a *= factor[k]
        along_b *= factor[k + 1]
        along_c *= factor[k + 2]
        along_d *= factor[k + 3]
        for i in range(n):
            out[i] += (along_a * a[i] + along_b * b[i]) + (along_c * c[i] + along_d * d[i])


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
