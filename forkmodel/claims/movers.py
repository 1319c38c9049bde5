"""What would move a claim: the parameters that go with it from world to world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

__all__ = ["Mover", "movers", "ranks"]

#: Rank correlations closer to zero than this do not matter, or than so many standard errors are noise.
SMALLEST, STANDARD_ERRORS = 0.1, 4.0


@dataclass(frozen=True)
class Mover:
    """A parameter and its rank correlation with an event.

    Attributes
    ----------
    parameter : str
        Prior key.
    meaning : str
        What it is.
    correlation : float
        Positive where larger values go with the event.
    """

    parameter: str
    meaning: str
    correlation: float


def ranks(parameters: xr.Dataset) -> tuple[list[str], np.ndarray]:
    """Return the parameters' names and standardised ranks (world, parameter)."""
    from scipy.stats import rankdata

    names = [str(name) for name in parameters.data_vars]
    columns = np.stack([parameters[name].to_numpy().ravel() for name in names], axis=1)
    ranked = rankdata(columns, axis=0)
    spread = ranked.std(0)
    return names, np.asarray((ranked - ranked.mean(0)) / np.where(spread > 0, spread, 1.0))


def movers(
    held: np.ndarray, names: list[str], ranked: np.ndarray, meanings: Mapping[str, str], count: int = 2
) -> list[Mover]:
    """Return the parameters with the largest rank correlation with an event.

    Parameters
    ----------
    held : array (world,)
        1 where the event holds, NaN where it is undefined.
    names, ranked
        From :func:`ranks`.
    meanings : mapping
        Meaning by parameter.
    count : int
        How many at most; none that noise would explain.
    """
    known = np.isfinite(held)
    if known.sum() < 3 or held[known].std() == 0.0:
        return []
    event = (held[known] - held[known].mean()) / held[known].std()
    correlation = ranked[known].T @ event / known.sum()
    floor = max(SMALLEST, STANDARD_ERRORS / np.sqrt(known.sum()))
    order = np.argsort(-np.abs(correlation))[:count]
    return [
        Mover(names[place], meanings.get(names[place], ""), float(correlation[place]))
        for place in order
        if abs(correlation[place]) > floor
    ]
