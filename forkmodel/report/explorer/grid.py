"""Sixteen bits a value without a change of any answer: edges between codes are short decimals.

A brush ends on an edge, and the question that it stands for states this edge. Since an edge is the same
number here, in the browser and in the question, all three select the same worlds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Grid", "grid_of"]

#: Codes fit into 16 bits; a linear grid has between two fifths of this number and all of it.
MOST_LEVELS = 60_000
#: Part of the values beyond either end of a grid; they take its outermost codes.
TAIL = 0.005
#: Mantissas of a logarithmic grid have three digits, from 100 to 999.
FIRST_MANTISSA, MANTISSAS = 100, 900
#: A positive parameter that spans more than this factor is coded on logarithms.
WIDE = 20.0


@dataclass(frozen=True)
class Grid:
    """Edges between codes.

    Attributes
    ----------
    step : int
        Linear: edge ``k`` is ``k * step * 10 ** exponent``. 0 on a logarithmic grid, whose edge ``k`` is
        ``(100 + k % 900) * 10 ** (k // 900 + exponent)``.
    exponent : int
        Of ten.
    first : int
        Number of the lowest edge.
    levels : int
        Number of codes; code ``q`` holds the values from edge ``first + q`` to the next, the outermost codes
        those beyond as well.
    """

    step: int
    exponent: int
    first: int
    levels: int

    def edges(self) -> np.ndarray:
        """Return the edges between codes (levels - 1,)."""
        places = self.first + np.arange(1, self.levels, dtype=np.int64)
        if self.step:
            return _decimal(places * self.step, self.exponent)
        power, mantissa = np.divmod(places, MANTISSAS)
        found = np.empty(len(places))
        for each in np.unique(power):
            inside = power == each
            found[inside] = _decimal(FIRST_MANTISSA + mantissa[inside], int(each) + self.exponent)
        return found

    def codes(self, values: np.ndarray) -> np.ndarray:
        """Return the code of every value."""
        return np.searchsorted(self.edges(), values, side="right").astype("<u2")

    def as_dict(self) -> dict[str, Any]:
        """Return what the browser needs to make the same edges."""
        return {"step": self.step, "exponent": self.exponent, "first": self.first, "levels": self.levels}


def _decimal(whole: np.ndarray, exponent: int) -> np.ndarray:
    """Return whole numbers times a power of ten, as the nearest doubles: a product or quotient of two."""
    return np.asarray(whole * float(f"1e{exponent}") if exponent >= 0 else whole / float(f"1e{-exponent}"))


def grid_of(columns: Sequence[np.ndarray], log: bool | None = None) -> Grid | None:
    """Return the grid that several columns share, or None where no brush could part their values.

    Parameters
    ----------
    columns : sequence of array (world,)
        Finite values of one outcome, in several years and scenarios.
    log : bool, optional
        Whether to code logarithms; by default wherever values are positive and spread widely.
    """
    ends = [np.quantile(values, [TAIL, 1.0 - TAIL]) for values in columns]
    low, high = float(min(end[0] for end in ends)), float(max(end[1] for end in ends))
    if not low < high:
        low, high = float(min(map(np.min, columns))), float(max(map(np.max, columns)))
        if not low < high:
            return None
    if low > 0.0 and (high > WIDE * low if log is None else log):
        exponent = int(np.floor(np.log10(low))) - 2
        first, last = (_place(value, exponent) for value in (low, high))
        return Grid(0, exponent, first, last - first + 1)
    step, exponent = _step(columns, high - low)
    size = step * 10.0**exponent
    first = int(np.floor(low / size))
    return Grid(step, exponent, first, int(np.ceil(high / size)) - first + 1)


def _place(value: float, exponent: int) -> int:
    power = int(np.floor(np.log10(value)))
    mantissa = min(int(value / 10.0 ** (power - 2)), FIRST_MANTISSA + MANTISSAS - 1)
    return (power - 2 - exponent) * MANTISSAS + max(mantissa - FIRST_MANTISSA, 0)


def _step(columns: Sequence[np.ndarray], span: float) -> tuple[int, int]:
    """Return the smallest of 1, 2 and 5 times a power of ten that leaves few enough codes; 1 for counts."""
    if span < MOST_LEVELS and all((values == np.round(values)).all() for values in columns):
        return 1, 0
    exponent = int(np.floor(np.log10(span / MOST_LEVELS)))
    for step in (1, 2, 5):
        if step * 10.0**exponent * MOST_LEVELS >= span:
            return step, exponent
    return 1, exponent + 1
