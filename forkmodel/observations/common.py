"""What several observations share: scales, and the tail of share observations."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

__all__ = [
    "ACCESS_NAMES",
    "FIGURE_TAIL",
    "SHARE_TAIL",
    "log_odds",
    "rewritten",
    "share_of",
    "with_shares",
]

#: Degrees of freedom of share observations: heavy enough for one odd month, fixed because few series see it.
SHARE_TAIL = 5.0
#: Degrees of freedom of figures about firms: revenue, adoption and reach.
FIGURE_TAIL = 4.0
#: Access classes as rows of shares name them.
ACCESS_NAMES = {"closed": "closed", "open_weights": "open"}
#: Simulated log-odds are cut here: a share of 0 or 1 has none, and beyond it a float is one of the two.
MOST_LOG_ODDS = 25.0


def log_odds(share: pd.Series) -> np.ndarray:
    """Return the log-odds of shares.

    Not by SciPy, whose last digit differs: with these very numbers a seed draws the same posterior as before.
    """
    values = share.to_numpy(float)
    return np.asarray(np.log(values / (1.0 - values)))


def share_of(log_odds: np.ndarray) -> np.ndarray:
    """Return the shares of log-odds, above 0 and below 1, as tables must hold them."""
    return np.asarray(expit(np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS)))


def rewritten(table: pd.DataFrame, **columns: pd.Series) -> pd.DataFrame:
    """Return a table with other values in some of its rows.

    Parameters
    ----------
    table : DataFrame
        The table; it is left as it is.
    **columns : Series
        By column, the new values, indexed by the rows they belong to.
    """
    table = table.copy()
    for name, values in columns.items():
        table.loc[values.index, name] = values
    return table


def with_shares(usage: pd.DataFrame, rows: pd.Index, log_share: np.ndarray) -> pd.DataFrame:
    """Return usage with the shares of some rows given by their logarithms; none exceeds one."""
    return rewritten(usage, value=pd.Series(np.exp(np.minimum(log_share, 0.0)), index=rows))
