"""Baselines against forecasts whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from forkmodel.forecast.baselines import BASELINES, MEDIAN, NAMED, baseline_draws, regular

LINE = 3.0 + 0.5 * np.arange(12)


def test_gaps_are_filled_by_straight_lines():
    quarters = pd.DatetimeIndex(["2024-01-01", "2024-04-01", "2025-01-01"])
    assert regular(quarters, np.array([0.0, 1.0, 4.0])).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("name", ["drift", "trend"])
def test_a_straight_line_is_continued_without_doubt(name):
    draws = baseline_draws(name, LINE, 3, seed=0)
    assert np.allclose(draws, LINE[-1] + 1.5, atol=1e-6)


def test_the_last_value_is_kept_with_the_spread_of_past_changes():
    draws = baseline_draws("last value", LINE, 4, seed=0)
    assert np.median(draws) == pytest.approx(LINE[-1], abs=0.05)
    # Past changes are 0.5 each, so four quarters' spread is 0.5 * sqrt(4).
    assert draws.std() == pytest.approx(1.0, rel=0.05)


@pytest.mark.parametrize("name", ["ets", "arima"])
def test_chosen_forms_follow_a_noisy_trend(name):
    y = LINE + np.random.default_rng(1).normal(0, 0.1, len(LINE))
    draws = baseline_draws(name, y, 2, seed=0)
    assert np.median(draws) == pytest.approx(LINE[-1] + 1.0, abs=0.5)
    assert 0.02 < draws.std() < 1.0


@pytest.mark.parametrize("name", list(BASELINES))
def test_short_series_have_no_forecast_and_the_rest_repeat(name):
    assert baseline_draws(name, LINE[:2], 1, seed=0, share=True) is None
    wave = np.sin(LINE)
    once, again = (baseline_draws(name, wave, 2, seed=5, share=True) for _ in range(2))
    assert once is not None
    assert np.array_equal(once, again)


def test_a_damped_trend_comes_to_rest():
    """Growth shrinks by a fifth each quarter, so of a step of a half no more than two are ever added."""
    y = LINE + np.random.default_rng(2).normal(0, 0.02, len(LINE))
    ahead = [np.median(baseline_draws("damped trend", y, steps, seed=0)) - y[-1] for steps in (1, 4, 40)]
    assert 0.3 < ahead[0] < 0.55
    assert ahead[0] < ahead[1] < ahead[2] < 0.5 * 0.8 / 0.2 + 0.3


def test_only_shares_have_log_ratios():
    assert baseline_draws("log ratios", LINE, 1, seed=0) is None
    assert baseline_draws("log ratios", LINE, 1, seed=0, share=True) is not None


def test_the_bar_is_the_median_of_the_members_quantiles():
    y = np.sin(LINE)
    members = [np.sort(baseline_draws(name, y, 2, seed=1, share=True)) for name in NAMED]
    bar = baseline_draws(MEDIAN, y, 2, seed=1, share=True)
    for level in (0.1, 0.5, 0.9):
        own = sorted(np.quantile(draws, level) for draws in members)
        assert own[0] <= np.quantile(bar, level) <= own[-1]
        assert np.quantile(bar, level) == pytest.approx((own[1] + own[2]) / 2, abs=1e-3)


def test_trend_is_the_prediction_of_ordinary_least_squares():
    """Against statsmodels' own prediction interval."""
    import statsmodels.api as sm

    y = np.array([1.0, 1.4, 1.3, 2.1, 2.0, 2.9, 2.7, 3.3])
    fitted = sm.OLS(y, sm.add_constant(np.arange(8.0))).fit()
    frame = fitted.get_prediction(np.array([[1.0, 9.0]])).summary_frame(alpha=0.2)
    draws = baseline_draws("trend", y, 2, seed=0)
    assert np.median(draws) == pytest.approx(frame["mean"][0], abs=0.05)
    assert np.quantile(draws, 0.9) == pytest.approx(frame["obs_ci_upper"][0], abs=0.08)
