"""Scores and the router's model shares with their gradients, each in one pass by hand: as fast as it gets.

The equations are those of :mod:`forkmodel.observations.scores`, :mod:`forkmodel.model.demand` and
:mod:`forkmodel.observations.model_shares`; gradients are in reverse and written out. Nothing but these
two likelihoods is computed: no prior, no frontier, no walk. So what they take is a floor for any density that
contains them, and not one that can be reached.
"""

from __future__ import annotations

import math

import numba
import numpy as np

#: From here on the series of the digamma function is exact to 1e-12.
FAR = 10.0
TINY = 1e-12

#: Sums may be reordered, as a floor's may, and a division by zero is not looked for.
njit = numba.njit(cache=True, fastmath=True, error_model="numpy")


@njit
def digamma(x: float) -> float:
    """Derivative of the log gamma function."""
    below = 0.0
    while x < FAR:
        below += 1.0 / x
        x += 1.0
    inverse = 1.0 / (x * x)
    series = inverse * (
        1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132)))
    )
    return math.log(x) - 0.5 / x - series - below


@njit
def scores(y, model, benchmark, reported, log_slope, intercept, theta, noise, bias, ratio, tail):
    """Return the log density of scores and its gradient by each of the last seven arguments."""
    d_slope, d_intercept = np.zeros_like(log_slope), np.zeros_like(intercept)
    d_theta, d_noise = np.zeros_like(theta), np.zeros_like(noise)
    d_bias = d_ratio = d_tail = 0.0
    half = 0.5 * (tail + 1.0)
    constant = math.lgamma(half) - math.lgamma(0.5 * tail) - 0.5 * math.log(tail * math.pi)
    slope, log_noise, log_ratio = np.exp(log_slope), np.log(noise), math.log(ratio)
    logp = len(y) * constant
    d_tail = len(y) * 0.5 * (digamma(half) - digamma(0.5 * tail) - 1.0 / tail)
    for i in range(len(y)):
        b, m, own = benchmark[i], model[i], reported[i] > 0.0
        sd = noise[b] * ratio if own else noise[b]
        z = (y[i] - slope[b] * theta[m] - intercept[b] - (bias if own else 0.0)) / sd
        spread = tail + z * z
        tails = math.log(spread / tail)
        logp -= half * tails + log_noise[b] + (log_ratio if own else 0.0)
        by_mean = 2.0 * half * z / (spread * sd)
        by_log_sd = 2.0 * half * z * z / spread - 1.0
        d_slope[b] += by_mean * slope[b] * theta[m]
        d_theta[m] += by_mean * slope[b]
        d_intercept[b] += by_mean
        d_noise[b] += by_log_sd / noise[b]
        d_tail += -0.5 * tails + half * z * z / (tail * spread)
        if own:
            d_bias += by_mean
            d_ratio += by_log_sd / ratio
    return logp, (d_slope, d_intercept, d_theta, d_noise, d_bias, d_ratio, d_tail)


@njit
def _by_month(x, month, part):
    """Divide by the sum of the month, and leave one over that sum in ``part``."""
    part[:] = 0.0
    for i in range(len(month)):
        part[month[i]] += x[i]
    part[:] = 1.0 / part
    for i in range(len(month)):
        x[i] *= part[month[i]]


@njit
def _by_month_back(share, d_share, month, part, inner):
    """Turn the gradient by normalised shares into that by what was normalised, in place."""
    inner[:] = 0.0
    for i in range(len(month)):
        inner[month[i]] += d_share[i] * share[i]
    for i in range(len(month)):
        d_share[i] = (d_share[i] - inner[month[i]]) * part[month[i]]


@njit
def _from_rows(y, row_cell, month, tail, leant, mix, fringe, noise, d_leant, d_mix, d_fringe):
    """Return the log density of log shares and its gradient by the noise; add the rest to the last three."""
    half = 0.5 * (tail + 1.0)
    constant = math.lgamma(half) - math.lgamma(0.5 * tail) - 0.5 * math.log(tail * math.pi)
    logp, d_noise = len(y) * (constant - math.log(noise)), -len(y) / noise
    for k in range(len(y)):
        i = row_cell[k]
        t = month[i]
        mixed = mix[t] * leant[0, i] + (1.0 - mix[t]) * leant[1, i]
        share = mixed * (1.0 - fringe[t]) + TINY
        z = (y[k] - math.log(share)) / noise
        steep = (tail + 1.0) * z / ((tail + z * z) * noise)
        logp -= half * math.log1p(z * z / tail)
        d_noise += steep * z
        d_fringe[t] -= steep / share * mixed
        d_mixed = steep / share * (1.0 - fringe[t])
        d_mix[t] += d_mixed * (leant[0, i] - leant[1, i])
        d_leant[0, i] += d_mixed * mix[t]
        d_leant[1, i] += d_mixed * (1.0 - mix[t])
    return logp, d_noise


