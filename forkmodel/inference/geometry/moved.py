"""Let nutpie move in other coordinates: a thin shell around the two functions that it compiled.

The shell maps the sampler's ``z`` to the unconstrained vector, calls the compiled density there, and maps the
gradient back; draws are expanded the same way. Density, names and shapes are those of the model: only the
path of the sampler changes, and a wrong metric costs steps, never the answer.
"""

from __future__ import annotations

import ctypes
import dataclasses
from typing import Any

import numba
import numpy as np
from numba.np.numpy_support import carray

from forkmodel.inference.geometry.kernels import bend, bend_once, from_bent, pull_back, to_bent
from forkmodel.inference.geometry.metric import Stretching

__all__ = ["LOGP_TYPE", "can_move", "gradients_at", "move"]

#: Chains start at random points this much wider than the posterior, so that they are apart from one another.
START_SPREAD = 1.5
LOGP = "int64(uint64, CPointer(float64), CPointer(float64), CPointer(float64), voidptr)"
EXPAND = "int64(uint64, uint64, CPointer(float64), CPointer(float64), voidptr)"
_POINTER, _COUNT = ctypes.c_void_p, ctypes.c_uint64
LOGP_TYPE = ctypes.CFUNCTYPE(ctypes.c_int64, _COUNT, _POINTER, _POINTER, _POINTER, _COUNT)
_EXPAND_TYPE = ctypes.CFUNCTYPE(ctypes.c_int64, _COUNT, _COUNT, _POINTER, _POINTER, _COUNT)


def can_move(compiled: Any) -> bool:
    """Return whether a compiled model is of the kind that can be moved: nutpie's on numba."""
    parts = ("compiled_logp_func", "compiled_expand_func", "user_data", "initial_point_func", "n_expanded")
    return dataclasses.is_dataclass(compiled) and all(hasattr(compiled, part) for part in parts)


def move(compiled: Any, to: Stretching) -> Any:
    """Return a compiled model that moves in the coordinates of a metric.

    Chains start at independent points around the metric's centre, wider than the posterior; coordinates that
    it does not know start where the model's own starting points are.

    Parameters
    ----------
    compiled : nutpie.CompiledModel
        Compiled model.
    to : Stretching
        The map.

    Returns
    -------
    nutpie.CompiledModel
        To be sampled; its flat vector is ``z``.
    """
    return dataclasses.replace(
        compiled,
        compiled_logp_func=_moved_density(compiled, to),
        compiled_expand_func=_moved_expansion(compiled, to),
        initial_point_func=_starts(compiled.initial_point_func, to),
    )


def _starts(own: Any, to: Stretching) -> Any:
    """Return the function that makes a starting point (flat,) from a seed."""

    def start(seed: Any = None) -> np.ndarray:
        y = own(seed)
        random = np.random.default_rng(seed)
        w = to.place(START_SPREAD * random.standard_normal(len(y)))
        bent = np.empty_like(y)
        bend(w, bent, *to.bends.arrays)
        return np.asarray(to.standardise(np.where(to.known, bent, y)))

    return start


def _moved_density(compiled: Any, to: Stretching) -> Any:
    n = int(compiled.n_dim)
    raw = LOGP_TYPE(compiled.compiled_logp_func.address)
    data = compiled.user_data.ctypes.data
    centre, scale, direction, factor, arrays, log_det = _constants(to)
    back, n_soft, n_unit = to.bends.arrays_back, len(to.bends.soft), len(to.bends.unit)

    @numba.cfunc(LOGP)
    def density(size, z_, gradient_, logp_, _data):  # type: ignore[no-untyped-def]
        z, gradient = carray(z_, (n,)), carray(gradient_, (n,))
        logp = carray(logp_, (1,))
        w, y, g, bent_g = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
        slopes = np.empty((2, n_soft)), np.empty((2, n_unit))
        to_bent(z, w, centre, scale, direction, factor)
        bent = bend_once(w, y, slopes, *arrays)
        code = raw(size, y.ctypes, g.ctypes, logp.ctypes, data)
        pull_back(y, g, bent_g, slopes, *back)
        from_bent(bent_g, gradient, scale, direction, factor)
        logp[0] += bent + log_det
        return code

    return density


def _moved_expansion(compiled: Any, to: Stretching) -> Any:
    n = int(compiled.n_dim)
    raw = _EXPAND_TYPE(compiled.compiled_expand_func.address)
    data = compiled.user_data.ctypes.data
    centre, scale, direction, factor, arrays, _ = _constants(to)
    expanded = int(compiled.n_expanded)

    @numba.cfunc(EXPAND)
    def expansion(size, width, z_, out_, _data):  # type: ignore[no-untyped-def]
        z, out = carray(z_, (n,)), carray(out_, (expanded,))
        w, y = np.empty(n), np.empty(n)
        to_bent(z, w, centre, scale, direction, factor)
        bend(w, y, *arrays)
        return raw(size, width, y.ctypes, out.ctypes, data)

    return expansion


def _constants(to: Stretching) -> tuple[Any, ...]:
    """Return what the shells need: centre, scale, directions, factors, bends and the log determinant.

    Directions are kept in single precision, in which they are read in half the time: a slightly other linear
    map, as exact as any, of which only the constant determinant is not known to the last digit.
    """
    log_det = float(np.log(to.scale).sum() + 0.5 * np.log(to.variance).sum())
    # The kernels take four directions at a time: a zero changes nothing.
    missing = -len(to.variance) % 4
    direction = np.pad(to.direction, ((0, missing), (0, 0))).astype(np.float32)
    factor = np.pad(np.sqrt(to.variance) - 1.0, (0, missing))
    return to.centre, to.scale, direction, factor, to.bends.arrays, log_det


def gradients_at(compiled: Any, points: np.ndarray) -> np.ndarray:
    """Return the gradient of the log density (draw, flat) at unconstrained points.

    Parameters
    ----------
    compiled : nutpie.CompiledModel
        A model that was not moved.
    points : ndarray (draw, flat)
        Unconstrained vectors.
    """
    function = LOGP_TYPE(compiled.compiled_logp_func.address)
    gradient, logp = np.empty_like(points), np.empty(1)
    for point, row in zip(np.ascontiguousarray(points), gradient, strict=True):
        function(
            points.shape[1],
            point.ctypes.data,
            row.ctypes.data,
            logp.ctypes.data,
            compiled.user_data.ctypes.data,
        )
    return gradient
