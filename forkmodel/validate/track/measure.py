"""The measure of capability in later tables: a saved fit of them, or a short one of their scores."""

from __future__ import annotations

from pathlib import Path

from forkmodel.data.market_tables import MarketTables
from forkmodel.errors import ModelError
from forkmodel.inference.sampling import Progress
from forkmodel.inference.storage import load
from forkmodel.validate.backtest.retrospective import measure_of
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.reviews import Brief, brief_of

__all__ = ["later_measure"]

#: The same for every record, so that the same tables give the same outcomes.
SEED = 1


def later_measure(
    later: MarketTables, fit: Path | None = None, progress: Progress | None = None
) -> tuple[Measure, Brief]:
    """Return abilities as later tables tell them, and the review of the fit that measured them.

    Parameters
    ----------
    later : MarketTables
        Tables.
    fit : Path, optional
        Saved fit of these tables; without it the capability block is fitted to them.
    progress : callable, optional
        Called as ``progress(stage, fraction, message)``.

    Raises
    ------
    ModelError
        If the fit is of other tables.
    """
    if fit is None:
        return measure_of(later, SEED, progress)
    posterior = load(fit)
    if posterior.data != later:
        raise ModelError(
            f"{fit} is a fit of the tables {posterior.data.content_hash[:12]} and those to score on are "
            f"{later.content_hash[:12]}; give a fit of these as --yardstick, or leave it out."
        )
    return Measure.from_posterior(posterior), brief_of(posterior)
