"""A twin of the model for the compiler: the same density over fewer, longer vectors.

Compilation and gradients are paid per node of the graph, hardly per element. A hundred scalar parameters are
a hundred transformations, densities and gradients; packed by family they are as many as there are families.
Only what the sampler moves is packed: the twin knows every variable by its name in the model, and the model
stays the specification. A test holds the two densities equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from forkmodel.model.ops import weighted

if TYPE_CHECKING:
    import pymc as pm

__all__ = ["Member", "Packed", "Stretch", "pack"]


@dataclass(frozen=True)
class Member:
    """A free variable of the model as part of a free variable of the twin.

    Attributes
    ----------
    name : str
        Its name in the model.
    shape : tuple of int
        Shape of what the sampler moves for it.
    transform : pymc transformation or None
        From the variable to what the sampler moves.
    """

    name: str
    shape: tuple[int, ...]
    transform: Any

    @property
    def size(self) -> int:
        """Number of elements that the sampler moves."""
        return int(np.prod(self.shape, dtype=int))

    @cached_property
    def zero_sum_basis(self) -> np.ndarray | None:
        """Orthonormal directions (element, coordinate) of vectors that sum to zero along the last axis.

        None where the variable's elements are not bound to a sum.
        """
        from pymc.distributions.transforms import ZeroSumTransform

        if not isinstance(self.transform, ZeroSumTransform) or len(self.transform.zerosum_axes) != 1:
            return None
        import pytensor.tensor as pt

        return np.asarray(self.transform.backward(pt.eye(self.shape[-1])).eval(mode="FAST_COMPILE").T)


@dataclass(frozen=True)
class Stretch:
    """Which part of the sampler's flat vector belongs to a free variable of the model."""

    member: Member
    place: slice


@dataclass(frozen=True)
class Packed:
    """A twin of a model.

    Attributes
    ----------
    model : pymc.Model
        The twin. What it packs are deterministic variables of the model's names.
    members : dict of list of Member
        For each free variable of the twin, in order, the model's variables in it, in order.
    """

    model: pm.Model
    members: dict[str, list[Member]]

    @property
    def made(self) -> list[str]:
        """Free variables of the twin that the model does not know."""
        return [name for name, members in self.members.items() if [m.name for m in members] != [name]]

    def stretches(self) -> Iterator[Stretch]:
        """Yield the place of each free variable of the model in the sampler's vector, in its order."""
        begin = 0
        for members in self.members.values():
            for member in members:
                yield Stretch(member, slice(begin, begin + member.size))
                begin += member.size

    def initial_points(self, drawn: set[str]) -> dict[str, Any]:
        """Return where chains start: some variables of the model are drawn from their priors.

        Parameters
        ----------
        drawn : set of str
            Their names; the others start at the centres of their priors.
        """
        import pytensor.tensor as pt
        from pymc.distributions.distribution import support_point

        points: dict[str, Any] = {}
        for name, members in self.members.items():
            mask = np.repeat([member.name in drawn for member in members], [m.size for m in members])
            if mask.all():
                points[name] = "prior"
            elif mask.any():
                vector = self.model[name]
                again = _random(vector.owner.op, vector.owner.op.dist_params(vector.owner))
                points[name] = pt.where(mask, again, support_point(vector))
        return points


