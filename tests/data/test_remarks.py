"""What ``data check`` says of sound tables: what is read, what is not, what is far from its neighbours."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tables import ADOPTION, PRICE, REVENUE, USAGE, write_rows

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import SNAPSHOT, read_data, write_data
from forkmodel.data.vocabulary import COMPARISONS
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.observations.remarks import unread_rows
from forkmodel.observations.uses import DataReport, examine_data

MODEL = {
    "model_id": "newmodel",
    "name": "New",
    "developer": "OpenAI",
    "access": "closed",
    "country": "United States",
    "release_date": "2026-06-01",
    "source_id": "genai-prices",
}
READINGS = {reading.name: reading for each in OBSERVATIONS for reading in each.readings}
ROUTER = USAGE | {"market": "OpenRouter_tokens_weekly"}


def _remarks(report: DataReport) -> set[tuple[str, int | None, str | None]]:
    assert report.problems == []
    return {(each.table, each.row, each.column) for each in report.remarks}


@pytest.mark.parametrize(
    ("table", "row", "column", "hint"),
    [
        ("usage", ROUTER, "market", "Did you mean 'openrouter_tokens_weekly'"),
        ("usage", USAGE | {"market": "my_router", "unit": "share", "value": "0.1"}, "market", "is one of"),
        ("usage", USAGE | {"entity": "GPT 4.1", "mapped": "false"}, "entity", "Did you mean 'gpt-4.1'"),
        (
            "adoption",
            ADOPTION | {"population": "US Businesses on Ramp"},
            "population",
            "'US businesses on Ramp'",
        ),
        ("adoption", ADOPTION | {"measure": "Share paying for any AI"}, "measure", "'share paying'"),
        ("revenue", REVENUE | {"developer": "Open AI"}, "developer", "'OpenAI'"),
        ("revenue", REVENUE | {"segment": "api_platform"}, "segment", "company"),
        ("models", MODEL | {"developer": "openai"}, "developer", "'OpenAI'"),
        ("prices", PRICE | {"seller": "WandB"}, "seller", "'wandb'"),
        ("prices", PRICE | {"input_usd_per_mtok": "15000"}, "input_usd_per_mtok", "USD per million"),
        ("revenue", REVENUE | {"annualised_revenue_usd": "25000000"}, "annualised_revenue_usd", "thousands"),
        ("revenue", REVENUE | {"basis": "period"}, "as_of", "period_start"),
    ],
)
def test_a_value_worth_a_look_is_remarked_upon_and_not_refused(
    snapshot: MarketTables, tmp_path: Path, table: str, row: dict[str, str], column: str, hint: str
) -> None:
    report = examine_data(write_rows(tmp_path, table, row), base=snapshot)
    assert (table, 2, column) in _remarks(report)
    said = [f"{each.problem} {each.fix}" for each in report.remarks if each.column == column]
    assert any(hint in text for text in said), said


def test_a_plain_update_gets_no_remark_and_its_count(snapshot: MarketTables, tmp_path: Path) -> None:
    row = REVENUE | {"annualised_revenue_usd": "30000000000"}
    report = examine_data(write_rows(tmp_path, "revenue", row), base=snapshot)
    assert report.remarks == []
    (labs,) = [use for use in report.uses if use.observation == "lab revenue"]
    assert (labs.before, labs.after) == (37, 38)
    assert report.as_dict()["vintage"] == report.as_dict()["vintage_before"] == "2026-07-31"


def test_the_snapshot_holds_no_word_that_is_not_known(snapshot: MarketTables) -> None:
    lined = {name: frame.set_index(frame.index + 2) for name, frame in snapshot.tables().items()}
    assert [str(remark) for remark in unread_rows(lined)] == []
    for known in (*READINGS.values(), *COMPARISONS):
        assert known.reads(getattr(snapshot, known.table)).any(), known.name


def test_too_few_scores_are_said_to_be_none(snapshot: MarketTables, tmp_path: Path) -> None:

    write_data(
        MarketTables(**{**snapshot.tables(), "scores": snapshot.scores.head(3)}, vintage=snapshot.vintage),
        tmp_path,
    )
    report = examine_data(tmp_path)
    assert report.problems == []
    assert any("finds no scores" in remark.problem for remark in report.remarks)


def test_the_words_are_documented() -> None:
    page = (SNAPSHOT.parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    for reading in READINGS.values():
        head = f"| {reading.name} | `{reading.table}`"
        (line,) = [each for each in page.splitlines() if each.startswith(head)]
        for words in reading.words.values():
            for word in words:
                assert f"`{word}`" in line, (reading.name, word)


ANNOUNCED = PRICE | {"seller": "x", "effective_to": "2026-11-01"}


def test_announced_dates_are_no_data(snapshot: MarketTables, tmp_path: Path) -> None:
    later = PRICE | {"seller": "y", "effective_from": "2026-09-01"}
    folder = write_rows(tmp_path, "prices", ANNOUNCED, later)
    report = examine_data(folder, base=snapshot)
    assert report.vintage == snapshot.vintage
    assert _remarks(report) == {("prices", 2, "effective_to"), ("prices", 3, "effective_from")}
    prices = read_data(folder, base=snapshot).prices
    assert prices.loc[prices["seller"].eq("x"), "effective_to"].isna().all()
    assert not prices["seller"].eq("y").any()


def test_a_price_seen_in_force_moves_the_vintage(snapshot: MarketTables, tmp_path: Path) -> None:
    seen = PRICE | {"effective_from": "2026-09-01", "first_observed": "2026-09-03"}
    report = examine_data(write_rows(tmp_path, "prices", seen), base=snapshot)
    assert report.vintage == pd.Timestamp("2026-09-03")
    assert report.as_dict()["vintage_before"] == "2026-07-31"
