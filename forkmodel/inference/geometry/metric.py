"""What an earlier fit knows of the posterior's shape: where it lies, how wide it is, and in which directions.

In the bent coordinates (:mod:`forkmodel.inference.geometry.bends`) the posterior is near a normal with mean
``mu`` and covariance ``S (I + D (L - 1) D') S``: a scale for each coordinate and a few directions in which it
is much wider or narrower than the scales say. The sampler then moves in ``z`` with ``w = mu + S (I + D
(sqrt(L) - 1) D') z``, in which all directions are about equally wide.

Scales and directions come from draws *and* gradients: ``s = (var w / var g)^(1/4)``; directions are the
widest of the draws' covariance and the stiffest of the gradients', and along them the covariance is the
geometric mean of the one and the inverse of the other. Draws alone know little of narrow directions,
gradients little of wide ones.

Source: Seyboldt, Carlson and Carpenter (2026), Preconditioning Hamiltonian Monte Carlo by minimizing Fisher
divergence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from forkmodel.inference.geometry.bends import SCALED_BY, Bends
from forkmodel.inference.geometry.directions import directions_of, one_thread, orthonormal
from forkmodel.inference.geometry.layout import Layout

__all__ = ["DIRECTIONS", "Metric", "Stretching"]

#: Widest and stiffest directions that are looked for, each.
DIRECTIONS = 60


@dataclass(frozen=True)
class Stretching:
    """The linear part of the map for one flat vector, and what is bent.

    Attributes
    ----------
    centre, scale : ndarray (flat,)
        Mean and scale of the bent coordinates.
    direction : ndarray (direction, flat)
        Orthonormal rows in units of the scale.
    variance : ndarray (direction,)
        Variance along each direction in units of the scale.
    bends : Bends
        The bent coordinates.
    known : ndarray (flat,)
        Whether the metric knows the coordinate; the others have mean zero and scale one.
    step_size : float
        Step of the sampler that was found good.
    """

    centre: np.ndarray
    scale: np.ndarray
    direction: np.ndarray
    variance: np.ndarray
    bends: Bends
    known: np.ndarray
    step_size: float

    def place(self, z: np.ndarray) -> np.ndarray:
        """Return the bent coordinates of ``z`` along the last axis."""
        along = (z @ self.direction.T) * (np.sqrt(self.variance) - 1.0)
        return np.asarray(self.centre + self.scale * (z + along @ self.direction))

    def standardise(self, y: np.ndarray) -> np.ndarray:
        """Return ``z`` of unconstrained vectors along the last axis."""
        z = (self.bends.straighten(y) - self.centre) / self.scale
        along = (z @ self.direction.T) * (1.0 / np.sqrt(self.variance) - 1.0)
        return np.asarray(z + along @ self.direction)


@dataclass(frozen=True)
class Metric:
    """Shape of a posterior in labelled coordinates, so that it can serve a fit of other tables.

    Attributes
    ----------
    labels : tuple of str
        Labels of the coordinates.
    typical : ndarray (coordinate,)
        Mean of the unconstrained coordinates, from which bends are laid.
    centre, scale : ndarray (coordinate,)
        Mean and scale of the bent coordinates.
    centred : ndarray (coordinate,)
        Part of each unit that is centred by its spread.
    direction : ndarray (direction, coordinate)
        Directions in units of the scale.
    variance : ndarray (direction,)
        Variance along each, in units of the scale.
    step_size : float
        Step of the sampler that was found good.
    """

    labels: tuple[str, ...]
    typical: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    centred: np.ndarray
    direction: np.ndarray
    variance: np.ndarray
    step_size: float

    @classmethod
    @one_thread
    def estimate(
        cls,
        layout: Layout,
        y: np.ndarray,
        gradient: np.ndarray,
        step_size: float,
        directions: int = DIRECTIONS,
    ) -> Metric:
        """Learn the shape from draws and the gradients of the log density there.

        Parameters
        ----------
        layout : Layout
            The flat vector.
        y, gradient : ndarray (draw, flat)
            Unconstrained draws, and gradients.
        step_size : float
            Step that the sampler ended with.
        directions : int
            Widest and stiffest directions that are looked for, each.
        """
        typical, centred = y.mean(0), _centred(layout, y)
        bends = Bends.of(layout, typical, centred)
        w = bends.straighten(y)
        g = bends.gradients(w, y, gradient)
        centre, scale = w.mean(0), layout.levelled((w.var(0) / g.var(0)) ** 0.25)
        direction, variance = directions_of((w - centre) / scale, (g - g.mean(0)) * scale, directions)
        wide = layout.on_elements(scale)
        return cls(
            labels=layout.labels,
            typical=layout.to_labelled(typical),
            centre=layout.to_labelled(centre),
            scale=wide,
            centred=layout.on_elements(centred),
            direction=layout.to_labelled(direction * scale) / wide,
            variance=variance,
            step_size=step_size,
        )

    @property
    def sound(self) -> bool:
        """Whether every number is one, and scales, variances and step are positive."""
        held = (self.typical, self.centre, self.centred, self.direction)
        positive = (self.scale, self.variance, np.asarray(self.step_size))
        finite = all(np.isfinite(array).all() for array in (*held, *positive))
        return finite and all((array > 0).all() for array in positive)

    def coverage(self, layout: Layout) -> float:
        """Return the part of a model's coordinates that the metric knows."""
        known = set(self.labels)
        return sum(label in known for label in layout.labels) / len(layout.labels)

    @one_thread
    def stretching(self, layout: Layout) -> Stretching:
        """Return the map for a model, its coordinates matched by label.

        Leaving out coordinates is leaving out rows and columns of the covariance. A vector of which only some
        elements are known keeps the scale one for the others.
        """
        where = {label: i for i, label in enumerate(self.labels)}
        spots = np.array([where.get(label, -1) for label in layout.labels])
        found = spots >= 0

        def matched(values: np.ndarray, otherwise: float) -> np.ndarray:
            return np.where(found, values[..., spots], otherwise)

        centre = layout.to_flat(matched(self.centre, 0.0))
        centred = layout.gather_from_elements(matched(self.centred, 0.0))
        scale = layout.gather_from_elements(matched(self.scale, 1.0))
        rows = layout.to_flat(matched(self.direction, 0.0) * matched(self.scale, 1.0)) / scale
        direction, variance = orthonormal(rows, self.variance)
        return Stretching(
            centre=centre,
            scale=scale,
            direction=direction,
            variance=variance,
            bends=Bends.of(layout, layout.to_flat(matched(self.typical, 0.0)), centred),
            known=layout.gather_from_elements(found.astype(float)) > 0.5,
            step_size=self.step_size,
        )

    def to_dataset(self) -> xr.Dataset:
        """Return the metric as arrays, directions in half precision."""
        return xr.Dataset(
            {
                "typical": ("coordinate", self.typical),
                "centre": ("coordinate", self.centre),
                "scale": ("coordinate", self.scale),
                "centred": ("coordinate", self.centred),
                "direction": (("direction", "coordinate"), self.direction.astype(np.float16)),
                "variance": ("direction", self.variance),
                "step_size": ((), self.step_size),
            },
            coords={"coordinate": np.asarray(self.labels, dtype=object)},
        )

    @classmethod
    def from_dataset(cls, arrays: xr.Dataset) -> Metric:
        """Read what :meth:`to_dataset` returned.

        Raises
        ------
        ValueError
            If it is no metric: a number that is not finite, or a scale or variance that is not positive.
        """
        read = cls(
            labels=tuple(arrays["coordinate"].to_numpy().astype(str).tolist()),
            typical=arrays["typical"].to_numpy(),
            centre=arrays["centre"].to_numpy(),
            scale=arrays["scale"].to_numpy(),
            centred=arrays["centred"].to_numpy(),
            direction=arrays["direction"].to_numpy().astype(float),
            variance=arrays["variance"].to_numpy(),
            step_size=float(arrays["step_size"]),
        )
        if not read.sound:
            raise ValueError("its metric holds numbers that no fit leaves.")
        return read


def _centred(layout: Layout, y: np.ndarray) -> np.ndarray:
    """Return the part of each unit (flat,) that is best centred: what data know of it given its spread."""
    centred = np.zeros(layout.size)
    for name, spread in SCALED_BY.items():
        if name not in layout.place or spread not in layout.place:
            continue
        units, log_spread = y[:, layout.place[name].flat], y[:, layout.place[spread].flat.start]
        apart = log_spread - log_spread.mean()
        slope = (apart @ units) / (apart @ apart)
        left = units - units.mean(0) - apart[:, None] * slope
        centred[layout.place[name].flat] = np.clip(1.0 - left.var(0), 0.0, 1.0)
    return layout.levelled(centred)
