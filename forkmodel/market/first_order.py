"""Solve the pricing first-order conditions of multi-product firms on plain arrays.

Firm ``f`` chooses its prices to maximise ``sum_k (p_k - c_k) q_k`` over its products. In log prices the
condition for product ``j`` is

    p_j q_j + sum_{k in f} m_k dq_k / dlog p_j = 0,        m_k = p_k - c_k.

With the derivatives of :mod:`forkmodel.market.derivatives` the matrix of this linear system is a diagonal
less a sum of one outer product per segment,

    Lambda_j m_j - sum_s U_sj sum_{k in f} s_sk m_k = -p_j q_j,
    Lambda_j = sum_s w_s b_sj s_sj,        U_sj = w_s (b_sj + e_s) s_sj,

so the Woodbury identity reduces a firm's system from products by products to segments by segments: two by two
here, whatever the number of models. Arrays have the leading dims flattened: ``rows, segments, products``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "firm_markups", "solve_small"]

Floats = NDArray[np.float64]

#: Numbers in the largest intermediate array before rows are cut into blocks (about 160 MB).
BLOCK = 20_000_000

#: A firm's system with a smaller determinant has no finite solution. The matrix is free of scale: for one
#: segment and a market of fixed size its determinant is one minus the firm's share.
SINGULAR = 1e-9


def solve_small(matrix: Floats, right: Floats) -> Floats:
    """Solve many small linear systems; NaN where a system is singular.

    Parameters
    ----------
    matrix : ndarray
        Shape ``(..., n, n)``.
    right : ndarray
        Shape ``(..., n)``.

    Returns
    -------
    ndarray
        Solutions, shape ``(..., n)``.
    """
    size = matrix.shape[-1]
    if size == 1:
        determinant = matrix[..., 0, 0]
        numerator = right
    elif size == 2:
        a, b, c, d = matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 1, 0], matrix[..., 1, 1]
        determinant = a * d - b * c
        x, y = right[..., 0], right[..., 1]
        numerator = np.stack([d * x - b * y, a * y - c * x], axis=-1)
    else:
        determinant = np.linalg.det(matrix)
        solvable = (np.abs(determinant) >= SINGULAR)[..., None, None]
        safe = np.where(solvable, matrix, np.eye(size))
        solution: Floats = np.linalg.solve(safe, right[..., None])[..., 0]
        return np.where(solvable[..., 0], solution, np.nan)
    # A determinant of NaN (a market without shares) fails the comparison too and stays NaN.
    usable = np.where(np.abs(determinant) >= SINGULAR, determinant, np.nan)
    result: Floats = numerator / usable[..., None]
    return result


def firm_markups(
    quantity: Floats,
    response: Floats,
    weights: Floats,
    withdrawal: Floats,
    price: Floats,
    owner: NDArray[np.intp],
) -> Floats:
    """Return the Bertrand-Nash margin ``p - c`` of every product.

    Parameters
    ----------
    quantity, response, withdrawal : ndarray
        ``s_sj``, ``b_sj s_sj`` and ``e_s s_sj``, shape ``(rows, segments, products)``, zero for absent
        products.
    weights : ndarray
        ``w_s``, shape ``(rows, segments)``.
    price : ndarray
        Prices, shape ``(rows, products)``; the margins are in the same currency.
    owner : ndarray of int
        Number of the firm that owns each product; -1 for a product outside every firm's system, whose margin
        here has no meaning.

    Returns
    -------
    ndarray
        Margins, shape ``(rows, products)``; NaN for absent products and for all products of a firm whose
        first-order conditions have no finite solution.
    """
    rows, segments, products = quantity.shape
    step = max(1, BLOCK // (segments * segments * products))
    if rows <= step:
        return _block(quantity, response, weights, withdrawal, price, owner)
    margin = np.empty((rows, products))
    for start in range(0, rows, step):
        cut = slice(start, start + step)
        margin[cut] = _block(quantity[cut], response[cut], weights[cut], withdrawal[cut], price[cut], owner)
    return margin


def _block(
    quantity: Floats,
    response: Floats,
    weights: Floats,
    withdrawal: Floats,
    price: Floats,
    owner: NDArray[np.intp],
) -> Floats:
    """Solve one block of rows."""
    segments = quantity.shape[1]
    firms = max(int(owner.max()) + 1, 1)
    belongs = (owner[:, None] == np.arange(firms)[None, :]).astype(float)
    slope = np.einsum("rs,rsj->rj", weights, response)
    there = slope < 0.0
    slope = np.where(there, slope, -1.0)
    priced = np.where(there, price, 0.0)
    right = -priced * np.einsum("rs,rsj->rj", weights, quantity)
    pull = weights[..., None] * (response + withdrawal) / slope[:, None, :]
    # system[r, f, s, t] = 1{s = t} - sum over the firm's products of s_sj U_tj / Lambda_j.
    system = np.moveaxis((quantity[:, :, None, :] * pull[:, None, :, :]) @ belongs, -1, 1)
    system = np.eye(segments) - system
    start = np.moveaxis((quantity * (right / slope)[:, None, :]) @ belongs, -1, 1)
    captured = solve_small(system, start)
    shift = np.einsum("rsj,rjs->rj", pull, captured[:, owner, :])
    return np.where(there, right / slope + shift, np.nan)
