"""Draws reweighted to other priors move towards what those priors favour, not away from it."""

import numpy as np
import pytest

from forkmodel.claims.prior_views import _resampled


@pytest.mark.parametrize("tilt", [-0.5, 0.5, 1.0])
def test_reweighted_draws_are_those_of_the_tilted_distribution(tilt):
    # A standard normal, reweighted by exp(tilt x), is a normal around tilt: known exactly.
    x = np.random.default_rng(1).normal(size=20_000)
    draws, k = _resampled(tilt * x)
    assert k < 0.7
    assert x[draws].mean() == pytest.approx(tilt, abs=0.05)
    assert x[draws].std() == pytest.approx(1.0, abs=0.05)
