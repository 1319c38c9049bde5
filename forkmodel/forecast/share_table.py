"""A market of which only a table of shares is known: its concentration, past and to come.

No price, capability or model is in such a table, so nothing but the shares can be said. Each firm's log-odds
of share are a random walk seen with error,

    x_f(t) = x_f(t0) + B_f(t),    B_f with standard deviation ``step`` per square root of a quarter,
    share reported = share + error,

with ``step`` the same for all firms. Given ``step`` this is a Gaussian process regression, whose draws are
exact; ``step`` itself is drawn from its posterior on a grid. There is no chain that could fail to mix. The
firms of the table are all there are: who enters later is part of the remainder, which counts as many small
sellers, so the HHI is the least that the named firms imply.

Source: Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, algorithm 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from scipy.linalg import cho_solve, cholesky
from scipy.special import expit, logit

from forkmodel.data.market_tables import MarketTables
from forkmodel.dates import read_span
from forkmodel.errors import DataError, ForkModelError, Problem, did_you_mean
from forkmodel.market.remainder import concentration_with_remainder
from forkmodel.options import MIN_DRAWS, MOST_DRAWS, MOST_SEED, whole_number

__all__ = ["ShareForecast", "share_forecast"]

#: A share is reported to about one point: rounded to whole points, and restated by its publisher.
REPORT_SD = 0.01
#: Prior of the step, half-normal: log-odds per square root of a quarter. At its median log-odds wander by
#: 0.13 (one standard deviation) in a year, at its 95 % point by 0.39.
STEP_SCALE = 0.1
STEPS = np.geomspace(0.003, 1.0, 60)
#: Prior of a firm's share when it is first seen: 12 %, from 1 % to 60 % (90 %).
START_MEAN, START_SD = -2.0, 1.5
DAYS_PER_QUARTER = 365.25 / 4.0
JITTER = 1e-9


@dataclass(frozen=True)
class ShareForecast:
    """Draws of a market's shares and of its concentration.

    Attributes
    ----------
    market : str
        Name of the market in the table.
    shares : DataArray (draw, time, firm)
        Share of each named firm, 0 to 1; in sum at most one.
    concentration : Dataset (draw, time)
        ``hhi`` (0 to 10,000), ``cr1``, ``cr3``, ``cr4`` and ``effective_firms``.
    step : DataArray (draw,)
        Standard deviation of a firm's log-odds per square root of a quarter.
    last : Timestamp
        Last day of the table; what comes after is forecast.
    """

    market: str
    shares: xr.DataArray
    concentration: xr.Dataset
    step: xr.DataArray
    last: pd.Timestamp

    def table(self, mass: float = 0.9) -> pd.DataFrame:
        """Return median and central interval of HHI and CR3 at every date.

        Parameters
        ----------
        mass : float
            Probability of the interval.

        Returns
        -------
        DataFrame
            Columns ``date``, ``part`` (history or forecast), and for ``hhi`` (0 to 10,000) and ``cr3`` (0 to
            1) the median and, with ``_low`` and ``_high``, the ends of the interval.
        """
        tails = [0.5, (1.0 - mass) / 2.0, (1.0 + mass) / 2.0]
        dates = pd.DatetimeIndex(self.concentration["time"].to_numpy())
        frame = pd.DataFrame({"date": dates, "part": np.where(dates <= self.last, "history", "forecast")})
        for name in ("hhi", "cr3"):
            ends = self.concentration[name].quantile(tails, "draw").to_numpy()
            frame[[name, f"{name}_low", f"{name}_high"]] = ends.T
        return frame

    def prob(self, measure: str, above: float, date: str) -> float:
        """Return the part of draws in which a measure is above a value on the last date up to ``date``."""
        day = pd.Timestamp(read_span(date, "the date").last)
        known = self.concentration["time"].to_numpy() <= day.to_datetime64()
        if not known.any():
            raise ForkModelError(f"the table begins after {date}; give a later date.")
        return float((self.concentration[measure].isel(time=np.flatnonzero(known)[-1]) > above).mean())


def share_forecast(
    tables: MarketTables,
    market: str | None = None,
    horizon: str | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> ShareForecast:
    """Draw a market's shares, at the dates of its table and quarter by quarter to a horizon.

    Parameters
    ----------
    tables : MarketTables
        Tables with rows in ``structure``; no other is read.
    market : str, optional
        Which market of ``structure``; the only one by default.
    horizon : str, optional
        Last day, month, quarter or year of the forecast; five years after the table's end by default.
    draws : int
        Number of draws, which are independent.
    seed : int
        Same seed, same draws.

    Raises
    ------
    DataError
        If the table has no row.
    ForkModelError
        If the market is not in the table, several are and none is named, or the horizon is too early.
    """
    draws = whole_number("draws", draws, MIN_DRAWS, MOST_DRAWS)
    random = np.random.default_rng(whole_number("seed", seed, 0, MOST_SEED))
    rows = _rows(tables.structure, market)
    last = rows["as_of"].max()
    dates = pd.DatetimeIndex([*sorted(rows["as_of"].unique()), *_future(last, horizon)])
    quarters = (dates - dates[0]).days.to_numpy(float) / DAYS_PER_QUARTER
    firms = {str(name): _Seen.of(own, dates) for name, own in rows.groupby("firm")}
    evidence = np.array([sum(seen.evidence(quarters, step) for seen in firms.values()) for step in STEPS])
    weight = np.exp(evidence - evidence.max()) * np.exp(-0.5 * (STEPS / STEP_SCALE) ** 2) * np.gradient(STEPS)
    # Draws of one step stand together, and are shuffled so that no order is left.
    count = random.multinomial(draws, weight / weight.sum())
    walks = np.concatenate(
        [
            np.stack([seen.draw(quarters, step, number, random) for seen in firms.values()], axis=-1)
            for step, number in zip(STEPS, count, strict=True)
            if number
        ]
    )
    order = random.permutation(draws)
    shares = expit(walks[order])
    shares = shares / np.maximum(shares.sum(-1, keepdims=True), 1.0)
    labelled = xr.DataArray(
        shares,
        dims=("draw", "time", "firm"),
        coords={"time": dates.to_numpy("datetime64[ns]"), "firm": list(firms)},
        name="share",
    )
    return ShareForecast(
        market=str(rows["market"].iloc[0]),
        shares=labelled,
        concentration=concentration_with_remainder(
            labelled, remainder=(1.0 - labelled.sum("firm")).clip(min=0.0)
        ),
        step=xr.DataArray(np.repeat(STEPS, count)[order], dims="draw", name="step"),
        last=last,
    )


@dataclass(frozen=True)
class _Seen:
    """What is known of a firm: at which dates, its log-odds of share there, and their errors."""

    place: np.ndarray
    log_odds: np.ndarray
    sd: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame, dates: pd.DatetimeIndex) -> _Seen:
        # A share of nothing or of everything is one within its error.
        share = rows["share"].clip(REPORT_SD / 2.0, 1.0 - REPORT_SD / 2.0).to_numpy(float)
        return cls(
            dates.get_indexer(pd.DatetimeIndex(rows["as_of"])),
            logit(share),
            REPORT_SD / (share * (1.0 - share)),
        )

    def _factor(self, prior: np.ndarray) -> np.ndarray:
        noisy = prior[np.ix_(self.place, self.place)] + np.diag(self.sd**2)
        return np.asarray(cholesky(noisy, lower=True))

    def evidence(self, quarters: np.ndarray, step: float) -> float:
        """Return the log density of what is known given the step, up to a constant."""
        factor = self._factor(_prior(quarters, step))
        off = self.log_odds - START_MEAN
        return float(-0.5 * off @ cho_solve((factor, True), off) - np.log(np.diag(factor)).sum())

    def draw(self, quarters: np.ndarray, step: float, count: int, random: np.random.Generator) -> np.ndarray:
        """Return draws (draw, time) of the log-odds at all dates given the step."""
        prior = _prior(quarters, step)
        factor, across = self._factor(prior), prior[:, self.place]
        mean = START_MEAN + across @ cho_solve((factor, True), self.log_odds - START_MEAN)
        spread = prior - across @ cho_solve((factor, True), across.T)
        root = cholesky(spread + JITTER * np.eye(len(quarters)), lower=True)
        return np.asarray(mean + random.standard_normal((count, len(quarters))) @ root.T)


def _prior(quarters: np.ndarray, step: float) -> np.ndarray:
    """Return the prior covariance (time, time) of a firm's log-odds."""
    return np.asarray(START_SD**2 + step**2 * np.minimum(quarters[:, None], quarters[None, :]))


