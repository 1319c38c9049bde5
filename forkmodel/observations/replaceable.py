"""Observed values as shared data, so that a compiled model can be given other values of the same shape."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["data_name", "replaceable"]


def data_name(variable: str) -> str:
    """Return the name under which an observed variable's values can be replaced."""
    return f"{variable}.data"


def replaceable(variable: str, values: np.ndarray) -> Any:
    """Return values for ``observed=`` of a variable of the model in context.

    Calibration compiles once and then refits hundreds of simulated data sets; constants in the graph would
    make each a compilation of its own.

    Parameters
    ----------
    variable : str
        Name of the observed variable.
    values : array
        Its values.
    """
    import pymc as pm

    return pm.Data(data_name(variable), np.asarray(values, dtype=float))
