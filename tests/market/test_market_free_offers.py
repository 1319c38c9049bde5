"""Price floors and free offers: elasticities, diversion and markups by hand and by finite differences."""

import numpy as np
import pytest
import xarray as xr
from market_worlds import random_world

from forkmodel.errors import ForkModelError
from forkmodel.market import (
    diversion_ratio,
    floored_log_price,
    floored_price_slope,
    group_diversion_ratio,
    lerner_index,
    market_shares,
    own_price_elasticity,
    price_elasticities,
    price_exposure,
    segment_own_price_elasticity,
    segment_shares,
)

MODELS, SEGMENTS = ["A", "B", "free"], ["frontier", "threshold"]


def over(values, *dims):
    labels = {"model": MODELS, "segment": SEGMENTS}
    return xr.DataArray(np.asarray(values, float), dims=dims, coords={dim: labels[dim] for dim in dims})


SHARES = over([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]], "segment", "model")
WEIGHTS = over([0.6, 0.4], "segment")
PRICE = over([1.0, 3.0, 0.0], "model")
#: Half of a change of A's price reaches utility, three quarters of one of B's.
FLOOR = 1.0
SLOPE = floored_price_slope(over([1.0, 2.0], "segment"), PRICE, FLOOR)


def test_diversion_by_hand_with_a_free_offer():
    ratio = diversion_ratio(SHARES, WEIGHTS, SLOPE)
    # Lost by A: .6 * .5 * .5 * .5 + .4 * 1 * .2 * .8; gained by B: .6 * .3 * .25 + .4 * .2 * .2.
    np.testing.assert_allclose(ratio.sel(model="A"), [0.0, 61 / 139, 78 / 139], rtol=1e-12)
    np.testing.assert_allclose(ratio.sel(model=["A", "B"]).sum("model_to"), 1.0, rtol=1e-12)
    assert ratio.sel(model="free").isnull().all()


def test_a_free_offer_of_the_same_developer_takes_part_of_its_lost_buyers():
    owners = {"A": "one", "B": "two", "free": "one"}
    ratio = group_diversion_ratio(SHARES, WEIGHTS, SLOPE, owners)
    # What A loses to the free offer stays with the developer, so all that it loses goes to the other.
    np.testing.assert_allclose(ratio.sel(developer="one"), [0.0, 1.0], rtol=1e-12)


@pytest.mark.parametrize(("category", "loss"), [(0.0, 0.139), (2.0, 0.139 + 2.0 * 0.5 * 0.166)])
def test_markup_by_hand_with_a_free_offer(category, loss):
    free = PRICE == 0.0
    exposed = category * price_exposure(PRICE, FLOOR)
    owners = {"A": "one", "B": "two", "free": "three"}
    index = lerner_index(SHARES, WEIGHTS, SLOPE, owners, PRICE, exposed, competitive=free)
    assert index.sel(model="A").item() == pytest.approx(0.38 / loss, rel=1e-12)
    assert np.isnan(index.sel(model="free").item())


def test_a_price_of_zero_that_somebody_sets_is_refused_with_a_fix_that_works():
    owners = {name: name for name in MODELS}
    with pytest.raises(ForkModelError, match="competitive"):
        lerner_index(SHARES, WEIGHTS, SLOPE, owners, PRICE)
    index = lerner_index(SHARES, WEIGHTS, SLOPE, owners, PRICE, competitive=PRICE == 0.0)
    assert index.sel(model=["A", "B"]).notnull().all()


@pytest.mark.parametrize("price", [0.0, 0.05, 0.2, 10.0])
def test_exposure_is_the_part_of_a_price_above_the_floor(price):
    assert price_exposure(np.array([price]), 0.02).item() == pytest.approx(price / (price + 0.02))


def quantities(world, price, floor, category):
    """Return tokens at any prices, with totals that respond to the log-sum index."""
    utility = world.quality - world.eta * floored_log_price(price, floor)
    largest = utility.max("model")
    index = -(np.log(np.exp(utility - largest).sum("model")) + largest) / world.eta
    return (world.weights * np.exp(-category * index) * segment_shares(utility)).sum("segment")


@pytest.mark.parametrize("category", [0.0, 1.3])
def test_every_elasticity_against_finite_differences(category):
    world, floor, step = random_world(11), 0.4, 1e-5
    world.price[{"model": 0}] = 0.0
    utility = world.quality - world.eta * floored_log_price(world.price, floor)
    share = segment_shares(utility)
    total = np.exp(utility).sum("model")
    size = world.weights * total ** (category / world.eta)
    weights = size / size.sum("segment")
    slope = floored_price_slope(world.eta, world.price, floor)
    exposed = category * price_exposure(world.price, floor)
    matrix = price_elasticities(share, weights, slope, exposed)
    own = own_price_elasticity(share, weights, slope, exposed)
    for k, name in enumerate(world.price["model"].to_numpy()):
        moved = [world.price.copy() for _ in range(2)]
        for price, sign in zip(moved, (1, -1), strict=True):
            price[{"model": k}] *= np.exp(sign * step)
        up, down = (np.log(quantities(world, price, floor, category)) for price in moved)
        numeric = (up - down) / (2 * step)
        found = matrix.sel(model_price=name, drop=True)
        xr.testing.assert_allclose(found.transpose(*numeric.dims), numeric, rtol=1e-6, atol=1e-8)
        xr.testing.assert_allclose(own.isel(model=k), numeric.isel(model=k), rtol=1e-6, atol=1e-8)


def test_an_elasticity_without_the_floor_would_be_far_too_large():
    slope = floored_price_slope(np.array([1.0]), np.array([0.05]), 0.02)
    assert slope.item() == pytest.approx(-1.0 / 1.4)


def test_the_segments_own_elasticity_is_the_same_formula():
    found = segment_own_price_elasticity(SHARES, SLOPE)
    np.testing.assert_allclose(found.sel(model="A"), [-0.25, -0.8])
    np.testing.assert_allclose(found.sel(model="free"), 0.0)
    assert market_shares(SHARES, WEIGHTS).sum().item() == pytest.approx(1.0)
