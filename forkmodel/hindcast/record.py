"""Everything that ``forkmodel hindcast`` says: scored forecasts, and what the record says of a new market."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from forkmodel.hindcast.fitting import CHAINS, DRAWS, Compiled
from forkmodel.hindcast.mapping import predictive_table
from forkmodel.hindcast.panel import market_panels
from forkmodel.hindcast.study import MOST_QUARTERS, YEARS, check_years, hindcast
from forkmodel.hindcast.tables import ShareTables
from forkmodel.inference.sampling import Progress

__all__ = ["hindcast_record"]


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
        ``hindcast``, its record; ``review`` of the fit to the whole record; ``predictive``, the parameters of
        a market of a new family in the units of the priors, None where that review failed.
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
        "seed": seed,
        "hindcast": made.as_dict(),
        "review": last.review,
        "predictive": None if last.failed else predictive_table(last.of_new_market(seed)),
    }
