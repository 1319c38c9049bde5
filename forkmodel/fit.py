"""The facade: ``ForkModel`` fits, ``Fit`` answers; each verb is one call into a room below.

Neither holds logic of its own. What their verbs import lies below them too; it is imported there so that
opening a fit costs only what the question needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel, PanelOptions
from forkmodel.inference.joint import JointModel
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.sampling import DEFAULT_CHAINS, DEFAULT_DRAWS, DEFAULT_TUNE, Progress
from forkmodel.inference.verdict import Review
from forkmodel.model.design import Design
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
    from collections.abc import Iterable, Mapping, Sequence

    import pymc as pm
    from numpy.typing import ArrayLike

    from forkmodel.claims import ClaimsTable
    from forkmodel.forecast.forecast import Forecast
    from forkmodel.forecast.scenario import Scenario
    from forkmodel.queries import Answer, DateAnswer, NumberAnswer
    from forkmodel.report import ReportContent
    from forkmodel.validate.facts.facts import FactComparison

__all__ = ["Fit", "ForkModel", "Simulation", "load"]


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


class ForkModel:
    """The joint model of the AI fork on one set of tables and one set of priors.

    Parameters
    ----------
    data : MarketTables
        Validated tables, from :func:`forkmodel.load_snapshot` or :func:`forkmodel.read_data`.
    priors : str or PriorSet
        Name of a bundled prior set (``reference``, ``skeptic``, ``advocate``), path of a prior file, or a
        resolved set.
    blocks : iterable of str, optional
        Part of ``capability, price, choice, adoption, value``; what a block needs comes along. Default: all.
    options : PanelOptions, optional
        Choices such as the price blend.
    observations : iterable of Observation, optional
        What the model conditions on: those of :data:`forkmodel.observations.registry.OBSERVATIONS` and any
        of one's own.

    Examples
    --------
    >>> import forkmodel as fm
    >>> fit = fm.ForkModel(fm.load_snapshot()).fit(seed=1)  # doctest: +SKIP
    """

    def __init__(
        self,
        data: MarketTables,
        priors: str | PriorSet = "reference",
        blocks: Iterable[str] | None = None,
        options: PanelOptions | None = None,
        observations: Iterable[Observation] = OBSERVATIONS,
    ) -> None:
        self.joint = JointModel(data, priors, blocks, options, observations)

    def __repr__(self) -> str:
        """Return what the model is made of."""
        catalogue, rows = self.panel.catalogue, self.panel.rows
        return (
            f"ForkModel(blocks={', '.join(self.design.blocks)}; priors={self.priors.name}; "
            f"vintage={catalogue.vintage.date()}; {len(catalogue.models)} models, "
            f"{rows['scores'].sizes['score']} scores, {rows['prices'].sizes['spell']} price spells, "
            f"{self.panel.cells.sizes['cell']} offers)"
        )

    @property
    def data(self) -> MarketTables:
        """The tables."""
        return self.joint.data

    @property
    def priors(self) -> PriorSet:
        """Resolved priors."""
        return self.joint.priors

    @property
    def panel(self) -> Panel:
        """The tables as model-ready arrays."""
        return self.joint.panel

    @property
    def design(self) -> Design:
        """Index arrays made from the panel, with the chosen blocks."""
        return self.joint.design

    @property
    def pymc_model(self) -> pm.Model:
        """The PyMC model, with coords and dims, built on first use."""
        return self.joint.pymc_model

    def compile(self, progress: Progress | None = None) -> Any:
        """Compile once; later fits of this object reuse it."""
        return self.joint.compile(progress)

    def prior(self, draws: int = 1000, seed: int = 1) -> Fit:
        """Return draws from the prior in the form of a fit: what the model believes before it sees a table.

        The tables say which models, offers and dates there are, and nothing about the parameters. History and
        forecast of these draws show what the priors alone imply.

        Parameters
        ----------
        draws : int
            Number of draws, in one chain.
        seed : int
            Same seed, same draws.
        """
        from forkmodel.inference.fitting import draw_prior

        return Fit(draw_prior(self.joint, draws, seed))

    def simulate(
        self, truth: Mapping[str, ArrayLike] | xr.Dataset | None = None, seed: int = 1
    ) -> Simulation:
        """Simulate a world: a truth, and the tables that it would have reported, noise included.

        The tables of the model say which models, offers, dates and rows there are; their values are replaced.
        Fit the new tables and compare the two, to see what such data can tell.

        Parameters
        ----------
        truth : mapping or Dataset, optional
            Values of free variables by name, in their units: a number (for every element), an array in the
            order of the variable's dims, or one draw of a fit, ``fit.posterior.isel(chain=0, draw=7)``. What
            is not named is drawn from its prior given what is.
        seed : int
            Same seed, same world.

        Returns
        -------
        Simulation
            The truth in the form of a fit with one draw; ``to_data()`` returns its tables.

        Raises
        ------
        ModelError
            If a name, shape or value of the truth does not fit the model, or an observation of one's own does
            not say how its rows are written (:meth:`forkmodel.observations.observation.Observation.write`).

        Examples
        --------
        >>> world = model.simulate({"price.decline": 0.9}, seed=7)  # doctest: +SKIP
        >>> fit = fm.ForkModel(world.to_data()).fit()  # doctest: +SKIP
        >>> fit.compare(world)  # doctest: +SKIP
        """
        from forkmodel.inference.simulating import simulate

        return Simulation(simulate(self.joint, truth, seed))

    def fit(
        self,
        draws: int = DEFAULT_DRAWS,
        tune: int = DEFAULT_TUNE,
        chains: int = DEFAULT_CHAINS,
        seed: int = 1,
        cores: int | None = None,
        progress: Progress | None = None,
        go_on: bool | None = None,
    ) -> Fit:
        """Sample the posterior, from starting points that are apart from one another.

        Parameters
        ----------
        draws, tune, chains : int
            Kept draws and warm-up steps per chain, number of chains.
        go_on : bool, optional
            Whether to go on, to at most three times ``draws``, while the effective draws are fewer than the
            review asks for. By default for fits of at least the default length: who asks for a short fit
            gets one.
        seed : int
            Same seed, same draws, whatever the number of cores.
        cores : int, optional
            Chains run at once; all cores by default.
        progress : callable, optional
            Called as ``progress(stage, fraction, message)`` with stages ``compile``, ``sample``, ``derive``.

        Returns
        -------
        Fit
            Draws with the verbs of the package.
        """
        from forkmodel.inference.fitting import fit_posterior

        return Fit(fit_posterior(self.joint, draws, tune, chains, seed, cores, progress, go_on))


class Fit:
    """Posterior draws of one model on one set of tables.

    Every verb returns labelled arrays on every draw, dims ``chain, draw`` first; nothing is averaged before
    the caller asks. Only free variables are stored: the rest is recomputed from them by the equations that
    built the density.

    Parameters
    ----------
    result : Posterior
        What the fit left behind.

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
    panel, design : Panel, Design
        The tables as arrays, and the index arrays made from them.
    chains, draws : int
        Number of chains, and kept draws per chain.
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

    @property
    def data(self) -> MarketTables:
        """The tables that were fitted."""
        return self.result.data

    @property
    def priors(self) -> PriorSet:
        """Resolved priors."""
        return self.result.priors

    @property
    def posterior(self) -> xr.Dataset:
        """Free variables, dims ``chain, draw, ...``."""
        return self.result.free

    @property
    def sample_stats(self) -> xr.Dataset:
        """Statistics of the sampler."""
        return self.result.sample_stats

    @property
    def seed(self) -> int:
        """Seed of the fit."""
        return self.result.seed

    @property
    def tune(self) -> int:
        """Warm-up steps per chain."""
        return self.result.tune

    @property
    def timings(self) -> dict[str, float]:
        """Seconds per stage."""
        return self.result.timings

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the packages that made the fit."""
        return self.result.versions

    @property
    def panel(self) -> Panel:
        """The tables as model-ready arrays."""
        return self.result.panel

    @property
    def design(self) -> Design:
        """Index arrays made from the panel."""
        return self.result.design

    @property
    def options(self) -> PanelOptions:
        """Choices made when tables became arrays."""
        return self.result.options

    @property
    def blocks(self) -> tuple[str, ...]:
        """Blocks of the model, in causal order."""
        return self.result.blocks

    @property
    def chains(self) -> int:
        """Number of chains."""
        return self.result.chains

    @property
    def draws(self) -> int:
        """Kept draws per chain."""
        return self.result.draws

    @property
    def values(self) -> dict[str, np.ndarray]:
        """Free variables as arrays with one leading axis of draws, chains in order."""
        return self.result.values

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

        return merger(self.result, first, second, market, unit)

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
        from forkmodel.forecast.worlds import forecast_from

        return forecast_from(self.result, horizon, scenario, priors)

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

    def describe(self) -> dict[str, Any]:
        """Return provenance: seed, draws, hashes, versions, seconds per stage."""
        return self.result.describe()


class Simulation(Fit):
    """A simulated world: the truth as a fit of one draw, and the tables that it would have reported.

    It has every verb of a fit, each with ``chain`` and ``draw`` of length one, so what is asked of a fit can
    be asked of the truth in the same words; only probabilities need more draws than one. Made by
    :meth:`ForkModel.simulate`; a saved one is read back as a :class:`Fit`.
    """

    def __repr__(self) -> str:
        """Return what was simulated and the seed."""
        return (
            f"Simulation(seed {self.seed}; blocks: {', '.join(self.blocks)}; priors: {self.priors.name}; "
            f"vintage {self.panel.catalogue.vintage.date()}; data {self.data.content_hash[:12]})"
        )

    def to_data(self) -> MarketTables:
        """Return the simulated tables, which are valid: they can be written, read back and fitted.

        Every row that an observation of the simulated blocks reads says what this world would have reported.
        All other rows are those of the model's tables: the list of models is made of whole tables, and totals
        such as the router's tokens of a month are given to the model, not explained by it. Where a table
        cannot hold a value, the ``write`` of the observation says what it does: a score beyond floor or
        ceiling is read as these, a share above its stated bound becomes a share, shares of more than one
        whole are scaled down together, a price or revenue is not below the least that passes for one.
        """
        return self.result.data
