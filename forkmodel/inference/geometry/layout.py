"""The flat vector in which nutpie moves: which stretch belongs to which free variable, and its labels.

A zero-sum vector has one coordinate fewer than elements, and none of them has a label. So geometry is carried
from one fit to another in *labelled* coordinates: unconstrained everywhere, except that a zero-sum vector
keeps all its elements. PyMC's zero-sum transformation is an isometry, so the two differ by a matrix with
orthonormal columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from forkmodel.inference.compiling import interpreted
from forkmodel.inference.packing import Packed

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["Layout", "Stretch", "on_the_line", "unconstrained"]


@dataclass(frozen=True)
class Stretch:
    """The coordinates of one free variable.

    Attributes
    ----------
    name : str
        Name of the variable.
    flat : slice
        Its place in the flat vector.
    labelled : slice
        Its place among the labelled coordinates.
    basis : ndarray (element, coordinate) or None
        Elements of a zero-sum vector per unit of its coordinates; None where the two are the same.
    together : int
        Coordinates whose elements sum to zero together; 0 where there is no such sum.
    """

    name: str
    flat: slice
    labelled: slice
    basis: np.ndarray | None
    together: int


@dataclass(frozen=True)
class Layout:
    """All free variables of a model, in the order in which its twin packs them into the flat vector.

    Attributes
    ----------
    stretches : tuple of Stretch
        One per free variable.
    labels : tuple of str
        ``name[label, ...]`` of every labelled coordinate.
    """

    stretches: tuple[Stretch, ...]
    labels: tuple[str, ...]

    @property
    def size(self) -> int:
        """Length of the flat vector."""
        return int(self.stretches[-1].flat.stop)

    @cached_property
    def place(self) -> dict[str, Stretch]:
        """Stretches by the name of their variable."""
        return {stretch.name: stretch for stretch in self.stretches}

    def to_labelled(self, flat: np.ndarray) -> np.ndarray:
        """Return vectors along the last axis in labelled coordinates."""
        parts = [
            flat[..., s.flat] if s.basis is None else flat[..., s.flat] @ s.basis.T for s in self.stretches
        ]
        return np.concatenate(parts, axis=-1)

    def to_flat(self, labelled: np.ndarray) -> np.ndarray:
        """Return labelled vectors along the last axis in flat coordinates."""
        parts = [
            labelled[..., s.labelled] if s.basis is None else labelled[..., s.labelled] @ s.basis
            for s in self.stretches
        ]
        return np.concatenate(parts, axis=-1)

    def levelled(self, flat: np.ndarray) -> np.ndarray:
        """Return amounts of flat coordinates (flat,), the mean where they sum to zero together.

        The coordinates of a zero-sum vector belong to no element, so only what is the same for all of them
        can be told by label.
        """
        levels = flat.copy()
        for s in self.stretches:
            if s.basis is not None:
                rows = flat[s.flat].reshape(-1, s.together)
                levels[s.flat] = np.repeat(rows.mean(1), s.together)
        return levels

    def on_elements(self, flat: np.ndarray) -> np.ndarray:
        """Return levelled amounts of flat coordinates as amounts of the labelled ones."""
        parts = [
            flat[s.flat] if s.basis is None else np.repeat(flat[s.flat][:: s.together], s.together + 1)
            for s in self.stretches
        ]
        return np.concatenate(parts)

    def gather_from_elements(self, labelled: np.ndarray) -> np.ndarray:
        """Return amounts of flat coordinates from those of labelled ones; equal ones stay so."""
        parts = [
            labelled[s.labelled] if s.basis is None else labelled[s.labelled] @ s.basis**2
            for s in self.stretches
        ]
        return np.concatenate(parts)

    @classmethod
    def of(cls, model: pm.Model, packed: Packed) -> Layout:
        """Read the layout off a model and its twin, whose variables nutpie joins in their order."""
        stretches: list[Stretch] = []
        labels: list[str] = []
        for part in packed.stretches():
            member, first = part.member, len(labels)
            shape, basis, together = member.shape, member.zero_sum_basis, 0
            if basis is not None:
                together = shape[-1]
                shape = (*shape[:-1], together + 1)
                basis = np.kron(np.eye(int(np.prod(shape[:-1]))), basis)
            labels += _labels(model, member.name, shape)
            stretches.append(Stretch(member.name, part.place, slice(first, len(labels)), basis, together))
        return cls(tuple(stretches), tuple(labels))


def _labels(model: pm.Model, name: str, shape: tuple[int, ...]) -> list[str]:
    """Return ``name[label, ...]`` of each element; a scalar is its name."""
    if not shape:
        return [name]
    dims = model.named_vars_to_dims.get(name) or (None,) * len(shape)
    texts = [
        [str(label) for label in (range(size) if dim is None else model.coords[dim] or range(size))]
        for dim, size in zip(dims, shape, strict=True)
    ]
    return [
        f"{name}[{', '.join(texts[axis][i] for axis, i in enumerate(spot))}]" for spot in np.ndindex(*shape)
    ]


def unconstrained(model: pm.Model, layout: Layout, draws: xr.Dataset) -> np.ndarray:
    """Return draws of the free variables (chain and draw in one axis, flat coordinate).

    Parameters
    ----------
    model : pymc.Model
        The model.
    layout : Layout
        Its flat vector.
    draws : Dataset
        Free variables, dims ``chain, draw, ...``.
    """
    columns = []
    for stretch in layout.stretches:
        array = draws[stretch.name].transpose("chain", "draw", ...).to_numpy()
        values = array.reshape(-1, *array.shape[2:])
        if stretch.basis is None:
            values = on_the_line(model, stretch.name, values)
        values = values.reshape(len(values), -1)
        columns.append(values if stretch.basis is None else values @ stretch.basis)
    return np.concatenate(columns, axis=1)


def on_the_line(model: pm.Model, name: str, values: np.ndarray) -> np.ndarray:
    """Return values of an elementwise transformed variable on the unconstrained scale.

    Parameters
    ----------
    model : pymc.Model
        The model.
    name : str
        Name of the free variable.
    values : ndarray
        Its values.
    """
    variable = model[name]
    transform = model.rvs_to_transforms[variable]
    if transform is None:
        return values
    import pytensor.tensor as pt

    # Bounds of an interval are constants among the inputs of the variable; nothing else is looked at.
    return np.asarray(transform.forward(pt.as_tensor(values), *variable.owner.inputs).eval(**interpreted()))
