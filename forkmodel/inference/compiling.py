"""Compile a PyMC model for nutpie without paying for functions nobody looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["compile_model", "free_variables"]


def free_variables(model: pm.Model) -> list[str]:
    """Return the names of the model's free variables, in order."""
    return [variable.name for variable in model.free_RVs]


def compile_model(model: pm.Model) -> Any:
    """Compile the joint density and its gradient for nutpie's numba backend.

    Only free variables are traced: everything else is recomputed from the draws afterwards.

    Parameters
    ----------
    model : pymc.Model
        The model.

    Returns
    -------
    nutpie.CompiledModel
        Reusable: sampling again, with other seeds or other data of the same shape, costs no compilation.
    """
    import nutpie
    import pytensor

    # Fast mathematics lets the compiler reorder sums, and what it reorders depends on which kernels it
    # compiled just now and which it took from the cache: the first fit on a machine would then draw other
    # numbers than the second.
    with pytensor.config.change_flags(numba__fastmath=False):
        return nutpie.compile_pymc_model(model, backend="numba", var_names=free_variables(model))
