"""An observation: what one source says of the latent state, declared once.

From its class follow the rows of the panel, the coordinates and the density of the PyMC model, the values
that calibration replaces, the saved ``observed_data``, the replicates and the review's check of coverage, the
data group of the sensitivity study, the remarks of ``forkmodel data check`` and the line in ``docs/data.md``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import Catalogue, PanelOptions
from forkmodel.data.vocabulary import Reading
from forkmodel.errors import ModelError
from forkmodel.model.adoption import SpendPaths
from forkmodel.model.capability import CapabilityState
from forkmodel.model.choice import ChoiceState
from forkmodel.model.design import Design
from forkmodel.model.ops import Array, Ops, TensorOps
from forkmodel.model.price import PriceState
from forkmodel.observations.replaceable import replaceable

__all__ = ["Density", "Observation", "State", "Tables", "observations_of"]


@dataclass(frozen=True)
class Tables:
    """What the rows of an observation are made from.

    Attributes
    ----------
    market : MarketTables
        Validated tables.
    catalogue : Catalogue
        Models, lines, developers and time grids.
    cells : Dataset
        The offers of each month.
    options : PanelOptions
        Choices such as the price blend.
    """

    market: MarketTables
    catalogue: Catalogue
    cells: xr.Dataset
    options: PanelOptions


@dataclass
class State:
    """The symbolic latent state as far as its blocks are built: what a density may see.

    Attributes
    ----------
    catalogue : Catalogue
        Labels and time grids.
    design : Design
        Index arrays of the blocks.
    value : dict
        Free variables by name.
    ops : Ops
        Symbolic operations.
    capability, price, choice, spend, hosts
        Output of each block; absent where the model is without it.
    """

    catalogue: Catalogue
    design: Design
    value: dict[str, Array] = field(default_factory=dict)
    ops: Ops = field(default_factory=TensorOps)
    capability: CapabilityState = field(init=False)
    price: PriceState = field(init=False)
    choice: ChoiceState = field(init=False)
    spend: SpendPaths = field(init=False)
    hosts: Array = field(init=False)


class Density:
    """A family of PyMC by name and its parameters, one element an observation."""

    def __init__(self, family: str, **parameters: Any) -> None:
        self.family, self.parameters = family, parameters


class Observation(ABC):
    """One source: which rows it has and how they come about given the latent state.

    Attributes
    ----------
    name : str
        Observed variable of the PyMC model, key of the panel's rows, variable of ``observed_data``.
    block : str
        Block of the model after whose free variables it enters.
    dim : str
        Dimension of its rows, which are one long vector.
    vector : str
        Variable of the rows that is observed.
    label : str
        Name in messages and in ``docs/data.md``.
    group : str
        Kind of data that the sensitivity study scales together.
    table : str
        Table that it reads.
    origin : str
        What it is read from, in the words of ``docs/data.md``.
    readings : tuple of Reading
        Words that it looks for in the table, if text decides.
    counts_if : str
        When a row counts, told where it finds nothing.
    """

    name: ClassVar[str]
    block: ClassVar[str]
    dim: ClassVar[str]
    vector: ClassVar[str]
    label: ClassVar[str]
    group: ClassVar[str]
    table: ClassVar[str]
    origin: ClassVar[str]
    readings: ClassVar[tuple[Reading, ...]] = ()
    counts_if: ClassVar[str] = "The words that are read are listed in docs/data.md."

    @abstractmethod
    def rows(self, tables: Tables) -> xr.Dataset:
        """Return the rows of the panel: ``vector`` and what the density needs beside it, along ``dim``."""

    @abstractmethod
    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return the density of the observed vector given the latent state.

        An observation may add free variables of its own here; they follow those of its block.
        """

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return its table with other values in the rows that it reads: the inverse of ``rows``.

        Only simulation asks for it, so a source that is never simulated needs none.

        Parameters
        ----------
        tables : Tables
            What ``rows`` are made from.
        values : ndarray
            The observed vector to write, in the order of ``rows``.

        Returns
        -------
        DataFrame
            The table named ``table``: ``rows`` of it give ``values`` back, as far as the table can hold them.

        Raises
        ------
        ModelError
            If the class does not say how.
        """
        raise ModelError(
            f"{self.name} cannot be simulated: {type(self).__name__} reads the table {self.table} and does "
            "not say how a simulated value is written there. Give the class a method write(tables, values), "
            "the inverse of rows, or simulate a model without this observation."
        )

    def observed(self, rows: xr.Dataset) -> np.ndarray:
        """Return the vector that is observed."""
        return rows[self.vector].to_numpy()

    def coords(self, rows: xr.Dataset) -> dict[str, object]:
        """Return the coordinates of the dimensions that it adds to the model."""
        return {self.dim: np.arange(rows.sizes[self.dim])}

    def add(self, rows: xr.Dataset, state: State) -> None:
        """Add the observed variable to the PyMC model in context."""
        import pymc as pm

        density = self.density(rows, state)
        values = replaceable(self.name, self.observed(rows))
        getattr(pm, density.family)(self.name, **density.parameters, observed=values, dims=self.dim)

    def describe(self, panel: Panel) -> str:
        """Return its line in the table of observations of ``docs/data.md``."""
        return f"| {self.label} | {panel.rows[self.name].sizes[self.dim]} | {self.origin} |"


def observations_of(panel: Panel) -> Mapping[str, Observation]:
    """Return the observations that a panel holds the rows of, by name and in order."""
    return {source.name: cast(Observation, source) for source in panel.observations}
