"""Everything that ``forkmodel hindcast`` says: scored forecasts, base rates, and what a new market would do.

The record of the bundled tables comes with the package, with the hash of the tables it was made from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from forkmodel.hindcast.base_rates import rate_table
from forkmodel.hindcast.fitting import CHAINS, DRAWS, Compiled
from forkmodel.hindcast.mapping import predictive_table
from forkmodel.hindcast.panel import market_panels
from forkmodel.hindcast.study import MOST_QUARTERS, YEARS, check_years, hindcast
from forkmodel.hindcast.tables import ShareTables
from forkmodel.inference.sampling import Progress
from forkmodel.validate.records import record_path

__all__ = ["HINDCAST", "hindcast_record", "kept_record", "tables_hash"]

HINDCAST = "hindcast"


def hindcast_record(
    tables: ShareTables,
    *,
    years: Collection[int] = YEARS,
    quarters: int = MOST_QUARTERS,
    held_out: bool = False,
    draws: int = DRAWS,
    chains: int = CHAINS,
    seed: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Make the hindcast and fit the whole record.

    Parameters
    ----------
    tables, years, quarters, held_out, draws, chains, seed, progress
        As for :func:`forkmodel.hindcast.study.hindcast`.

    Returns
    -------
    dict
        ``tables``, the hash of the tables; ``seed``; ``hindcast``, scores and reviews; ``base_rates``;
        ``review`` of the fit to the whole record; ``predictive``, what a market of a new family would do
        beside the priors, None where that review failed.
    """
    check_years(years)
    panels = market_panels(tables)
    compiled = Compiled(panels)
    made = hindcast(
        tables,
        years=years,
        quarters=quarters,
        held_out=held_out,
        draws=draws,
        chains=chains,
        seed=seed,
        progress=progress,
        compiled=compiled,
    )
    last = compiled.fit(panels, seed=seed, draws=draws, tune=draws, chains=chains)
    return {
        "tables": tables_hash(tables),
        "seed": seed,
        "hindcast": made.as_dict(),
        "base_rates": rate_table(panels),
        "review": last.review,
        "predictive": None if last.failed else predictive_table(last.of_new_market(seed)),
    }


def tables_hash(tables: ShareTables) -> str:
    """Return the SHA-256 of tables, whatever file they were read from.

    Parameters
    ----------
    tables : ShareTables
        Shares and sources.
    """
    digest = hashlib.sha256()
    for table in (tables.shares, tables.sources):
        digest.update(pd.DataFrame(table).to_csv(index=False, lineterminator="\n").encode())
    return digest.hexdigest()


def kept_record(path: Path | None = None) -> dict[str, Any] | None:
    """Return the record of the bundled tables, as ``forkmodel hindcast --json`` printed it; None without one.

    Parameters
    ----------
    path : path, optional
        Where it stands; in the package by default.
    """
    place = record_path(HINDCAST) if path is None else path
    if not place.is_file():
        return None
    record: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return record
