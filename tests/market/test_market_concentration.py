"""Concentration measures: known values, merging and splitting, absence, ties and bad input."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from properties import ROUNDING, examples

from forkmodel.errors import ForkModelError
from forkmodel.market import concentration_ratio, hhi, hhi_delta

quick = examples(50)
#: Rounding of a number of size 10,000, the largest HHI.
HHI_ROUNDING = 1e4 * ROUNDING
amounts = arrays(float, st.integers(2, 9), elements=st.floats(0.01, 100.0))


def firms(values, names=None):
    values = np.asarray(values, dtype=float)
    names = [f"f{number}" for number in range(values.shape[-1])] if names is None else names
    dims = ("draw", "developer") if values.ndim == 2 else ("developer",)
    return xr.DataArray(values, dims=dims, coords={"developer": names})


@given(n=st.integers(1, 60))
@quick
def test_equal_firms(n):
    shares = firms(np.full(n, 1.0 / n))
    # Sums of up to 60 shares.
    assert hhi(shares).item() == pytest.approx(10_000 / n, rel=1e-13)
    assert concentration_ratio(shares, 3).item() == pytest.approx(min(1.0, 3 / n), rel=1e-13)


@given(values=amounts)
@quick
def test_merging_never_lowers_and_splitting_never_raises(values):
    shares = values / values.sum()
    before = hhi(firms(shares)).item()
    merged = np.concatenate([[shares[0] + shares[1]], shares[2:]])
    assert hhi(firms(merged)).item() >= before - HHI_ROUNDING
    split = np.concatenate([[0.3 * shares[0], 0.7 * shares[0]], shares[1:]])
    assert hhi(firms(split)).item() <= before + HHI_ROUNDING
    for k in (1, 3, 4):
        assert concentration_ratio(firms(merged), k) >= concentration_ratio(firms(shares), k) - ROUNDING


@given(values=amounts, seed=st.integers(0, 1000))
@quick
def test_order_is_irrelevant_and_bounds_hold(values, seed):
    shares = firms(values / values.sum())
    mixed = shares.isel(developer=np.random.default_rng(seed).permutation(values.size))
    # Only the order of sums differs.
    assert hhi(mixed).item() == pytest.approx(hhi(shares).item(), rel=ROUNDING)
    assert concentration_ratio(mixed, 3).item() == pytest.approx(
        concentration_ratio(shares, 3).item(), rel=ROUNDING
    )
    assert 1e4 / values.size - HHI_ROUNDING <= hhi(shares).item() <= 1e4 + HHI_ROUNDING


def test_published_example():
    # Enterprise API spend at the end of 2025: 40, 27 and 21 %, the rest spread thin: an HHI close to 2,800.
    shares = firms([0.40, 0.27, 0.21, 0.04, 0.04, 0.04])
    assert hhi(shares).item() == pytest.approx(2818.0)
    assert concentration_ratio(shares, 3).item() == pytest.approx(0.88)


def test_absent_firms_are_skipped_and_an_empty_market_is_nan():
    shares = firms([[0.6, 0.4, np.nan], [np.nan, np.nan, np.nan], [np.nan, 1.0, np.nan]])
    np.testing.assert_allclose(hhi(shares), [5200.0, np.nan, 10_000.0])
    np.testing.assert_allclose(concentration_ratio(shares, 1), [0.6, np.nan, 1.0])
    np.testing.assert_allclose(concentration_ratio(shares, 2), [1.0, np.nan, 1.0])


def test_shares_that_do_not_sum_to_one_are_refused_or_normalised():
    revenue = firms([40.0, 25.0, 10.0])
    with pytest.raises(ForkModelError, match="normalise"):
        hhi(revenue)
    with pytest.raises(ForkModelError, match=r"sums to 0\.9"):
        concentration_ratio(firms([0.5, 0.4]), 1)
    assert hhi(revenue, normalise=True).item() == pytest.approx(1e4 * (1600 + 625 + 100) / 75**2)
    with pytest.raises(ForkModelError, match="negative"):
        hhi(firms([1.2, -0.2]))
    with pytest.raises(ForkModelError, match="at least one firm"):
        concentration_ratio(firms([1.0]), 0)
    with pytest.raises(ForkModelError, match="developer"):
        hhi(firms([1.0]), "developers")


def test_all_zero_revenue_has_no_concentration():
    assert np.isnan(hhi(firms([0.0, 0.0]), normalise=True))


@given(values=amounts)
@quick
def test_merging_raises_the_hhi_by_twice_the_product(values):
    shares = firms(values / values.sum())
    merged = firms(np.concatenate([[shares[0] + shares[1]], shares[2:]]))
    rise = hhi_delta(shares, "f0", "f1").item()
    # A difference of two keeps the rounding of both.
    assert rise == pytest.approx(hhi(merged).item() - hhi(shares).item(), abs=2.0 * HHI_ROUNDING)
    assert rise == pytest.approx(2e4 * shares[0].item() * shares[1].item(), rel=ROUNDING)


def test_a_merger_needs_two_firms_that_exist():
    shares = firms([0.5, 0.5], ["Mistral AI", "Cohere"])
    with pytest.raises(ForkModelError, match="itself"):
        hhi_delta(shares, "Cohere", "Cohere")
    with pytest.raises(ForkModelError, match="Did you mean"):
        hhi_delta(shares, "Mistral", "Cohere")
    absent = firms([1.0, np.nan], ["Mistral AI", "Cohere"])
    assert hhi_delta(absent, "Mistral AI", "Cohere").item() == 0.0


def test_any_dims_broadcast_without_reduction():
    values = np.random.default_rng(0).dirichlet(np.ones(5), size=(2, 3, 4))
    shares = xr.DataArray(values, dims=("chain", "draw", "time", "host"))
    for result in (
        hhi(shares, "host"),
        concentration_ratio(shares, 4, "host"),
    ):
        assert result.dims == ("chain", "draw", "time")
