"""The mean utilities at which two segments buy exactly the shares seen, and their exact density.

A part ``w_1`` of buyers loses ``alpha_1`` of utility per unit of price, the others, ``w_2``, lose
``alpha_2 = alpha_1 + gap``. With ``v_j`` the utility of the first (outside good at 0) and
``q_j = exp(-gap p_j)``,

    s_j = exp(v_j) (w_1 / D_1 + w_2 q_j / D_2),    D_1 = 1 + sum_k exp(v_k),    D_2 = 1 + sum_k exp(v_k) q_k.

Write ``a = w_1 / D_1`` and ``b = w_2 / D_2``: the parts of the market that are of a segment and buy nothing.
Together they are the outside share, ``a + b = s_0``, which is known. So the market's inversion, which in
general is a fixed point in as many unknowns as products, has one unknown only, and

    exp(v_j) = s_j / (a + b q_j),    f(a) = a + sum_j s_j u_j - w_1 = 0,    u_j = a / (a + b q_j),

where ``u_j`` is the part of a product's buyers that are of the first segment. With ``gap > 0`` every ``u_j``
grows from 0 to 1 with ``a`` and is concave, ``f(0) = -w_1 < 0`` and ``f(s_0) = w_2 > 0``: there is one
solution, and Newton's method from 0 climbs to it without ever passing it.

Densities of shares and utilities differ by the determinant of the derivatives of one in the other. It is that
of a diagonal less two outer products, and comes out as

    |ds/dv| = prod_j s_j (a b + s_0 B) / (w_1 w_2),    B = sum_j s_j u_j (1 - u_j).

Sources: Berry (1994), Estimating Discrete-Choice Models of Product Differentiation, RAND Journal of Economics
25, for the inversion; Jiang, Manchanda and Rossi (2009), Bayesian analysis of random coefficient logit models
using aggregate data, Journal of Econometrics 149, for the density. The one unknown is specific to two
segments that differ in one coefficient.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numba
import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_grad
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

__all__ = ["Inversion", "outside_of_first", "parts_of_first"]

#: Relative step at which Newton's method has arrived, and the steps after which it has not.
CLOSE = 1e-13
MOST_STEPS = 200


def outside_of_first(share: Any, relief: Any, begin: Any, outside: Any, weight: Any) -> Any:
    """Return the part of each market that is of the first segment and buys nothing: ``a``.

    Parameters
    ----------
    share, relief : ndarray
        Shares ``s_j`` and ``q_j`` of all products, market after market.
    begin : ndarray of int
        First product of each market, and the number of products.
    outside : ndarray
        Share of the outside good by market.
    weight : ndarray
        Weight ``w_1`` of the first segment by market.

    Returns
    -------
    ndarray
        By market; NaN where Newton's method did not arrive.
    """
    found = np.empty(len(outside))
    for market in range(len(outside)):
        nothing, now, arrived = outside[market], 0.0, False
        for _ in range(MOST_STEPS):
            value, slope = now - weight[market], 1.0
            for j in range(begin[market], begin[market + 1]):
                whole = now + (nothing - now) * relief[j]
                value += share[j] * now / whole
                slope += share[j] * nothing * relief[j] / (whole * whole)
            step = -value / slope
            now += step
            if abs(step) <= CLOSE * now:
                arrived = True
                break
        found[market] = now if arrived else np.nan
    return found


class OutsideOfFirst(Op):  # type: ignore[misc]
    """:func:`outside_of_first` as an operation without a gradient, which a last step adds."""

    __props__ = ()
    otypes = (pt.dvector,)

    def make_node(self, *inputs: Any) -> Apply:
        """Return the node."""
        return Apply(self, [pt.as_tensor(each) for each in inputs], [pt.dvector()])

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[Any]) -> None:
        """Solve, market by market."""
        output_storage[0][0] = outside_of_first(*inputs)

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Return that nothing passes through to gradients."""
        return [[False] for _ in node.inputs]

    def pullback(self, inputs: list[Any], outputs: list[Any], output_grads: list[Any]) -> list[Any]:
        """Return no gradient: the last step of Newton's method, outside, has the right one."""
        return [DisconnectedType()() for _ in inputs]

    def infer_shape(self, node: Apply, input_shapes: list[Any]) -> list[Any]:
        """Return the number of markets."""
        return [input_shapes[3]]


