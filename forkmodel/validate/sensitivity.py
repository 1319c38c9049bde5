"""Sensitivity: what the headline figures owe to each prior, each kind of data and each input.

Three questions, three methods. How would a figure move if the priors or one kind of data counted a little
more or less? Power-scaling answers by reweighting the draws (Kallioinen and others 2024). How much of a
figure's variance does an input carry? The first-order index ``Var(E[figure | input]) / Var(figure)`` answers,
estimated from the draws at hand by grouping them on the input's rank (Plischke 2010). And how much did data
say about a parameter at all? Its contraction answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.claims import exact_view, load_ledger
from forkmodel.claims.judge import held
from forkmodel.data.panel import Panel
from forkmodel.errors import QueryError
from forkmodel.forecast.forecast import Forecast
from forkmodel.inference.compiling import interpreted
from forkmodel.inference.posterior import Posterior
from forkmodel.observations.build import build_model
from forkmodel.observations.observation import observations_of
from forkmodel.results.reported import history_of
from forkmodel.validate.comparison import log_densities

if TYPE_CHECKING:
    import pymc as pm


__all__ = ["PRIOR_LIMIT", "claim_statistics", "data_groups", "first_order_indices", "power_scaling"]

#: Sensitivity from which the source of the method calls a figure sensitive.
PRIOR_LIMIT = 0.05
#: Figures of the last quarter and of 2031: variable and labels.
FIGURES: dict[str, tuple[str, dict[str, str], str | None]] = {
    "HHI, closed revenue, today": ("hhi", {"scope": "closed"}, None),
    "HHI, closed revenue, 2031": ("hhi", {"scope": "closed"}, "2031"),
    "HHI, open hosts, today": ("hhi", {"scope": "open_hosts"}, None),
    "gap, today": ("capability_gap", {}, None),
    "gap, 2031": ("capability_gap", {}, "2031"),
    "residual premium, today": ("premium_residual", {}, None),
    "residual premium, 2031": ("premium_residual", {}, "2031"),
    "open share of router tokens, 2031": ("open_share", {"market": "openrouter", "unit": "tokens"}, "2031"),
    "open share of enterprise money, today": ("open_share", {"market": "enterprise", "unit": "spend"}, None),
    "own-price elasticity, frontier segment, closed": (
        "elasticity_own",
        {"segment": "frontier", "access": "closed"},
        None,
    ),
    "own-price elasticity, threshold segment, open": (
        "elasticity_own",
        {"segment": "threshold", "access": "open"},
        None,
    ),
    "firms that will ever pay": ("adoption.ceiling", {}, None),
}
#: Events of the ledger that are examined beside them: the verdict and the claims that decide it.
EVENTS = {"joint": "the great fork", "C1": "C1", "C7": "C7", "C8": "C8", "C9": "C9"}
BINS = 20
SAMPLE = ("chain", "draw")


def _events(forecast: Forecast) -> dict[str, np.ndarray]:
    """Return the events (chain, draw), 1 where they happen; those out of reach or settled are left out."""
    wanted, view = load_ledger().expressions, exact_view(forecast)
    found = {}
    for name, label in EVENTS.items():
        try:
            happens = held(wanted[name], view)
        except QueryError:
            # The forecast ends before the event is decided.
            continue
        if np.isfinite(happens).all() and 0.0 < happens.mean() < 1.0:
            found[f"event: {label}"] = happens
    return found


def claim_statistics(posterior: Posterior, forecast: Forecast) -> xr.Dataset:
    """Return the figures and events that are examined on every draw, dims ``chain, draw``.

    Parameters
    ----------
    fit, forecast : Fit, Forecast
        The fit and its baseline worlds.
    """
    last = history_of(posterior).sizes["time"] - 1
    worlds = forecast.worlds
    found = {}
    for label, (name, where, year) in FIGURES.items():
        if name in posterior.free:
            found[label] = posterior.free[name]
        elif name in worlds:
            array = worlds[name].sel(where)
            if year is None:
                found[label] = array.isel(time=last)
            # A year that the worlds hold only in part has no mean.
            elif pd.Timestamp(array["time"].to_numpy()[-1]) >= pd.Timestamp(int(year), 10, 1):
                found[label] = array.sel(time=year).mean("time")
    figures = {label: array.to_numpy() for label, array in found.items()} | _events(forecast)
    return xr.Dataset({label: (("chain", "draw"), array) for label, array in figures.items()})


def _log_priors(posterior: Posterior, model: pm.Model) -> xr.Dataset:
    """Return the log prior density of each block, dims ``chain, draw``.

    What counts is whatever the prior files state, scalar or vector. The units of a hierarchy (a price of one
    model, a shock of one month) are not: their spread is a parameter with a prior, and they are part of the
    model under it. There are 1,700 of them, and reweighting by all at once would measure nothing but its own
    noise.
    """
    from pymc.stats import compute_log_prior

    stated = [variable.name for variable in model.free_RVs if variable.name in posterior.priors]
    tree = xr.DataTree.from_dict({"posterior": posterior.free})
    compute_log_prior(tree, var_names=stated, model=model, progressbar=False, compile_kwargs=interpreted())
    totals: dict[str, xr.DataArray] = {}
    for key, array in tree["log_prior"].to_dataset().data_vars.items():
        block = str(key).split(".", 1)[0]
        totals[block] = totals.get(block, 0.0) + array.sum([d for d in array.dims if d not in SAMPLE])
    return xr.Dataset(totals)


def data_groups(panel: Panel) -> dict[str, list[str]]:
    """Return the observed variables by kind of data, which are scaled together."""
    groups: dict[str, list[str]] = {}
    for observation in observations_of(panel).values():
        groups.setdefault(observation.group, []).append(observation.name)
    return groups


def _log_likelihoods(posterior: Posterior, model: pm.Model) -> xr.Dataset:
    """Return the log likelihood of each kind of data, dims ``chain, draw``."""
    there = [str(variable.name) for variable in model.observed_RVs]
    pointwise = log_densities(model, posterior.free, tuple(there))
    out = {}
    for label, names in data_groups(posterior.panel).items():
        parts = [pointwise[name] for name in names if name in pointwise and pointwise[name].size]
        if parts:
            summed = [part.sum([dim for dim in part.dims if dim not in SAMPLE]) for part in parts]
            out[label] = sum(summed[1:], start=summed[0])
    return xr.Dataset(out)


def power_scaling(posterior: Posterior, figures: xr.Dataset) -> pd.DataFrame:
    """Return how far each figure moves when one block of priors or one kind of data is scaled.

    Sensitivity is the distance between the figure's distributions at powers 0.99 and 1.01, per unit of log2
    of the power. A figure that priors move and data do not is driven by its prior; one that both move is one
    on which they disagree.

    Parameters
    ----------
    posterior : Posterior
        The fit.
    figures : Dataset
        From :func:`claim_statistics`, dims ``chain, draw``.

    Returns
    -------
    DataFrame
        One row per figure and source: ``figure``, ``kind`` (prior or data), ``source``, ``sensitivity``; and
        per figure in rows of kind ``diagnosis`` what all priors and all data together say.
    """
    import arviz as az

    model = build_model(posterior.panel, posterior.priors, posterior.design)
    prior, data = _log_priors(posterior, model), _log_likelihoods(posterior, model)
    rows = []

    def measure(group: str, weights: xr.Dataset, source: str) -> dict[str, float]:
        name = "log_prior" if group == "prior" else "log_likelihood"
        tree = xr.DataTree.from_dict({"posterior": figures, name: weights})
        found = az.psense(tree, group=group)
        for figure in figures.data_vars:
            rows.append(
                {
                    "figure": str(figure),
                    "kind": "prior" if group == "prior" else "data",
                    "source": source,
                    "sensitivity": float(found[figure]),
                }
            )
        return {str(figure): float(found[figure]) for figure in figures.data_vars}

    for block in prior.data_vars:
        measure("prior", prior[[block]], str(block))
    for kind in data.data_vars:
        measure("likelihood", data[[kind]], str(kind))
    by_prior = measure("prior", prior, "all priors")
    by_data = measure("likelihood", data, "all data")
    table = pd.DataFrame(rows)
    said = {figure: diagnosis(by_prior[figure], by_data[figure]) for figure in by_prior}
    return table.assign(diagnosis=table["figure"].map(said))


def diagnosis(prior: float, data: float) -> str:
    """Return what the two sensitivities of a figure mean together."""
    if prior < PRIOR_LIMIT:
        return "data speak" if data >= PRIOR_LIMIT else "insensitive to both"
    return "prior and data pull apart" if data >= PRIOR_LIMIT else "driven by its prior"


def first_order_indices(
    figures: Mapping[str, np.ndarray], parameters: xr.Dataset, largest: int = 5
) -> pd.DataFrame:
    """Return the inputs that carry most of each figure's variance.

    Parameters
    ----------
    figures : mapping of array (draw,)
        Figures, or events as 0 and 1.
    parameters : Dataset
        Scalar parameters of the same draws, dims ``chain, draw``.
    largest : int
        How many inputs to list per figure.

    Returns
    -------
    DataFrame
        ``figure``, ``parameter``, ``index`` (part of the variance, less what chance gives) and ``rank``.
    """
    rows = []
    columns = {str(name): array.to_numpy().ravel() for name, array in parameters.data_vars.items()}
    for label, values in figures.items():
        known = np.isfinite(values)
        found = {
            name: _first_order(column[known], values[known])
            for name, column in columns.items()
            if column.std() > 0
        }
        best = sorted(found.items(), key=lambda pair: -pair[1])[:largest]
        rows += [
            {"figure": label, "parameter": name, "index": index, "rank": place}
            for place, (name, index) in enumerate(best, start=1)
        ]
    return pd.DataFrame(rows)


def _first_order(x: np.ndarray, y: np.ndarray) -> float:
    """Return ``Var(E[y | x]) / Var(y)`` from groups of equal size by rank of ``x``."""
    total = y.var()
    if total == 0.0:
        return 0.0
    groups = np.array_split(y[np.argsort(x, kind="stable")], BINS)
    between = sum(len(group) * (group.mean() - y.mean()) ** 2 for group in groups) / len(y)
    # Groups of pure noise differ too: take off what chance gives them.
    chance = (BINS - 1) / (len(y) - 1)
    return float(max(0.0, (between / total - chance) / (1.0 - chance)))
