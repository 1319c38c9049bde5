"""A twin of the model for the compiler: the same density over fewer, longer vectors.

Compilation and gradients are paid per node of the graph, hardly per element. A hundred scalar parameters are
a hundred transforms, densities and gradients; packed by family they are as many as there are families. Only
the vector that the sampler moves is packed: the twin names every variable as the model does, and the model
stays the specification. A test holds the two densities equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["Member", "Packed", "pack"]


@dataclass(frozen=True)
class Member:
    """One free variable of the model as part of a packed vector.

    Attributes
    ----------
    name : str
        Its name in the model.
    shape : tuple of int
        Its shape, the same before and after its transformation.
    """

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=int))


@dataclass(frozen=True)
class Packed:
    """A twin of a model.

    Attributes
    ----------
    model : pymc.Model
        The twin: its free variables are packed vectors, and the model's own where nothing was to be packed.
        Packed variables are deterministic variables of the model's names.
    vectors : dict of list of Member
        Members of each packed vector, in order, by the vector's name.
    """

    model: pm.Model
    vectors: dict[str, list[Member]]

    def initial_points(self, drawn: set[str]) -> dict[str, Any]:
        """Return where chains start: some variables of the model are drawn from their priors.

        Parameters
        ----------
        drawn : set of str
            Their names; the others start at the centres of their priors.
        """
        import pytensor.tensor as pt
        from pymc.distributions.distribution import support_point

        points: dict[str, Any] = {name: "prior" for name in drawn if name in self._own}
        for name, members in self.vectors.items():
            mask = np.repeat([member.name in drawn for member in members], [m.size for m in members])
            if mask.any():
                vector = self.model[name]
                points[name] = pt.where(mask, _again(vector), support_point(vector))
        return points

    @property
    def _own(self) -> set[str]:
        return {variable.name for variable in self.model.free_RVs} - set(self.vectors)

    def stretches(self) -> Iterator[tuple[str, slice, Any]]:
        """Yield for each free variable of the model its place in the sampler's vector, and its transformation.

        Yields
        ------
        str, slice, object
            Name, place, and PyMC's transformation (None for none) from the variable to what the sampler moves.
        """
        lengths = {name: int(np.prod(np.shape(value), dtype=int)) for name, value in self._start().items()}
        begin = 0
        for variable in self.model.free_RVs:
            transform = self.model.rvs_to_transforms[variable]
            length = lengths[self.model.rvs_to_values[variable].name]
            for member in self.vectors.get(variable.name, [Member(variable.name, (length,))]):
                yield member.name, slice(begin, begin + member.size), transform
                begin += member.size

    def _start(self) -> dict[str, np.ndarray]:
        return dict(self.model.initial_point(random_seed=0))


def pack(model: pm.Model) -> Packed:
    """Return the twin of a model.

    Free variables are packed that are of one family, have the same elementwise transformation and parameters
    that depend on no other variable.

    Parameters
    ----------
    model : pymc.Model
        The model.
    """
    import pymc as pm
    from pytensor.graph.replace import graph_replace

    families = _families(model)
    vectors: dict[str, list[Member]] = {}
    # Scales are positive by their transformations, and each check would be a reduction of its own. Where one
    # underflows, the density is not finite and the sampler turns back, as it would at minus infinity.
    with pm.Model(coords=model.coords, check_bounds=False) as twin:
        pieces: dict[Any, Any] = {}
        for family in families:
            name = f"packed.{type(family[0].owner.op).__name__.removesuffix('RV').lower()}"
            vectors[name] = _add_vector(name, family, model, pieces)
        rest = [variable for variable in model.basic_RVs if variable not in pieces]
        cloned = graph_replace([*rest, *model.potentials], pieces, strict=False)
        for variable, new in zip([*rest, *model.potentials], cloned, strict=True):
            _register(twin, model, variable, new)
        for variable, piece in pieces.items():
            pm.Deterministic(variable.name, piece, dims=model.named_vars_to_dims.get(variable.name))
    return Packed(twin, vectors)


def _families(model: pm.Model) -> list[list[Any]]:
    """Return the variables that can be packed, in groups of one family each."""
    from pytensor.graph.traversal import ancestors
    from pytensor.tensor.random.op import RandomVariable

    free = set(model.free_RVs)
    found: dict[Any, list[Any]] = {}
    for variable in model.free_RVs:
        op, transform = variable.owner.op, model.rvs_to_transforms[variable]
        alone = not (set(ancestors(variable.owner.op.dist_params(variable.owner))) & free)
        # Transformations with arguments, as of intervals, are not the same for all of a family.
        plain = transform is None or not hasattr(transform, "args_fn")
        if isinstance(op, RandomVariable) and op.ndim_supp == 0 and alone and plain:
            found.setdefault((type(op), type(transform)), []).append(variable)
    # Scalars first: their gradients are joined in one piece.
    return [sorted(family, key=lambda v: v.ndim > 0) for family in found.values() if len(family) > 1]


def _add_vector(name: str, family: list[Any], model: pm.Model, pieces: dict[Any, Any]) -> list[Member]:
    """Add a packed vector to the model in context, and note which piece of it is which variable."""
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt

    from forkmodel.inference.compiling import interpreted
    from forkmodel.inference.unpacking import unpack

    stated = [
        pt.broadcast_arrays(*v.owner.op.dist_params(v.owner), pt.zeros(v.shape))[:-1] for v in family
    ]
    flat = [each.ravel() for params in stated for each in params]
    shapes = [each.shape for each in family]
    found = pytensor.function([], [*shapes, *flat], **interpreted())()
    members = [
        Member(variable.name, tuple(int(length) for length in shape))
        for variable, shape in zip(family, found, strict=False)
    ]
    columns = len(stated[0])
    values = found[len(family) :]
    params = [np.concatenate(values[column::columns]) for column in range(columns)]
    vector = _random(family[0].owner.op, params)
    transform = model.rvs_to_transforms[family[0]]
    vector = pm.modelcontext(None).register_rv(vector, name, transform=transform, default_transform=None)
    for variable, piece in zip(family, unpack(vector, [member.shape for member in members]), strict=True):
        pieces[variable] = piece
    return members


def _random(op: Any, params: list[Any]) -> Any:
    """Return a random variable of an operation with its own stream of random numbers."""
    import pytensor.tensor as pt

    return op.make_node(pt.random.shared_rng(seed=None), None, *params).outputs[1]


def _again(vector: Any) -> Any:
    """Return another random variable like this one."""
    return _random(vector.owner.op, vector.owner.op.dist_params(vector.owner))


def _register(twin: pm.Model, model: pm.Model, variable: Any, new: Any) -> None:
    """Add a variable of the model to its twin, rewritten on packed vectors."""
    name, dims = variable.name, model.named_vars_to_dims.get(variable.name)
    if variable in model.potentials:
        new.name = name
        twin.add_named_variable(new, dims)
        twin.potentials.append(new)
    elif variable in model.observed_RVs:
        twin.register_rv(new, name, observed=model.rvs_to_values[variable], dims=dims)
    else:
        transform, start = model.rvs_to_transforms[variable], model.rvs_to_initial_values[variable]
        twin.register_rv(
            new, name, dims=dims, transform=transform, default_transform=None, initval=start
        )
