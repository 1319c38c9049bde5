"""The posterior that all samplers are given: PyMC's model, twenty points of it, and where chains start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import forkmodel as fm
from forkmodel.inference.compiling import interpreted
from forkmodel.inference.joint import JointModel

#: Blocks of each posterior.
POSTERIORS = {"capability": ("capability",), "joint": None}
POINTS = 20
#: Points lie this far around the centre of the prior, on the unconstrained scale.
SPREAD = 0.3
#: A density may differ by one constant, which leaves a posterior as it is, and beyond it by this part of its
#: value: PyMC keeps short constants in single precision, and not all others do.
TOLERANCE = 1e-9

type Point = dict[str, np.ndarray]


@dataclass(frozen=True)
class Target:
    """One posterior.

    Attributes
    ----------
    name : str
        One of :data:`POSTERIORS`.
    model : ForkModel
        The model on the bundled tables, under the reference priors.
    fit : Path or None
        A fit of it. Chains of the samplers that have no region of their own start at its draws, which spares
        them the search.
    """

    name: str
    model: fm.ForkModel
    fit: Path | None

    @classmethod
    def of(cls, name: str, fit: Path | None = None) -> Target:
        """Return a posterior by name."""
        return cls(name, fm.ForkModel(fm.load_snapshot(), blocks=POSTERIORS[name]), fit)

    @property
    def joint(self) -> JointModel:
        """The model as the package's own sampler sees it."""
        return self.model.joint

    @property
    def value_names(self) -> list[str]:
        """Names of the unconstrained variables, in PyMC's order."""
        return [variable.name for variable in self.model.pymc_model.value_vars]

    @cached_property
    def points(self) -> list[Point]:
        """Random points, unconstrained, by PyMC's names."""
        random = np.random.default_rng(20)
        centre = self.model.pymc_model.initial_point(random_seed=0)
        return [
            {
                name: np.asarray(centre[name] + SPREAD * random.normal(size=np.shape(centre[name])))
                for name in self.value_names
            }
            for _ in range(POINTS)
        ]

    def flat(self, point: Point) -> np.ndarray:
        """Return a point as one vector in PyMC's order."""
        return np.concatenate([np.ravel(point[name]) for name in self.value_names])

    def constrained(self, points: list[Point]) -> xr.Dataset:
        """Return unconstrained points as free variables, dims ``chain`` (one), ``draw`` and the model's."""
        model = self.model.pymc_model
        outputs = model.replace_rvs_by_values(model.free_RVs)
        read = model.compile_fn(outputs, inputs=model.value_vars, point_fn=True, **interpreted())
        rows = [read(point) for point in points]
        return xr.Dataset(
            {
                variable.name: (
                    ("chain", "draw", *(model.named_vars_to_dims.get(variable.name) or ())),
                    np.stack([row[place] for row in rows])[None],
                )
                for place, variable in enumerate(model.free_RVs)
            }
        )

    def log_densities(self) -> np.ndarray:
        """Return PyMC's log density (point,), Jacobians included."""
        density = self.model.pymc_model.compile_logp(**interpreted())
        return np.array([float(density(point)) for point in self.points])

    def starts(self, chains: int, seed: int) -> list[Point]:
        """Return an unconstrained start for each chain: draws of the fit, or PyMC's own jittered centre."""
        from pymc.initial_point import make_initial_point_fns_per_chain

        random = np.random.default_rng(seed)
        model = self.model.pymc_model
        if self.fit is None:
            jittered = make_initial_point_fns_per_chain(
                model=model, overrides=None, jitter_rvs=set(model.free_RVs), chains=chains
            )
            return [make(int(random.integers(2**30))) for make in jittered]
        draws = fm.load(self.fit).posterior
        flat = draws.stack(every=("chain", "draw")).transpose("every", ...)
        spots = random.choice(flat.sizes["every"], chains, replace=False)
        return [self._unconstrained(flat.isel(every=spot)) for spot in spots]

    def _unconstrained(self, draw: xr.Dataset) -> Point:
        """Return one draw of the free variables on the unconstrained scale."""
        import pytensor.tensor as pt

        model = self.model.pymc_model
        point: Point = {}
        for variable in model.free_RVs:
            value: Any = draw[variable.name].to_numpy()
            transform = model.rvs_to_transforms[variable]
            if transform is not None:
                moved = transform.forward(pt.as_tensor(value), *variable.owner.inputs)
                value = moved.eval(**interpreted())
            point[model.rvs_to_values[variable].name] = np.asarray(value, dtype=float)
        return point


def constant_between(theirs: np.ndarray, reference: np.ndarray) -> tuple[float, float]:
    """Return by how much a log density (point,) lies above the reference, and the range of it over points.

    Raises
    ------
    AssertionError
        If it is not the same at every point: then it is another posterior.
    """
    apart = theirs - reference
    worst, allowed = float(np.ptp(apart)), TOLERANCE * float(np.abs(reference).max())
    assert worst <= allowed, f"the log densities differ by {worst:.2g} nats beyond a constant"
    return float(np.median(apart)), worst
