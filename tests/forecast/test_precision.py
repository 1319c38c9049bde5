"""What is stored in single precision: everything it can hold as it is, and what it cannot at its ends."""

from __future__ import annotations

import numpy as np

from forkmodel.forecast.precision import STORED, storable

MOST = float(np.finfo(STORED).max)


def test_numbers_without_bound_are_stored_at_the_ends_and_the_others_as_they_are():
    kept = storable(np.array([[1.5, np.nan, 1e300], [-1e300, 0.0, MOST]]))
    np.testing.assert_array_equal(kept, [[1.5, np.nan, MOST], [-MOST, 0.0, MOST]])
    assert np.isfinite(kept.astype(STORED)[~np.isnan(kept)]).all()


def test_what_fits_is_not_copied():
    fits = np.array([1.5, np.nan, -MOST])
    assert storable(fits) is fits
    assert storable(counts := np.arange(3)) is counts
    assert storable(nothing := np.zeros((0, 2))) is nothing
