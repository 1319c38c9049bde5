"""Shares among what is on offer together: logit choice, leaning, money, mixture, and buyers who stay.

Each is written once for two layouts: the offers of all past months side by side, summed by month, and the
menus of a simulated quarter, of which the last axis is one. A :class:`ChoiceSets` says what is summed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forkmodel.model.ops import Array, Ops

__all__ = [
    "ChoiceSets",
    "Menu",
    "MonthlyOffers",
    "held_on",
    "leaning",
    "log_normalised",
    "logit_shares",
    "money_shares",
    "normalised",
    "segment_mixture",
    "segment_weights",
    "tilted",
]


class ChoiceSets(Protocol):
    """Which entries of the last axis are on offer together."""

    def total(self, ops: Ops, x: Array) -> Array:
        """Return at every entry the sum over its set."""
        ...

    def shifted(self, ops: Ops, x: Array) -> Array:
        """Subtract a number per set, so that exponentials normalised by set do not all vanish."""
        ...


@dataclass(frozen=True)
class MonthlyOffers:
    """The offers of all months along the last axis, ``month`` (cell,) being the month of each."""

    month: np.ndarray
    n_months: int

    def total(self, ops: Ops, x: Array) -> Array:
        """Return at every offer the sum over its month."""
        return ops.group_sum(x, self.month, self.n_months)[..., self.month]

    def shifted(self, ops: Ops, x: Array) -> Array:
        """Subtract a number per month."""
        return ops.group_shift(x, self.month, self.n_months)


@dataclass(frozen=True)
class Menu:
    """The whole last axis is on offer together."""

    def total(self, ops: Ops, x: Array) -> Array:
        """Return the sum over the menu."""
        return x.sum(-1)[..., None]

    def shifted(self, ops: Ops, x: Array) -> Array:
        """Subtract the largest entry."""
        return x - x.max(-1)[..., None]


def normalised(ops: Ops, sets: ChoiceSets, amount: Array) -> Array:
    """Return amounts as parts of their set's total."""
    return amount / sets.total(ops, amount)


def log_normalised(ops: Ops, x: Array) -> Array:
    """Return log amounts (last axis) less the log of their sum: logs of parts that sum to one."""
    return x - ops.log_sum_exp(x)[..., None]


def logit_shares(ops: Ops, sets: ChoiceSets, utility: Array) -> Array:
    """Return the shares of those who choose, which sum to one in each set."""
    return normalised(ops, sets, ops.exp(sets.shifted(ops, utility)))


def tilted(ops: Ops, share: Array, lean: Array, opened: np.ndarray) -> Array:
    """Return shares times what a leaning towards open weights does to their odds; not normalised."""
    return share * ops.exp(lean * opened)


def leaning(ops: Ops, sets: ChoiceSets, share: Array, lean: Array, opened: np.ndarray) -> Array:
    """Return the shares of buyers to whom open weights are worth ``lean`` more utility.

    Parameters
    ----------
    share : array
        Shares without the leaning.
    lean : array
        Utility at every entry, or broadcast against them.
    opened : ndarray
        1 for open weights, else 0.
    """
    return normalised(ops, sets, tilted(ops, share, lean, opened))


def money_shares(ops: Ops, sets: ChoiceSets, tokens: Array, paid: Array) -> Array:
    """Return shares of money from shares of tokens and the price paid, up to a factor common to the set."""
    return normalised(ops, sets, tokens * paid)


def segment_weights(frontier_part: np.ndarray) -> np.ndarray:
    """Return the parts of both segments (..., segment) in a market, given that of the frontier segment."""
    return np.stack([frontier_part, 1.0 - frontier_part], axis=-1)


def segment_mixture(frontier: Array, threshold: Array, frontier_part: Array) -> Array:
    """Return token shares of a market: the sum over segments of weight times share."""
    return threshold + frontier_part * (frontier - threshold)


def held_on(
    ops: Ops, sets: ChoiceSets, held: Array, chosen: Array, stay: Array, offered: np.ndarray
) -> Array:
    """Return shares among all buyers after one step: part of them stays, the others choose.

    ``E(t) = stay E(t - 1) + (1 - stay) C(t)``; who stayed with what is no longer on offer chooses as well.
    :func:`forkmodel.model.enterprise.held` is the same over many steps at once.

    Parameters
    ----------
    held : array
        Shares among all buyers before the step.
    chosen : array
        Shares among those who choose in it.
    stay : array
        Part of the buyers who do not reconsider within the step.
    offered : ndarray
        1 where the entry is still on offer, else 0.
    """
    kept = stay * held * offered
    return kept + (1.0 - sets.total(ops, kept)) * chosen
