"""What was known on a day: the rows of each table that a reader of that day could have had."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forkmodel.data.merging import resolves

__all__ = ["known_on", "seen_later"]


def known_on(
    frames: Mapping[str, pd.DataFrame], day: pd.Timestamp, *, strict: bool
) -> dict[str, pd.DataFrame]:
    """Return the tables as far as they were known on ``day``; see ``Market.as_of`` for the rules.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Valid tables.
    day : Timestamp
        The day.
    strict : bool
        Whether rows without proof that they were known are dropped too.
    """
    models = frames["models"].loc[frames["models"]["release_date"] <= day]
    dated = frames["benchmarks"]["release_date"]
    benchmarks = frames["benchmarks"].loc[dated.isna() | (dated <= day)]
    scores = frames["scores"]
    read = scores["source_snapshot"] <= day if strict else True
    scores = scores.loc[
        scores["model_id"].isin(models["model_id"]) & scores["benchmark"].isin(benchmarks["benchmark"]) & read
    ]
    usage = frames["usage"].loc[frames["usage"]["period_end"] <= day]
    return {
        "models": models,
        "benchmarks": benchmarks,
        "scores": scores,
        "prices": _prices(frames["prices"], models["model_id"], day, strict=strict),
        "usage": usage.assign(mapped=resolves(usage, models)),
        "adoption": frames["adoption"].loc[frames["adoption"]["date"] <= day],
        "revenue": frames["revenue"].loc[frames["revenue"]["as_of"] <= day],
        "structure": frames["structure"].loc[frames["structure"]["as_of"] <= day],
        "sources": frames["sources"],
    }


def seen_later(frames: Mapping[str, pd.DataFrame], day: pd.Timestamp) -> int:
    """Return how many rows of tables there is no proof for that they were known on ``day``.

    These are the scores in tables read later and the prices first observed later: what ``strict`` leaves out
    of an as-of view. None are left in a strict one.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Valid tables.
    day : Timestamp
        Usually the vintage of the tables.
    """
    kept = known_on(frames, day, strict=True)
    loose = known_on(frames, day, strict=False)
    return sum(len(loose[name]) - len(kept[name]) for name in loose)


def _prices(prices: pd.DataFrame, models: pd.Series, day: pd.Timestamp, *, strict: bool) -> pd.DataFrame:
    seen = prices["first_observed"]
    if not strict:
        seen = seen.fillna(prices["effective_from"])
    known = prices["model_id"].isin(models) & (prices["effective_from"] <= day) & (seen <= day)
    kept = prices.loc[known]
    # A price change that nobody had seen yet cannot have ended the price before it.
    offer = ["model_id", "seller"]
    unseen = pd.MultiIndex.from_frame(prices.loc[~known, [*offer, "effective_from"]])
    ended_unseen = pd.MultiIndex.from_frame(kept[[*offer, "effective_to"]]).isin(unseen)
    still_open = (kept["effective_to"] > day) | ended_unseen
    return kept.assign(effective_to=kept["effective_to"].where(~still_open))
