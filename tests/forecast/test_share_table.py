"""A market of which only shares are known: what is drawn, what is refused, and the example of the cloud."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from typer.testing import CliRunner

from forkmodel.cli.main import app
from forkmodel.data.read import read_data
from forkmodel.errors import DataError, ForkModelError
from forkmodel.forecast.share_table import REPORT_SD, share_forecast
from forkmodel.fork_model import ForkModel

CLOUD = Path(__file__).parents[2] / "examples" / "cloud"


@pytest.fixture(scope="module")
def cloud():
    return read_data(CLOUD)


@pytest.fixture(scope="module")
def forecast(cloud):
    return share_forecast(cloud, horizon="2031", seed=3)


def table(rows, folder):
    """Write and read a folder that holds shares alone."""
    folder.mkdir(exist_ok=True)
    frame = pd.DataFrame(rows, columns=["market", "as_of", "firm", "share"]).assign(source_id="own")
    frame.to_csv(folder / "structure.csv", index=False)
    head = "source_id,title,publisher,url,licence,attribution,retrieved"
    (folder / "sources.csv").write_text(f"{head}\nown,Own rows,nobody,,none needed,,2026-01-01\n")
    return read_data(folder)


def test_a_folder_of_shares_alone_is_a_market_without_models(cloud):
    assert cloud.models.empty
    assert cloud.structure["source_id"].isin(cloud.sources["source_id"]).all()
    with pytest.raises(ForkModelError, match="no model has a score, a price or usage"):
        ForkModel(cloud)


def test_history_agrees_with_the_table_within_its_error(cloud, forecast):
    seen = cloud.structure
    day = xr.DataArray(seen["as_of"].to_numpy("datetime64[ns]"), dims="row")
    drawn = forecast.shares.sel(time=day, firm=xr.DataArray(seen["firm"].to_numpy(str), dims="row"))
    off = drawn.mean("draw").to_numpy() - seen["share"].to_numpy()
    assert abs(off).max() < 3.0 * REPORT_SD
    assert abs(off.mean()) < REPORT_SD / 4.0


def test_the_cloud_rose_until_2022_and_fell_since(forecast):
    hhi = forecast.concentration["hhi"]
    early, peak, now = (hhi.sel(time=day) for day in ("2014-09-30", "2022-12-31", "2026-03-31"))
    assert float((peak > early).mean()) > 0.99
    assert float((peak > now).mean()) > 0.99
    # Three firms of 28, 21 and 14 percent alone make 1,421.
    assert 1421 < float(now.median()) < 1700


def test_the_future_widens_and_keeps_its_middle(forecast):
    found = forecast.table()
    later = found[found["part"] == "forecast"]
    width = (later["hhi_high"] - later["hhi_low"]).to_numpy()
    assert (np.diff(width) > -60.0).all()
    assert width[-1] > 3.0 * width[0] / 2.0
    assert later["date"].iloc[-1] == pd.Timestamp("2031-12-31")
    assert forecast.shares.sum("firm").max() <= 1.0 + 1e-9
    assert forecast.prob("hhi", 1000.0, "2031") > forecast.prob("hhi", 2000.0, "2031") > 0.0


def test_the_step_of_a_simulated_market_is_found(tmp_path):
    random = np.random.default_rng(5)
    days = pd.date_range("2018-03-31", periods=24, freq="QE")
    walk = np.cumsum(random.normal(0.0, 0.12, (24, 6)), axis=0) + np.log(0.12 / 0.88)
    share = 1.0 / (1.0 + np.exp(-walk)) + random.normal(0.0, REPORT_SD, (24, 6))
    rows = [
        ("m", day.date(), f"f{place}", share[spot, place].clip(0.0, 1.0))
        for spot, day in enumerate(days)
        for place in range(6)
    ]
    step = share_forecast(table(rows, tmp_path), draws=4000).step
    low, high = step.quantile([0.02, 0.98]).to_numpy()
    assert low < 0.12 < high
    assert high - low < 0.1


def test_same_seed_same_draws(cloud, forecast):
    again = share_forecast(cloud, horizon="2031", seed=3)
    np.testing.assert_array_equal(again.shares, forecast.shares)
    assert not np.array_equal(share_forecast(cloud, horizon="2031", seed=4).shares, forecast.shares)


@pytest.mark.parametrize(
    "rows",
    [
        [("m", "2025-03-31", "Only", 0.4), ("m", "2025-06-30", "Only", 0.5)],
        [("m", "2025-03-31", "A", 0.4), ("m", "2025-03-31", "B", 0.3)],
        [("m", "2025-03-31", "NA", 0.4), ("m", "2025-06-30", "NA", 0.3)],
        [("Wolken über Köln 云", "2025-03-31", "Ärger & Söhne", 0.4)],
        [("m", "2025-03-31", "All", 1.0), ("m", "2025-03-31", "None", 0.0)],
    ],
    ids=["one firm", "one date", "a firm named NA", "unicode", "a monopoly"],
)
def test_small_and_odd_tables_are_answered(rows, tmp_path):
    made = share_forecast(table(rows, tmp_path), draws=100)
    assert made.market == rows[0][0]
    assert set(made.shares["firm"].to_numpy()) == {row[2] for row in rows}
    assert np.isfinite(made.table().drop(columns=["date", "part"]).to_numpy()).all()


def test_what_cannot_be_answered_is_refused_by_name(cloud, tmp_path):
    rows = [("a", "2025-03-31", "A", 0.4), ("b", "2025-03-31", "B", 0.3)]
    two = table(rows, tmp_path / "two")
    with pytest.raises(ForkModelError, match="holds 2 markets; name one of a, b"):
        share_forecast(two)
    with pytest.raises(ForkModelError, match="there is no market 'c'"):
        share_forecast(two, "c")
    with pytest.raises(ForkModelError, match="is not after 2026-03-31"):
        share_forecast(cloud, horizon="2025")
    with pytest.raises(DataError, match="sum to"):
        table([("a", "2025-03-31", "A", 0.8), ("a", "2025-03-31", "A and B", 0.9)], tmp_path / "both")


def test_the_command_says_what_it_leaves_out(tmp_path):
    run = CliRunner()
    shown = run.invoke(app, ["shares", str(CLOUD), "--draws", "200"])
    assert shown.exit_code == 0
    assert "are left out" in shown.stdout
    made = json.loads(run.invoke(app, ["shares", str(CLOUD), "--draws", "200", "--json"]).stdout)
    assert made["draws"] == 200
    assert {row["part"] for row in made["dates"]} == {"history", "forecast"}
    (tmp_path / "sources.csv").write_bytes((CLOUD / "sources.csv").read_bytes())
    refused = run.invoke(app, ["shares", str(tmp_path)])
    assert isinstance(refused.exception, DataError)
