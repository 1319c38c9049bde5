"""As-of views show what was known on a day and nothing later."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from properties import examples

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.schemas import TABLES

SOME = examples(15, at_random=500, suppress_health_check=[HealthCheck.function_scoped_fixture])
DAYS = st.dates(pd.Timestamp("2023-06-01").date(), pd.Timestamp("2026-07-31").date()).map(pd.Timestamp)


def _prices(market: MarketTables, model: str) -> list[tuple[str, str]]:
    rows = market.prices.loc[market.prices["model_id"] == model]
    ends = rows["effective_to"].dt.strftime("%Y-%m-%d").fillna("open")
    return list(zip(rows["effective_from"].dt.strftime("%Y-%m-%d"), ends, strict=True))


def test_models_and_their_scores(small: MarketTables) -> None:
    then = small.as_of("2025-01-31")
    assert then.vintage == pd.Timestamp("2025-01-31")
    assert set(then.models["model_id"]) == {"alpha-1", "birch-7b"}
    # late-test was published in May 2025; quiz has no date.
    assert set(then.benchmarks["benchmark"]) == {"maths", "quiz"}
    assert set(then.scores["model_id"] + " " + then.scores["benchmark"]) == {"alpha-1 maths", "birch-7b quiz"}
    assert set(small.as_of("2025-02-01").models["model_id"]) == {"alpha-1", "alpha-2", "birch-7b"}


def test_strict_scores_need_a_table_of_that_day(small: MarketTables) -> None:
    assert small.as_of("2025-01-31", strict=True).scores.empty
    assert set(small.as_of("2025-03-01", strict=True).scores["model_id"]) == {"alpha-1", "alpha-2"}
    assert len(small.as_of("2025-03-01").scores) == 3


def test_prices_started_and_seen(small: MarketTables) -> None:
    assert _prices(small.as_of("2024-01-11"), "alpha-1") == []
    assert _prices(small.as_of("2024-01-12"), "alpha-1") == [("2024-01-10", "open")]
    assert _prices(small.as_of("2024-09-01"), "alpha-1") == [("2024-01-10", "open")]
    assert _prices(small.as_of("2025-07-03"), "birch-70b") == []
    assert _prices(small.as_of("2025-07-04"), "birch-70b") == [("2025-06-20", "open")]


def test_change_not_yet_seen_leaves_the_old_price_open(small: MarketTables) -> None:
    # The cut of September 2024 was first seen on 5 October.
    assert _prices(small.as_of("2024-10-04"), "alpha-1") == [("2024-01-10", "open")]
    assert _prices(small.as_of("2024-10-05"), "alpha-1") == [
        ("2024-01-10", "2024-09-01"),
        ("2024-09-01", "open"),
    ]


def test_price_without_observation_date(small: MarketTables) -> None:
    assert _prices(small.as_of("2024-06-15"), "birch-7b") == [("2024-06-15", "open")]
    assert _prices(small.as_of("2025-08-01", strict=True), "birch-7b") == []


def test_other_tables_by_date(small: MarketTables) -> None:
    then = small.as_of("2025-07-12")
    assert set(then.usage["market"]) == {"card_subscriptions"}
    assert set(small.as_of("2025-07-13").usage["market"]) == {"card_subscriptions", "router"}
    assert small.as_of("2025-06-29").usage.empty
    assert len(small.as_of("2025-03-31").adoption) == 2
    assert len(small.as_of("2025-06-29").revenue) == 1
    assert small.as_of("2025-03-30").structure.empty
    assert len(small.as_of("2020-01-01").sources) == len(small.sources)


def test_usage_is_unmapped_before_its_model_is_known(small: MarketTables) -> None:
    early = small.models.copy()
    early.loc[early["model_id"] == "birch-70b", "release_date"] = pd.Timestamp("2025-07-20")
    market = MarketTables(**{**small.tables(), "models": early}, vintage=small.vintage)
    then = market.as_of("2025-07-15").usage
    assert not then.loc[then["entity"] == "birch-70b", "mapped"].any()
    assert then.loc[then["entity"] == "alpha-2", "mapped"].all()


def test_asking_after_the_vintage_changes_nothing(small: MarketTables) -> None:
    assert small.as_of("2030-01-01") == small
    assert small.as_of(small.vintage) == small


def test_nothing_is_mutated(small: MarketTables) -> None:
    before = small.prices.copy()
    small.as_of("2024-06-01")
    pd.testing.assert_frame_equal(small.prices, before)


@given(days=st.lists(DAYS, min_size=2, max_size=2), strict=st.booleans())
@SOME
def test_knowledge_only_grows(snapshot: MarketTables, days: list[pd.Timestamp], strict: bool) -> None:
    early, late = sorted(days)
    small, large = snapshot.as_of(early, strict=strict), snapshot.as_of(late, strict=strict)
    for name, table in TABLES.items():
        key = list(table.key)
        keys = pd.MultiIndex.from_frame(getattr(large, name)[key].astype(str))
        assert pd.MultiIndex.from_frame(getattr(small, name)[key].astype(str)).isin(keys).all(), name
    assert large.as_of(early, strict=strict) == small


@given(day=DAYS, strict=st.booleans())
@SOME
def test_nothing_later_than_the_day(snapshot: MarketTables, day: pd.Timestamp, strict: bool) -> None:
    then = snapshot.as_of(day, strict=strict)
    for name, table in TABLES.items():
        frame = getattr(then, name)
        for column in table.dates():
            assert not (frame[column] > day).any(), (name, column)
    if strict:
        assert not (then.scores["source_snapshot"] > day).any()


@pytest.mark.parametrize("day", ["2023-06-30", "2025-02-20", "2026-06-12"])
def test_views_are_valid_markets(snapshot: MarketTables, day: str) -> None:
    then = snapshot.as_of(day)
    assert MarketTables.from_tables(then.tables(), day) == then
