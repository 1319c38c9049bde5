"""The retrospective forecast: made later from what was known on the day of the essay, and kept since.

It was made when its first outcomes were known, so it tests the model on past days and predicts nothing. Its
file holds the predictive draws; its hash is in every report, so that anyone can see that what is scored today
is what was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.errors import ModelError
from forkmodel.forecast.baselines import BASELINES
from forkmodel.inference.fitting import fit_posterior
from forkmodel.inference.joint import JointModel
from forkmodel.validate.backtest.backtest import foresee_from
from forkmodel.validate.backtest.foresight import Foresight, file_hash
from forkmodel.validate.backtest.proper_scores import skill_table
from forkmodel.validate.backtest.score_table import no_cases, score_foresight
from forkmodel.validate.backtest.targets import MEASURED
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.reviews import Brief, brief_of, failed
from forkmodel.validate.standing import standing

__all__ = [
    "ESSAY_DAY",
    "HORIZONS",
    "ForecastScore",
    "measure_of",
    "retrospective_path",
    "score",
    "score_fit",
    "score_retrospective",
]

#: Day of the essay whose thesis is modelled; the retrospective forecast knows nothing later.
ESSAY_DAY = "2026-06-01"
#: Quarters ahead that are scored.
HORIZONS = 10

type Progress = Callable[[str, float, str], None]


@dataclass(frozen=True)
class ForecastScore:
    """How a forecast has done so far.

    Attributes
    ----------
    cases : DataFrame
        One row per outcome; see :func:`~forkmodel.validate.backtest.score_table.score_foresight`. None
        if the review of the forecast's fit failed; none about capability if that of the yardstick did.
    vintage, scored_to : Timestamp
        Last day that the forecast knew, and the last day of the outcomes.
    hash : str or None
        SHA-256 of the published file, if it is one.
    facts : dict
        What the forecast says of itself, with ``reviews`` of its fit, and the review of the ``yardstick``.
    """

    cases: pd.DataFrame
    vintage: pd.Timestamp
    scored_to: pd.Timestamp
    hash: str | None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def standing(self) -> list[str]:
        """What must be said before the scores: by which model, from which fits, of what they knew."""
        # What is kept is not made again: another forecast would take its place.
        return standing(self.facts, again=False)

    @property
    def reviews(self) -> dict[str, Brief]:
        """Summary of the review of the forecast's fit and of the yardstick's; None where nobody made one."""
        mine = self.facts.get("reviews") or {}
        return {"forecast": mine.get("forecast"), "yardstick": self.facts.get("yardstick")}

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel score``."""
        columns = ["target", "entity", "date", "horizon_quarters", "outcome", "median", "low", "high", "crps"]
        return {
            "vintage": str(self.vintage.date()),
            "scored_to": str(self.scored_to.date()),
            "sha256": self.hash,
            "standing": self.standing,
            "reviews": self.reviews,
            "as_of": self.facts.get("as_of"),
            "reanchored": self.facts.get("reanchored"),
            "targets": skill_table(self.cases, ["target", "horizon_quarters"]).to_dict("records"),
            "cases": self.cases[[*columns, "pit"]].to_dict("records"),
        }


def retrospective_path() -> Path:
    """Return the file of the retrospective forecast that comes with the package.

    It was made once more, from a reviewed fit; the first one is kept beside it under the day alone.
    """
    return Path(str(resources.files("forkmodel"))) / "validate" / "frozen" / f"{ESSAY_DAY}-reviewed.nc"


def score(
    foresight: Foresight,
    known: MarketTables,
    later: MarketTables,
    yardstick: Measure,
    hash_: str | None = None,
    yardstick_review: Brief = None,
    baselines: Collection[str] = tuple(BASELINES),
) -> ForecastScore:
    """Score a foresight on later tables.

    A forecast whose fit failed its review is not scored, and a yardstick that failed measures nothing.

    Parameters
    ----------
    foresight : Foresight
        Predictive draws.
    known, later : MarketTables
        Tables of the forecast, and later ones.
    yardstick : Measure
        Abilities as a fit of the later tables measures them.
    hash_ : str, optional
        Hash of the published file.
    yardstick_review : dict, optional
        Summary of the review of that fit; None where nobody made one.
    baselines : collection of str
        Which baselines to score beside it.

    Raises
    ------
    ModelError
        If no target has an outcome yet.
    """
    reviews = foresight.facts.get("reviews")
    forecast_review = None if reviews is None else reviews["forecast"]
    facts = foresight.facts | {"yardstick": yardstick_review}
    if failed(forecast_review):
        return ForecastScore(no_cases(), foresight.vintage, later.vintage, hash_, facts)
    cases = score_foresight(foresight, known, later, yardstick, HORIZONS, baselines)
    if cases.empty:
        raise ModelError(
            f"the tables to {later.vintage.date()} report none of the targets after "
            f"{foresight.vintage.date()}; score again when they do."
        )
    if failed(yardstick_review):
        cases = cases.loc[~cases["target"].isin(MEASURED)].reset_index(drop=True)
    return ForecastScore(cases, foresight.vintage, later.vintage, hash_, facts)


def score_retrospective(
    later: MarketTables,
    yardstick: Measure,
    yardstick_review: Brief = None,
    baselines: Collection[str] = tuple(BASELINES),
) -> ForecastScore | None:
    """Score the retrospective forecast of the package; None where the tables do not go past its day.

    Parameters
    ----------
    later : MarketTables
        Tables.
    yardstick : Measure
        Abilities as a fit of them measures.
    yardstick_review : dict, optional
        Summary of the review of that fit; None where nobody made one.
    baselines : collection of str
        Which baselines to score beside it.
    """
    path = retrospective_path()
    if not path.is_file() or later.vintage <= pd.Timestamp(ESSAY_DAY):
        return None
    known = later.as_of(ESSAY_DAY)
    foresight, digest = Foresight.load(path), file_hash(path)
    return score(foresight, known, later, yardstick, digest, yardstick_review, baselines)


def measure_of(
    market: MarketTables, seed: int, progress: Progress | None, cores: int | None = None
) -> tuple[Measure, Brief]:
    """Fit the scores of tables; return the abilities, the yardstick of later tables, and the fit's review."""
    model = JointModel(market, blocks=("capability",))
    posterior = fit_posterior(model, draws=300, tune=300, seed=seed, cores=cores, progress=progress)
    return Measure.from_posterior(posterior), brief_of(posterior)


def score_fit(path: Path, later: MarketTables, progress: Progress | None = None) -> ForecastScore:
    """Score a saved fit on later tables.

    Parameters
    ----------
    path : Path
        Fit file.
    later : MarketTables
        Tables of a later day.
    progress : callable, optional
        Called as ``progress(stage, fraction, message)``.

    Raises
    ------
    ModelError
        If the tables are not later than those of the fit.
    """
    posterior, foresight = foresee_from(path, HORIZONS)
    if later.vintage <= foresight.vintage:
        raise ModelError(
            f"the tables end on {later.vintage.date()} and the fit was made from tables up to "
            f"{foresight.vintage.date()}; give later ones."
        )
    if failed(foresight.facts["reviews"]["forecast"]):
        # No yardstick is needed to say so.
        return ForecastScore(no_cases(), foresight.vintage, later.vintage, file_hash(path), foresight.facts)
    yardstick, review = measure_of(later, posterior.seed, progress)
    return score(foresight, posterior.data, later, yardstick, file_hash(path), review)