@njit
def choice(
    y, row_cell, month, model, developer, is_open, log_price, age, decay, presence, free, earlier, tail,
    theta, shock, brand, bar, mix, lean, fringe, worth, price, taste, noise,
):  # fmt: skip
    """Return the log density of log shares and its gradient by the arguments of the last line.

    ``worth`` and ``price`` (segment,), what a point is worth and what a unit of log price takes; ``taste``
    (5,), open weights, ageing, launch, free limit, inertia. ``earlier`` (lag, cell) points one past the last
    cell, at a zero, where an offer has no past.
    """
    n, n_months, inertia = len(month), len(bar), taste[4]
    chosen, held, leant = np.zeros((2, n + 1)), np.empty((2, n)), np.empty((2, n))
    parts, inner = np.empty((2, 3, n_months)), np.empty(n_months)
    below, missing, tilt, extra = np.empty(n), np.empty(n), np.empty(n), np.exp(lean) - 1.0
    for i in range(n):
        index, t = 10.0 * theta[model[i]], month[i]
        short = math.exp(bar[t] - index)
        below[i], missing[i], tilt[i] = short / (1.0 + short), math.log1p(short), 1.0 + is_open[i] * extra[t]
        common = brand[developer[i]] + shock[model[i]] + presence[i] + taste[0] * is_open[i]
        common += taste[3] * free[i] - taste[1] * age[i] - taste[2] * decay[i]
        chosen[0, i] = math.exp(common + worth[0] * index - price[0] * log_price[i])
        chosen[1, i] = math.exp(common - worth[1] * missing[i] - price[1] * log_price[i])
    for s in range(2):
        _by_month(chosen[s], month, parts[s, 0])
        for i in range(n):
            past = 0.0
            for lag in range(len(earlier) - 1, -1, -1):
                past = inertia * (past + chosen[s, earlier[lag, i]])
            held[s, i] = chosen[s, i] + past
        _by_month(held[s], month, parts[s, 1])
        for i in range(n):
            leant[s, i] = held[s, i] * tilt[i]
        _by_month(leant[s], month, parts[s, 2])

    d_mix, d_fringe = np.zeros(n_months), np.zeros(n_months)
    d_lean, d_bar = np.zeros(n_months), np.zeros(n_months)
    d_held, d_utility, d_inertia = np.zeros((2, n)), np.zeros((2, n + 1)), 0.0
    logp, d_noise = _from_rows(y, row_cell, month, tail, leant, mix, fringe, noise, d_held, d_mix, d_fringe)
    for s in range(2):
        back, d_chosen, share = d_held[s], d_utility[s], chosen[s]
        _by_month_back(leant[s], back, month, parts[s, 2], inner)
        for i in range(n):
            back[i] *= tilt[i]
            d_lean[month[i]] += back[i] * held[s, i] * is_open[i]
        _by_month_back(held[s], back, month, parts[s, 1], inner)
        for i in range(n):
            d_chosen[i] += back[i]
            kept = 1.0
            for lag in range(len(earlier)):
                past = earlier[lag, i]
                d_inertia += back[i] * (lag + 1) * kept * share[past]
                kept *= inertia
                d_chosen[past] += back[i] * kept
        inner[:] = 0.0
        for i in range(n):
            inner[month[i]] += d_chosen[i] * share[i]
        for i in range(n):
            d_chosen[i] = (d_chosen[i] - inner[month[i]]) * share[i]

    d_theta, d_shock, d_brand = np.zeros_like(theta), np.zeros_like(shock), np.zeros_like(brand)
    worth_0 = worth_1 = price_0 = price_1 = opened = aged = launched = limited = 0.0
    for i in range(n):
        first, second, m = d_utility[0, i], d_utility[1, i], model[i]
        both = first + second
        d_theta[m] += 10.0 * (first * worth[0] + second * worth[1] * below[i])
        d_bar[month[i]] -= second * worth[1] * below[i]
        d_brand[developer[i]] += both
        d_shock[m] += both
        worth_0 += first * 10.0 * theta[m]
        worth_1 -= second * missing[i]
        price_0 -= first * log_price[i]
        price_1 -= second * log_price[i]
        opened += both * is_open[i]
        aged -= both * age[i]
        launched -= both * decay[i]
        limited += both * free[i]
    d_worth, d_price = np.array([worth_0, worth_1]), np.array([price_0, price_1])
    d_taste = np.array([opened, aged, launched, limited, d_inertia])
    paths = (d_bar, d_mix, d_lean, d_fringe)
    return logp, (d_theta, d_shock, d_brand, *paths, d_worth, d_price, d_taste, d_noise)
