"""Markets: equality by contents, round trips, summary, building from frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from properties import examples

from forkmodel.data.column_rules import pandera_schema
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import read_data, write_data
from forkmodel.data.schemas import TABLES
from forkmodel.errors import DataError

FEW = examples(10, at_random=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _permuted(market: MarketTables, seed: int) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    return {
        name: frame.sample(frac=1.0, random_state=rng).loc[:, rng.permutation(frame.columns)]
        for name, frame in market.tables().items()
    }


@given(seed=st.integers(0, 2**32 - 1))
@FEW
def test_order_of_rows_and_columns_does_not_matter(small: MarketTables, seed: int) -> None:
    again = MarketTables.from_tables(_permuted(small, seed), small.vintage)
    assert again.content_hash == small.content_hash
    assert again == small
    assert hash(again) == hash(small)
    for name, frame in again.tables().items():
        pd.testing.assert_frame_equal(frame, getattr(small, name))


@pytest.mark.parametrize("table", TABLES)
def test_hash_sees_every_column(small: MarketTables, table: str) -> None:
    frame = getattr(small, table)
    for column in TABLES[table].columns:
        changed = frame.copy()
        old = changed[column.name].iloc[0]
        new: object = "changed"
        if column.kind in ("number", "whole"):
            new = 0.123 if pd.isna(old) else float(old) * 1.0000001 + 1e-9
        elif column.kind == "date":
            new = pd.Timestamp("2001-01-01")
        elif column.kind == "flag":
            new = not old
        changed.loc[0, column.name] = new  # type: ignore[call-overload]
        other = MarketTables(**{**small.tables(), table: changed}, vintage=small.vintage)
        assert other.content_hash != small.content_hash, column.name
        assert other != small


def test_hash_sees_the_vintage_and_is_stable(small: MarketTables) -> None:
    assert MarketTables(**small.tables(), vintage=pd.Timestamp("2025-08-02")) != small
    assert len(small.content_hash) == 64
    assert small.content_hash == "09e46c156700917a7aa495274f28f21761da2b2952e660d7b96304f5b3dfc0a3"


def test_hash_ignores_how_dates_and_numbers_are_held(small: MarketTables) -> None:
    models = small.models.assign(release_date=small.models["release_date"].astype("datetime64[ns]"))
    usage = small.usage.assign(entity=small.usage["entity"].astype(object))
    assert (
        MarketTables(**{**small.tables(), "models": models, "usage": usage}, vintage=small.vintage) == small
    )


def test_types(small: MarketTables) -> None:
    assert small.models["release_date"].dtype == "datetime64[us]"
    assert small.scores["score"].dtype == "float64"
    assert small.prices["from_is_release"].dtype == "bool"
    assert small.models["model_id"].dtype == "str"
    assert small.scores["setting"].isna().sum() == 2
    assert small.prices["effective_to"].isna().sum() == 4
    for name, frame in small.tables().items():
        assert list(frame.columns) == TABLES[name].names
        assert list(frame.index) == list(range(len(frame)))


def test_round_trip(small: MarketTables, tmp_path: Path) -> None:
    write_data(small, tmp_path / "out")
    assert read_data(tmp_path / "out") == small
    assert b"\r" not in (tmp_path / "out" / "scores.csv").read_bytes()


def test_round_trip_keeps_every_digit(small: MarketTables, tmp_path: Path) -> None:
    scores = small.scores.assign(score=[1 / 3, 0.1 + 0.2, 1e-17, 1.0, 0.0])
    market = MarketTables(**{**small.tables(), "scores": scores}, vintage=small.vintage)
    write_data(market, tmp_path)
    pd.testing.assert_series_equal(read_data(tmp_path).scores["score"], scores["score"], check_exact=True)


def test_round_trip_without_an_optional_table(small: MarketTables, tmp_path: Path) -> None:
    write_data(small, tmp_path)
    bare = MarketTables(**{**small.tables(), "structure": small.structure.iloc[:0]}, vintage=small.vintage)
    write_data(bare, tmp_path)
    assert read_data(tmp_path) == bare


def test_summary(small: MarketTables) -> None:
    summary = small.summary().set_index("table")
    assert list(summary.index) == list(TABLES)
    assert summary.loc["scores", "rows"] == 5
    assert summary.loc["models", "first_date"] == pd.Timestamp("2024-01-10")
    assert summary.loc["usage", "last_date"] == pd.Timestamp("2025-07-13")
    assert summary.loc["sources", "last_date"] == pd.Timestamp("2026-11-01")
    assert "vintage=2025-08-01" in repr(small)
    assert "scores=5" in repr(small)


def test_summary_of_an_empty_table(small: MarketTables) -> None:
    summary = small.as_of("2020-01-01").summary().set_index("table")
    assert summary.loc["models", "rows"] == 0
    assert pd.isna(summary.loc["models", "first_date"])


def test_from_tables_fills_what_may_be_empty(small: MarketTables) -> None:
    scores = small.scores.drop(columns=["stderr", "setting"])
    models = small.models.assign(release_date=small.models["release_date"].dt.strftime("%Y-%m-%d"))
    built = MarketTables.from_tables({**small.tables(), "scores": scores, "models": models}, "2025-08-01")
    assert built.scores["stderr"].isna().all()
    assert built.models.equals(small.models)


def test_from_tables_takes_some_tables(small: MarketTables) -> None:
    built = MarketTables.from_tables({"models": small.models, "sources": small.sources}, "2025-08-01")
    assert built.usage.empty
    assert built.usage["period_start"].dtype == "datetime64[us]"


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        (lambda t: t.drop(columns="score"), "score", "missing"),
        (lambda t: t.assign(extra=1), "extra", "unknown column"),
        (lambda t: t.assign(score="high"), "score", "wrong type"),
        (lambda t: t.assign(score=85.0), "score", "percentage"),
        (lambda t: t.assign(evaluator=""), "evaluator", "empty"),
        (lambda t: t.assign(model_id="alpha-9"), "model_id", "unknown id"),
    ],
)
def test_from_tables_checks(small: MarketTables, change: object, column: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        MarketTables.from_tables({**small.tables(), "scores": change(small.scores)}, small.vintage)  # type: ignore[operator]
    assert any(p.column == column and words in p.problem for p in caught.value.problems)
    assert all(p.table == "scores" and p.row is None for p in caught.value.problems)


def test_from_tables_refuses_flags_that_are_text(small: MarketTables) -> None:
    usage = small.usage.assign(mapped="false")
    with pytest.raises(DataError, match="wrong type"):
        MarketTables.from_tables({**small.tables(), "usage": usage}, small.vintage)


def test_from_tables_refuses_unknown_tables(small: MarketTables) -> None:
    with pytest.raises(DataError, match="no such table"):
        MarketTables.from_tables({"model": small.models}, small.vintage)


def test_schemas_describe_every_column() -> None:
    for name, table in TABLES.items():
        schema = pandera_schema(name)
        assert list(schema.columns) == table.names
        assert set(table.key) <= set(table.names)
        for column in table.columns:
            assert schema.columns[column.name].description == column.meaning
            assert column.meaning.endswith(".")
            assert schema.columns[column.name].nullable == column.empty
