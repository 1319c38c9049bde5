"""Fields that contradict one another are refused, and each message's fix is carried out and passes."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tables import PRICE, REVENUE, USAGE, write_rows

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.names import NearNames
from forkmodel.data.panel import PanelOptions
from forkmodel.data.panel_prices import monthly_prices
from forkmodel.data.read import check_data, read_data
from forkmodel.data.spells import spell_overlaps

AMOUNT = REVENUE | {"basis": "period", "as_of": "2026-06-30"}


@pytest.mark.parametrize(
    ("table", "row", "column", "mended"),
    [
        ("usage", USAGE | {"period_start": "2026-07-01", "period_end": "2026-07-31"}, "period_end",
         {"period_start": "2026-07-20", "period_end": "2026-07-26"}),
        ("usage", USAGE | {"period_start": "2026-07-21", "period_end": "2026-07-27"}, "period_end",
         {"period_start": "2026-07-20", "period_end": "2026-07-26"}),
        ("usage", USAGE | {"market": "openrouter_tokens_day"}, "period_end", {"period_end": "2026-07-20"}),
        ("usage", USAGE | {"market": "openrouter_tokens_monthly"}, "period_end",
         {"period_start": "2026-07-01", "period_end": "2026-07-31"}),
        ("prices", PRICE | {"effective_from": "2024-01-01", "effective_to": "2024-02-01"}, "effective_from",
         {"effective_from": "2026-07-01", "effective_to": ""}),
        ("prices", PRICE | {"seller_kind": "first_party", "seller": "anthropic"}, "seller_kind",
         {"seller_kind": "host"}),
        ("revenue", REVENUE | {"period_start": "2026-07-01"}, "period_start", {"period_start": ""}),
        ("revenue", AMOUNT | {"period_start": "2026-06-30"}, "period_start", {"period_start": "2026-04-01"}),
        ("revenue", AMOUNT | {"period_start": "2025-01-01"}, "period_start", {"period_start": "2026-01-01"}),
        ("revenue", AMOUNT | {"as_of": "2025-12-31", "period_start": "2025-01-01"}, "period_start",
         {"period_start": ""}),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_and_its_fix_passes(
    snapshot: MarketTables,
    tmp_path: Path,
    table: str,
    row: dict[str, str],
    column: str,
    mended: dict[str, str],
) -> None:
    (only,) = check_data(write_rows(tmp_path, table, row), base=snapshot)
    assert (only.table, only.row, only.column) == (table, 2, column)
    assert check_data(write_rows(tmp_path, table, row | mended), base=snapshot) == []


def test_an_open_price_older_than_the_next_names_its_own_row(snapshot: MarketTables, tmp_path: Path) -> None:
    open_row = PRICE | {"model_id": "grok-3", "seller": "xai", "seller_kind": "first_party"}
    open_row |= {"effective_from": "2025-02-17"}
    folder = write_rows(tmp_path, "prices", open_row)
    (folder / "vintage.txt").write_text("2026-09-01\n", encoding="utf-8")
    (only,) = check_data(folder, base=snapshot)
    assert (only.table, only.row, only.column, only.value) == ("prices", 2, "effective_to", "")
    assert "Set effective_to of row 2 to 2025-04-09" in only.fix
    write_rows(tmp_path, "prices", open_row | {"effective_to": "2025-04-09"})
    assert check_data(folder, base=snapshot) == []


def test_a_total_stated_twice_is_refused_with_both_rows(snapshot: MarketTables, tmp_path: Path) -> None:
    total = USAGE | {
        "period_start": "2026-07-01",
        "period_end": "2026-07-31",
        "market": "openrouter_tokens_monthly",
        "level": "access",
        "entity": "total",
        "value": "1e15",
        "mapped": "false",
        "variant": "all",
    }
    (only,) = check_data(write_rows(tmp_path, "usage", total), base=snapshot)
    assert (only.table, only.row, only.column, only.value) == ("usage", 2, "variant", "all")
    assert "a row already in the data with variant empty" in only.problem
    twice = write_rows(tmp_path, "usage", total, total | {"variant": "standard"})
    assert {problem.row for problem in check_data(twice, base=snapshot)} == {2, 3}
    assert check_data(write_rows(tmp_path, "usage", total | {"variant": ""}), base=snapshot) == []


def test_the_first_day_off_is_no_day_of_a_price() -> None:
    prices = pd.DataFrame(
        {
            "model_id": "x",
            "seller": "acme",
            "seller_kind": "first_party",
            "effective_from": pd.to_datetime(["2025-01-01", "2025-03-01"]),
            "effective_to": pd.to_datetime(["2025-03-01", None]),
            "input_usd_per_mtok": [10.0, 1.0],
            "output_usd_per_mtok": [10.0, 1.0],
        }
    )
    months = pd.date_range("2025-01-01", "2025-04-01", freq="MS")
    found = monthly_prices(prices, months, PanelOptions())
    assert found["price_usd_per_mtok"].tolist() == [10.0, 10.0, 1.0, 1.0]


def test_a_thin_week_does_not_erase_a_full_one(snapshot: MarketTables, tmp_path: Path) -> None:
    from forkmodel.observations.panel import make_panel

    week = USAGE | {"period_start": "2026-04-13", "period_end": "2026-04-19"}
    rows = [week | {"entity": entity} for entity in ("deepseek-v3.2", "minimax-m2.5")]
    merged = read_data(write_rows(tmp_path, "usage", *rows), base=snapshot)
    before, after = (make_panel(each).rows["model_shares"] for each in (snapshot, merged))
    np.testing.assert_array_equal(before["log_share"], after["log_share"])


def test_many_spells_and_many_unknown_names_take_seconds() -> None:
    days = pd.date_range("2000-01-01", periods=20_000, freq="D").astype("datetime64[us]")
    prices = pd.DataFrame(
        {
            "model_id": "x",
            "seller": "acme",
            "effective_from": days,
            "effective_to": days + pd.Timedelta(days=1),
        },
        index=np.arange(2, 20_002),
    )
    prices.loc[10_001, "effective_to"] = days[-1]
    begin = time.process_time()
    found = spell_overlaps(prices)
    names = NearNames(f"model-{number}-{number % 7}b" for number in range(500))
    hints = [names.hint(f"modell-{number}") for number in range(1_000)]
    # Comparing all with all took a minute and a half for as many.
    assert time.process_time() - begin < 10
    assert len(found) == 20_001 - 10_001 - 1
    assert all(problem.problem.count("row 10001") == 1 for problem in found)
    assert "'model-123-4b'" in hints[123]
