"""The lag on records that can be checked by hand, of the past and past the data's end."""

from __future__ import annotations

import numpy as np

from forkmodel.results.lag import DAYS_PER_MONTH, Records, lag_months

DAYS = np.array(["2024-01-01", "2024-07-01", "2025-01-01"], dtype="datetime64[D]")
BEST = np.array([[100.0, 110.0, 120.0], [100.0, 100.0, 105.0]])
END = np.array(["2025-03-01"], dtype="datetime64[D]")


def months(begin: str, end: str) -> float:
    return float((np.datetime64(end) - np.datetime64(begin)) / np.timedelta64(1, "D") / DAYS_PER_MONTH)


def test_the_lag_is_the_age_of_the_first_record_that_is_not_reached():
    lag = lag_months(Records(BEST, DAYS), np.array([[100.0], [104.0]]), END)
    np.testing.assert_allclose(
        lag[:, 0], [months("2024-07-01", "2025-03-01"), months("2025-01-01", "2025-03-01")]
    )


def test_a_record_that_is_reached_is_no_lag_and_what_is_not_there_is_not_a_number():
    lag = lag_months(Records(BEST, DAYS), np.array([[120.0], [np.nan]]), END)
    assert lag[0, 0] == 0.0
    assert np.isnan(lag[1, 0])
    early = np.array(["2023-12-31"], dtype="datetime64[D]")
    assert np.isnan(lag_months(Records(BEST, DAYS), np.array([[90.0], [90.0]]), early)).all()


def test_past_the_releases_the_best_grows_evenly_between_quarters():
    ends = np.array(["2025-03-01", "2025-06-09", "2025-09-17"], dtype="datetime64[D]")
    later = np.array([[120.0, 130.0, 140.0], [105.0, 105.0, 115.0]])
    target = np.array([[100.0, 125.0, 140.0], [100.0, 105.0, 110.0]])
    lag = lag_months(Records(BEST, DAYS, later, ends), target, ends)
    # Half of the hundred days to June have passed when the first draw's best exceeds 125.
    want = [[months("2024-07-01", "2025-03-01"), 50.0 / DAYS_PER_MONTH, 0.0]]
    want += [[months("2025-01-01", "2025-03-01"), 0.0, 50.0 / DAYS_PER_MONTH]]
    np.testing.assert_allclose(lag, want, rtol=1e-12)
