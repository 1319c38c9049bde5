"""What a resolved prior must keep: the mass it was asked for, and the values its parameter may have."""

from __future__ import annotations

import math

import numpy as np

from forkmodel.errors import PriorError
from forkmodel.priors.files import PriorEntry
from forkmodel.priors.prior import Prior

__all__ = ["check_resolved", "check_support"]

#: A distribution holds the mass that was asked for if it does so within this.
MASS_TOLERANCE = 0.005
#: Families with one parameter cannot be fitted to two ends; these can.
TWO_PARAMETERS = "LogNormal or Gamma"


def check_resolved(prior: Prior) -> None:
    """Refuse a prior that is degenerate or does not hold its mass in its interval, by computing it.

    Parameters
    ----------
    prior : Prior
        The prior, resolved.

    Raises
    ------
    PriorError
        Naming the file, the prior, the mass it does hold and a way out.
    """
    where = f"{prior.origin}: {prior.key}"
    with np.errstate(all="ignore"):
        low, high = prior.quantile(0.05), prior.quantile(0.95)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise PriorError(
            f"{where}: {prior} has no 90 % interval that a computer can hold ({low:.4g} to {high:.4g}). "
            "Give parameters of the size of the values you expect."
        )
    if prior.interval is None or prior.mass is None:
        return
    below, above = prior.probabilities(np.array(prior.interval))
    held = float(above - below)
    if abs(held - prior.mass) > MASS_TOLERANCE:
        raise PriorError(
            f"{where}: no {prior.family} holds mass {prior.mass:g} in [{prior.interval[0]:g}, "
            f"{prior.interval[1]:g}]; the nearest, {prior}, holds {held:.3f} there. {_way_out(prior)}"
        )


def _way_out(prior: Prior) -> str:
    if prior.family == "TruncatedNormal":
        return (
            "An interval needs a tail on each side inside lower and upper: widen the bounds, narrow the "
            "interval, or give mu and sigma."
        )
    if len(prior.params) == 1:
        return f"It has one parameter for two ends: take {TWO_PARAMETERS}, or give {', '.join(prior.params)}."
    return f"Change interval or mass, or give {' and '.join(prior.params)}."


def check_support(prior: Prior, reference: PriorEntry) -> None:
    """Refuse a prior that allows values which its parameter cannot have.

    Parameters
    ----------
    prior : Prior
        The prior, resolved.
    reference : PriorEntry
        The reference's prior of the same parameter: its family says whether the parameter is any number, a
        positive one or a share.

    Raises
    ------
    PriorError
        Naming the file, the prior, the values it allows and a way out.
    """
    low, high = _support_of(reference)
    begin, end = prior.support
    if begin >= low and end <= high:
        return
    kind, mend = (
        ("a share, between 0 and 1", "Beta, or TruncatedNormal with lower = 0 and upper = 1")
        if high == 1.0
        else ("positive", "LogNormal, Gamma or HalfNormal, or TruncatedNormal with lower = 0")
    )
    raise PriorError(
        f"{prior.origin}: {prior.key} is {kind}, and {prior} allows values from {begin:g} to {end:g}. "
        f"Take {mend}."
    )


def _support_of(entry: PriorEntry) -> tuple[float, float]:
    if entry.distribution == "Beta":
        return 0.0, 1.0
    bounded = entry.distribution == "TruncatedNormal"
    if entry.distribution == "Normal" or (bounded and (entry.lower is None or entry.lower < 0.0)):
        return -math.inf, math.inf
    return 0.0, math.inf
