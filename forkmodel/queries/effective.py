"""Effective number of draws, and of worlds that continue them, behind a mean.

ArviZ computes this too, and a test holds the two equal. It is written here because importing ArviZ takes
twice as long as a whole answer from a saved forecast may.

Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Rank-Normalization, Folding, and Localization,
Bayesian Analysis 16, section 3; truncation by Geyer (1992), Practical Markov Chain Monte Carlo; clusters by
Kish (1965), Survey Sampling, chapter 5.
"""

from __future__ import annotations

import numpy as np

__all__ = ["effective_draws", "effective_worlds"]


def _autocovariance(chains: np.ndarray) -> np.ndarray:
    """Return autocovariances (chain, lag) with divisor n."""
    n = chains.shape[1]
    length = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(chains - chains.mean(1, keepdims=True), length)
    return np.asarray(np.fft.irfft(spectrum * spectrum.conj(), length)[:, :n] / n)


def effective_draws(values: np.ndarray) -> float:
    """Return the effective number of draws behind the mean of ``values`` (chain, draw).

    Chains are split in halves, so that a drifting chain counts as two that disagree. Values that never vary
    count as independent.
    """
    total = values.size
    half = values.shape[1] // 2
    if values.std() == 0 or half < 2:
        return float(total)
    chains = np.concatenate([values[:, :half], values[:, -half:]])
    n = half
    covariance = _autocovariance(chains)
    within = covariance[:, 0].mean() * n / (n - 1.0)
    pooled = within * (n - 1.0) / n + chains.mean(1).var(ddof=1)
    if not pooled > 0.0:
        return float(total)
    correlation = 1.0 - (within - covariance.mean(0)) / pooled
    correlation[0] = 1.0
    # Sums of neighbours are positive for a reversible chain: what follows the first negative one is noise.
    pairs = correlation[: n - n % 2].reshape(-1, 2)
    sums = pairs.sum(1)
    negative = np.flatnonzero(sums[1:] < 0.0) + 1
    last = int(negative[0]) if len(negative) else len(sums) - 1
    time = -1.0 + 2.0 * np.minimum.accumulate(sums[:last]).sum() + max(float(pairs[last, 0]), 0.0)
    size = len(chains) * n
    return float(size / max(time, 1.0 / np.log10(size)))


def effective_worlds(values: np.ndarray, draws: tuple[int, int]) -> float:
    """Return the number of independent worlds whose mean would err as much as that of ``values``.

    Worlds that continue one draw share all that the tables have said, so the error of the mean is that of one
    total per draw: a sample of clusters, each a draw, whose chains are autocorrelated besides. Where only the
    future decides, each world counts; where the draw decides, each draw counts once, however often it is
    carried on. Values that never vary count once per draw.

    Parameters
    ----------
    values : array (chain, draw) or (world,)
        One value per world; world i continues draw i modulo the number of draws.
    draws : (int, int)
        Chains, and draws per chain.
    """
    number = draws[0] * draws[1]
    if values.size == number:
        return effective_draws(values.reshape(draws))
    spread = float(values.var())
    if spread == 0.0:
        return float(number)
    centred = values.ravel() - values.mean()
    totals = np.bincount(np.arange(values.size) % number, weights=centred, minlength=number)
    error = float(totals.var()) / effective_draws(totals.reshape(draws)) * (number / values.size) ** 2
    # Draws that alternate can make the estimate pass the number of worlds; it is not trusted that far.
    return min(spread / error, float(values.size)) if error > 0.0 else float(values.size)
