"""Frontiers, the gap and the lag, from abilities and release dates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import ACCESS, Catalogue
from forkmodel.results.lag import Records, lag_months, months_between, running_best
from forkmodel.results.scale import PublicScale

__all__ = ["TOLERANCE_INDEX", "capability_paths", "closed_records", "measured_models"]

#: Index points below a closed record that still count as "not significantly worse" (about 1.6 standard
#: errors of one model's index, Epoch AI 2025).
TOLERANCE_INDEX = 3.0
#: A model needs this many scores to stand for a frontier: the maximum over models that nobody has measured
#: would grow with their number alone.
FRONTIER_SCORES = 3


def measured_models(panel: Panel) -> np.ndarray:
    """Return which models (model,) have been scored often enough to stand for a frontier.

    Where the tables score no model of a tier so often, all of its models stand for it.
    """
    counts = panel.rows["scores"]["model"].to_series().value_counts()
    models = panel.catalogue.models
    found = counts.reindex(models.index).fillna(0).to_numpy() >= FRONTIER_SCORES
    for access in ACCESS:
        tier = (models["access"] == access).to_numpy()
        found |= tier & ~(found & tier).any()
    return np.asarray(found)


def _tiers(catalogue: Catalogue, measured: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    models = catalogue.models
    released = models["release_date"].to_numpy("datetime64[D]")
    columns = {
        access: np.flatnonzero(measured & (models["access"] == access).to_numpy()) for access in ACCESS
    }
    return columns, released


def capability_paths(
    theta: np.ndarray,
    scale: PublicScale,
    catalogue: Catalogue,
    measured: np.ndarray,
    ends: np.ndarray,
) -> dict[str, np.ndarray]:
    """Compute frontiers, gap and lags at given dates.

    ``lag_months_strict`` at time t is the age of the oldest closed release that no open model has reached by
    t; see :func:`forkmodel.results.lag.lag_months`.

    Parameters
    ----------
    theta : array (draw, model)
        Latent abilities in catalogue order.
    scale : PublicScale
        Map to the public index.
    catalogue : Catalogue
        Release dates and access.
    measured : array (model,) of bool
        Models that may stand for a frontier, as from :func:`measured_models`.
    ends : array of datetime64
        Dates at which the paths are read.

    Returns
    -------
    dict
        ``capability_frontier`` (draw, time, access), ``capability_gap``, ``lag_months_strict``,
        ``lag_months_tolerant`` (draw, time); index points and months.
    """
    columns, released = _tiers(catalogue, measured)
    index = scale.index(theta)
    best = {access: running_best(index[:, spots], released[spots], ends) for access, spots in columns.items()}
    closed = Records(np.maximum.accumulate(index[:, columns["closed"]], axis=1), released[columns["closed"]])
    return {
        "capability_frontier": np.stack([best[access] for access in ACCESS], axis=-1),
        "capability_gap": best["closed"] - best["open"],
        "lag_months_strict": lag_months(closed, best["open"], ends),
        "lag_months_tolerant": lag_months(closed, best["open"] + TOLERANCE_INDEX, ends),
    }


def closed_records(
    theta: np.ndarray, scale: PublicScale, catalogue: Catalogue, measured: np.ndarray
) -> pd.DataFrame:
    """Return every closed record with the months an open model took to reach it, right-censored.

    A release is a record when it is above all closed releases before it in more than half of the draws.

    Returns
    -------
    DataFrame
        ``model``, ``release_date``, ``probability_reached`` and the 10, 50 and 90 % points of the lag in
        months, in which a draw that has not seen the record reached counts as later than every date; a
        point that falls there is infinite.
    """
    columns, released = _tiers(catalogue, measured)
    index = scale.index(theta)
    closed, opened = columns["closed"], columns["open"]
    before = np.maximum.accumulate(index[:, closed], axis=1)
    is_record = np.ones((len(theta), len(closed)), dtype=bool)
    is_record[:, 1:] = index[:, closed[1:]] > before[:, :-1]
    rows, days = [], released.astype(float)
    open_best = np.maximum.accumulate(index[:, opened], axis=1)
    for spot in np.flatnonzero(is_record.mean(0) > 0.5):
        column = closed[spot]
        reached = open_best >= index[:, column, None]
        first = days[opened[np.argmax(reached, axis=1)]]
        months = months_between(days[column], first)
        lag = np.where(reached.any(axis=1), np.maximum(months, 0.0), np.inf)
        low, middle, high = np.quantile(lag, [0.1, 0.5, 0.9], method="inverted_cdf")
        rows.append(
            {
                "model": catalogue.models.index[column],
                "release_date": catalogue.models["release_date"].iloc[column],
                "probability_reached": float(np.isfinite(lag).mean()),
                "lag_months_q10": low,
                "lag_months_median": middle,
                "lag_months_q90": high,
            }
        )
    return pd.DataFrame(rows)
