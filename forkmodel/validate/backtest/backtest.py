"""The rolling-origin backtest: fit what was known on a day, forecast, and score what came after.

Each cut-off gets a fit of its own on ``as_of`` tables under priors free of hindsight; outcomes come from the
last tables, and capability outcomes from a fit of their scores alone. What is scored are the worlds that
``fit.forecast`` writes. Fits are jobs, so a backtest goes on where it stopped, and new priors of the forecast
cost no fit. Every fit is reviewed, and one that failed counts in no figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.forecast.baselines import MEDIAN
from forkmodel.forecast.choosing import worlds_from
from forkmodel.forecast.ensemble.drivers import DRIVERS
from forkmodel.forecast.ensemble.past import PAST_COLUMNS
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.sampling import DEFAULT_DRAWS, DEFAULT_TUNE
from forkmodel.inference.storage import load
from forkmodel.model.design import BLOCKS
from forkmodel.priors import PriorSet, load_priors
from forkmodel.priors.files import HINDSIGHT_FREE
from forkmodel.validate.backtest.foresight import Foresight, foresee
from forkmodel.validate.backtest.proper_scores import skill_table
from forkmodel.validate.backtest.score_table import no_cases, score_foresight
from forkmodel.validate.backtest.scoreboard import scoreboard
from forkmodel.validate.backtest.targets import MEASURED
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.jobs.fit_job import FitJob
from forkmodel.validate.jobs.many import run_jobs
from forkmodel.validate.reviews import Brief, brief_of, failed
from forkmodel.validate.standing import LOOSE, STRICT, record_facts, standing

__all__ = [
    "CUTOFFS",
    "YARDSTICK",
    "Backtest",
    "backtest",
    "cutoff_jobs",
    "foresee_from",
    "that_count",
    "yardstick_job",
]

#: Every quarter's end, and the day of the essay that the thesis comes from.
CUTOFFS = ("2025-06-30", "2025-09-30", "2025-12-31", "2026-03-31", "2026-06-01")
#: Process noise was set on outcomes of cut-offs up to here; later ones are its confirmation.
TUNED_UP_TO = "2025-12-31"
HORIZONS = 4
MONTHS_PER_QUARTER = 3
#: Name of the fit that measures capability in the last tables, among those of the cut-offs.
YARDSTICK = "yardstick"

type Progress = Callable[[str, float, str], None]


@dataclass(frozen=True)
class Backtest:
    """All cases of a backtest.

    Attributes
    ----------
    cases : DataFrame
        One row per cut-off, target, entity and outcome; see
        :func:`~forkmodel.validate.backtest.score_table.score_foresight`. Those that rest on a fit
        whose review failed are not among them.
    facts : dict
        Data and prior hashes, cut-offs, sampling and seed, the review of every fit, and whether the tables
        were strict or loose as-of views; see :func:`forkmodel.validate.standing.standing`.
    """

    cases: pd.DataFrame
    facts: dict[str, Any]

    def by_target(self) -> pd.DataFrame:
        """Return scores and skill by target, all horizons together."""
        return skill_table(self.cases, ["target"])

    def by_horizon(self) -> pd.DataFrame:
        """Return scores and skill by target and horizon."""
        return skill_table(self.cases, ["target", "horizon_quarters"])

    def pooled(self) -> dict[str, dict[str, Any]]:
        """Return coverage pooled over targets, for the cut-offs that noise was tuned on and the others."""
        tuned = self.cases["cutoff"] <= TUNED_UP_TO
        groups = {"tuned": self.cases[tuned], "confirmed": self.cases[~tuned], "all": self.cases}
        return {
            name: {"n": len(group), "coverage": skill_table(group.assign(all="all"), ["all"])["coverage"][0]}
            for name, group in groups.items()
            if len(group)
        }

    def past_scores(self) -> pd.DataFrame:
        """Return what later pools learn the weight of the worlds from.

        Returns
        -------
        DataFrame
            As :func:`forkmodel.forecast.ensemble.past.past_scores`.
        """
        drivers = self.cases["target"].isin([driver.name for driver in DRIVERS])
        found = self.cases.loc[drivers & self.cases[f"crps {MEDIAN}"].notna()]
        found = found.rename(columns={f"crps {MEDIAN}": "crps_simple"})
        return found.assign(date=pd.to_datetime(found["date"]).dt.date)[list(PAST_COLUMNS)]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel backtest --json``."""
        return {
            "facts": self.facts,
            "standing": standing(self.facts),
            "scoreboard": scoreboard(self.cases),
            "pooled": self.pooled(),
            "targets": self.by_horizon().to_dict("records"),
            "by_target": self.by_target().to_dict("records"),
        }


def that_count(cases: pd.DataFrame, reviews: Mapping[str, Brief]) -> pd.DataFrame:
    """Return the cases that rest on no fit whose review failed.

    Parameters
    ----------
    cases : DataFrame
        With ``cutoff`` and ``target``.
    reviews : mapping
        Summary of the review by cut-off, and that of the yardstick, on which the targets about capability
        rest.
    """
    bad = [name for name, review in reviews.items() if failed(review)]
    out = cases["cutoff"].isin(bad)
    if YARDSTICK in bad:
        out |= cases["target"].isin(MEASURED)
    return cases.loc[~out].reset_index(drop=True)


