"""From the dynamics of other markets to the priors of forecasts: the same equations in the priors' units.

Both walk log shares by quarters with momentum and a pull towards their mean. What differs is noise: here a
report's error is told from what lasts, and moves have heavy tails; there shocks are Gaussian. The shock of a
prior is therefore the standard deviation of lasting moves, tails included.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forkmodel.hindcast.dynamics import TAIL_VARIANCE
from forkmodel.hindcast.simulate import Dynamics

__all__ = ["in_prior_units", "predictive_table"]


def in_prior_units(dynamics: Dynamics) -> dict[str, np.ndarray]:
    """Return draws (draw,) by the key of the prior that they speak about.

    Parameters
    ----------
    dynamics : Dynamics
        Parameters of a market of a new family.

    Returns
    -------
    dict of array
        ``forecast.share_shock`` in log per root year, ``forecast.share_momentum`` per quarter,
        ``forecast.share_reversion`` per year and ``forecast.entry_closed`` in firms per year.
    """
    return {
        "forecast.share_shock": dynamics.speed * TAIL_VARIANCE**0.5,
        "forecast.share_momentum": dynamics.momentum,
        "forecast.share_reversion": dynamics.reversion,
        "forecast.entry_closed": dynamics.entry,
    }


def predictive_table(dynamics: Dynamics) -> list[dict[str, Any]]:
    """Return median and 90 % interval of every quantity that a prior is about.

    Parameters
    ----------
    dynamics : Dynamics
        Parameters of a market of a new family.
    """
    draws = in_prior_units(dynamics)
    shock, momentum = draws["forecast.share_shock"], draws["forecast.share_momentum"]
    named = {
        "lasting shock, log / sqrt(year)": ("forecast.share_shock", shock),
        "momentum, per quarter": ("forecast.share_momentum", momentum),
        "reversion, per year": ("forecast.share_reversion", draws["forecast.share_reversion"]),
        "entry, firms / year": ("forecast.entry_closed", draws["forecast.entry_closed"]),
        "shock with its momentum, log / sqrt(year)": ("", shock / (1.0 - momentum)),
    }
    return [
        {"quantity": name, "prior": key or None, "draws": len(values), **_summary(values)}
        for name, (key, values) in named.items()
    ]


def _summary(values: np.ndarray) -> dict[str, float]:
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    return {"low": float(low), "median": float(median), "high": float(high), "mean": float(values.mean())}
