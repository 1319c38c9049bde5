"""Claims about a time that the worlds do not reach are not decided; all others are answered."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.claims import exact_view, judge, load_ledger
from forkmodel.claims.information import WATCH_COLUMNS, watch_list
from forkmodel.claims.judge import NOT_DECIDED
from forkmodel.claims.watch import watched
from forkmodel.forecast.effects import QUANTITIES, effects
from forkmodel.results.history import MARKETS, SCOPES, UNITS
from forkmodel.results.paths_value import DEFINITIONS, LAYERS
from forkmodel.results.schema import FORECAST_SCHEMA

LABELS = {
    "access": ["closed", "open"],
    "segment": ["frontier", "threshold"],
    "market": list(MARKETS),
    "unit": list(UNITS),
    "developer": ["A", "B"],
    "definition": list(DEFINITIONS),
    "layer": list(LAYERS),
    "scope": list(SCOPES),
    "rank": ["first", "second", "third"],
    "event": ["merger"],
}
#: Events whose variables are zero or one.
FLAGS = {"shock", "top3_unchanged", "leader_changed"}


def make_forecast(last: str, draws: int = 300) -> fm.Forecast:
    """Return worlds in which everything is noise, from 2023 to a quarter."""
    rng = np.random.default_rng(8)
    times = pd.date_range("2023-01-01", last, freq="QS")
    coords = {"chain": [0, 1], "draw": np.arange(draws), "time": times, **LABELS}
    variables = {}
    for name, entry in FORECAST_SCHEMA.items():
        dims = ("chain", "draw", "time", *entry.dims)
        shape = tuple(len(coords[dim]) for dim in dims)
        noise = rng.uniform(0.05, 0.95, shape)
        variables[name] = (dims, np.round(noise) if name in FLAGS else noise)
    variables["hhi"] = (variables["hhi"][0], 10_000 * variables["hhi"][1])
    parameters = {key: (("chain", "draw"), rng.normal(size=(2, draws))) for key in fm.load_priors()}
    facts = {"prior_set": "reference", "review": "PASS", "meaning": "Noise.", "vintage": "2026-07-31"}
    return fm.Forecast(xr.Dataset(variables, coords=coords), xr.Dataset(parameters), facts)


def judged(last: str) -> dict[str, dict]:
    table = judge(load_ledger(), [exact_view(make_forecast(last))])
    json.dumps(table.as_dict(), allow_nan=False)
    return {row["id"]: row for row in (table.joint, *table.rows)}


def last_year(claim) -> int:
    years = [int(word) for word in (claim.horizon or "").split("-") if word.isdigit()]
    return max(years, default=0)


@pytest.fixture(scope="module")
def whole():
    return judged("2036-10-01")


@pytest.mark.parametrize("last", ["2026-10-01", "2028-10-01", "2030-04-01", "2030-10-01", "2031-10-01"])
def test_each_claim_is_decided_if_the_worlds_reach_its_time(last, whole):
    rows = judged(last)
    end = pd.Timestamp(last)
    for claim in load_ledger().claims:
        row = rows[claim.id]
        if not claim.computable:
            assert row["decided"] is None
            continue
        if claim.horizon == "any":
            continue
        reached = pd.Timestamp(last_year(claim), 10, 1) <= end
        assert row["decided"] is reached, claim.id
        if reached:
            assert row["reason"] is None
            assert whole[claim.id]["decided"] is True
        else:
            assert row["reason"].startswith(f"{NOT_DECIDED}: ")
            assert f"to {end.year}-Q{end.quarter}" in row["reason"]
            assert set(row["probability"].values()) == {None}
            assert row["diagnostic"] is None


def test_what_holds_today_is_said_of_undecided_claims_too():
    row = judged("2028-10-01")["C2"]
    assert row["decided"] is False
    assert isinstance(row["today"], bool)


def test_worlds_without_today_leave_it_open():
    row = judged("2026-04-01")["C2"]
    assert row["decided"] is False
    assert row["today"] is None


def test_the_table_of_claims_says_so_too():
    table = fm.claims(make_forecast("2030-04-01")).set_index("id")
    assert np.isnan(table.loc["C5", "probability"])
    assert table.loc["C5", "reason"].startswith(NOT_DECIDED)


def test_the_watch_list_leaves_out_what_is_not_decided():
    assert set(watched(exact_view(make_forecast("2036-10-01")))["target"]) >= {"joint"}
    short = watched(exact_view(make_forecast("2028-10-01")))
    assert short.empty
    assert list(short.columns) == WATCH_COLUMNS
    assert list(watch_list({}, xr.Dataset()).columns) == WATCH_COLUMNS


def test_effects_are_stated_for_whole_years_only():
    for last, years in (("2030-10-01", {"2028"}), ("2031-04-01", {"2028"}), ("2031-10-01", {"2028", "2031"})):
        forecast = make_forecast(last, draws=20)
        found = effects(forecast, {"same": forecast})
        assert set(found["date"]) == years
        assert len(found) == len(years) * len(QUANTITIES)
    forecast = make_forecast("2027-10-01", draws=20)
    assert effects(forecast, {"same": forecast}).empty
    assert "date" in effects(forecast, {"same": forecast}).columns


def test_claims_of_a_short_forecast_are_printed(tmp_path, capsys):
    from forkmodel.cli.main import app

    path = tmp_path / "f.nc"
    forecast = make_forecast("2030-04-01")
    forecast.facts |= {"horizon": "2030-06-30", "scenario": "baseline"}
    forecast.save(path)
    app(["claims", str(path)], standalone_mode=False)
    printed = capsys.readouterr().out
    assert "not decided: cr3 is known from 2023-Q1 to 2030-Q2" in printed
    app(["claims", str(path), "--json"], standalone_mode=False)
    document = json.loads(capsys.readouterr().out)
    answers = {row["id"]: row for row in document["claims"]}
    assert answers["C5"]["decided"] is False
    decided = [row for row in document["claims"] if row["decided"]]
    assert decided
    assert all(row["probability"]["reference"] is not None for row in decided)
