"""Priors as people read them, and as distributions the model can use.

A prior file states for every parameter a distribution, or the interval that should hold a given mass, with
unit, meaning, rationale and source. Files inherit: ``skeptic`` and ``advocate`` change only what they
dispute.
"""

from __future__ import annotations

from forkmodel.priors.files import BUNDLED
from forkmodel.priors.prior import Prior
from forkmodel.priors.prior_set import PriorSet, check_priors, load_priors

__all__ = ["BUNDLED", "Prior", "PriorSet", "check_priors", "load_priors"]
