"""When two samples of one posterior agree: their means are no further apart than Monte Carlo errors allow."""

from __future__ import annotations

import arviz as az
import numpy as np

#: Chance alone exceeds it about once in a million comparisons; short chains understate their errors, which
#: four would not forgive.
ALLOWED_ERRORS = 5.0


def errors_apart(one, other):
    """Return how many standard errors of Monte Carlo the means of two samples are apart."""
    squared = [
        float(az.mcse(draws.reset_coords(drop=True).to_dataset(name="x"), method="mean")["x"]) ** 2
        for draws in (one, other)
    ]
    return abs(float(one.mean()) - float(other.mean())) / np.sqrt(sum(squared))
