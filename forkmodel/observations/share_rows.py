"""Reported shares as sums over offers: which cells of which months a row of a survey or a gateway covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.model.demand import DemandDesign
from forkmodel.model.ops import Array, Ops

__all__ = ["ShareRows"]

#: What a row may name besides a developer.
ACCESS_CLASSES = ("closed", "open")


@dataclass(frozen=True)
class ShareRows:
    """Rows that each report the mean share of one developer or access class over some months.

    Attributes
    ----------
    n : int
        Number of rows.
    row, cell : ndarray (pair,)
        One pair per row and cell that the row covers; cells of the second unit follow those of the first.
    weight : ndarray (pair,)
        One over the number of months that the row spans.
    entity : ndarray (row,)
        Position of the row's entity in ``names``.
    names : tuple of str
        Entities, in alphabetical order.
    """

    n: int
    row: np.ndarray
    cell: np.ndarray
    weight: np.ndarray
    entity: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def from_rows(
        cls,
        rows: xr.Dataset,
        demand: DemandDesign,
        developers: pd.Index,
        *,
        cells: np.ndarray | None = None,
        units: tuple[str, ...] = (),
    ) -> ShareRows:
        """Pair rows with cells.

        Parameters
        ----------
        rows : Dataset
            One dim; ``first_month``, ``last_month`` (places on the choice block's grid) and coordinates
            ``entity`` (a developer, ``open`` or ``closed``) and, with ``units``, ``unit``.
        demand : DemandDesign
            The cells.
        developers : Index
            Developers in the order of the cells' positions.
        cells : ndarray, optional
            The cells in the order in which shares will be given; all by default.
        units : tuple of str
            Units whose shares will be given one after the other.
        """
        cells = np.arange(len(demand.cell_month)) if cells is None else cells
        month, opened = demand.cell_month[cells], demand.cell_open[cells]
        owner = developers.to_numpy()[demand.cell_developer[cells]].astype(str)
        entity = rows["entity"].to_numpy().astype(str)
        first, last = rows["first_month"].to_numpy(), rows["last_month"].to_numpy()
        unit = rows["unit"].to_numpy().astype(str) if units else np.zeros(len(entity), dtype=str)
        names = tuple(sorted(set(entity)))
        pairs = []
        for place, name in enumerate(entity):
            inside = (month >= first[place]) & (month <= last[place])
            if name in ACCESS_CLASSES:
                inside &= opened == float(name == "open")
            else:
                inside &= owner == name
            found = np.flatnonzero(inside)
            offset = len(cells) * (units.index(unit[place]) if units else 0)
            share = np.full(len(found), 1.0 / (last[place] - first[place] + 1))
            pairs.append((np.full(len(found), place), found + offset, share))
        parts = zip(*pairs, strict=True) if pairs else ([np.zeros(0)],) * 3
        row, cell, weight = (np.concatenate(part) for part in parts)
        spots = np.asarray([names.index(name) for name in entity], dtype=np.int64)
        return cls(len(entity), row.astype(np.int64), cell.astype(np.int64), weight, spots, names)

    def sums(self, ops: Ops, shares: list[Array]) -> Array:
        """Return the mean share (row,) that each row reports on, from shares (cell,) per unit."""
        joined = shares[0] if len(shares) == 1 else ops.concat(shares, axis=-1)
        return ops.group_sum(joined[..., self.cell] * self.weight, self.row, self.n)
