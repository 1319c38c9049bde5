"""Who counts as a firm: the closed remainder never as one, hosts with their dust."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from market.partitions import expected_hhi

from forkmodel.data.vocabulary import OTHER_CLOSED
from forkmodel.market import partition_concentration
from forkmodel.model.latent import latent_state
from forkmodel.results.paths_concentration import among_closed, among_developers, among_firms
from forkmodel.results.paths_value import N_STICKS, host_partition

FIRMS = pd.Index(["Big", "Small", OTHER_CLOSED])
DEVELOPERS = pd.Index(["Amazon", "Big", "Mistral AI", OTHER_CLOSED, "Small"])


def closed(share, known):
    return among_closed(np.array([[share]]), FIRMS, np.array([[known]]), DEVELOPERS)


def test_the_remainder_counts_with_the_developers_known_in_it():
    found = closed([0.6, 0.2, 0.2], [0.06, 0.7, 0.04, 0.0, 0.2])
    assert found.hhi.item() == pytest.approx(1e4 * (0.6**2 + 0.2**2 + 0.06**2 + 0.04**2))
    assert found.cr1.item() == pytest.approx(0.6)
    assert found.cr3.item() == pytest.approx(0.86)
    assert found.cr4.item() == pytest.approx(0.9)
    # More than the remainder has they cannot earn.
    found = closed([0.6, 0.35, 0.05], [0.06, 0.7, 0.04, 0.0, 0.2])
    assert found.hhi.item() == pytest.approx(1e4 * (0.6**2 + 0.35**2 + 0.03**2 + 0.02**2))


@pytest.mark.parametrize("known", [[0.0] * 5, [np.nan] * 5, [0.3, 0.7, 0.0, 0.0, 0.0]])
def test_the_remainder_is_never_one_firm_of_unknown_firms(known):
    share = [0.1, 0.1, 0.8]
    found = closed(share, known)
    assert found.hhi.item() < 1e4 * (0.1**2 + 0.1**2 + 0.8**2)
    told = sorted([0.1, 0.1, min(0.8, np.nan_to_num(known[0]))])[::-1]
    assert found.cr1.item() == pytest.approx(told[0])
    assert found.cr4.item() == pytest.approx(sum(told))


def test_without_a_remainder_nothing_changes():
    share = np.array([[[0.7, 0.3, 0.0]]])
    plain, found = among_firms(share), closed([0.7, 0.3, 0.0], [0.2, 0.5, 0.1, 0.0, 0.2])
    xr.testing.assert_allclose(plain, found)


def test_a_developer_of_open_weights_in_the_remainder_is_one_firm_with_both():
    revenue = np.array([[[0.0, 60.0, 10.0, 20.0, 10.0]]])
    known = np.array([[[0.05, 0.7, 0.1, 0.0, 0.15]]])
    found = among_developers(revenue, np.array([[90.0]]), FIRMS, known, DEVELOPERS)
    expected = 60.0**2 + 10.0**2 + (10.0 + 9.0) ** 2 + 4.5**2
    assert found.hhi.item() == pytest.approx(expected)
    assert found.cr1.item() == pytest.approx(0.6)


@pytest.mark.parametrize("discount", [0.2, 0.6, 0.9])
def test_hosts_have_the_partitions_concentration(discount):
    draws, rng = 4000, np.random.default_rng(5)
    value = {
        "value.partition_discount": np.full(draws, discount),
        "value.partition_strength": np.full(draws, 4.0),
    }
    for i in (1, 2):
        value[f"value.stick_{i}"] = rng.beta(1.0 - discount, 4.0 + i * discount, draws)
    hosts = host_partition(value, 2, rng.random((draws, N_STICKS)))
    np.testing.assert_allclose(hosts["share"].sum("host") + hosts["dust"], 1.0, rtol=1e-10)
    found = partition_concentration(hosts, "host")["hhi"].to_numpy()
    error = found.std() / np.sqrt(draws)
    assert abs(found.mean() - expected_hhi(discount, 4.0)) < 4.0 * error
    if discount == 0.9:
        rescaled = 1e4 * ((hosts["share"] / hosts["share"].sum("host")) ** 2).sum("host").to_numpy()
        assert rescaled.mean() > 1.1 * found.mean()


def test_history_reports_concentration_by_these_rules(fit):
    history = fit.history().isel(time=-1, chain=0)
    money = fit.design.spend
    knot = money.quarters.get_loc(pd.Timestamp(history["time"].item()))
    share = np.exp(latent_state(fit.values, fit.design).spend.log_share[:, knot])
    named = np.delete(share, money.firms.index(OTHER_CLOSED), axis=1)
    found = history.sel(scope="closed")
    assert (found["cr4"] >= named.sum(1) - 1e-9).all()
    assert (found["cr4"] < 1.0).all()
    assert (found["hhi"] >= 1e4 * (named**2).sum(1) - 1e-6).all()
    assert (found["hhi"] < 1e4 * (share**2).sum(1)).all()
    hosts = history.sel(scope="open_hosts")
    assert (hosts["cr1"] ** 2 * 1e4 <= hosts["hhi"] + 1e-6).all()
    np.testing.assert_allclose(hosts["hhi"] * hosts["effective_firms"], 1e4, rtol=1e-9)
