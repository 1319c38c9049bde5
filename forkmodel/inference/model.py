"""The model object: data and priors in, a fit out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import PanelOptions
from forkmodel.inference.compiling import compile_model, interpreted, quiet_forward_sampling
from forkmodel.inference.fit import VERSIONED, Fit
from forkmodel.inference.review import enough_draws
from forkmodel.inference.sampling import (
    DEFAULT_CHAINS,
    DEFAULT_DRAWS,
    DEFAULT_TUNE,
    Progress,
    sample,
)
from forkmodel.model.design import Design
from forkmodel.observations.build import build_model
from forkmodel.observations.observation import Observation
from forkmodel.observations.panel import make_panel
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.options import check_prior_draws, check_sampling
from forkmodel.priors import PriorSet, load_priors

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["ForkModel"]


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
        What the model conditions on: those of :data:`forkmodel.observations.registry.OBSERVATIONS` and any of
        one's own.

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
        self.data = data
        self.priors = priors if isinstance(priors, PriorSet) else load_priors(priors)
        self.panel = make_panel(data, options, tuple(observations))
        self.design = Design.from_panel(self.panel, blocks)
        self._compiled: Any = None

    def __repr__(self) -> str:
        """Return what the model is made of."""
        catalogue = self.panel.catalogue
        return (
            f"ForkModel(blocks={', '.join(self.design.blocks)}; priors={self.priors.name}; "
            f"vintage={catalogue.vintage.date()}; {len(catalogue.models)} models, "
            f"{self.panel.rows['scores'].sizes['score']} scores, "
            f"{self.panel.rows['prices'].sizes['spell']} price spells, "
            f"{self.panel.cells.sizes['cell']} offers)"
        )

    @cached_property
    def pymc_model(self) -> pm.Model:
        """The PyMC model, with coords and dims, built on first use."""
        return build_model(self.panel, self.priors, self.design)

    def compile(self, progress: Progress | None = None) -> Any:
        """Compile once; later fits of this object reuse it."""
        if self._compiled is None:
            if progress is not None:
                progress("compile", 0.0, "first run takes minutes, later ones seconds")
            self._compiled = compile_model(self.pymc_model)
        return self._compiled

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
        import pymc as pm

        check_prior_draws(draws, seed)
        begin = time.perf_counter()
        quiet_forward_sampling()
        with self.pymc_model as model:
            names = [variable.name for variable in model.free_RVs]
            tree = pm.sample_prior_predictive(
                draws, var_names=names, random_seed=seed, compile_kwargs=interpreted()
            )
        drawn = tree["prior"].to_dataset()
        return Fit(
            data=self.data,
            priors=self.priors,
            blocks=self.design.blocks,
            options=self.panel.options,
            posterior=drawn,
            sample_stats=xr.Dataset(),
            seed=seed,
            tune=0,
            timings={"sample": time.perf_counter() - begin},
            versions={name: version(name) for name in VERSIONED},
            panel=self.panel,
            design=self.design,
        )

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
        check_sampling(draws=draws, tune=tune, chains=chains, seed=seed, cores=cores)
        if go_on is None:
            go_on = draws >= DEFAULT_DRAWS
        begin = time.perf_counter()
        compiled = self.compile(progress)
        compiled_at = time.perf_counter()
        tree = sample(
            compiled,
            draws=draws,
            tune=tune,
            chains=chains,
            seed=seed,
            cores=cores,
            progress=progress,
            enough=enough_draws if go_on else None,
        )
        sampled_at = time.perf_counter()
        timings = {"compile": compiled_at - begin, "sample": sampled_at - compiled_at}
        return Fit.from_sampler(self, tree, seed=seed, tune=tune, timings=timings)
