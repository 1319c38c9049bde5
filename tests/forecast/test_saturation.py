"""The curve by which a burst of spending ends, against its two closed forms."""

import numpy as np
import pytest

from forkmodel.forecast.saturation import LEAST_LEFT, Saturation


def _path(excess: float, left: float, bend: float, quarters: int = 60) -> np.ndarray:
    burst = Saturation.begin(np.array([excess]), np.array([left]), np.array([bend]))
    gained = [0.0]
    for _ in range(quarters):
        step = burst.gain(0.25)
        burst = burst.after(step)
        gained.append(gained[-1] + float(step[0]))
    return np.array(gained)


YEARS = np.arange(61) / 4.0


def test_bend_of_one_is_the_logistic_curve():
    left = np.log(20.0)
    rate = 1.8 / (1.0 - np.exp(-left))
    logistic = np.log(20.0 / (1.0 + 19.0 * np.exp(-rate * YEARS)))
    np.testing.assert_allclose(_path(1.8, left, 1.0), logistic, rtol=1e-9, atol=1e-12)


def test_bend_near_zero_is_gompertz_curve():
    left = np.log(20.0)
    gompertz = left * -np.expm1(-1.8 / left * YEARS)
    np.testing.assert_allclose(_path(1.8, left, 1e-6), gompertz, rtol=1e-4)


@pytest.mark.parametrize("bend", [0.05, 0.5, 1.0])
def test_spend_starts_at_todays_growth_and_ends_at_the_plateau(bend):
    burst = Saturation.begin(np.array([2.0]), np.array([3.0]), np.array([bend]))
    assert burst.gain(1e-6)[0] / 1e-6 == pytest.approx(2.0, rel=1e-4)
    path = _path(2.0, 3.0, bend)
    assert (np.diff(path) >= 0.0).all()
    assert path[-1] == pytest.approx(3.0, abs=0.02)


@pytest.mark.parametrize("bend", [0.01, 1.0])
@pytest.mark.parametrize("left", [-2.0, 0.0, LEAST_LEFT])
def test_spend_at_or_past_its_plateau_stops_without_swinging(left, bend):
    path = _path(3.0, left, bend)
    assert (np.diff(path) >= 0.0).all()
    assert path[-1] == pytest.approx(LEAST_LEFT, abs=1e-6)


def test_slow_markets_have_no_burst():
    np.testing.assert_array_equal(_path(-0.5, 2.0, 0.5), np.zeros(61))


def test_shocks_beyond_the_plateau_are_taken_back():
    burst = Saturation.begin(np.array([2.0]), np.array([0.5]), np.array([0.5]))
    burst = burst.after(np.array([0.9]))
    assert burst.fade[0] == 0.0
    assert burst.gain(0.25)[0] < 0.0
