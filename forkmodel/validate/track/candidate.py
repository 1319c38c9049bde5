"""What can be put on record: a saved fit, its saved forecast, or a kept file of predictive draws."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.errors import ModelError
from forkmodel.forecast.forecast import load_forecast
from forkmodel.forecast.scenario_files import BASELINE
from forkmodel.formats import is_forecast_file
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.storage import load
from forkmodel.validate.backtest.backtest import foresee_from
from forkmodel.validate.backtest.foresight import Foresight, file_hash, foresee, is_foresight_file
from forkmodel.validate.backtest.retrospective import HORIZONS
from forkmodel.validate.reviews import Brief
from forkmodel.validate.track.published import FROZEN, published

__all__ = ["Candidate", "open_candidate"]


@dataclass(frozen=True)
class Candidate:
    """A forecast that is to be scored, with the file that stands for it.

    Attributes
    ----------
    foresight : Foresight
        Predictive draws.
    file : str
        Name of the file.
    sha256 : str
        Its hash.
    tables : MarketTables or None
        The tables that it was made from; None where the file does not hold them.
    entry : dict or None
        What the manifest beside the file says of it.
    """

    foresight: Foresight
    file: str
    sha256: str
    tables: MarketTables | None
    entry: dict[str, Any] | None

    @property
    def review(self) -> Brief:
        """Summary of the review of the forecast's fit; None where nobody made one."""
        found: Brief = (self.foresight.facts.get("reviews") or {}).get("forecast")
        return found

    @property
    def made(self) -> pd.Timestamp | None:
        """Day on which a frozen forecast was made; None for what nobody froze."""
        if self.entry is None or self.entry["kind"] != FROZEN:
            return None
        return pd.Timestamp(self.entry["made"])

    def check_before(self, later: MarketTables) -> None:
        """Refuse tables that are no later than the forecast's.

        Parameters
        ----------
        later : MarketTables
            Tables that it is to be scored on.

        Raises
        ------
        ModelError
            If they end on the vintage or before.
        """
        if later.vintage <= self.foresight.vintage:
            raise ModelError(
                f"the tables end on {later.vintage.date()} and {self.file} was made from tables up to "
                f"{self.foresight.vintage.date()}; give later ones with --data or --update."
            )

    def known(self, later: MarketTables) -> MarketTables:
        """Return the tables that its baselines may know.

        Parameters
        ----------
        later : MarketTables
            Tables of a later day, whose loose view of the vintage stands in for tables that no file holds.
        """
        return later.as_of(self.foresight.vintage) if self.tables is None else self.tables


def open_candidate(fit: Path, forecast: Path | None = None) -> Candidate:
    """Open a forecast that is to be put on record.

    Parameters
    ----------
    fit : Path
        Fit file, or a file that ``forkmodel track freeze`` wrote.
    forecast : Path, optional
        Saved forecast of the fit, whose worlds are scored and whose hash stands for it. Without it the worlds
        are simulated from the fit.

    Raises
    ------
    ModelError
        If the two do not belong together, or the forecast is of a scenario.
    FitFileError
        If a file cannot be read.
    """
    if is_forecast_file(fit):
        raise ModelError(f"{fit} holds a forecast; give the fit it was made from, and this as --forecast.")
    if is_foresight_file(fit):
        if forecast is not None:
            raise ModelError(f"{fit} is a kept forecast by itself; leave --forecast out.")
        return Candidate(Foresight.load(fit), fit.name, file_hash(fit), None, published(fit))
    if forecast is None:
        posterior, foresight = foresee_from(fit, HORIZONS)
        return Candidate(foresight, fit.name, file_hash(fit), posterior.data, None)
    posterior = load(fit)
    foresight = _of_saved(posterior, fit, forecast)
    return Candidate(foresight, forecast.name, file_hash(forecast), posterior.data, None)


def _of_saved(posterior: Posterior, fit: Path, path: Path) -> Foresight:
    """Return the predictive draws of a saved forecast, which must be the fit's and of the baseline."""
    forecast = load_forecast(path)
    facts, worlds = forecast.facts, forecast.worlds.sizes
    own = {
        "tables": (posterior.data.content_hash, facts["data_hash"]),
        "priors": (posterior.priors.hash, facts["prior_hash"]),
        "seed": (posterior.seed, facts["seed"]),
        "chains": (posterior.chains, worlds["chain"]),
        "draws": (posterior.draws, worlds["draw"]),
    }
    other = [name for name, (mine, its) in own.items() if mine != its]
    if other:
        raise ModelError(f"{path} is no forecast of {fit}: other {', '.join(other)}. Give the fit behind it.")
    if facts["scenario"] != BASELINE:
        raise ModelError(
            f"{path} is of the scenario {facts['scenario']!r}, which says what would follow and not what "
            "will; only the baseline can be put on record."
        )
    return foresee(posterior, forecast)
