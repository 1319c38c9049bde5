"""How headlines moved from one fit to the next, and how far each group of new rows moved them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.inference.posterior import Posterior
from forkmodel.results.present import LAST_QUARTER
from forkmodel.results.reported import history_of
from forkmodel.results.schema import HISTORY_SCHEMA
from forkmodel.update.groups import Group, log_densities_of
from forkmodel.update.reweighting import Reweighting, leave_out, quantiles

__all__ = ["MASS", "MOST_DRAWS", "group_moves", "headline_moves", "quarters_of"]

#: Mass of the intervals.
MASS: Final = 0.8
PROBABILITIES = [0.5 - MASS / 2.0, 0.5, 0.5 + MASS / 2.0]
#: Part of the draws on either side of a median from which the density there is read.
AROUND = 0.1
#: Draws that are reweighted, spread evenly over the fit's.
MOST_DRAWS = 1000


def quarters_of(old: Posterior, new: Posterior) -> list[pd.Timestamp]:
    """Return the quarters in which two fits are compared, in order.

    The last one that was over at the old vintage, of which both speak alike; and the last of either fit,
    of which each knows the days up to its vintage.
    """
    over = (old.vintage + pd.Timedelta(days=1)).to_period("Q").start_time - pd.offsets.QuarterBegin(
        startingMonth=1
    )
    ends = [pd.Timestamp(history_of(each)["time"].to_numpy()[-1]) for each in (old, new)]
    there = pd.DatetimeIndex(history_of(new)["time"].to_numpy())
    return sorted({quarter for quarter in (over, *ends) if quarter in there})


def _headlines(history: xr.Dataset, quarter: pd.Timestamp) -> dict[str, xr.DataArray]:
    """Return the draws (chain, draw) of every headline in a quarter, of those that are defined in all."""
    found: dict[str, xr.DataArray] = {}
    if quarter not in pd.DatetimeIndex(history["time"].to_numpy()):
        return found
    for label, (name, where) in LAST_QUARTER.items():
        if name in history:
            path = history[name].sel(where).sel(time=quarter)
            if np.isfinite(path.to_numpy()).all():
                found[label] = path.transpose("chain", "draw")
    return found


def _error(draws: xr.DataArray) -> float:
    """Return the Monte Carlo standard error of a median."""
    from arviz_stats.base.array import array_stats

    return float(array_stats.mcse(draws.to_numpy(), method="median"))


def _without(draws: np.ndarray, weighting: Reweighting) -> dict[str, float]:
    """Return the figures of a headline without a group, from its draws (chain, draw) with it."""
    names = ("without", "without_low", "without_high", "move", "error")
    if not weighting.reliable:
        return dict.fromkeys(names, np.nan)
    flat = draws.ravel()
    low, median, high = quantiles(flat, PROBABILITIES, weighting.weights)
    whole = quantiles(flat, [0.5], np.full(flat.size, 1.0 / flat.size))[0]
    figures = (median, low, high, whole - median, _paired_error(draws, weighting.weights))
    return dict(zip(names, map(float, figures), strict=True))


def _paired_error(draws: np.ndarray, weights: np.ndarray) -> float:
    """Return the Monte Carlo standard error of a move: of two medians of the same draws.

    A median moves by what each draw adds, ``w (1/2 - [draw <= median]) / density``; the two have most of that
    in common, so the error is that of the mean of the differences. One over the density is read off the
    quantiles around the median.

    Parameters
    ----------
    draws : ndarray (chain, draw)
        The figure.
    weights : ndarray (draw,)
        Weights that sum to one, chains in order.
    """
    from arviz_stats.base.array import array_stats

    flat = draws.ravel()
    equal = np.full(flat.size, 1.0 / flat.size)
    parts = []
    for each in (equal, weights):
        below, median, above = quantiles(flat, [0.5 - AROUND, 0.5, 0.5 + AROUND], each)
        parts.append(flat.size * each * (0.5 - (flat <= median)) * (above - below) / (2.0 * AROUND))
    return float(array_stats.mcse((parts[0] - parts[1]).reshape(draws.shape), method="mean"))


def headline_moves(old: Posterior, new: Posterior) -> pd.DataFrame:
    """Compare two fits in every headline.

    Parameters
    ----------
    old, new : Posterior
        The fits.

    Returns
    -------
    DataFrame
        One row per quarter of :func:`quarters_of` and headline: ``quarter``, ``headline``, ``unit``; ``old``,
        ``old_low`` and ``old_high`` (median and central interval of mass 0.8; missing where the old fit does
        not reach), ``new``, ``new_low``, ``new_high``, ``move`` (new median less old), ``error`` (Monte Carlo
        standard error of the move), ``old_draws``, ``new_draws``.
    """
    rows = []
    for quarter in quarters_of(old, new):
        before, after = (_headlines(history_of(each), quarter) for each in (old, new))
        for label, drawn in after.items():
            low, median, high = quantiles(drawn.to_numpy().ravel(), PROBABILITIES)
            known = before.get(label)
            was = [np.nan] * 3 if known is None else quantiles(known.to_numpy().ravel(), PROBABILITIES)
            rows.append(
                {
                    "quarter": quarter,
                    "headline": label,
                    "unit": HISTORY_SCHEMA[LAST_QUARTER[label][0]].unit,
                    "old": was[1],
                    "old_low": was[0],
                    "old_high": was[2],
                    "new": median,
                    "new_low": low,
                    "new_high": high,
                    "move": median - was[1],
                    "error": np.nan if known is None else float(np.hypot(_error(known), _error(drawn))),
                    "old_draws": old.chains * old.draws,
                    "new_draws": new.chains * new.draws,
                }
            )
    return pd.DataFrame(rows)


def group_moves(groups: list[Group], old: Posterior, new: Posterior) -> pd.DataFrame:
    """Return how far each group of new rows moved each headline, by reweighting the new fit.

    The posterior without a group is the new one with weights of one over what the group adds to the density
    of the data. Every parameter exists there; models, months and offers of the drop stay, and with them what
    their mere existence says.

    Parameters
    ----------
    groups : list of Group
        From :func:`forkmodel.update.groups.groups_of`.
    old, new : Posterior
        The fits.

    Returns
    -------
    DataFrame
        One row per group, quarter and headline: ``group``, ``rows``, ``draws`` (number reweighted),
        ``pareto_k``, ``effective_draws``, ``quarter``, ``headline``; ``without``, ``without_low``,
        ``without_high`` (median and central interval of mass 0.8 without the group), ``move`` (median with
        all rows less that without) and ``error`` (its Monte Carlo standard error). The last five are missing
        where ``pareto_k`` is above 0.7: the weights say nothing then.
    """
    step = -(-new.chains * new.draws // MOST_DRAWS)
    thin = {"draw": slice(None, None, step)}
    density = log_densities_of(groups, new, new.free.isel(thin))
    headlines = {quarter: _headlines(history_of(new), quarter) for quarter in quarters_of(old, new)}
    rows = []
    for group in groups:
        weighting = leave_out(density[group.name])
        for quarter, found in headlines.items():
            for label, drawn in found.items():
                rows.append(
                    {
                        "group": group.name,
                        "rows": group.rows,
                        "draws": len(weighting.weights),
                        "pareto_k": weighting.pareto_k,
                        "effective_draws": weighting.effective_draws,
                        "quarter": quarter,
                        "headline": label,
                        **_without(drawn.isel(thin).to_numpy(), weighting),
                    }
                )
    return pd.DataFrame(rows)
