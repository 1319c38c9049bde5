"""The few array operations the equations need, once for symbols and once for draws.

Every equation of the model is written a single time against :class:`Ops`. The PyMC model calls it with
PyTensor vectors; after sampling the same function runs on NumPy arrays with a leading axis of draws. So the
quantities that are reported cannot drift away from the density that was sampled.

Matrix products are left out on purpose: each distinct ``dot`` layout costs PyTensor seconds of compilation,
so contractions are written as a broadcast product and a sum.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from scipy import sparse
from scipy.special import expit

__all__ = ["Array", "ArrayOps", "Ops", "TensorOps"]

#: A PyTensor variable or a NumPy array; the last axes are the model's, leading ones are draws.
type Array = Any


class Ops(Protocol):
    """Operations on arrays whose last axes carry the model's dimensions."""

    def exp(self, x: Array) -> Array: ...
    def log(self, x: Array) -> Array: ...
    def log1p(self, x: Array) -> Array: ...
    def softplus(self, x: Array) -> Array: ...
    def sigmoid(self, x: Array) -> Array: ...
    def cumsum(self, x: Array, axis: int) -> Array: ...
    def concat(self, parts: list[Array], axis: int) -> Array: ...
    def scalar(self, x: Array, dims: int = 1) -> Array:
        """Add ``dims`` trailing axes to a scalar per draw, so that it broadcasts over the model's axes."""
        ...

    def group_sum(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        """Sum the last axis within groups."""
        ...

    def group_shift(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        """Subtract a number per group, so that exponentials normalised by group do not all vanish."""
        ...

    def split_last(self, x: Array, rows: int, columns: int) -> Array:
        """Turn the last axis of length ``rows * columns`` into two axes."""
        ...

    def join_last(self, x: Array) -> Array:
        """Turn the last two axes into one."""
        ...


class TensorOps:
    """:class:`Ops` on PyTensor variables without draws."""

    def __init__(self) -> None:
        import pytensor.tensor as pt

        self._pt = pt

    def exp(self, x: Array) -> Array:
        return self._pt.exp(x)

    def log(self, x: Array) -> Array:
        return self._pt.log(x)

    def log1p(self, x: Array) -> Array:
        return self._pt.log1p(x)

    def softplus(self, x: Array) -> Array:
        return self._pt.softplus(x)

    def sigmoid(self, x: Array) -> Array:
        return self._pt.sigmoid(x)

    def cumsum(self, x: Array, axis: int) -> Array:
        return self._pt.cumsum(x, axis=x.ndim + axis)

    def concat(self, parts: list[Array], axis: int) -> Array:
        return self._pt.concatenate(parts, axis=parts[0].ndim + axis)

    def scalar(self, x: Array, dims: int = 1) -> Array:
        return x

    def group_sum(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        return self._pt.zeros(n_groups)[group].inc(x)

    def group_shift(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        # The sampler stays where nothing vanishes, and the shift would cost it a pass; only draws from the
        # prior need it.
        return x

    def split_last(self, x: Array, rows: int, columns: int) -> Array:
        return x.reshape((rows, columns))

    def join_last(self, x: Array) -> Array:
        return x.flatten()


class ArrayOps:
    """:class:`Ops` on NumPy arrays with one leading axis of draws."""

    def exp(self, x: Array) -> Array:
        return np.exp(x)

    def log(self, x: Array) -> Array:
        return np.log(x)

    def log1p(self, x: Array) -> Array:
        return np.log1p(x)

    def softplus(self, x: Array) -> Array:
        return np.logaddexp(0.0, x)

    def sigmoid(self, x: Array) -> Array:
        return expit(x)

    def cumsum(self, x: Array, axis: int) -> Array:
        return np.cumsum(x, axis=axis)

    def concat(self, parts: list[Array], axis: int) -> Array:
        return np.concatenate(parts, axis=axis)

    def scalar(self, x: Array, dims: int = 1) -> Array:
        return x.reshape(x.shape + (1,) * dims)

    def group_sum(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        membership = sparse.csr_matrix(
            (np.ones(len(group)), (group, np.arange(len(group)))), shape=(n_groups, len(group))
        )
        flat = x.reshape(-1, x.shape[-1])
        return (membership @ flat.T).T.reshape((*x.shape[:-1], n_groups))

    def group_shift(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        order = np.argsort(group, kind="stable")
        found, begin = np.unique(group[order], return_index=True)
        largest = np.zeros((*x.shape[:-1], n_groups))
        largest[..., found] = np.maximum.reduceat(x[..., order], begin, axis=-1)
        return x - largest[..., group]

    def split_last(self, x: Array, rows: int, columns: int) -> Array:
        return x.reshape((*x.shape[:-1], rows, columns))

    def join_last(self, x: Array) -> Array:
        return x.reshape((*x.shape[:-2], x.shape[-2] * x.shape[-1]))
