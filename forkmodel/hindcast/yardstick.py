"""The path of the cloud market, quarter by quarter: a yardstick that is no single number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.hindcast.tables import ShareTables, read_shares

__all__ = ["cloud_path"]

CLOUD = "cloud_infrastructure"
#: Firms that a report must name for its quarter to be shown, and the two that have led throughout.
FEWEST_NAMED, LEADERS = 3, {"AWS", "Microsoft"}


def cloud_path(tables: ShareTables | None = None) -> pd.DataFrame:
    """Return concentration of cloud infrastructure in every quarter whose report names three leaders.

    Parameters
    ----------
    tables : ShareTables, optional
        The tables; the bundled ones by default.

    Returns
    -------
    DataFrame
        ``as_of``; ``firms``, the number named; ``named``, their summed share; ``cr3``; ``hhi_low``, their
        squares alone, as if everybody else were tiny; ``hhi_high``, as if everybody else were as large as the
        smallest that is named; ``source_id``. Shares are rounded to whole points at the source.
    """
    shares = (tables or read_shares()).shares
    rows = []
    for (day, source), quarter in shares[shares["market"] == CLOUD].groupby(["as_of", "source_id"]):
        share = np.sort(quarter["share"].to_numpy())[::-1]
        if len(share) < FEWEST_NAMED or not set(quarter["firm"]) >= LEADERS:
            continue
        squares, rest = np.square(share).sum(), max(1.0 - share.sum(), 0.0)
        rows.append(
            {
                "as_of": day,
                "firms": len(share),
                "named": share.sum(),
                "cr3": share[:3].sum(),
                "hhi_low": 1e4 * squares,
                "hhi_high": 1e4 * (squares + rest * share[-1]),
                "source_id": source,
            }
        )
    columns = ["as_of", "firms", "named", "cr3", "hhi_low", "hhi_high", "source_id"]
    return pd.DataFrame(rows, columns=columns)
