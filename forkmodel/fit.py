"""``Fit``: every question about a posterior, each verb one call into a room below.

It holds no logic of its own. What its verbs import lies below it too; it is imported there so that opening
a fit costs only what the question needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from forkmodel.fit_attributes import FitAttributes
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.verdict import Review
from forkmodel.observations.observation import Observation
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.priors import PriorSet
from forkmodel.results.reported import (
    concentration_ratio,
    history_of,
    history_path,
    in_scope,
    price_paths_of,
)
from forkmodel.results.review import review_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from forkmodel.claims import ClaimsTable
    from forkmodel.data.drop import Drop
    from forkmodel.forecast.forecast import Forecast
    from forkmodel.forecast.scenario import Scenario
    from forkmodel.queries import Answer, DateAnswer, NumberAnswer
    from forkmodel.report import ReportContent
    from forkmodel.results.merger_figures import MergerScreen
    from forkmodel.results.merger_pairs import MergerPairs
    from forkmodel.update.update import Update
    from forkmodel.validate.facts.facts import FactComparison

__all__ = ["Fit", "load"]


def load(path: str | Path, observations: Iterable[Observation] = OBSERVATIONS) -> Fit:
    """Read a fit that :meth:`Fit.save` wrote.

    Parameters
    ----------
    path : str or Path
        The file.
    observations : iterable of Observation
        What the model was fitted to; those of the package by default.

    Returns
    -------
    Fit
        Equal to the fit that was saved: same draws, tables, priors and provenance.

    Raises
    ------
    FitFileError
        If there is no such file, it is not a saved fit, it was cut off or edited, or its layout is of another
        version. Tables and priors are compared with the hashes that were saved with them.
    """
    from forkmodel.inference.storage import load as load_posterior

    return Fit(load_posterior(path, observations))


def _with_its_fit(made: Update) -> tuple[Fit, Update]:
    return Fit(made.new), made


class Fit(FitAttributes):
    """Posterior draws of one model on one set of tables.

    Every verb returns labelled arrays on every draw, dims ``chain, draw`` first; nothing is averaged before
    the caller asks. Only free variables are stored: the rest is recomputed from them by the equations that
    built the density.

    Parameters
    ----------
    result : Posterior
        What the fit left behind.
    """

    def __init__(self, result: Posterior) -> None:
        self.result = result

    def __repr__(self) -> str:
        """Return the size of the fit and what it was made from."""
        return (
            f"Fit({self.chains} chains x {self.draws} draws, seed {self.seed}; "
            f"blocks: {', '.join(self.blocks)}; priors: {self.priors.name}; "
            f"vintage {self.panel.catalogue.vintage.date()}; data {self.data.content_hash[:12]})"
        )

    def history(self) -> xr.Dataset:
        """Return every reported path from 2023 to the data's end.

        Returns
        -------
        Dataset
            Dims ``chain, draw, time`` and those listed in :data:`forkmodel.results.schema.HISTORY_SCHEMA`.
        """
        return history_of(self.result).copy()

    def hhi(self, scope: str = "closed") -> xr.DataArray:
        """Return the Herfindahl-Hirschman index (0 to 10,000) by quarter, dims ``chain, draw, time``.

        Parameters
        ----------
        scope : str
            ``closed``, ``open_developers``, ``open_hosts``, ``all_developers`` (money),
            ``openrouter_tokens`` or ``openrouter_spend``.
        """
        return in_scope(history_path(self.result, "hhi"), scope)

    def effective_firms(self, scope: str = "closed") -> xr.DataArray:
        """Return the effective number of firms, 10,000 / HHI, dims ``chain, draw, time``."""
        return in_scope(history_path(self.result, "effective_firms"), scope)

    def cr(self, k: int, scope: str = "closed") -> xr.DataArray:
        """Return the summed share of the ``k`` largest firms (k = 1, 3 or 4), dims ``chain, draw, time``."""
        return in_scope(history_path(self.result, concentration_ratio(k)), scope)

    def revenue(self) -> xr.DataArray:
        """Return revenue by developer, USD per year, dims ``chain, draw, time, developer``."""
        return history_path(self.result, "revenue")

    def capability(self) -> xr.DataArray:
        """Return the ability of every model on the public index, dims ``chain, draw, model``."""
        from forkmodel.results.by_model import capability

        return capability(self.result)

    def prices(self) -> xr.Dataset:
        """Return the hedonic price paths: at the frontier, at fixed capability, and both premiums."""
        return price_paths_of(self.result)

    def shares(self, market: str = "openrouter", unit: str = "tokens") -> xr.DataArray:
        """Return monthly shares by model, dims ``chain, draw, month, model``; absent offers are NaN.

        Parameters
        ----------
        market : str
            ``openrouter`` or ``enterprise``.
        unit : str
            ``tokens`` or ``spend``.
        """
        from forkmodel.results.by_model import shares

        return shares(self.result, market, unit)

    def elasticities(self, month: str | None = None, market: str = "openrouter") -> xr.DataArray:
        """Return own-price elasticities by model and segment in one month (the last by default)."""
        from forkmodel.results.by_model import elasticities

        return elasticities(self.result, month, market)

    def diversion(
        self, month: str | None = None, market: str = "openrouter", by: str = "developer"
    ) -> xr.DataArray:
        """Return diversion ratios between developers or access classes in one month."""
        from forkmodel.results.by_model import diversion

        return diversion(self.result, month, market, by)

    def markups(self, month: str | None = None, market: str = "enterprise") -> xr.DataArray:
        """Return the Lerner index per model that Bertrand-Nash pricing implies in one month."""
        from forkmodel.results.by_model import markups

        return markups(self.result, month, market)

    def merger(
        self,
        firms: Sequence[str],
        month: str | None = None,
        market: str = "enterprise_spend",
        efficiency: float = 0.0,
        margins: str = "reported",
    ) -> MergerScreen:
        """Return what a merger would do to concentration, prices and buyers, on every draw.

        HHI and shares are those of the market's quarter, at unchanged shares; diversion, UPP, GUPPI, CMCR and
        the price equilibrium are those of who chooses in the month (docs/merger.md).

        Parameters
        ----------
        firms : sequence of str
            The firms that merge, two or more.
        month : str, optional
            A month of the choice block; the last by default.
        market : str
            One of :data:`forkmodel.results.merger_names.MARKETS`.
        efficiency : float
            Part of marginal cost that the parties save, 0 to below 1.
        margins : str
            ``reported``: price coefficients are scaled until margins are those of closed labs; ``fitted``.

        Returns
        -------
        MergerScreen
            ``draws`` (dims ``chain, draw`` and ``firm``, ``firm_to`` or ``model``), ``table()``, ``lines()``,
            ``offers()``; money in USD.

        Raises
        ------
        ForkModelError
            If a firm, market or month is unknown, or a block is missing.
        """
        from forkmodel.results.merger import merger

        return merger(self.result, firms, month, market, efficiency, margins)

    def merger_pairs(
        self,
        month: str | None = None,
        market: str = "enterprise_spend",
        largest: int = 8,
        margins: str = "reported",
    ) -> MergerPairs:
        """Return concentration and pressure for every pair of the largest firms, on every draw.

        Parameters
        ----------
        month, market, margins
            As in :meth:`merger`.
        largest : int
            Number of firms, by median share.

        Returns
        -------
        MergerPairs
            ``draws`` (dims ``chain, draw, pair``) and ``table()``.

        Raises
        ------
        ForkModelError
            As in :meth:`merger`.
        """
        from forkmodel.results.merger import merger_pairs

        return merger_pairs(self.result, month, market, largest, margins)

    def claims(self, horizon: str = "2036-12") -> ClaimsTable:
        """Return the probability of every claim of the ledger under the three bundled prior sets.

        Sets other than the fit's own are approximated from it; the method of each is stated.

        Parameters
        ----------
        horizon : str
            Last day, month or year of the forecast.

        Raises
        ------
        ForkModelError
            If the review failed: claims of a fit that may not be quoted are withheld.
        """
        from forkmodel.claims.judge import judged_claims

        return judged_claims(self.result, horizon)

    def query(self, question: str) -> Answer | NumberAnswer | DateAnswer:
        """Answer a question about the history, such as ``"hhi.closed[2026-Q3] > hhi.closed[2025-Q3]"``.

        Parameters
        ----------
        question : str
            In the query language: names of the output schema, dotted coordinates, times in brackets.

        Returns
        -------
        Answer, NumberAnswer or DateAnswer
            A probability with its Monte Carlo error, a number with intervals, or dates for ``when(...)``.
        """
        from forkmodel.queries import ask

        return ask(history_of(self.result), question)

    def forecast(
        self,
        horizon: str = "2036-12",
        scenario: str | Sequence[str] | Scenario = "baseline",
        priors: PriorSet | None = None,
        ensemble: bool = False,
    ) -> Forecast:
        """Simulate every draw's world forward to a horizon.

        Parameters
        ----------
        horizon : str
            Last day, month or year.
        scenario : str, sequence of str or Scenario
            Names of bundled scenarios or paths of scenario files; several hold at once.
        priors : PriorSet, optional
            Priors of what only the future needs, such as entry; those of the fit by default.
        ensemble : bool
            Whether worlds near simple forecasts of the next four quarters are kept more often
            (:func:`forkmodel.forecast.ensemble.worlds.ensemble_from`). By default every draw has one world.

        Returns
        -------
        Forecast
            Worlds from 2023 to the horizon; draw i is the same world under every scenario.

        Raises
        ------
        ForkModelError
            If the horizon is not after the data or a block is missing.
        ScenarioError
            If a scenario cannot be read.
        """
        from forkmodel.forecast.choosing import worlds_from

        return worlds_from(self.result, horizon, scenario, priors, ensemble)

    def forecast_to(
        self,
        store: str | Path,
        worlds: int | None = None,
        horizon: str = "2036-12",
        scenario: str | Sequence[str] | Scenario = "baseline",
        priors: PriorSet | None = None,
        keep: Iterable[str] | None = None,
        since: str | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Forecast:
        """Simulate any number of worlds into a zarr store, in memory that does not grow with them.

        Parameters
        ----------
        store : str or Path
            Folder to write, whole or not at all; an interrupted run goes on where it stopped.
        worlds : int, optional
            At least as many as there are draws: each draw is carried on several times, with random numbers
            of its own each time. The first world of every draw is that of :meth:`forecast`.
        horizon, scenario, priors
            As for :meth:`forecast`.
        keep : iterable of str, optional
            Outcomes to keep, such as ``["hhi", "capability_gap"]``; all by default.
        since : str, optional
            Day, month, quarter or year from which on quarters are kept; 2023 by default.
        progress : callable, optional
            Called with the part that is done.

        Returns
        -------
        Forecast
            Its worlds have dims ``world, time`` and are read from the store when they are asked for.

        Raises
        ------
        ForkModelError
            If there are fewer worlds than draws, an outcome is unknown, or something else is in the way.
        """
        from forkmodel.forecast.many_worlds import forecast_to

        return forecast_to(self.result, store, worlds, horizon, scenario, priors, keep, since, progress)

    def closed_records(self) -> pd.DataFrame:
        """Return each closed record and how long an open model took to reach it, right-censored."""
        from forkmodel.results.by_model import record_lags

        return record_lags(self.result)

    def prior_posterior(self) -> pd.DataFrame:
        """Return prior against posterior of every scalar parameter, with its contraction."""
        from forkmodel.results.contraction import prior_posterior

        return prior_posterior(self.result)

    def compare(self, truth: Fit, mass: float = 0.9) -> pd.DataFrame:
        """Return what the fit found of a known truth: whether it is inside the intervals, and its rank.

        Parameters
        ----------
        truth : Simulation
            The world whose tables were fitted.
        mass : float
            Mass of the central intervals.

        Returns
        -------
        DataFrame
            One row per scalar parameter, then one per headline path in the data's last quarter: ``kind``,
            ``name``, ``unit``, ``truth``, ``median``, ``low``, ``high``, ``inside``, ``rank``; see
            :func:`forkmodel.results.recovery.recovery`.

        Raises
        ------
        ForkModelError
            If ``truth`` has more than one draw, or shares nothing with the fit.
        """
        from forkmodel.results.recovery import recovery

        return recovery(self.result, truth.result, mass)

    def review(self) -> Review:
        """Return PASS, REVIEW or FAIL for each check, with a sentence of advice.

        Made once: a saved fit carries its review, and whatever rests on the fit reads it from there.
        """
        return review_of(self.result)

    def against_facts(self, facts: str | Path | None = None) -> FactComparison:
        """Return the posterior beside what others have observed of the same quantities.

        Parameters
        ----------
        facts : str or Path, optional
            CSV file with facts of one's own, on top of the bundled ones.
        """
        from forkmodel.validate.facts.facts import against_facts

        return against_facts(self.result, facts)

    def update(self, drop: str | Path | Drop, **sampling: Any) -> tuple[Fit, Update]:
        """Fit again with newer rows on top of the tables; priors, blocks and options stay.

        Parameters
        ----------
        drop : str, Path or Drop
            Folder with one or more tables of newer rows, or the rows as read.
        **sampling
            ``draws, tune, chains, seed, cores, progress``, as for :meth:`forkmodel.ForkModel.fit`.

        Returns
        -------
        Fit
            The new fit; this one is left as it is.
        Update
            ``drop.tables()``: what the rows say; ``headlines``, ``groups``: how figures moved, and by what.
        """
        from forkmodel.update.update import update

        return _with_its_fit(update(self.result, drop, **sampling))

    def report_content(self) -> ReportContent:
        """Return everything the report shows."""
        from forkmodel.report.assemble import report_content

        return report_content(self.result)

    def to_datatree(self) -> xr.DataTree:
        """Return posterior, statistics, observed and constant data as one tree for ArviZ."""
        from forkmodel.inference.storage import to_datatree

        return to_datatree(self.result, review_of(self.result))

    def save(self, path: str | Path) -> None:
        """Write the fit to one ``.nc`` file, whole or not at all."""
        from forkmodel.inference.storage import save

        save(self.result, Path(path), review_of(self.result))