def _future(last: pd.Timestamp, horizon: str | None) -> pd.DatetimeIndex:
    """Return the quarter ends after the table's last day, up to the horizon."""
    if horizon is None:
        end = last + pd.DateOffset(years=5)
    else:
        end = pd.Timestamp(read_span(horizon, "the horizon").last)
        if end <= last:
            raise ForkModelError(
                f"the horizon {horizon} is not after {last.date()}, where the table ends. Give a later one."
            )
    days = pd.date_range(last + pd.Timedelta(days=1), end, freq="QE")
    return pd.DatetimeIndex(days)


def _rows(structure: pd.DataFrame, market: str | None) -> pd.DataFrame:
    """Return the rows of one market."""
    if structure.empty:
        what, fix = (
            "the table structure.csv has no row, so no share is known",
            "Add rows: one a firm and date.",
        )
        raise DataError([Problem("structure", None, None, None, what, fix)])
    names = sorted(structure["market"].unique())
    if market is None and len(names) > 1:
        raise ForkModelError(f"the table holds {len(names)} markets; name one of {', '.join(names)}.")
    wanted = names[0] if market is None else market
    if wanted not in names:
        raise ForkModelError(f"there is no market {wanted!r} in the table. {did_you_mean(wanted, names)}")
    return structure.loc[structure["market"].eq(wanted)].sort_values(["as_of", "firm"])
