"""Fields checked against each other: period against market, price against release, seller against developer.

Periods are named by their first and last day, both included.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forkmodel.data.cells import cell_text
from forkmodel.data.names import plain_name
from forkmodel.errors import Problem

__all__ = ["field_problems", "period_problems", "revenue_period_problems"]

Frames = Mapping[str, pd.DataFrame]

#: An amount of a longer period is no figure of one year.
LONGEST_PERIOD_DAYS = 366
#: Ends of the names of markets whose periods are calendar months although they do not end in ``_monthly``.
MONTHLY_MARKETS = ("_business_subscriptions", "_model_share", "_gateway_tokens", "_gateway_spend")


def _problems(
    table: str, frame: pd.DataFrame, mask: pd.Series, column: str, problem: str, fix: str
) -> list[Problem]:
    rows = frame.loc[mask.fillna(False).astype(bool)]
    return [
        Problem(table, int(line) or None, column, cell_text(value), problem, fix)
        for line, value in zip(rows.index.tolist(), rows[column].tolist(), strict=True)
    ]


def period_problems(usage: pd.DataFrame) -> list[Problem]:
    """Check that a period is as long as its market's name says: a day, a week or a calendar month.

    Parameters
    ----------
    usage : DataFrame
        The table, indexed by CSV line.
    """
    start, end = usage["period_start"], usage["period_end"]
    market = usage["market"].fillna("")
    days = (end - start).dt.days + 1
    weekly = market.str.contains("_weekly")
    week = weekly & days.gt(0) & (days.ne(7) | start.dt.day_of_week.ne(0))
    day = market.str.endswith("_day") & days.gt(1)
    monthly = market.str.endswith(("_monthly", *MONTHLY_MARKETS))
    whole = start.dt.day.eq(1) & end.eq((start + pd.offsets.MonthEnd(0)).astype(end.dtype))
    month = monthly & days.gt(0) & ~whole
    return [
        *_problems(
            "usage", usage, week, "period_end", "the market's periods are weeks, Monday to Sunday",
            "Write the Monday as period_start and the Sunday after it as period_end, or give figures of "
            "other periods to another market.",
        ),
        *_problems(
            "usage", usage, day, "period_end", "the market's periods are single days",
            "Write the same date as period_start and period_end, one row a day.",
        ),
        *_problems(
            "usage", usage, month, "period_end", "the market's periods are calendar months",
            "Write the first day of the month as period_start and its last day as period_end.",
        ),
    ]  # fmt: skip


def revenue_period_problems(revenue: pd.DataFrame) -> list[Problem]:
    """Check the periods of revenue: only amounts have one, it ends after its start, and spans a year at most.

    Parameters
    ----------
    revenue : DataFrame
        The table, indexed by CSV line.
    """
    start, end = revenue["period_start"], revenue["as_of"]
    stated = start.notna()
    column = "period_start"
    days = (end - start).dt.days + 1
    return [
        *_problems(
            "revenue", revenue, stated & revenue["basis"].eq("run_rate"), column,
            "a run-rate has no period", "Leave the cell empty, or set basis to period.",
        ),
        *_problems(
            "revenue", revenue, stated & days.le(1), column, "is not before as_of",
            "Write the first day of the period, and its last day as as_of.",
        ),
        *_problems(
            "revenue", revenue, stated & days.gt(LONGEST_PERIOD_DAYS), column,
            "the period is longer than a year", "Give one row a year, each with the amount of that year.",
        ),
    ]  # fmt: skip


def field_problems(frames: Frames, limit: pd.Timestamp | None = None) -> list[Problem]:
    """Check fields of joined tables: nothing before its release, sellers' kinds, totals stated twice.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        All tables, indexed by CSV line (0 = a row that does not come from the file being read).
    limit : Timestamp, optional
        Day after which no date of the market may lie.
    """
    prices, models = frames["prices"], frames["models"].drop_duplicates("model_id")
    # A release after the limit is reported as such; what it makes early is only a consequence.
    dated = models if limit is None else models.loc[models["release_date"] <= limit]
    release = prices[["model_id"]].merge(dated[["model_id", "release_date"]], on="model_id", how="left")
    early = prices["effective_from"] < release["release_date"].set_axis(prices.index)
    return [
        *_problems(
            "prices", prices, early, "effective_from", "is before the model's release",
            "Correct it, or correct release_date in models.csv.",
        ),
        *_seller_kinds(prices, frames["models"]),
        *_stated_twice(frames["usage"]),
        *_same_amount(frames["revenue"]),
    ]  # fmt: skip


def _seller_kinds(prices: pd.DataFrame, models: pd.DataFrame) -> list[Problem]:
    """A seller is the first party of one developer, and never a host of that developer's models."""
    owner = models.drop_duplicates("model_id")[["model_id", "developer"]]
    joined = prices[["model_id", "seller", "seller_kind"]].merge(owner, on="model_id", how="left")
    rows = joined.set_index(prices.index).dropna(subset=["developer", "seller"])
    own = rows.loc[rows["seller_kind"].eq("first_party")]
    home: dict[str, str] = {}
    if len(own):
        # A row already in the data weighs more than any number of new ones.
        known = own.assign(weight=np.where(own.index.to_numpy() == 0, 1_000_000, 1))
        sums = known.groupby(["seller", "developer"])["weight"].sum().reset_index()
        sums = sums.sort_values(["weight", "developer"], ascending=[False, True])
        home = dict(sums.drop_duplicates("seller")[["seller", "developer"]].itertuples(index=False))
    developers = {plain_name(name): name for name in owner["developer"].dropna().unique()}
    names = {seller: developers[plain_name(seller)] for seller in rows["seller"].unique()
             if plain_name(seller) in developers}  # fmt: skip
    home = {**names, **home}
    rows = rows.assign(home=rows["seller"].map(home)).dropna(subset=["home"])
    same = rows["home"].map(plain_name).eq(rows["developer"].map(plain_name))
    problems = []
    for line, row in rows.loc[rows["seller_kind"].eq("first_party") & ~same].iterrows():
        what = f"{row['seller']} is the first party of {row['home']}, the model is by {row['developer']}"
        problems.append(_kind(line, "first_party", what, "Set seller_kind to host, or correct the seller."))
    for line, row in rows.loc[rows["seller_kind"].eq("host") & same].iterrows():
        what = f"{row['seller']} is the model's own developer"
        fix = "Set seller_kind to first_party, or correct the seller."
        problems.append(_kind(line, "host", what, fix))
    return problems


