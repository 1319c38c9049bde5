"""Coverage is of points left out, and has two sides."""

import numpy as np
import pytest

from forkmodel.inference.predictive import BlockCoverage, leave_one_out_pit
from forkmodel.inference.review import coverage_check
from forkmodel.inference.verdict import ReviewConfig


def normal_case(n, tau, seed=0, draws=4000):
    """One normal mean per point, known exactly: y_i ~ N(mu_i, 1), mu_i ~ N(0, tau)."""
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n) * np.sqrt(1.0 + tau**2)
    weight = tau**2 / (1.0 + tau**2)
    mu = weight * y + np.sqrt(weight) * rng.normal(size=(draws, n))
    sims = mu + rng.normal(size=mu.shape)
    return sims, y, -0.5 * (y - mu) ** 2


def test_leaving_a_point_out_undoes_what_its_own_effect_explains():
    sims, y, log_likelihood = normal_case(800, tau=0.7)
    in_sample = (sims < y).mean(0)
    left_out = leave_one_out_pit(sims, y, log_likelihood)
    inside = [((rank >= 0.1) & (rank <= 0.9)).mean() for rank in (in_sample, left_out)]
    assert inside[0] > 0.85
    assert inside[1] == pytest.approx(0.8, abs=0.04)
    # The exact answer: left out, a point is N(0, 1 + tau**2).
    from scipy.stats import norm

    exact = norm.cdf(y / np.sqrt(1.0 + 0.7**2))
    assert np.abs(left_out - exact).mean() < 0.03


@pytest.mark.parametrize(
    ("coverage", "n", "status"),
    [
        (0.94, 458, "REVIEW"),
        (0.66, 458, "REVIEW"),
        (0.77, 458, "PASS"),
        (0.86, 458, "PASS"),
        (1.0, 7, "PASS"),
    ],
)
def test_too_wide_is_as_wrong_as_too_narrow(coverage, n, status):
    check = coverage_check(BlockCoverage("prices", n, coverage, coverage), ReviewConfig())
    assert check.status == status
    assert ("too wide" in check.advice) == (status == "REVIEW" and coverage > 0.8)
    assert ("too narrow" in check.advice) == (status == "REVIEW" and coverage < 0.8)
