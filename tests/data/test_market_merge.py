"""Merging: union by key, replaced rows, superseded prices, validation of the union."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from properties import examples

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import check_data, read_data
from forkmodel.errors import DataError

FEW = examples(8, at_random=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
PRICES = (
    "model_id,seller,seller_kind,effective_from,effective_to,input_usd_per_mtok,output_usd_per_mtok,"
    "cached_input_usd_per_mtok,from_is_release,first_observed,source_id,note\n"
)
UPDATE = {
    "models": """model_id,name,developer,access,country,release_date,source_id
stealth-x,Stealth X,Birch Lab,open_weights,China,2025-08-20,press
""",
    "scores": """model_id,benchmark,score,stderr,n_items,evaluator,setting,source_id,source_snapshot
stealth-x,maths,0.9,,500,Epoch AI,,board,2025-10-01
alpha-1,maths,0.63,,500,Epoch AI,rerun,board,2025-10-01
""",
    "prices": PRICES
    + "alpha-2,acme,first_party,2025-08-15,,2,8,,false,2025-08-15,press,cut\n"
    + "stealth-x,hosty,host,2025-08-20,,1,2,,true,,press,\n",
}


@pytest.fixture
def update(tmp_path: Path) -> Path:
    """A later drop: a new model, a corrected score, a price cut."""
    folder = tmp_path / "update"
    folder.mkdir()
    for name, text in UPDATE.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def _price(market: MarketTables, model: str, start: str) -> pd.Series:
    rows = market.prices.loc[
        (market.prices["model_id"] == model) & (market.prices["effective_from"] == start)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_update_reads_clean_into_its_base(small: MarketTables, update: Path) -> None:
    assert check_data(update, base=small) == []
    merged = read_data(update, base=small)
    assert merged.vintage == pd.Timestamp("2025-08-20")
    assert len(merged.models) == len(small.models) + 1
    assert len(merged.scores) == len(small.scores) + 1
    score = merged.scores.loc[
        (merged.scores["model_id"] == "alpha-1") & (merged.scores["benchmark"] == "maths")
    ]
    assert score["score"].tolist() == [0.63]
    assert score["setting"].tolist() == ["rerun"]


def test_partial_then_merge_is_the_same(small: MarketTables, update: Path) -> None:
    part = read_data(update, partial=True)
    assert part.usage.empty
    assert small.merge(part) == read_data(update, base=small)


def test_superseded_price_is_closed(small: MarketTables, update: Path) -> None:
    merged = read_data(update, base=small)
    assert _price(merged, "alpha-2", "2025-02-01")["effective_to"] == pd.Timestamp("2025-08-15")
    assert pd.isna(_price(merged, "alpha-2", "2025-08-15")["effective_to"])
    assert pd.isna(_price(merged, "birch-70b", "2025-06-20")["effective_to"])
    assert _price(merged, "alpha-1", "2024-01-10")["effective_to"] == pd.Timestamp("2024-09-01")


def test_usage_of_a_new_model_becomes_mapped(small: MarketTables, update: Path) -> None:
    merged = read_data(update, base=small)
    before = small.usage.loc[small.usage["entity"] == "stealth-x", "mapped"]
    after = merged.usage.loc[merged.usage["entity"] == "stealth-x", "mapped"]
    assert (before.tolist(), after.tolist()) == ([False], [True])


def test_merge_changes_neither_side(small: MarketTables, update: Path) -> None:
    part = read_data(update, partial=True)
    copies = [{name: frame.copy() for name, frame in each.tables().items()} for each in (small, part)]
    small.merge(part)
    for each, copy in zip((small, part), copies, strict=True):
        for name, frame in each.tables().items():
            pd.testing.assert_frame_equal(frame, copy[name])


def test_merge_is_idempotent(small: MarketTables, update: Path) -> None:
    part = read_data(update, partial=True)
    once = small.merge(part)
    assert once.merge(part) == once
    assert once.merge(once) == once
    assert small.merge(small) == small


@given(seed=st.integers(0, 2**32 - 1))
@FEW
def test_merge_does_not_depend_on_row_order(small: MarketTables, update: Path, seed: int) -> None:
    part = read_data(update, partial=True)
    rng = np.random.default_rng(seed)
    mixed = [
        MarketTables(
            **{name: frame.sample(frac=1.0, random_state=rng) for name, frame in each.tables().items()},
            vintage=each.vintage,
        )
        for each in (small, part)
    ]
    merged = mixed[0].merge(mixed[1])
    assert merged.content_hash == small.merge(part).content_hash
    pd.testing.assert_frame_equal(merged.prices, small.merge(part).prices)


@given(keep=st.lists(st.booleans(), min_size=5, max_size=5))
@FEW
def test_a_market_cut_in_two_merges_back(small: MarketTables, keep: list[bool]) -> None:
    mask = np.array(keep)
    part = MarketTables(**{**small.tables(), "scores": small.scores.loc[mask]}, vintage=small.vintage)
    rest = MarketTables(**{**small.tables(), "scores": small.scores.loc[~mask]}, vintage=small.vintage)
    assert part.merge(rest) == small


def test_later_of_two_vintages(small: MarketTables, update: Path) -> None:
    part = read_data(update, partial=True, vintage="2025-09-30")
    assert small.merge(part).vintage == pd.Timestamp("2025-09-30")
    assert part.merge(small).vintage == pd.Timestamp("2025-09-30")


def test_merge_the_other_way_keeps_older_rows_of_the_argument(small: MarketTables, update: Path) -> None:
    part = read_data(update, partial=True)
    back = part.merge(small)
    score = back.scores.loc[(back.scores["model_id"] == "alpha-1") & (back.scores["benchmark"] == "maths")]
    assert score["score"].tolist() == [0.61]
    assert _price(back, "alpha-2", "2025-02-01")["effective_to"] == pd.Timestamp("2025-08-15")


def test_several_new_prices_close_at_the_first(small: MarketTables, update: Path) -> None:
    with (update / "prices.csv").open("a") as file:
        file.write("birch-70b,hosty,host,2025-07-20,2025-08-01,0.6,0.8,,false,2025-07-20,press,\n")
        file.write("birch-70b,hosty,host,2025-08-01,,0.5,0.7,,false,2025-08-01,press,\n")
    merged = read_data(update, base=small)
    assert _price(merged, "birch-70b", "2025-06-20")["effective_to"] == pd.Timestamp("2025-07-20")


def test_contradicting_prices_are_refused(small: MarketTables, update: Path) -> None:
    with (update / "prices.csv").open("a") as file:
        # Inside a spell that the base already closed: nothing says which of the two is right.
        file.write("alpha-1,acme,first_party,2024-05-01,2024-08-01,8,20,,false,,press,\n")
    (only,) = check_data(update, base=small)
    assert (only.table, only.row, only.column) == ("prices", 4, "effective_from")
    assert "a row already in the data (2024-01-10 to 2024-09-01)" in only.problem
    with pytest.raises(DataError, match="still holds"):
        small.merge(read_data(update, partial=True))


def test_unknown_ids_are_looked_up_in_the_union(small: MarketTables, update: Path) -> None:
    path = update / "scores.csv"
    path.write_text(path.read_text().replace("stealth-x,maths", "stealth-y,maths"))
    (only,) = check_data(update, base=small)
    assert (only.table, only.row, only.value) == ("scores", 2, "stealth-y")
    assert "Did you mean 'stealth-x'" in only.fix
    part = read_data(update, partial=True)
    with pytest.raises(DataError, match="stealth-y"):
        small.merge(part)


def test_mapped_typo_in_an_update_is_found(small: MarketTables, update: Path) -> None:
    (update / "usage.csv").write_text(
        "period_start,period_end,market,level,entity,variant,value,unit,mapped,source_id,note\n"
        "2025-08-04,2025-08-10,router,model,alpa-2,standard,0.5,share,true,board,\n"
    )
    (only,) = check_data(update, base=small)
    assert (only.table, only.row, only.column, only.value) == ("usage", 2, "entity", "alpa-2")
    assert "Did you mean 'alpha-2'" in only.fix


def test_update_may_say_less_than_its_base(small: MarketTables, update: Path) -> None:
    for name in ("models", "scores"):
        (update / f"{name}.csv").unlink()
    (update / "prices.csv").write_text(
        PRICES + "alpha-2,acme,first_party,2025-07-15,,2,8,,false,2025-07-15,press,a change found late\n"
    )
    merged = read_data(update, base=small)
    assert merged.vintage == small.vintage
    assert _price(merged, "alpha-2", "2025-02-01")["effective_to"] == pd.Timestamp("2025-07-15")


def test_update_alone_is_not_a_full_folder(update: Path) -> None:
    missing = {each.table for each in check_data(update) if "is missing" in each.problem}
    assert missing == {"benchmarks", "sources"}


def test_partial_folder_is_still_checked(update: Path) -> None:
    path = update / "scores.csv"
    path.write_text(path.read_text().replace("0.9,", "90,"))
    (only,) = check_data(update, partial=True)
    assert (only.table, only.row, only.value) == ("scores", 2, "90")


@pytest.mark.parametrize("how", ["argument", "file"])
def test_stated_vintage_bounds_the_dates(folder: Path, how: str) -> None:
    if how == "file":
        (folder / "vintage.txt").write_text("2025-07-10\n")
    found = check_data(folder, vintage="2025-07-10" if how == "argument" else None)
    assert {each.table for each in found} == {"usage"}
    assert all("after the vintage 2025-07-10" in each.problem for each in found)


def test_vintage_is_the_latest_date_if_not_stated(folder: Path) -> None:
    (folder / "vintage.txt").unlink()
    # Not 2025-09-01 or 2026-11-01, on which scores and sources were read.
    assert read_data(folder).vintage == pd.Timestamp("2025-07-13")


def test_mistyped_year_does_not_become_the_vintage(
    folder: Path, set_cell: Callable[[str, int, str, str], None]
) -> None:
    (folder / "vintage.txt").unlink()
    set_cell("models", 5, "release_date", "2205-06-20")
    (only,) = check_data(folder)
    assert (only.table, only.row, only.column) == ("models", 5, "release_date")
    assert "after today" in only.problem


@pytest.mark.parametrize("bad", ["31.07.2025", "soon", ""])
def test_bad_vintage_file(folder: Path, bad: str) -> None:
    (folder / "vintage.txt").write_text(bad)
    (only,) = check_data(folder)
    assert (only.table, only.row, only.value) == ("vintage.txt", 1, bad)
    assert "2025-07-31" in only.fix or "YYYY-MM-DD" in only.fix


def test_bad_vintage_argument(folder: Path) -> None:
    (only,) = check_data(folder, vintage="2025-13-01")
    assert (only.table, only.value) == ("vintage", "2025-13-01")


def test_update_without_dates_needs_a_vintage(tmp_path: Path, small: MarketTables) -> None:
    (tmp_path / "sources.csv").write_text(
        "source_id,title,publisher,url,licence,attribution,retrieved\nnew,New,Someone,,MIT,,2025-01-01\n"
    )
    (only,) = check_data(tmp_path, partial=True)
    assert "Give vintage=" in only.fix
    assert len(read_data(tmp_path, partial=True, vintage="2025-01-01").sources) == 1
    assert len(read_data(tmp_path, base=small).sources) == 3


def test_folder_without_tables(tmp_path: Path, small: MarketTables) -> None:
    found = check_data(tmp_path, base=small)
    assert [each.problem for each in found] == ["the folder holds no table"]