def _kind(line: object, value: str, what: str, fix: str) -> Problem:
    return Problem("prices", int(str(line)) or None, "seller_kind", value, what, fix)


def _stated_twice(usage: pd.DataFrame) -> list[Problem]:
    """An amount without offers of its own (a total, a developer) cannot stand there under two variants."""
    place = ["period_start", "period_end", "market", "level", "entity", "unit"]
    whole = usage["level"].ne("model") | usage["entity"].isin(["other", "total"])
    rows = usage.loc[whole].dropna(subset=place)
    rows = rows.loc[rows.duplicated(place, keep=False) & ~rows.duplicated([*place, "variant"])]
    return _pairs(
        "usage",
        rows,
        place,
        "variant",
        "the same amount stands in {other} with variant {variant}; it would count twice",
        "Delete one of the two rows, or give both the same variant so that the newer replaces the older.",
    )


def _same_amount(revenue: pd.DataFrame) -> list[Problem]:
    """One amount of one period is stated once, whether or not its calendar year is written out."""
    rows = revenue.loc[revenue["basis"].eq("period")].dropna(subset=["as_of", "developer"])
    year = rows["as_of"].dt.to_period("Y")
    start = rows["period_start"].fillna(year.dt.start_time)
    end = rows["as_of"].where(rows["period_start"].notna(), year.dt.end_time.dt.normalize())
    rows = rows.assign(_start=start, _end=end)
    place = ["developer", "segment", "kind", "_start", "_end"]
    # Rows that end on different days of one year are different figures of that year, as before.
    written = rows["period_start"].notna().groupby([rows[name] for name in place]).transform("any")
    again = rows.duplicated(place, keep=False) & ~rows.duplicated([*place, "period_start", "as_of"])
    return _pairs(
        "revenue",
        rows.loc[again & written],
        place,
        "period_start",
        "the amount of this period stands in {other} too",
        "Delete one of the two rows, or write period_start alike in both: then the newer replaces the older.",
    )


def _pairs(
    table: str, rows: pd.DataFrame, place: list[str], column: str, what: str, fix: str
) -> list[Problem]:
    """Return one problem for each row after the first of its group, naming the first."""
    problems = []
    for _, group in rows.groupby(place, sort=False):
        # Rows of the file come last, so that they are the ones to be named and changed.
        ordered = group.sort_index(kind="stable")
        first = int(ordered.index[0])
        other = f"row {first}" if first else "a row already in the data"
        variant = cell_text(ordered[column].iloc[0]) or "empty"
        for line, value in list(zip(ordered.index.tolist(), ordered[column].tolist(), strict=True))[1:]:
            text = what.format(other=other, variant=variant)
            problems.append(Problem(table, int(line) or None, column, cell_text(value), text, fix))
    return problems
