"""``ForkModel``: tables and priors in; fits, draws from the prior and simulated worlds out.

Like :class:`forkmodel.fit.Fit` it holds no logic of its own: each verb is one call into a room below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel, PanelOptions
from forkmodel.fit import Fit
from forkmodel.inference.joint import JointModel
from forkmodel.inference.sampling import DEFAULT_CHAINS, DEFAULT_DRAWS, DEFAULT_TUNE, Progress
from forkmodel.model.design import Design
from forkmodel.observations.observation import Observation
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.priors import PriorSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pymc as pm
    from numpy.typing import ArrayLike


__all__ = ["ForkModel", "Simulation"]


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
        warm: Fit | None = None,
        interruptible: bool = False,
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
        warm : Fit, optional
            An earlier fit, of these or other tables and priors, whose metric and region the chains begin
            with; by default that which comes with the package. It changes what the fit costs, not what it
            says: warm-up adapts it, and starting points are wider than the posterior.
        interruptible : bool
            Whether a first Ctrl-C while the chains run ends sampling and keeps what is drawn, marked as
            interrupted, instead of raising KeyboardInterrupt; a second one raises it.

        Returns
        -------
        Fit
            Draws with the verbs of the package.
        """
        from forkmodel.inference.fitting import fit_posterior

        return Fit(
            fit_posterior(self.joint, draws, tune, chains, seed, cores, progress, go_on, warm, interruptible)
        )


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
