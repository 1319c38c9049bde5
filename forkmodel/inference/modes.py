"""Chains that sit in different places: which parameter tells them apart, which chains, and what it changes.

A large R-hat can mean chains that have not mixed *yet* or chains that never will. The two call for opposite
advice, so they are told apart: chains are in different modes when the chain means of some quantity fall into
two groups that lie further apart than the chains themselves are wide. Slow mixing alone does not do that: the
mean of a chain with five effective draws lies within one of its own standard deviations of the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

__all__ = ["SEPARATION", "Difference", "Modes", "find_modes"]

#: Two groups of chains are modes when the gap between them is at least this many within-chain standard
#: deviations.
SEPARATION = 2.5
#: Quantities named as those in which the modes differ most.
NAMED = 3


@dataclass(frozen=True)
class Difference:
    """One quantity in two groups of chains.

    Attributes
    ----------
    label : str
        Name and coordinates.
    first, second : float
        Mean in the larger and in the smaller group.
    separation : float
        Gap between the groups' nearest chain means, in within-chain standard deviations.
    """

    label: str
    first: float
    second: float
    separation: float


@dataclass(frozen=True)
class Modes:
    """Chains in two modes.

    Attributes
    ----------
    groups : tuple of tuple of int
        Labels of the chains, the larger group first.
    parameters : tuple of Difference
        The parameters that tell them apart best.
    """

    groups: tuple[tuple[int, ...], tuple[int, ...]]
    parameters: tuple[Difference, ...]

    def differences(self, data: xr.Dataset) -> list[Difference]:
        """Return how quantities differ between the groups, the most separate first.

        Parameters
        ----------
        data : Dataset
            Dims ``chain, draw, ...``.
        """
        found = []
        for name, array in data.data_vars.items():
            values = array.transpose("chain", "draw", ...)
            means, sd = _moments(values.to_numpy())
            labels = values.coords["chain"].to_numpy()
            first, second = (means[np.isin(labels, group)] for group in self.groups)
            gap = np.maximum(first.min(0) - second.max(0), second.min(0) - first.max(0))
            with np.errstate(invalid="ignore", divide="ignore"):
                separation = np.where(sd > 0, gap / sd, -np.inf)
            spot = _place(np.nan_to_num(separation, nan=-np.inf))
            found.append(
                Difference(
                    element_label(values[0, 0], spot, str(name)),
                    float(first.mean(0)[spot]),
                    float(second.mean(0)[spot]),
                    float(separation[spot]),
                )
            )
        return sorted(found, key=lambda difference: -difference.separation)


def element_label(array: xr.DataArray, spot: tuple[int, ...], name: str) -> str:
    """Return ``name[coordinate, ...]`` of one element of an array without sample dims."""
    labels = [array[dim].to_numpy()[i] for dim, i in zip(array.dims, spot, strict=True)]
    place = [
        str(item.astype("datetime64[D]") if isinstance(item, np.datetime64) else item) for item in labels
    ]
    return f"{name}[{', '.join(place)}]" if place else name


def _place(values: np.ndarray) -> tuple[int, ...]:
    """Return the indices of the largest element."""
    return tuple(int(i) for i in np.unravel_index(int(values.argmax()), values.shape))


def _moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return chain means (chain, ...) and the root mean within-chain variance (...)."""
    # In units of the largest value: squares of amounts that only draws from the prior reach would overflow.
    largest = np.abs(values).max((0, 1))
    unit = np.where((largest > 0.0) & np.isfinite(largest), largest, 1.0)
    return values.mean(1), unit * np.sqrt((values / unit).var(1).mean(0))


def _widest_gap(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the widest gap between sorted chain means over the within-chain sd, and its place (...)."""
    means, sd = _moments(values)
    gaps = np.diff(np.sort(means, axis=0), axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        wide = np.where(sd > 0, gaps.max(0) / sd, 0.0)
    return np.nan_to_num(wide, nan=0.0, posinf=0.0), gaps.argmax(0)


def find_modes(posterior: xr.Dataset, separation: float = SEPARATION) -> Modes | None:
    """Return the two groups of chains, or None where all chains share one place.

    Parameters
    ----------
    posterior : Dataset
        Free variables, dims ``chain, draw, ...``.
    separation : float
        Least gap between the groups, in within-chain standard deviations.
    """
    if posterior.sizes.get("chain", 1) < 2:
        return None
    best: tuple[float, tuple[tuple[int, ...], tuple[int, ...]]] | None = None
    for array in posterior.data_vars.values():
        ordered = array.transpose("chain", "draw", ...)
        values = ordered.to_numpy()
        wide, place = _widest_gap(values)
        if not wide.size or float(wide.max()) < separation or (best and float(wide.max()) <= best[0]):
            continue
        spot = _place(wide)
        order = np.argsort(values.mean(1).reshape(len(values), -1)[:, int(wide.argmax())])
        labels = ordered.coords["chain"].to_numpy()[order].tolist()
        cut = int(place[spot]) + 1
        pair = (tuple(sorted(labels[:cut])), tuple(sorted(labels[cut:])))
        larger_first = tuple(sorted(pair, key=lambda group: (-len(group), group)))
        best = (float(wide[spot]), (larger_first[0], larger_first[1]))
    if best is None:
        return None
    apart = Modes(best[1], ()).differences(posterior)[:NAMED]
    # Only what tells the groups apart is named, not the next best.
    return Modes(best[1], tuple(each for each in apart if each.separation >= separation / 2.0))
