"""The panel: the market's tables as labelled arrays, ready for the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import xarray as xr

from forkmodel.data.panel_catalogue import Catalogue, PanelOptions
from forkmodel.errors import ModelError

__all__ = ["Panel", "PanelOptions", "Source"]


class Source(Protocol):
    """What the panel knows of an observation: the key of its rows and what messages call it."""

    @property
    def name(self) -> str:
        """Name of the observed variable."""

    @property
    def label(self) -> str:
        """Name in messages and pages."""


@dataclass(frozen=True)
class Panel:
    """Everything the model conditions on, as labelled arrays with index coordinates.

    Attributes
    ----------
    catalogue : Catalogue
        Models, lines, developers and time grids.
    cells : Dataset
        Dim ``cell``: the offers of each month.
    router_tokens : DataArray
        Log trillion tokens per year on the quarterly knots.
    rows : dict of Dataset
        By observation, its rows: one dim, the vector that is observed and what else the density needs.
    observations : tuple of Source
        The observations whose rows these are, in the order in which they enter the model.
    options : PanelOptions
        The choices made on the way.
    """

    catalogue: Catalogue
    cells: xr.Dataset
    router_tokens: xr.DataArray
    rows: dict[str, xr.Dataset]
    observations: tuple[Source, ...]
    options: PanelOptions

    def check_finite(self) -> None:
        """Make sure that every number is finite: one that is not ends a fit minutes later, without a name.

        Raises
        ------
        ModelError
            Naming the observation, its number and its labels.
        """
        parts = {source.label: self.rows[source.name] for source in self.observations}
        parts |= {"offers": self.cells, "router tokens": self.router_tokens.to_dataset()}
        for name, data in parts.items():
            for variable, values in data.data_vars.items():
                numbers = values.to_numpy()
                bad = np.argwhere(~np.isfinite(numbers.astype(float)))
                if not len(bad):
                    continue
                spot = dict(zip(values.dims, bad[0].tolist(), strict=True))
                labels = ", ".join(
                    f"{label} {str(value.to_numpy())[:10] if value.dtype.kind == 'M' else value.to_numpy()}"
                    for label, value in values.isel(spot).coords.items()
                )
                raise ModelError(
                    f"{name}, {variable}: {len(bad)} of {numbers.size} numbers "
                    f"{'is' if len(bad) == 1 else 'are'} not finite, the first at {labels or spot}. Look for "
                    "a 0, a share of 1 or a missing value in the row that it is read from, and correct or "
                    "delete that row; forkmodel data check names it."
                )
