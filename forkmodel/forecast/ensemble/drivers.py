"""The four quantities that tie worlds to simple forecasts: two run-rates, the router's openness and its HHI.

Everything else follows through the worlds' own dependence on these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import logit

from forkmodel.forecast.baselines import regular
from forkmodel.forecast.reported import REVENUE, router_days
from forkmodel.inference.posterior import Posterior
from forkmodel.market import hhi

__all__ = ["DRIVERS", "OUTCOMES", "QUARTERS", "Driver", "History", "driver_history", "driver_lines"]

#: Quarters ahead that simple forecasts have a say in.
QUARTERS = 4
#: Outcomes of worlds that drivers are read off.
OUTCOMES = ("revenue", "open_share", "token_share")
TINY = 1e-9
USD_PER_BILLION = 1e9


@dataclass(frozen=True)
class Driver:
    """One quantity on the line where it may take any value.

    Attributes
    ----------
    name : str
        That of the backtest's target.
    family : str
        Targets that share a structural weight.
    share : bool
        Whether the line is the log odds of a share.
    """

    name: str
    family: str
    share: bool = False


DRIVERS = (
    *(Driver(name, "revenue") for name in REVENUE.values()),
    Driver("open_share", "router", share=True),
    Driver("token_hhi", "router"),
)


@dataclass(frozen=True)
class History:
    """Figures of a driver as known at the data's end, one a quarter, gaps filled by straight lines.

    Attributes
    ----------
    line : array (quarter,)
        Figures; empty where none was reported.
    last : Period
        Quarter of the last one.
    """

    line: np.ndarray
    last: pd.Period


def driver_history(posterior: Posterior) -> dict[str, History]:
    """Return what a fit's own tables report of every driver.

    Parameters
    ----------
    posterior : Posterior
        A fit of all blocks.
    """
    rows, vintage = posterior.panel.rows, posterior.panel.catalogue.vintage
    access, revenue = rows["access_shares"], rows["revenue"]
    days = router_days(posterior.data)
    concentration = hhi(xr.DataArray(days.to_numpy(), dims=("day", "developer"))).to_numpy()
    found = {
        "open_share": pd.Series(access["logit_open_share"].to_numpy(), access["month"].to_numpy()),
        "token_hhi": pd.Series(np.log(concentration), days.index),
    }
    for firm, name in REVENUE.items():
        own = (revenue["period"].to_numpy() == 0.0) & (revenue["firm"].to_numpy() == firm)
        found[name] = pd.Series(revenue["log_usd_bn"].to_numpy()[own], revenue["date"].to_numpy()[own])
    return {driver.name: _by_quarter(found[driver.name], vintage) for driver in DRIVERS}


def _by_quarter(series: pd.Series, vintage: pd.Timestamp) -> History:
    if series.empty:
        return History(np.zeros(0), vintage.to_period("Q"))
    dates = pd.DatetimeIndex(series.index)
    means = series.groupby(dates.to_period("Q")).mean()
    starts = pd.PeriodIndex(means.index).to_timestamp()
    return History(regular(starts, means.to_numpy()), means.index[-1])


def driver_lines(arrays: Mapping[str, np.ndarray], frame_coords: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return every driver of worlds at the middle of the next four quarters (world, driver, quarter).

    Parameters
    ----------
    arrays : mapping of array (world, quarter, ...)
        :data:`OUTCOMES` at the five quarters after the data's.
    frame_coords : mapping
        Labels of their dims.
    """
    developers = [str(name) for name in frame_coords["developer"]]
    router = list(frame_coords["market"]).index("openrouter")
    tokens = list(frame_coords["unit"]).index("tokens")
    opened = np.clip(arrays["open_share"][:, :, router, tokens], TINY, 1.0 - TINY)
    taken = arrays["token_share"][:, :, router]
    shares = xr.DataArray(taken / taken.sum(-1, keepdims=True), dims=("world", "quarter", "developer"))
    found = {"open_share": logit(opened), "token_hhi": np.log(hhi(shares).to_numpy())}
    for firm, name in REVENUE.items():
        # A lab that this market does not have earns nothing in any world, so nothing can be told apart by it.
        spot = developers.index(firm) if firm in developers else None
        money = np.zeros(opened.shape) if spot is None else arrays["revenue"][:, :, spot]
        start = np.log(np.maximum(money / USD_PER_BILLION, TINY))
        # Run-rates stand at a quarter's start, figures of a quarter on average in its middle.
        found[name] = start.copy()
        found[name][:, :-1] = (start[:, :-1] + start[:, 1:]) / 2.0
    return np.stack([found[driver.name][:, :QUARTERS] for driver in DRIVERS], axis=1)
