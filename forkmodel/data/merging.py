"""Union of two sets of tables: same key replaces, open prices close, mapped flags follow the models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from forkmodel.data.checks import known_entities
from forkmodel.data.schemas import TABLES

__all__ = ["canonical", "resolves", "union"]

Frames = Mapping[str, pd.DataFrame]


def canonical(frames: Frames) -> dict[str, pd.DataFrame]:
    """Return the tables sorted by key and numbered from zero, so that no result depends on row order."""
    return {
        name: frames[name].sort_values(list(table.key), kind="stable", ignore_index=True)
        for name, table in TABLES.items()
    }


def resolves(usage: pd.DataFrame, models: pd.DataFrame) -> pd.Series:
    """Return which usage rows name something that is in ``models``: what ``mapped`` should say."""
    found = pd.Series(False, index=usage.index)
    for level, valid in known_entities(models).items():
        found |= usage["level"].eq(level) & usage["entity"].isin(valid)
    return found


def union(
    old: Frames, new: Frames, old_vintage: pd.Timestamp, new_vintage: pd.Timestamp
) -> dict[str, pd.DataFrame]:
    """Return the union of two sets of tables; where both have a key, the row of ``new`` stands.

    An open price (empty ``effective_to``) says "in force at my vintage". A later price of the same model and
    seller in ``new`` supersedes it: it is closed at the start of that price. The same holds the other way
    round if ``old`` is of the same or a later vintage. Every other overlap is left for validation to report.

    Parameters
    ----------
    old, new : mapping of str to DataFrame
        Typed frames; their index is kept.
    old_vintage, new_vintage : Timestamp
        Dates of the two sets.
    """
    frames = {}
    for name, table in TABLES.items():
        sides = [old[name].assign(_new=False), new[name].assign(_new=True)]
        # Concatenating an empty side would be harmless but for the types of its columns.
        both = pd.concat([side for side in sides if len(side)] or sides[:1])
        frames[name] = both.loc[~both.duplicated(list(table.key), keep="last")]
    frames["prices"] = _close_superseded(frames["prices"], {False: old_vintage, True: new_vintage})
    frames = {name: frame.drop(columns="_new") for name, frame in frames.items()}
    usage = frames["usage"]
    # A new model may give a name to old usage; a flag that is wrongly set stays, so that checks can find it.
    frames["usage"] = usage.assign(mapped=usage["mapped"] | resolves(usage, frames["models"]))
    return frames


def _close_superseded(prices: pd.DataFrame, vintages: Mapping[bool, pd.Timestamp]) -> pd.DataFrame:
    """Close each open spell at the next start in the other set, if that set knows better."""
    spells = prices.assign(_spot=np.arange(len(prices)), _vintage=prices["_new"].map(vintages))
    offer = ["model_id", "seller"]
    pairs = spells.loc[spells["effective_to"].isna()].merge(spells, on=offer, suffixes=("", "_next"))
    supersedes = (
        (pairs["_new_next"] != pairs["_new"])
        & (pairs["effective_from_next"] > pairs["effective_from"])
        & (pairs["_new_next"] | (pairs["_vintage_next"] >= pairs["_vintage"]))
    )
    closing = pairs.loc[supersedes].groupby("_spot")["effective_from_next"].min()
    ends = prices["effective_to"].to_numpy(copy=True)
    ends[closing.index.to_numpy(dtype=int)] = closing.to_numpy()
    return prices.assign(effective_to=ends)
