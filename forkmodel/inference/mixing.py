"""How well chains mix: R-hat and effective draws of every element of many variables.

ArviZ computes these too, one element at a time, and a test holds the two equal. They are written here for
all elements at once because a review asks for thousands of them and would take a minute.

Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner (2021), Rank-Normalization, Folding, and Localization,
Bayesian Analysis 16; truncation by Geyer (1992), Practical Markov Chain Monte Carlo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri

__all__ = ["Mixing", "mixing"]

#: Elements at once: so many fit into a processor's cache with their spectra.
BATCH = 64
#: Where the tails begin, as ArviZ has it.
TAILS = (1.0 - 0.89, 0.89)
#: Draws per chain below which nothing can be said.
FEWEST = 4
#: Values that differ by less than this are one value.
RESOLUTION = 1e-15


@dataclass(frozen=True)
class Mixing:
    """Diagnostics by variable, without ``chain`` and ``draw``; NaN where an element has an undefined draw.

    Attributes
    ----------
    rhat : Dataset
        The larger of the rank-normalised R-hat of the draws and of their distances from the median.
    bulk, tail : Dataset
        Effective draws of rank-normalised values, and the fewer of those of both tails.
    """

    rhat: xr.Dataset
    bulk: xr.Dataset
    tail: xr.Dataset


def mixing(data: xr.Dataset) -> Mixing:
    """Return the diagnostics of every element.

    Parameters
    ----------
    data : Dataset
        Dims ``chain``, ``draw`` and others.
    """
    found: tuple[dict[str, xr.DataArray], ...] = ({}, {}, {})
    for name, array in data.data_vars.items():
        whole = array.transpose(..., "chain", "draw")
        values = whole.to_numpy().astype(float)
        template = whole.isel(chain=0, draw=0, drop=True)
        out = _diagnostics(values.reshape(-1, *values.shape[-2:]))
        for kind, column in zip(found, out.T, strict=True):
            kind[str(name)] = template.copy(data=column.reshape(template.shape))
    return Mixing(*(xr.Dataset(kind) for kind in found))


def _diagnostics(values: np.ndarray) -> np.ndarray:
    """Return R-hat, bulk and tail effective draws (element, 3) of values (element, chain, draw)."""
    out = np.full((len(values), 3), np.nan)
    if values.shape[-1] < FEWEST:
        return out
    defined = np.flatnonzero(~np.isnan(values).any((1, 2)))
    with np.errstate(all="ignore"):
        for rows in _batches(defined):
            out[rows] = _of_batch(values[rows])
    return out


def _batches(rows: np.ndarray) -> Iterator[np.ndarray]:
    for first in range(0, len(rows), BATCH):
        yield rows[first : first + BATCH]


def _of_batch(values: np.ndarray) -> np.ndarray:
    split = _split(values)
    normal = _rank_normalised(split)
    distance = np.abs(split - np.median(split, axis=(1, 2), keepdims=True))
    rhat = np.full(len(values), np.nan)
    if values.shape[1] > 1:
        rhat = np.maximum(_rhat(normal), _rhat(_rank_normalised(distance)))
    ends = np.quantile(values, TAILS, axis=(1, 2))[..., None, None]
    tail = np.minimum(*(_effective(_split((values <= end).astype(float))) for end in ends))
    return np.stack([rhat, _effective(normal), tail], axis=-1)


def _split(values: np.ndarray) -> np.ndarray:
    """Return the halves of chains as chains, so that a drifting one counts as two that disagree."""
    half = values.shape[-1] // 2
    return np.concatenate([values[..., :half], values[..., -half:]], axis=1)


def _rank_normalised(values: np.ndarray) -> np.ndarray:
    # Here and not on top: it takes half a second, and whoever opens a reviewed fit does without.
    from scipy.stats import rankdata

    flat = values.reshape(len(values), -1)
    ranks = rankdata(flat, axis=1)
    return np.asarray(ndtri((ranks - 0.375) / (flat.shape[1] + 0.25)).reshape(values.shape))


def _rhat(chains: np.ndarray) -> np.ndarray:
    n = chains.shape[-1]
    between = n * chains.mean(-1).var(-1, ddof=1)
    within = chains.var(-1, ddof=1).mean(-1)
    return np.asarray(np.sqrt((between / within + n - 1.0) / n))


def _autocovariance(chains: np.ndarray) -> np.ndarray:
    """Return autocovariances (element, lag) with divisor n, the mean over chains."""
    n = chains.shape[-1]
    length = next_fast_len(2 * n, real=True)
    spectrum = rfft(chains - chains.mean(-1, keepdims=True), length, axis=-1)
    power = (spectrum.real**2 + spectrum.imag**2).mean(1)
    return np.asarray(irfft(power, length, axis=-1)[:, :n] / n)


def _effective(chains: np.ndarray) -> np.ndarray:
    """Return the effective number of draws behind the mean of each element."""
    n_chains, n = chains.shape[1:]
    size = n_chains * n
    covariance = _autocovariance(chains)
    within = covariance[:, 0] * n / (n - 1.0)
    pooled = within * (n - 1.0) / n
    if n_chains > 1:
        pooled = pooled + chains.mean(-1).var(-1, ddof=1)
    correlation = 1.0 - (within[:, None] - covariance) / pooled[:, None]
    correlation[:, 0] = 1.0
    # Sums of neighbours are positive for a reversible chain: what follows the first negative one is noise.
    pairs = correlation[:, : n - n % 2].reshape(len(chains), -1, 2)[:, : max((n - 1) // 2, 1)]
    sums = pairs.sum(-1)
    ends = sums <= 0.0
    last = np.where(ends.any(1), ends.argmax(1), sums.shape[1] - 1)
    row = np.arange(len(chains))
    before = np.arange(sums.shape[1]) < last[:, None]
    even = pairs[row, last, 0]
    even = np.where(sums[row, last] >= 0.0, even, np.maximum(even, 0.0))
    time = -1.0 + 2.0 * np.where(before, np.minimum.accumulate(sums, axis=1), 0.0).sum(1) + even
    effective = size / np.maximum(time, 1.0 / np.log10(size))
    constant = np.ptp(chains, axis=(1, 2)) < RESOLUTION
    return np.where(constant, float(size), np.where(np.isnan(correlation).any(1), np.nan, effective))
