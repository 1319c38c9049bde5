"""Compile a PyMC model for nutpie without paying for functions nobody looks at."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forkmodel.inference.packing import Packed, pack

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["apart", "compile_model", "free_variables", "interpreted", "quiet_forward_sampling", "repeatable"]

#: Beginnings of the names of parameters that chains draw from the prior to start from.
DRAWN_BLOCKS = ("choice.", "adoption.", "spend.", "value.")


def interpreted() -> dict[str, Any]:
    """Return options for functions that run a few hundred times: compiling would cost more."""
    import pytensor

    return {"mode": pytensor.compile.mode.Mode(linker="py", optimizer="fast_compile")}


def quiet_forward_sampling() -> None:
    """Keep PyMC from announcing which variables it draws; the caller asked for a result, not for news."""
    import logging

    logging.getLogger("pymc.sampling.forward").setLevel(logging.WARNING)


def free_variables(model: pm.Model) -> list[str]:
    """Return the names of the model's free variables, in order."""
    return [variable.name for variable in model.free_RVs]


def apart(model: pm.Model) -> set[str]:
    """Return the parameters that chains draw from their priors to start from, so that they start apart.

    Chains that all begin around the priors' centres can agree on one mode and miss another, so what buyers
    and money are like is drawn anew for each. Spreads are left near their centres: a spread near zero is a
    funnel from which warm-up takes long to climb out. So are capability and price: drawn from the prior, one
    chain of twelve began where a benchmark's discrimination runs away and never came back, 700 nats below
    the others. Vectors are in units of their spreads, and the uniform jitter of one unit that they all get
    is as wide.
    """
    from pytensor.tensor.random.basic import HalfNormalRV

    drawn = [v for v in model.free_RVs if v.ndim == 0 and v.name.startswith(DRAWN_BLOCKS)]
    return {v.name for v in drawn if not isinstance(v.owner.op, HalfNormalRV)}


@contextmanager
def repeatable() -> Iterator[None]:
    """Compile for numba in this context so that the same seed gives the same draws, and leave nothing behind.

    Fast mathematics lets the compiler reorder sums, and what it reorders depends on which kernels it compiled
    just now and which it took from the cache: the first fit on a machine would then draw other numbers than
    the second. PyTensor writes the text of each kernel to a file of the system's temporary folder and never
    removes it, some thousand a fit, unless it is told of a folder that it keeps in order.
    """
    import pytensor

    config = pytensor.config
    texts = config.generated_src_dir or str(Path(config.base_compiledir) / "generated")
    with config.change_flags(numba__fastmath=False, generated_src_dir=texts):
        yield


def compile_model(model: pm.Model, packed: Packed | None = None) -> Any:
    """Compile the joint density and its gradient for nutpie's numba backend.

    What is compiled is the model's twin on packed vectors (:mod:`forkmodel.inference.packing`). Only free
    variables are traced: everything else is recomputed from the draws afterwards. Chains start apart from one
    another, see :func:`apart`.

    Parameters
    ----------
    model : pymc.Model
        The model.
    packed : Packed, optional
        Its twin, where it has been made.

    Returns
    -------
    nutpie.CompiledModel
        Reusable: sampling again, with other seeds or other data of the same shape, costs no compilation.
    """
    import nutpie

    from forkmodel.inference.linking import linked_by_address

    packed = packed or pack(model)
    with repeatable(), linked_by_address():
        compiled = nutpie.compile_pymc_model(
            packed.model,
            backend="numba",
            var_names=free_variables(model),
            initial_points=packed.initial_points(apart(model)),
        )
    # What the twin adds is left out of the draws, as variables in the sampler's coordinates are.
    hidden = [*compiled.reparameterized_names, *packed.made]
    return dataclasses.replace(compiled, reparameterized_names=hidden)
