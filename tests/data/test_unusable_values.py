"""No number that is not finite leaves the panel: refused with its cell, or read by a stated rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tables import ADOPTION, REVENUE, USAGE, write_rows

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import check_data, read_data
from forkmodel.errors import ModelError
from forkmodel.observations.panel import make_panel

REACH = USAGE | {
    "period_start": "2026-07-01",
    "period_end": "2026-07-31",
    "market": "ramp_business_subscriptions",
    "level": "developer",
    "entity": "xAI",
    "variant": "",
    "unit": "share",
}
CENSUS = {"population": "US employer firms", "measure": "share using AI (goods/services wording)"}
SPEND = {
    "population": "US businesses on Ramp (all)",
    "measure": "median monthly AI spend per employee",
    "unit": "usd_per_employee_month",
}
PART = REACH | {"market": "openrouter_tokens_monthly", "level": "access", "unit": "tokens", "mapped": "false"}


@pytest.mark.parametrize(
    ("table", "row", "column", "mended"),
    [
        ("adoption", ADOPTION | {"value": "0"}, "value", "0.0004"),
        ("adoption", ADOPTION | {"value": "1"}, "value", "0.9996"),
        ("adoption", ADOPTION | CENSUS | {"value": "0"}, "value", "0.0004"),
        ("adoption", ADOPTION | SPEND | {"value": "0"}, "value", "0.01"),
        ("usage", REACH | {"value": "0"}, "value", "0.0004"),
        ("usage", REACH | {"value": "1"}, "value", "0.9996"),
        ("usage", PART | {"entity": "unknown", "value": "0"}, "value", "1000000000"),
        ("revenue", REVENUE | {"low": "0", "high": "30000000000"}, "low", ""),
        ("revenue", REVENUE | {"annualised_revenue_usd": "0", "low": "0", "high": "0"}, "high", ""),
    ],
)
def test_a_value_without_logarithm_is_refused_and_its_fix_passes(
    snapshot: MarketTables, tmp_path: Path, table: str, row: dict[str, str], column: str, mended: str
) -> None:
    folder = write_rows(tmp_path, table, row)
    found = [problem for problem in check_data(folder, base=snapshot) if problem.column == column]
    assert [(problem.table, problem.row) for problem in found] == [(table, 2)]
    assert float(found[0].value or "nan") in (0.0, 1.0)
    empty = {"low": mended, "high": mended} if table == "revenue" else {column: mended}
    assert check_data(write_rows(tmp_path, table, row | empty), base=snapshot) == []


def test_parts_above_their_total_are_refused(snapshot: MarketTables, tmp_path: Path) -> None:
    total = PART | {"entity": "total", "value": "1000"}
    (only,) = check_data(write_rows(tmp_path, "usage", total), base=snapshot)
    assert (only.table, only.row, only.column, only.value) == ("usage", 2, "value", "1000")
    assert "above the total" in only.problem


def test_a_model_without_a_token_all_month_is_no_reading(snapshot: MarketTables) -> None:
    usage = snapshot.usage
    own = usage["entity"].eq("deepseek-v3.2") & usage["unit"].eq("tokens") & usage["level"].eq("model")
    silent = usage.assign(value=usage["value"].mask(own, 0.0))
    before = make_panel(snapshot).rows["model_shares"]
    after = make_panel(MarketTables(**{**snapshot.tables(), "usage": silent}, vintage=snapshot.vintage))
    shares = after.rows["model_shares"]
    assert np.isfinite(shares["log_share"]).all()
    assert "deepseek-v3.2" in before["model"].to_numpy()
    assert "deepseek-v3.2" not in shares["model"].to_numpy()


def test_the_panel_is_the_last_defence(snapshot: MarketTables) -> None:
    adoption = snapshot.adoption
    own = adoption["population"].eq("US businesses on Ramp")
    broken = adoption.assign(value=adoption["value"].mask(own, 1.0))
    with pytest.raises(ModelError, match=r"adoption, logit_share: 4 of 8 .* US businesses on Ramp"):
        make_panel(MarketTables(**{**snapshot.tables(), "adoption": broken}, vintage=snapshot.vintage))


def test_an_update_that_passes_leaves_every_number_finite(snapshot: MarketTables, tmp_path: Path) -> None:
    folder = write_rows(tmp_path, "usage", USAGE | {"value": "0"}, REACH | {"value": "0.0004"})
    make_panel(read_data(folder, base=snapshot)).check_finite()
