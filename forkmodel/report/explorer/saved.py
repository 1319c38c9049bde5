"""Worlds as their file has them: a question on the page and one to the file see the same numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forkmodel.forecast.precision import STORED, storable
from forkmodel.queries.draw_source import DatasetDraws

__all__ = ["SavedDraws"]


def _rounded(array: np.ndarray) -> np.ndarray:
    return storable(array).astype(STORED).astype(float)


class SavedDraws(DatasetDraws):
    """Worlds in memory, rounded to the precision in which they are saved."""

    def read(self, name: str, places: Mapping[str, int]) -> np.ndarray:
        """Return a variable (chain, draw, time) at one place of each of its other dims."""
        return _rounded(super().read(name, places))

    def parameter(self, key: str) -> np.ndarray:
        """Return a parameter (chain, draw)."""
        return _rounded(super().parameter(key))