def yardstick_job(market: MarketTables, priors: PriorSet, draws: int, tune: int, seed: int) -> FitJob:
    """Return the fit that measures capability in later tables: scores alone, so that it takes a minute."""
    return FitJob(market, priors, ("capability",), draws=draws, tune=tune, seed=seed)


def cutoff_jobs(
    market: MarketTables,
    days: Sequence[str],
    priors: PriorSet,
    draws: int,
    tune: int,
    seed: int,
    *,
    strict: bool = False,
) -> list[FitJob]:
    """Return one fit per cut-off, of what was known then; ``strict`` as for :func:`backtest`."""
    return [
        FitJob(market.as_of(day, strict=strict), priors, BLOCKS, draws=draws, tune=tune, seed=seed)
        for day in days
    ]


def foresee_from(
    path: Path, horizons: int = HORIZONS, priors: PriorSet | None = None
) -> tuple[Posterior, Foresight]:
    """Load a fit and foresee its targets.

    Parameters
    ----------
    path : Path
        Fit file.
    horizons : int
        Quarters ahead.
    priors : PriorSet, optional
        Priors of what only the future needs; those of the fit by default.

    Returns
    -------
    Posterior
        The fit.
    Foresight
        Its predictive draws.
    """
    posterior = load(path)
    return posterior, _foreseen(posterior, horizons, priors, False)


def _foreseen(posterior: Posterior, horizons: int, priors: PriorSet | None, ensemble: bool) -> Foresight:
    # One quarter more than is scored, so that flows of the last one lie between two nodes.
    horizon = posterior.panel.catalogue.vintage + pd.DateOffset(months=MONTHS_PER_QUARTER * (horizons + 1))
    return foresee(posterior, worlds_from(posterior, str(horizon.date()), priors=priors, ensemble=ensemble))


def backtest(
    market: MarketTables,
    folder: Path,
    *,
    cutoffs: Sequence[str] = CUTOFFS,
    priors: str | PriorSet = HINDSIGHT_FREE,
    draws: int = DEFAULT_DRAWS,
    tune: int = DEFAULT_TUNE,
    seed: int = 1,
    strict: bool = False,
    ensemble: bool = False,
    workers: int = 1,
    dask: str | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Fit at every cut-off, forecast up to four quarters, and score.

    Parameters
    ----------
    market : MarketTables
        Tables of the last day; outcomes come from them.
    folder : Path
        Where fits are kept.
    cutoffs : sequence of str
        Days.
    priors : str or PriorSet
        Priors of all fits.
    draws, tune, seed : int
        Sampling of all fits, four chains each.
    strict : bool
        Whether a cut-off knows only rows with proof that they were known then; see
        :meth:`forkmodel.Market.as_of`. Loose views hold scores of old models from tables read later.
    ensemble : bool
        Whether to score ensemble worlds instead of structural ones; see
        :func:`forkmodel.forecast.ensemble.worlds.ensemble_from`.
    workers, dask
        Where fits run; see :func:`forkmodel.validate.jobs.many.run_jobs`.
    progress : callable, optional
        Called as ``progress(stage, fraction, message)``.
    """
    priors = priors if isinstance(priors, PriorSet) else load_priors(priors)
    # The newest tables take longest; begun first, they are not waited for at the end.
    days = sorted(cutoffs, reverse=True)
    jobs = cutoff_jobs(market, days, priors, draws, tune, seed, strict=strict)
    jobs.append(yardstick_job(market, priors, draws, tune, seed))
    *fits, last = run_jobs(jobs, folder, workers=workers, dask=dask, progress=progress)
    measured_by = load(last)
    yardstick = Measure.from_posterior(measured_by)
    reviews: dict[str, Brief] = {}
    cases = []
    for place, (day, path) in enumerate(zip(days, fits, strict=True)):
        if progress is not None:
            progress("score", place / len(days), f"cut-off {day}")
        posterior = load(path)
        reviews[day] = brief_of(posterior)
        if not failed(reviews[day]):
            scored = score_foresight(
                _foreseen(posterior, HORIZONS, priors, ensemble), posterior.data, market, yardstick
            )
            cases.append(scored.assign(cutoff=day))
    reviews[YARDSTICK] = brief_of(measured_by)
    facts = {
        **record_facts(),
        "data_hash": market.content_hash,
        "vintage": str(market.vintage.date()),
        "prior_set": priors.name,
        "prior_hash": priors.hash,
        "cutoffs": sorted(cutoffs),
        "draws": draws,
        "tune": tune,
        "seed": seed,
        "as_of": STRICT if strict else LOOSE,
        "reanchored": False,
        "worlds": "ensemble" if ensemble else "structural",
        "reviews": dict(sorted(reviews.items())),
    }
    # Tables without a row have no types, and would take those of the others away.
    found = [table for table in cases if len(table)] or [no_cases().assign(cutoff=None)]
    ordered = that_count(pd.concat(found, ignore_index=True), reviews)
    return Backtest(ordered.sort_values(["cutoff", "target", "entity", "date"], ignore_index=True), facts)
