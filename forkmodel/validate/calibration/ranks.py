"""What the ranks of a calibration say: are they uniform, statistic by statistic, and all together.

The band of a statistic holds the empirical distribution of its ranks in 95 of 100 calibrations of a right
model, over its whole length (Säilynoja, Bürkner and Vehtari 2022, by simulation). With many statistics one in
twenty leaves its band by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.errors import ModelError
from forkmodel.validate.reviews import CALIBRATION_LIMITS, failed_names
from forkmodel.validate.standing import record_facts

__all__ = [
    "calibration_record",
    "rank_band",
    "rank_table",
    "read_ranks",
    "refit_reviews",
    "that_count",
    "uniform_ranks",
]

ENGINE: Final = "h5netcdf"
BAND = 0.95
SIMULATIONS = 1000
SEED = 95


def read_ranks(paths: Sequence[Path]) -> xr.Dataset:
    """Return the batches of one calibration as one, in the order of replications."""
    parts = []
    for path in paths:
        with xr.open_dataset(path, engine=ENGINE) as stored:
            parts.append(stored.load())
    return joined(parts)


def joined(parts: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return batches as one, statistics aligned by label; one that a batch lacks is missing there."""
    labels = list(dict.fromkeys(str(label) for part in parts for label in part["statistic"].to_numpy()))
    whole = xr.concat([part.reindex(statistic=labels) for part in parts], "replication", join="exact")
    return whole.sortby("replication").assign_attrs(parts[0].attrs)


def that_count(ranks: xr.Dataset) -> xr.Dataset:
    """Return the replications whose refit did not fail its review."""
    return ranks.isel(replication=np.flatnonzero(~ranks["failed"].to_numpy().astype(bool)))


def refit_reviews(ranks: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return the summary of the review of every refit, by replication.

    Parameters
    ----------
    ranks : Dataset
        From :func:`read_ranks`.
    """
    return {
        f"replication {int(place)}": {
            "status": "FAIL" if bool(one["failed"]) else "PASS",
            **{name: float(one[name]) for name in ("worst_rhat", "smallest_ess", "divergent")},
        }
        for place in ranks["replication"].to_numpy()
        for one in (ranks.sel(replication=place),)
    }


def calibration_record(ranks: xr.Dataset) -> dict[str, Any]:
    """Return what the record of a calibration says of its replications, their reviews and their statistics.

    Parameters
    ----------
    ranks : Dataset
        From :func:`read_ranks`.

    Raises
    ------
    ModelError
        If every refit failed its review.
    """
    reviews = refit_reviews(ranks)
    left_out = failed_names(reviews)
    if len(left_out) == len(reviews):
        raise ModelError(
            f"all {len(reviews)} refits FAILED their review ({CALIBRATION_LIMITS}), so there are no ranks to "
            "show; give more --draws and --tune."
        )
    table = rank_table(ranks)
    return {
        **record_facts(),
        "replications": len(reviews),
        "draws_ranked_among": int(ranks.attrs["draws"]),
        "chains": 1,
        "divergent_replications": int((ranks["divergences"] > 0).sum()),
        "divergences": int(ranks["divergences"].sum()),
        "limits": asdict(CALIBRATION_LIMITS),
        "left_out": len(left_out),
        "reviews": reviews,
        "outside_band": int((~table["inside_band"]).sum()),
        "statistics": table.round(4).to_dict("records"),
    }


def uniform_ranks(ranks: xr.Dataset, seed: int = SEED) -> np.ndarray:
    """Return ranks as numbers in (0, 1) (replication, statistic), spread at random within their step.

    NaN where a replication lacks the statistic.
    """
    step = np.random.default_rng(seed).random(ranks["rank"].shape)
    return np.asarray((ranks["rank"].to_numpy() + step) / (int(ranks.attrs["draws"]) + 1))


def rank_band(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return points, and the distribution of the values and its band there, each less the points.

    Parameters
    ----------
    values : array
        Ranks as numbers in (0, 1), from :func:`uniform_ranks`.
    """
    from arviz_stats import ecdf_utils

    at, ecdf, low, high = ecdf_utils.ecdf_pit(values, BAND, SIMULATIONS, rng=np.random.default_rng(SEED))
    return at, ecdf - at, low - at, high - at


def rank_table(ranks: xr.Dataset) -> pd.DataFrame:
    """Return, by statistic, whether its ranks are uniform, over the replications that count.

    Parameters
    ----------
    ranks : Dataset
        From :func:`read_ranks`; replications whose refit failed its review are left out.

    Returns
    -------
    DataFrame
        ``statistic``, ``n`` (replications that have it), ``mean`` (0.5 without bias), ``spread`` (standard
        deviation over that of a uniform: above 1 the fit is too sure, below 1 too unsure), ``covered_90``
        (part of the truths inside the central 90 %), ``inside_band``, ``ess`` (median over replications).
    """
    ranks = that_count(ranks)
    values = uniform_ranks(ranks)
    rows = []
    for place, name in enumerate(ranks["statistic"].to_numpy()):
        own = values[np.isfinite(values[:, place]), place]
        if not len(own):
            continue
        _, ecdf, low, high = rank_band(own)
        rows.append(
            {
                "statistic": str(name),
                "n": len(own),
                "mean": float(own.mean()),
                "spread": float(own.std() * np.sqrt(12.0)),
                "covered_90": float((np.abs(own - 0.5) <= 0.45).mean()),
                "inside_band": bool(((ecdf >= low - 1e-12) & (ecdf <= high + 1e-12)).all()),
                "ess": float(np.nanmedian(ranks["ess"].to_numpy()[:, place])),
            }
        )
    return pd.DataFrame(rows)
