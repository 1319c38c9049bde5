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

__all__ = ["Array", "ArrayOps", "Ops", "TensorOps", "weighted", "weighted_rows"]

#: A PyTensor variable or a NumPy array; the last axes are the model's, leading ones are draws.
type Array = Any


def weighted(weights: np.ndarray, x: Array) -> Array:
    """Return ``weights @ x`` (..., row) for ``x`` (..., column): one operation, where gathers are several."""
    return (weights * x[..., None, :]).sum(-1)


def weighted_rows(weights: np.ndarray, x: Array) -> Array:
    """Return ``weights @ x`` (..., row, column) for ``x`` (..., inner, column), also by column."""
    by_column = weights[:, :, None] if weights.ndim == 2 else weights
    return (by_column * x[..., None, :, :]).sum(-2)


class Ops(Protocol):
    """Operations on arrays whose last axes carry the model's dimensions."""

    def exp(self, x: Array) -> Array: ...
    def log(self, x: Array) -> Array: ...
    def log1p(self, x: Array) -> Array: ...
    def softplus(self, x: Array) -> Array: ...
    def sigmoid(self, x: Array) -> Array: ...
    def concat(self, parts: list[Array], axis: int) -> Array: ...
    def parts(self, x: Array, lengths: list[int]) -> list[Array]:
        """Cut the last axis into pieces of these lengths."""
        ...

    def stack(self, scalars: list[Array]) -> Array:
        """Put scalars per draw side by side along an axis of their own."""
        ...

    def scalar(self, x: Array, dims: int = 1) -> Array:
        """Add ``dims`` trailing axes to a scalar per draw, so that it broadcasts over the model's axes."""
        ...

    def log_sum_exp(self, x: Array) -> Array:
        """Return the log of the sum of exponentials over the last axis."""
        ...

    def group_sum(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        """Sum the last axis within groups."""
        ...

    def group_shift(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        """Subtract a number per group, so that exponentials normalised by group do not all vanish."""
        ...

    def split_last(self, x: Array, *lengths: int) -> Array:
        """Turn the last axis, as long as the product of ``lengths``, into axes of these lengths."""
        ...

    def join_last(self, x: Array, axes: int = 2) -> Array:
        """Turn the last two or more axes into one."""
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

    def concat(self, parts: list[Array], axis: int) -> Array:
        return self._pt.concatenate(parts, axis=parts[0].ndim + axis)

    def parts(self, x: Array, lengths: list[int]) -> list[Array]:
        return list(self._pt.split(x, lengths, n_splits=len(lengths), axis=x.ndim - 1))

    def stack(self, scalars: list[Array]) -> Array:
        return self._pt.stack(scalars)

    def scalar(self, x: Array, dims: int = 1) -> Array:
        return x

    def log_sum_exp(self, x: Array) -> Array:
        # PyTensor takes the largest out itself.
        return self._pt.log(self._pt.exp(x).sum(-1))

    def group_sum(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        return self._pt.zeros(n_groups)[group].inc(x)

    def group_shift(self, x: Array, group: np.ndarray, n_groups: int) -> Array:
        # The sampler stays where nothing vanishes, and the shift would cost it a pass; only draws from the
        # prior need it.
        return x

    def split_last(self, x: Array, *lengths: int) -> Array:
        return x.reshape(lengths)

    def join_last(self, x: Array, axes: int = 2) -> Array:
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

    def concat(self, parts: list[Array], axis: int) -> Array:
        return np.concatenate(parts, axis=axis)

    def parts(self, x: Array, lengths: list[int]) -> list[Array]:
        return np.split(x, np.cumsum(lengths)[:-1], axis=-1)

    def stack(self, scalars: list[Array]) -> Array:
        return np.stack(scalars, axis=-1)

    def scalar(self, x: Array, dims: int = 1) -> Array:
        return x.reshape(x.shape + (1,) * dims)

    def log_sum_exp(self, x: Array) -> Array:
        largest = x.max(axis=-1)
        return largest + np.log(np.exp(x - largest[..., None]).sum(-1))

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

    def split_last(self, x: Array, *lengths: int) -> Array:
        return x.reshape((*x.shape[:-1], *lengths))

    def join_last(self, x: Array, axes: int = 2) -> Array:
        return x.reshape((*x.shape[:-axes], int(np.prod(x.shape[-axes:], dtype=int))))
