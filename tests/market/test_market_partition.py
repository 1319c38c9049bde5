"""The Pitman-Yor partition: its expected concentration, its dust, and its random numbers."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from market.partitions import expected_hhi, sample_partition
from properties import ROUNDING, examples

from forkmodel.errors import ForkModelError
from forkmodel.market import hhi, partition_concentration, partition_from_uniforms


def constant(value, draws=20_000):
    return xr.DataArray(np.full(draws, value), dims="draw")


@pytest.mark.parametrize(
    ("discount", "strength"), [(0.0, 1.0), (0.3, 2.0), (0.6, 0.5), (0.5, -0.2), (0.0, 9.0)]
)
@pytest.mark.parametrize("sticks", [4, 60])
def test_mean_hhi_is_the_formula_for_any_number_of_sticks(discount, strength, sticks):
    rng = np.random.default_rng(7)
    sample = partition_concentration(sample_partition(constant(discount), strength, sticks, rng))
    error = sample.hhi.std().item() / np.sqrt(sample.hhi.size)
    expected = expected_hhi(discount, strength)
    assert abs(sample.hhi.mean().item() - expected) < 4.0 * error


@examples(25)
@given(discount=st.floats(0.0, 0.95), strength=st.floats(0.05, 30.0), seed=st.integers(0, 1000))
def test_a_partition_is_a_partition(discount, strength, seed):
    sample = sample_partition(constant(discount, 20), strength, 30, np.random.default_rng(seed))
    assert (sample.share >= 0.0).all()
    # Thirty sticks are summed in logs, whose error grows with their number.
    np.testing.assert_allclose(sample.share.sum("firm") + sample.dust, 1.0, rtol=1e-12)
    measures = partition_concentration(sample)
    assert (measures.cr1 <= measures.cr3 + 1e-12).all()
    assert (measures.cr3 <= measures.cr4 + 1e-12).all()
    # An HHI is of size 10,000.
    assert (measures.cr1**2 * 1e4 <= measures.hhi + 1e-8).all()
    np.testing.assert_allclose(measures.effective_firms * measures.hhi, 1e4, rtol=ROUNDING)


def test_without_dust_the_measures_are_the_plain_ones():
    sample = sample_partition(constant(0.0, 50), 0.5, 200, np.random.default_rng(1))
    assert sample.dust.max() < 1e-12
    measures = partition_concentration(sample)
    xr.testing.assert_allclose(measures.hhi, hhi(sample.share, "firm"))
    largest = -np.sort(-sample.share.values, axis=-1)
    np.testing.assert_allclose(measures.cr3, largest[:, :3].sum(axis=-1))


def test_same_uniforms_give_paired_worlds_and_the_same_law():
    rng = np.random.default_rng(2)
    uniforms = xr.DataArray(rng.random((4000, 15)), dims=("draw", "firm"))
    first = partition_concentration(partition_from_uniforms(0.2, 3.0, uniforms))
    error = first.hhi.std().item() / np.sqrt(4000)
    assert abs(first.hhi.mean().item() - expected_hhi(0.2, 3.0)) < 4.0 * error
    stronger = partition_concentration(partition_from_uniforms(0.2, 4.0, uniforms))
    assert np.corrcoef(first.hhi, stronger.hhi)[0, 1] > 0.95
    again = partition_from_uniforms(0.2, 3.0, uniforms)
    xr.testing.assert_identical(partition_concentration(again), first)


def test_parameters_broadcast_over_draws_and_time():
    discount = xr.DataArray([0.1, 0.2, 0.3], dims="draw")
    strength = xr.DataArray([1.0, 2.0], dims="time")
    sample = sample_partition(discount, strength, 8, np.random.default_rng(3))
    assert dict(sample.share.sizes) == {"draw": 3, "time": 2, "firm": 8}
    same = sample_partition(discount, strength, 8, np.random.default_rng(3))
    xr.testing.assert_identical(sample, same)


def test_bad_parameters_are_named():
    rng = np.random.default_rng(4)
    with pytest.raises(ForkModelError, match="discount"):
        sample_partition(1.0, 1.0, 5, rng)
    with pytest.raises(ForkModelError, match="strength"):
        sample_partition(0.3, -0.3, 5, rng)
    with pytest.raises(ForkModelError, match="at least one stick"):
        sample_partition(0.3, 1.0, 0, rng)
    with pytest.raises(ForkModelError, match="no dim 'firm'"):
        partition_from_uniforms(0.3, 1.0, xr.DataArray(rng.random(4), dims="stick"))
