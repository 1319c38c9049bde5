"""The joint model on one set of tables and priors: the PyMC model, built and compiled at most once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import PanelOptions
from forkmodel.inference.compiling import compile_model
from forkmodel.inference.geometry.layout import Layout
from forkmodel.inference.packing import Packed, pack
from forkmodel.inference.sampling import Progress
from forkmodel.model.design import Design
from forkmodel.observations.build import build_model
from forkmodel.observations.observation import Observation
from forkmodel.observations.panel import make_panel
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.priors import PriorSet, load_priors

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["JointModel"]


class JointModel:
    """Tables, priors, panel and design, and the density that follows from them.

    Parameters
    ----------
    data : MarketTables
        Validated tables.
    priors : str or PriorSet
        Name of a bundled prior set, path of a prior file, or a resolved set.
    blocks : iterable of str, optional
        Blocks to fit; what a block needs comes along. Default: all.
    options : PanelOptions, optional
        Choices such as the price blend.
    observations : iterable of Observation, optional
        What the model conditions on: those of :data:`forkmodel.observations.registry.OBSERVATIONS` and any
        of one's own.
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

    @cached_property
    def pymc_model(self) -> pm.Model:
        """The PyMC model, with coords and dims, built on first use."""
        return build_model(self.panel, self.priors, self.design)

    @cached_property
    def packed(self) -> Packed:
        """The twin of the PyMC model that is compiled."""
        return pack(self.pymc_model)

    @cached_property
    def layout(self) -> Layout:
        """Which stretch of the flat vector, in which the sampler moves, belongs to which free variable."""
        return Layout.of(self.pymc_model, self.packed)

    def compile(self, progress: Progress | None = None) -> Any:
        """Compile once; later fits of this model reuse it."""
        if self._compiled is None:
            if progress is not None:
                progress("compile", 0.0, "first run takes minutes, later ones seconds")
            self._compiled = compile_model(self.pymc_model, self.packed)
        return self._compiled
