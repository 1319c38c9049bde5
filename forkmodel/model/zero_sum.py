"""Effects that sum to zero over their last dimension, also where it has no element."""

from __future__ import annotations

from typing import Any

__all__ = ["zero_sum"]


def zero_sum(name: str, sigma: Any, *dims: str) -> Any:
    """Add effects that sum to zero along the last dimension to the PyMC model in context.

    Tables without a benchmark or without a closed firm have no such effect: the variable is then there
    without elements, as a plain normal, since a sum over nothing has no transform.

    Parameters
    ----------
    name : str
        Name of the variable.
    sigma : scalar
        Standard deviation of an effect before it is bound to the sum.
    *dims : str
        Dimensions; the sum runs over the last.
    """
    import pymc as pm

    if not len(pm.modelcontext(None).coords[dims[-1]]):
        return pm.Normal(name, 0.0, sigma, dims=dims)
    return pm.ZeroSumNormal(name, sigma=sigma, n_zerosum_axes=1, dims=dims)
