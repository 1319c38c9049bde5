"""The panel's catalogue: which models, lines and developers the fit knows, and its time grids."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forkmodel.data.market_names import MarketNames
from forkmodel.errors import ModelError

__all__ = ["ACCESS", "Catalogue", "PanelOptions", "build_catalogue", "decimal_years", "positions"]

#: Coordinate of every ``access`` dimension, in the order of the arrays.
ACCESS = ("closed", "open")
_ACCESS_OF_TABLE = {"closed": "closed", "open_weights": "open"}


@dataclass(frozen=True, slots=True)
class PanelOptions:
    """Choices made when tables become arrays; the defaults are those of the documented model.

    Attributes
    ----------
    blend_input : float
        Input tokens per output token in the blended price, ``(blend * input + output) / (blend + 1)``.
    line_minimum : int
        A developer and access pair with fewer models than this joins the pooled line of its access.
    benchmark_minimum : int
        Benchmarks seen for fewer models than this carry no usable slope and are dropped.
    retirement_months : int
        A model older than this leaves the choice set unless tokens are still observed for it.
    first_month, monthly_from, first_quarter : str
        The choice block runs on the middle month of each quarter from ``first_month`` (only yearly surveys
        see that time) and on every month from ``monthly_from``; the walks' grid starts at ``first_quarter``.
    start_known_days : int
        Price spells whose start is uncertain by more days than this do not date the price of capability.
    price_date : str
        Day (ISO) at which the price level and the residual premium are stated.
    price_floor_usd_per_mtok : float
        Added to every price before the logarithm in the choice block, so that free offers are real offers.
    """

    blend_input: float = 3.0
    line_minimum: int = 4
    benchmark_minimum: int = 5
    retirement_months: int = 15
    first_month: str = "2023-01-01"
    monthly_from: str = "2025-01-01"
    first_quarter: str = "2022-01-01"
    start_known_days: int = 120
    price_date: str = "2026-07-01"
    price_floor_usd_per_mtok: float = 0.02

    @classmethod
    def of_market(cls, models: pd.DataFrame, vintage: pd.Timestamp, names: MarketNames) -> PanelOptions:
        """Return the defaults, on the dates of the tables where they are of another market.

        Its grids begin with its first release, the walks' a year before; prices are stated at its vintage.
        """
        if names.bundled:
            return cls()
        first = models["release_date"].min().to_period("Q").start_time
        day = str(first.date())
        before = str((first - pd.DateOffset(years=1)).date())
        return cls(first_month=day, monthly_from=day, first_quarter=before, price_date=str(vintage.date()))


@dataclass(frozen=True)
class Catalogue:
    """Labels and time grids that every part of the panel shares.

    Attributes
    ----------
    models : DataFrame
        Indexed by ``model``, sorted by release date and name: ``developer``, ``access`` ("closed" or
        "open"), ``line``, ``release_date``, ``country``.
    lines : DataFrame
        Indexed by ``line``: ``access``, ``first_release``, ``median_release``.
    developers : Index
        Developers in alphabetical order.
    quarters : DatetimeIndex
        Quarter starts (knots) from the first model to the first one after the vintage.
    months : DatetimeIndex
        Month starts of the choice block, up to the vintage; quarterly at first, see ``PanelOptions``.
    vintage : Timestamp
        Date of the data.
    names : MarketNames
        Router, closed firms and hosts of the market.
    """

    models: pd.DataFrame
    lines: pd.DataFrame
    developers: pd.Index
    quarters: pd.DatetimeIndex
    months: pd.DatetimeIndex
    vintage: pd.Timestamp
    names: MarketNames = field(default_factory=MarketNames)

    def quarter_weights(self, dates: pd.Series | pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
        """Return the left knot of each date and how far the date is towards the next knot (0 to 1)."""
        knots = self.quarters.to_numpy("datetime64[D]").astype(np.int64)
        days = pd.DatetimeIndex(dates).to_numpy("datetime64[D]").astype(np.int64)
        left = np.clip(np.searchsorted(knots, days, side="right") - 1, 0, len(knots) - 2)
        fraction = (days - knots[left]) / (knots[left + 1] - knots[left])
        return left.astype(np.int64), np.clip(fraction, 0.0, 1.0)


def decimal_years(dates: pd.DatetimeIndex) -> np.ndarray:
    """Return dates as calendar years with their fraction."""
    return np.asarray(dates.year + (dates.day_of_year - 1) / 365.25, dtype=float)


def positions(labels: object, index: pd.Index) -> np.ndarray:
    """Return the integer position of each label in ``index``; every label must be there."""
    found = index.get_indexer(pd.Index(np.asarray(labels)))
    if (found < 0).any():
        missing = sorted({str(label) for label, spot in zip(labels, found, strict=True) if spot < 0})  # type: ignore[call-overload]
        raise ModelError(f"labels {missing[:5]} are not in the panel; rebuild it from one set of tables.")
    return np.asarray(found, dtype=np.int64)


def _choice_months(vintage: pd.Timestamp, options: PanelOptions) -> pd.DatetimeIndex:
    months = pd.date_range(options.first_month, vintage, freq="MS")
    months = months[(months >= pd.Timestamp(options.monthly_from)) | (months.month % 3 == 2)]
    if months.empty:
        raise ModelError(
            f"the tables end on {vintage.date()}, before the first month that buyers are seen to choose in, "
            f"the middle one of a quarter from {options.first_month} on. Take a later day, or add later rows."
        )
    return months


def build_catalogue(
    models: pd.DataFrame,
    wanted: set[str],
    vintage: pd.Timestamp,
    options: PanelOptions,
    names: MarketNames | None = None,
) -> Catalogue:
    """Select the models the fit needs and group them into supplier lines.

    Parameters
    ----------
    models : DataFrame
        The ``models`` table.
    wanted : set of str
        Ids of models with at least one score, price or usage row.
    vintage : Timestamp
        Date of the data.
    options : PanelOptions
        Choices such as the smallest line.
    names : MarketNames, optional
        Who the market's firms are; those of the bundled tables by default.
    """
    table = models.loc[models["model_id"].isin(wanted)].copy()
    if table.empty:
        raise ModelError(
            "no model has a score, a price or usage; add rows to scores.csv or prices.csv. What shares in "
            "structure.csv tell alone, `forkmodel shares` says."
        )
    table["access"] = table["access"].map(_ACCESS_OF_TABLE)
    table = table.sort_values(["release_date", "model_id"]).set_index("model_id")
    table.index.name = "model"
    size = table.groupby(["developer", "access"])["release_date"].transform("size")
    own_line = table["developer"] + " " + table["access"]
    table["line"] = own_line.where(size >= options.line_minimum, "Other " + table["access"])
    lines = table.groupby("line").agg(
        access=("access", "first"),
        first_release=("release_date", "min"),
        median_release=("release_date", "median"),
    )
    first = min(pd.Timestamp(options.first_quarter), table["release_date"].min()).to_period("Q").start_time
    after = vintage.to_period("Q").start_time + pd.offsets.QuarterBegin(startingMonth=1)
    return Catalogue(
        models=table[["developer", "access", "line", "release_date", "country"]],
        lines=lines.sort_index(),
        developers=pd.Index(sorted(table["developer"].unique()), name="developer"),
        quarters=pd.date_range(first, after, freq="QS"),
        months=_choice_months(vintage, options),
        vintage=vintage,
        names=names or MarketNames(),
    )