@register_funcify_default_op_cache_key(OutsideOfFirst)  # type: ignore[untyped-decorator]
def compiled_outside_of_first(op: OutsideOfFirst, **kwargs: Any) -> Any:
    """Return the function for numba."""
    return numba_njit(outside_of_first)


class Inversion:
    """The shares of a table, ready to be inverted for any weight and gap.

    Parameters
    ----------
    share, price : ndarray
        Of each product, market after market.
    place : ndarray of int
        Number of each product's market.
    """

    def __init__(self, share: np.ndarray, price: np.ndarray, place: np.ndarray) -> None:
        self.share, self.price, self.place = share, price, place
        self.outside = 1.0 - np.bincount(place, share)
        self.begin = np.r_[0, np.cumsum(np.bincount(place))].astype(np.int64)

    def _by_market(self, values: Any) -> Any:
        """Sum over the products of each market; products stand market after market."""
        sums = pt.concatenate([pt.zeros(1), pt.cumsum(values)])
        return sums[self.begin[1:]] - sums[self.begin[:-1]]

    def __call__(self, weight: Any, gap: Any) -> tuple[Any, Any]:
        """Return utilities of the first segment and the log-density that a change to shares adds.

        Parameters
        ----------
        weight, gap : scalar variables
            Weight of the second segment, and by how much it is more sensitive, per unit of price.

        Returns
        -------
        utility : variable
            ``v_j`` of each product.
        log_jacobian : variable
            ``-sum_t log |ds_t/dv_t|``, a scalar.
        """
        first = 1.0 - weight
        relief = pt.exp(-gap * self.price)
        everywhere = pt.full(len(self.outside), first)
        solved = OutsideOfFirst()(self.share, relief, self.begin, self.outside, everywhere)
        # One more step of Newton changes no number, and its derivatives are those of the solution: the
        # implicit function theorem, written by automatic differentiation.
        at = solved[self.place]
        whole = at + (self.outside[self.place] - at) * relief
        value = solved + self._by_market(self.share * at / whole) - first
        slope = 1.0 + self._by_market(self.share * self.outside[self.place] * relief / whole**2)
        a = solved - value / disconnected_grad(slope)
        b = self.outside - a
        whole = a[self.place] + b[self.place] * relief
        part = a[self.place] / whole
        mixed = self._by_market(self.share * part * (1.0 - part))
        determinant = pt.log(a * b + self.outside * mixed) - pt.log(first) - pt.log(weight)
        constant = float(np.log(self.share).sum())
        return np.log(self.share) - pt.log(whole), -determinant.sum() - constant


@cache
def _solver() -> Any:
    """Return :func:`outside_of_first` compiled to be called from Python, as what PyTensor compiles is not."""
    return numba.njit(outside_of_first)


def parts_of_first(share: np.ndarray, price: np.ndarray, weight: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """Return which part of each product's buyers is of the first segment, on many draws.

    Parameters
    ----------
    share, price : ndarray (product,)
        Of the products of one market.
    weight : ndarray (draw,)
        Weight of the second segment.
    gap : ndarray (draw,)
        By how much it is more sensitive, per unit of price.

    Returns
    -------
    ndarray
        ``u_j``, shape ``(draw, product)``.
    """
    draws, products = len(weight), len(share)
    outside = 1.0 - share.sum()
    relief = np.exp(-gap[:, None] * price)
    begin = np.arange(draws + 1, dtype=np.int64) * products
    a = _solver()(np.tile(share, draws), relief.ravel(), begin, np.full(draws, outside), 1.0 - weight)[
        :, None
    ]
    return np.asarray(a / (a + (outside - a) * relief))
