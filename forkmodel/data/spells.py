"""Price spells against one another: of one model and seller, only one price holds on a day.

A spell is half-open: it holds from ``effective_from`` up to, and not on, ``effective_to``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.data.cells import cell_text
from forkmodel.errors import Problem

__all__ = ["in_force", "spell_overlaps"]

OPEN = pd.Timestamp.max.as_unit("us")


def in_force(prices: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the prices that hold on a day, whether or not anybody had seen them by then.

    Parameters
    ----------
    prices : DataFrame
        The table.
    day : Timestamp
        The day.
    """
    started = prices["effective_from"] <= day
    return prices.loc[started & (prices["effective_to"].isna() | (prices["effective_to"] > day))]


def spell_overlaps(prices: pd.DataFrame) -> list[Problem]:
    """Find prices that start while an earlier one of the same model and seller still holds.

    Parameters
    ----------
    prices : DataFrame
        The table, indexed by CSV line (0 = a row that does not come from the file being read).
    """
    usable = prices.dropna(subset=["model_id", "seller", "effective_from"])
    ordered = usable.assign(line=usable.index, end=usable["effective_to"].fillna(OPEN)).sort_values(
        ["model_id", "seller", "effective_from", "end"], kind="stable", ignore_index=True
    )
    offer = ordered.groupby(["model_id", "seller"], sort=False)
    # The spell among the earlier ones that lasts longest decides.
    longest = offer["end"].cummax()
    same_offer = ordered.duplicated(["model_id", "seller"])
    previous = longest.shift().where(same_offer)
    # Equal starts are repeated keys, which are reported as such.
    repeated = ordered.duplicated(["model_id", "seller", "effective_from"])
    found = np.flatnonzero((previous > ordered["effective_from"]) & ~repeated)
    if not len(found):
        return []
    first = ordered.assign(spot=np.arange(len(ordered)))["spot"].where(ordered["end"].eq(longest))
    leads = longest.ne(longest.shift()) | ~same_offer
    holder = first.where(leads).ffill().astype(int).shift(fill_value=0).to_numpy()
    return [_overlap(ordered.iloc[holder[spot]], ordered.iloc[spot]) for spot in found.tolist()]


def _overlap(earlier: pd.Series, later: pd.Series) -> Problem:
    """Return the problem, told at the row that the reader can change."""
    start = cell_text(later["effective_from"])
    span = f"{cell_text(earlier['effective_from'])} to {cell_text(earlier['effective_to']) or 'open'}"
    offer = f"the price of {later['model_id']} by {later['seller']}"
    if earlier["line"] and not later["line"]:
        end = cell_text(earlier["effective_to"])
        return Problem(
            "prices",
            int(earlier["line"]),
            "effective_to",
            end,
            f"{offer} ({span}) still holds when the price that is already in the data starts on {start}",
            f"Set effective_to of row {earlier['line']} to {start}, or give a row of your own for the price "
            f"from {start}, with a later start.",
        )
    rows = f"row {earlier['line']}" if earlier["line"] else "a row already in the data"
    if earlier["line"]:
        fix = f"Set effective_to of {rows} to {start}, or correct effective_from."
    else:
        fix = (
            f"Correct effective_from, or repeat the row from {cell_text(earlier['effective_from'])} with "
            f"effective_to {start}: a row with the same model, seller and start replaces it."
        )
    return Problem(
        "prices",
        int(later["line"]) or None,
        "effective_from",
        start,
        f"{offer} starts while that of {rows} ({span}) still holds",
        fix,
    )
