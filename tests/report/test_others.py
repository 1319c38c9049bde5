"""Other markets beside the concentration of this one, as text."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from forkmodel.report.others import cloud_points, cloud_rows, other_markets, rate_rows, standing

VINTAGE = pd.Timestamp("2026-07-31")


@pytest.fixture(scope="module")
def history():
    """Paths of two scopes; the last quarter lies after the vintage and must not count."""
    times = pd.DatetimeIndex(["2026-04-01", "2026-07-01", "2026-10-01"])
    dims = ("chain", "draw", "time", "scope")
    levels = {
        "hhi": [[3900.0, 1100.0], [3900.0, 1100.0], [9e3, 9e3]],
        "cr3": [[0.9, 0.5], [0.9, 0.5], [1.0, 1.0]],
    }
    return xr.Dataset(
        {name: (dims, np.broadcast_to(values, (2, 5, 3, 2))) for name, values in levels.items()},
        coords={"scope": ["closed", "open_hosts"], "time": times},
    )


def test_the_rows_state_levels_counts_and_intervals(history):
    others = other_markets(history, VINTAGE)
    rows = {row[0]: row for row in rate_rows(others)}
    assert list(rows) == ["C2", "C3", "C9"]
    assert rows["C2"][2].startswith("about 90%: ")
    assert rows["C3"][2].startswith("about 3,900: ")
    assert all("95% interval" in cell and "separate span" in cell for cell in rows["C3"][3:])
    years = [row[0] for row in cloud_rows(others)]
    assert years[0] == "2014-Q3"
    assert years[-1] == "2026-Q1"
    assert cloud_rows(others)[-1][2] == "1,420 to 1,940"


def test_the_cloud_lies_over_closed_labs_alone_quarter_by_quarter(history):
    others = other_markets(history, VINTAGE)
    points = cloud_points(others, "closed")
    assert len(points) == len(others["cloud"])
    assert all(low <= point.value <= high for point in points for low, high in [point.bounds])
    assert points[-1].tip == "cloud infrastructure, 2026-Q1: 1,420 to 1,940"
    assert cloud_points(others, "open_hosts") == cloud_points(None, "closed") == []


def test_a_history_without_these_paths_shows_none(history):
    assert other_markets(history.drop_vars("cr3"), VINTAGE) is None
    assert other_markets(history.sel(scope=["closed"]), VINTAGE) is None
    assert other_markets(history.where(False), VINTAGE) is None


def test_the_standing_is_that_of_the_record_and_silent_without_one(history):
    others = other_markets(history, VINTAGE)
    said = standing(others)
    assert len(said) == 2
    row = next(row for row in others["record"]["hindcast"]["table"] if row["first"] == 9)
    assert f"{abs(100.0 * row['skill']['median of four']['value']):.0f}%" in said[0]
    assert f"{row['n']:,} forecasts" in said[0]
    assert standing(others | {"record": None}) == []
