"""A remainder is no firm: its bounds, its known parts, and what splitting it does."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from properties import examples

from forkmodel.errors import ForkModelError
from forkmodel.market import concentration_ratio, concentration_with_remainder, hhi, known_parts

amounts = arrays(float, st.integers(2, 9), elements=st.floats(0.01, 100.0))


def firms(values):
    return xr.DataArray(np.asarray(values, float), dims="firm")


@given(values=amounts)
@examples(50)
def test_a_remainder_of_nothing_changes_nothing(values):
    found = concentration_with_remainder(firms(values), remainder=0.0, squares=0.0)
    assert found.hhi.item() == pytest.approx(hhi(firms(values), "firm", normalise=True).item())
    for k in (1, 3, 4):
        plain = concentration_ratio(firms(values), k, "firm", normalise=True).item()
        assert found[f"cr{k}"].item() == pytest.approx(plain)


@given(values=amounts, rest=st.floats(0.01, 100.0), cut=st.floats(0.0, 1.0))
@examples(50)
def test_splitting_a_remainder_never_raises_the_hhi(values, rest, cut):
    whole = concentration_with_remainder(firms(values), remainder=rest, squares=rest**2)
    one_more_firm = hhi(firms([*values, rest]), "firm", normalise=True)
    assert whole.hhi.item() == pytest.approx(one_more_firm.item())
    halves = (cut * rest) ** 2 + ((1.0 - cut) * rest) ** 2
    split = concentration_with_remainder(firms(values), remainder=rest, squares=halves)
    dust = concentration_with_remainder(firms(values), remainder=rest, squares=0.0)
    assert dust.hhi.item() - 1e-9 <= split.hhi.item() <= whole.hhi.item() + 1e-9
    assert whole.hhi.item() - dust.hhi.item() == pytest.approx(1e4 * (rest / (values.sum() + rest)) ** 2)


@given(values=amounts, rest=st.floats(0.01, 1000.0))
@examples(50)
def test_a_remainder_is_never_among_the_largest(values, rest):
    found = concentration_with_remainder(firms(values), remainder=rest, squares=0.0)
    shares = np.sort(values / (values.sum() + rest))[::-1]
    for k in (1, 3, 4):
        assert found[f"cr{k}"].item() == pytest.approx(shares[:k].sum())
    assert found.effective_firms.item() * found.hhi.item() == pytest.approx(1e4)


def test_known_parts_are_never_more_than_known_nor_than_the_remainder():
    known = xr.DataArray([[0.02, 0.01, np.nan]] * 3, dims=("draw", "developer"))
    parts = known_parts(xr.DataArray([0.1, 0.015, 0.0], dims="draw"), known)
    np.testing.assert_allclose(parts, [[0.02, 0.01, 0.0], [0.01, 0.005, 0.0], [0.0, 0.0, 0.0]])


def test_a_market_without_sales_has_no_concentration_and_negative_amounts_are_refused():
    found = concentration_with_remainder(firms([0.0, np.nan]))
    assert all(np.isnan(found[name].item()) for name in found)
    with pytest.raises(ForkModelError, match="negative"):
        concentration_with_remainder(firms([1.0, 2.0]), remainder=-1.0)
