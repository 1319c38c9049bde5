"""The fit: posterior draws and every question the package answers from them."""

from __future__ import annotations

import time
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel, PanelOptions
from forkmodel.errors import ForkModelError, did_you_mean
from forkmodel.model.design import Design
from forkmodel.model.latent import free_values
from forkmodel.observations.panel import make_panel
from forkmodel.priors import PriorSet
from forkmodel.results.history import SCOPES, build_history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forkmodel.claims import ClaimsTable
    from forkmodel.forecast.forecast import Forecast
    from forkmodel.forecast.scenario import Scenario
    from forkmodel.forecast.worlds import Origin
    from forkmodel.inference.model import ForkModel
    from forkmodel.inference.review import Review
    from forkmodel.queries import Answer, DateAnswer, NumberAnswer
    from forkmodel.report import ReportContent
    from forkmodel.validate.facts.facts import FactComparison

__all__ = ["VERSIONED", "Fit"]

#: Packages whose versions are recorded with a fit.
VERSIONED = ("forkmodel", "pymc", "pytensor", "nutpie", "arviz", "numba", "numpy", "pandas", "xarray")


class Fit:
    """Posterior draws of one model on one set of tables.

    Every verb returns labelled arrays on every draw, dims ``chain, draw`` first; nothing is averaged before
    the caller asks. Only free variables are stored: the rest is recomputed from them by the equations that
    built the density.

    Attributes
    ----------
    data : MarketTables
        The tables that were fitted.
    priors : PriorSet
        Resolved priors.
    posterior : Dataset
        Free variables, dims ``chain, draw, ...``.
    sample_stats : Dataset
        Statistics of the sampler.
    seed, tune : int
        Seed and warm-up steps.
    timings : dict
        Seconds per stage.
    versions : dict
        Versions of the packages that made the fit.
    """

    def __init__(
        self,
        *,
        data: MarketTables,
        priors: PriorSet,
        blocks: tuple[str, ...],
        options: PanelOptions,
        posterior: xr.Dataset,
        sample_stats: xr.Dataset,
        seed: int,
        tune: int,
        timings: dict[str, float],
        versions: dict[str, str],
        panel: Panel | None = None,
        design: Design | None = None,
        review: Review | None = None,
    ) -> None:
        self.data, self.priors = data, priors
        self.options = options
        self.posterior, self.sample_stats = posterior, sample_stats
        self.seed, self.tune = seed, tune
        self.timings, self.versions = dict(timings), dict(versions)
        self.panel = panel or make_panel(data, options)
        self.design = design or Design.from_panel(self.panel, blocks)
        self._review = review

    @classmethod
    def from_sampler(
        cls, model: ForkModel, tree: xr.DataTree, *, seed: int, tune: int, timings: dict[str, float]
    ) -> Fit:
        """Wrap the sampler's result."""
        stats = tree["sample_stats"].to_dataset()
        # Text columns break some writers and say nothing that the counts do not.
        stats = stats[[name for name in stats.data_vars if stats[name].dtype.kind in "bifu"]]
        return cls(
            data=model.data,
            priors=model.priors,
            blocks=model.design.blocks,
            options=model.panel.options,
            posterior=tree["posterior"].to_dataset(),
            sample_stats=stats,
            seed=seed,
            tune=tune,
            timings=timings,
            versions={name: version(name) for name in VERSIONED},
            panel=model.panel,
            design=model.design,
        )

    def __repr__(self) -> str:
        """Return the size of the fit and what it was made from."""
        return (
            f"Fit({self.chains} chains x {self.draws} draws, seed {self.seed}; "
            f"blocks: {', '.join(self.blocks)}; priors: {self.priors.name}; "
            f"vintage {self.panel.catalogue.vintage.date()}; data {self.data.content_hash[:12]})"
        )

    @property
    def blocks(self) -> tuple[str, ...]:
        """Blocks of the model, in causal order."""
        return self.design.blocks

    @property
    def chains(self) -> int:
        """Number of chains."""
        return int(self.posterior.sizes["chain"])

    @property
    def draws(self) -> int:
        """Kept draws per chain."""
        return int(self.posterior.sizes["draw"])

    @cached_property
    def values(self) -> dict[str, np.ndarray]:
        """Free variables as arrays with one leading axis of draws, chains in order."""
        return free_values(self.posterior)

    @cached_property
    def _history(self) -> xr.Dataset:
        begin = time.perf_counter()
        history = build_history(self.values, self.panel, self.design, (self.chains, self.draws), self.seed)
        self.timings["derive"] = time.perf_counter() - begin
        return history

    def history(self) -> xr.Dataset:
        """Return every reported path from 2023 to the data's end.

        Returns
        -------
        Dataset
            Dims ``chain, draw, time`` and those listed in :data:`forkmodel.results.schema.HISTORY_SCHEMA`.
        """
        return self._history.copy()

    def _variable(self, name: str) -> xr.DataArray:
        if name not in self._history:
            raise ForkModelError(
                f"{name} needs a block that this fit of {', '.join(self.blocks)} does not have; "
                "fit again without `blocks`."
            )
        return self._history[name]

    def _scope(self, name: str, scope: str) -> xr.DataArray:
        if scope not in SCOPES:
            raise ForkModelError(f"unknown scope {scope!r}. {did_you_mean(scope, list(SCOPES))}")
        return self._variable(name).sel(scope=scope)

    def hhi(self, scope: str = "closed") -> xr.DataArray:
        """Return the Herfindahl-Hirschman index (0 to 10,000) by quarter, dims ``chain, draw, time``.

        Parameters
        ----------
        scope : str
            ``closed``, ``open_developers``, ``open_hosts``, ``all_developers`` (money),
            ``openrouter_tokens`` or ``openrouter_spend``.
        """
        return self._scope("hhi", scope)

    def effective_firms(self, scope: str = "closed") -> xr.DataArray:
        """Return the effective number of firms, 10,000 / HHI, dims ``chain, draw, time``."""
        return self._scope("effective_firms", scope)

    def cr(self, k: int, scope: str = "closed") -> xr.DataArray:
        """Return the summed share of the ``k`` largest firms (k = 1, 3 or 4), dims ``chain, draw, time``."""
        if k not in (1, 3, 4):
            raise ForkModelError(f"CR{k} is not reported; use k = 1, 3 or 4.")
        return self._scope(f"cr{k}", scope)

    def revenue(self) -> xr.DataArray:
        """Return revenue by developer, USD per year, dims ``chain, draw, time, developer``."""
        return self._variable("revenue")

    def capability(self) -> xr.DataArray:
        """Return the ability of every model on the public index, dims ``chain, draw, model``."""
        from forkmodel.results.by_model import capability

        return capability(self)

    def prices(self) -> xr.Dataset:
        """Return the hedonic price paths: at the frontier, at fixed capability, and both premiums."""
        names = ["price_frontier", "price_fixed_capability", "premium_raw", "premium_residual"]
        self._variable(names[0])
        return self._history[names]

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

        return shares(self, market, unit)

    def elasticities(self, month: str | None = None, market: str = "openrouter") -> xr.DataArray:
        """Return own-price elasticities by model and segment in one month (the last by default)."""
        from forkmodel.results.by_model import elasticities

        return elasticities(self, month, market)

    def diversion(
        self, month: str | None = None, market: str = "openrouter", by: str = "developer"
    ) -> xr.DataArray:
        """Return diversion ratios between developers or access classes in one month."""
        from forkmodel.results.by_model import diversion

        return diversion(self, month, market, by)

    def markups(self, month: str | None = None, market: str = "enterprise") -> xr.DataArray:
        """Return the Lerner index per model that Bertrand-Nash pricing implies in one month."""
        from forkmodel.results.by_model import markups

        return markups(self, month, market)

    def merger(self, first: str, second: str, market: str = "openrouter", unit: str = "spend") -> xr.Dataset:
        """Return what a merger of two developers does to the HHI at unchanged shares.

        Parameters
        ----------
        first, second : str
            The two developers.
        market : str
            ``openrouter`` or ``enterprise``.
        unit : str
            ``tokens`` or ``spend``.

        Returns
        -------
        Dataset
            ``hhi_before``, ``hhi_after`` and ``hhi_delta``, dims ``chain, draw, time``.
        """
        from forkmodel.results.by_model import merger

        return merger(self, first, second, market, unit)

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
        from forkmodel.outlook import claims_table, prior_views

        if self.review().status == "FAIL":
            raise ForkModelError("the review of this fit FAILED, so claims are withheld; see fit.review().")
        return claims_table(self, prior_views(self, self.forecast(horizon)))

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

        return ask(self._history, question)

    @cached_property
    def origin(self) -> Origin:
        """State of every world at the data's end, from which forecasts start."""
        from forkmodel.forecast.worlds import Origin

        return Origin.from_fit(self)

    def forecast(
        self,
        horizon: str = "2036-12",
        scenario: str | Sequence[str] | Scenario = "baseline",
        priors: PriorSet | None = None,
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
        from forkmodel.forecast.scenario import Scenario
        from forkmodel.forecast.scenario_files import load_scenarios
        from forkmodel.forecast.worlds import run_forecast

        wanted = scenario if isinstance(scenario, Scenario) else load_scenarios(scenario)
        forecast = run_forecast(self.origin, wanted, horizon, priors)
        forecast.facts["review"] = self.review().status
        return forecast

    def closed_records(self) -> pd.DataFrame:
        """Return each closed record and how long an open model took to reach it, right-censored."""
        from forkmodel.results.by_model import record_lags

        return record_lags(self)

    def prior_posterior(self) -> pd.DataFrame:
        """Return prior against posterior of every scalar parameter, with its contraction."""
        from forkmodel.results.contraction import prior_posterior

        return prior_posterior(self)

    def review(self) -> Review:
        """Return PASS, REVIEW or FAIL for each check, with a sentence of advice.

        Made once: a saved fit carries its review, and whatever rests on the fit reads it from there.
        """
        if self._review is None:
            from forkmodel.inference.review import review

            self._review = review(self)
        return self._review

    def against_facts(self, facts: str | Path | None = None) -> FactComparison:
        """Return the posterior beside what others have observed of the same quantities.

        Parameters
        ----------
        facts : str or Path, optional
            CSV file with facts of one's own, on top of the bundled ones.
        """
        from forkmodel.validate.facts.facts import against_facts

        return against_facts(self, facts)

    def report_content(self) -> ReportContent:
        """Return everything the report shows."""
        from forkmodel.report.assemble import report_content

        return report_content(self)

    def to_datatree(self) -> xr.DataTree:
        """Return posterior, statistics, observed and constant data as one tree for ArviZ."""
        from forkmodel.inference.storage import to_datatree

        return to_datatree(self)

    def save(self, path: str | Path) -> None:
        """Write the fit to one ``.nc`` file, whole or not at all."""
        from forkmodel.inference.storage import save

        save(self, Path(path))

    def describe(self) -> dict[str, Any]:
        """Return provenance: seed, draws, hashes, versions, seconds per stage."""
        return {
            "data_vintage": str(self.panel.catalogue.vintage.date()),
            "data_hash": self.data.content_hash,
            "prior_set": self.priors.name,
            "prior_hash": self.priors.hash,
            "blocks": list(self.blocks),
            "seed": self.seed,
            "chains": self.chains,
            "draws": self.draws,
            "tune": self.tune,
            "seconds": {name: round(seconds, 3) for name, seconds in self.timings.items()},
            "versions": self.versions,
        }
