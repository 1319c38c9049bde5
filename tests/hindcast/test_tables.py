"""The bundled tables keep to their schema, and bad ones are refused with place and fix."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from forkmodel.errors import DataError
from forkmodel.hindcast.markets import MARKETS
from forkmodel.hindcast.tables import BUNDLED, VINTAGE, read_shares
from forkmodel.hindcast.yardstick import cloud_path


@pytest.fixture
def folder(tmp_path):
    for name in ("shares.csv", "sources.csv"):
        shutil.copy(BUNDLED / name, tmp_path / name)
    return tmp_path


def test_the_bundled_tables_pass_every_check(folder):
    checked, quick = read_shares(folder), read_shares()
    pd.testing.assert_frame_equal(checked.shares, quick.shares)
    assert set(quick.shares["market"]) == set(MARKETS)
    assert quick.shares["as_of"].max() <= VINTAGE
    assert quick.sources["licence"].notna().all()
    assert quick.sources["attribution"].notna().all()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("browsers_africa,2014-06-30,Apple", "browser_africa,2014-06-30,Apple", "Did you mean"),
        ("browsers_africa,2014-06-30,Apple", "browsers_africa,2014-06-29,Apple", "2014-06-30"),
        ("browsers_africa,2026-06-30,Apple", "browsers_africa,2026-09-30,Apple", "after the vintage"),
        ("browsers_africa,2014-06-30,Apple,0.03084", "browsers_africa,2014-06-30,Apple,0.9", "sum to"),
        ("browsers_africa,2014-06-30,Apple,0.03084", "browsers_africa,2014-06-30,Apple,3 %", "row 2"),
        ("synergy-2014-q3", "synergy-2013-q3", "no such source"),
    ],
)
def test_a_bad_cell_is_refused(folder, old, new, said):
    path = folder / "shares.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_shares(folder)


def test_the_cloud_path_bounds_its_hhi():
    path = cloud_path().set_index("as_of")
    assert path["hhi_low"].loc["2014-09-30"] == pytest.approx(878.0)
    assert path["hhi_low"].loc["2022-12-31"] == pytest.approx(1790.0)
    assert path["hhi_low"].loc["2026-03-31"] == pytest.approx(1421.0)
    assert (path["hhi_low"] <= path["hhi_high"]).all()
    assert (path["cr3"] <= path["named"] + 1e-12).all()
    # Whole points at the source, so the three leaders are known to a point and a half.
    assert np.allclose(path["cr3"] * 100, (path["cr3"] * 100).round())
