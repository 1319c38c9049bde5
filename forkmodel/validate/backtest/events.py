"""Probabilities that have been decided: Brier score, and what of it is reliability, resolution, uncertainty.

The ledger's claims are about 2027 and later, so none is decided yet. What each cut-off did say, and the
tables have decided since, is whether a figure would come out above the last one known.

Source: Murphy (1973), A new vector partition of the probability score, Journal of Applied Meteorology 12.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["event_scores"]

#: Bins of probabilities; with a few dozen effective outcomes, more would be empty.
BINS = 5


def event_scores(cases: pd.DataFrame) -> dict[str, Any] | None:
    """Return the decomposed Brier score of "the figure is above the last one known"; None without a case.

    Parameters
    ----------
    cases : DataFrame
        With ``last``, ``above_last`` and ``outcome``.

    Returns
    -------
    dict or None
        ``event``; ``n``; ``brier``, which is ``reliability - resolution + uncertainty + within`` (the last is
        what bins hide); and ``bins``, each with ``n``, mean ``forecast`` and part that ``happened``.
    """
    known = cases.loc[cases["last"].notna()]
    if known.empty:
        return None
    p = known["above_last"].to_numpy(dtype=float)
    happened = (known["outcome"] > known["last"]).to_numpy(dtype=float)
    place = np.minimum((p * BINS).astype(int), BINS - 1)
    n, base = len(p), happened.mean()
    bins, reliability, resolution = [], 0.0, 0.0
    for number in np.unique(place):
        inside = place == number
        forecast, came = p[inside].mean(), happened[inside].mean()
        reliability += inside.sum() / n * (forecast - came) ** 2
        resolution += inside.sum() / n * (came - base) ** 2
        bins.append({"n": int(inside.sum()), "forecast": float(forecast), "happened": float(came)})
    brier, uncertainty = float(np.square(p - happened).mean()), float(base * (1.0 - base))
    return {
        "event": "the figure is above the last one known",
        "n": n,
        "brier": brier,
        "reliability": float(reliability),
        "resolution": float(resolution),
        "uncertainty": uncertainty,
        "within": float(brier - (reliability - resolution + uncertainty)),
        "bins": bins,
    }