def pack(model: pm.Model) -> Packed:
    """Return the twin of a model.

    Free variables are packed that are of one family, have the same elementwise transformation and parameters
    that depend on no other variable. Those that sum to zero become a product of their coordinates.

    Parameters
    ----------
    model : pymc.Model
        The model.
    """
    import pymc as pm
    from pymc.distributions.multivariate import ZeroSumNormalRV
    from pytensor.graph.replace import graph_replace

    start = model.initial_point(random_seed=0)
    shapes = {v.name: np.shape(start[model.rvs_to_values[v].name]) for v in model.free_RVs}
    named = {
        variable: Member(variable.name, shapes[variable.name], model.rvs_to_transforms[variable])
        for variable in model.free_RVs
    }
    members: dict[str, list[Member]] = {}
    pieces: dict[Any, Any] = {}
    # Scales are positive by their transformations, and each check of them would be a reduction of its own.
    # Where one underflows the density is not finite, and the sampler turns back as at a failed check.
    with pm.Model(coords=model.coords, check_bounds=False) as twin:
        for family in _families(model):
            name = f"packed.{type(family[0].owner.op).__name__.removesuffix('RV').lower()}"
            members[name] = [named[variable] for variable in family]
            pieces |= zip(family, _add_vector(name, family, members[name]), strict=True)
        for variable in model.free_RVs:
            basis = named[variable].zero_sum_basis
            if basis is not None and isinstance(variable.owner.op, ZeroSumNormalRV):
                sigma, _ = variable.owner.op.dist_params(variable.owner)
                (sigma,) = graph_replace([sigma], pieces, strict=False)
                name = f"packed.{variable.name}"
                members[name] = [named[variable]]
                coordinates = pm.Normal(name, 0.0, sigma, shape=named[variable].shape)
                pieces[variable] = weighted(basis, coordinates)
        known = dict(pieces)
        for variable in model.free_RVs:
            if variable not in pieces:
                (new,) = graph_replace([variable], known, strict=False)
                # One that depends on nothing packed comes back itself, and stays the model's.
                known[variable] = _register(twin, model, variable, _copy(new) if new is variable else new)
                members[variable.name] = [named[variable]]
        rest = [*model.observed_RVs, *model.potentials]
        for variable, new in zip(rest, graph_replace(rest, known, strict=False), strict=True):
            _register(twin, model, variable, new)
        for variable, piece in pieces.items():
            pm.Deterministic(variable.name, piece, dims=model.named_vars_to_dims.get(variable.name))
    return Packed(twin, members)


def _families(model: pm.Model) -> list[list[Any]]:
    """Return the variables that can be packed, in groups of one family each."""
    from pytensor.graph.traversal import ancestors
    from pytensor.tensor.random.op import RandomVariable

    free = set(model.free_RVs)
    found: dict[Any, list[Any]] = {}
    for variable in model.free_RVs:
        op, transform = variable.owner.op, model.rvs_to_transforms[variable]
        alone = not (set(ancestors(op.dist_params(variable.owner))) & free)
        # Transformations with arguments, as of intervals, are not the same for all of a family.
        plain = not hasattr(transform, "args_fn") and model.rvs_to_initial_values[variable] is None
        if isinstance(op, RandomVariable) and op.ndim_supp == 0 and alone and plain:
            found.setdefault((type(op), type(transform)), []).append(variable)
    # Scalars first: their gradients are joined in one piece.
    return [sorted(family, key=lambda v: v.ndim > 0) for family in found.values() if len(family) > 1]


def _add_vector(name: str, family: list[Any], members: list[Member]) -> list[Any]:
    """Add a packed vector to the model in context, and return its pieces."""
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt

    from forkmodel.inference.unpacking import unpack

    op = family[0].owner.op
    stated = [param for variable in family for param in op.dist_params(variable.owner)]
    values = pytensor.function([], stated, mode="FAST_COMPILE")()
    columns = len(values) // len(family)
    params = [
        np.concatenate(
            [np.broadcast_to(value, m.shape).ravel() for value, m in zip(column, members, strict=True)]
        ).astype(float)
        for column in (values[place::columns] for place in range(columns))
    ]
    vector = pm.modelcontext(None).register_rv(
        _random(op, [pt.constant(param) for param in params]),
        name,
        transform=members[0].transform,
        default_transform=None,
    )
    return unpack(vector, [member.shape for member in members])


def _random(op: Any, params: list[Any]) -> Any:
    """Return a random variable of an operation with its own stream of random numbers."""
    import pytensor.tensor as pt

    return op.make_node(pt.random.shared_rng(seed=None), None, *params).outputs[1]


def _copy(variable: Any) -> Any:
    """Return another variable of the same operation on the same inputs."""
    return variable.owner.clone().outputs[variable.owner.outputs.index(variable)]


def _register(twin: pm.Model, model: pm.Model, variable: Any, new: Any) -> Any:
    """Add a variable of the model to its twin, rewritten on packed vectors, and return it."""
    name, dims = variable.name, model.named_vars_to_dims.get(variable.name)
    if variable in model.potentials:
        new.name = name
        twin.add_named_variable(new, dims)
        twin.potentials.append(new)
        return new
    if variable in model.observed_RVs:
        return twin.register_rv(new, name, observed=model.rvs_to_values[variable], dims=dims)
    transform, start = model.rvs_to_transforms[variable], model.rvs_to_initial_values[variable]
    return twin.register_rv(new, name, dims=dims, transform=transform, default_transform=None, initval=start)
