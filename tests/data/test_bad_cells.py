"""Every kind of bad cell is reported with table, row, column, value and a fix that helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forkmodel.data.read import check_data, read_data
from forkmodel.errors import DataError

SetCell = Callable[[str, int, str, str], None]

#: table, line, column, bad value, words of the problem, words of the fix
ONE_CELL = [
    ("scores", 3, "score", "85", "looks like a percentage; divide by 100", "Write 0.85 instead"),
    ("scores", 3, "score", "850", "is above 1", "fraction from 0 to 1"),
    ("scores", 3, "score", "-0.1", "is negative", "at least 0"),
    ("scores", 3, "score", "", "is empty", "Fill it in"),
    ("scores", 3, "score", "high", "is not a number", "plain number"),
    ("scores", 3, "score", "85%", "is not a number", "write 0.85"),
    ("scores", 3, "score", "0,85", "is not a number", "write 0.85"),
    ("scores", 3, "score", "nan", "is not a number", "Leave the cell empty"),
    ("scores", 3, "score", "1_0", "is not a number", "plain number"),
    ("scores", 3, "score", "inf", "infinite", "finite number"),
    ("scores", 3, "score", "1e999", "infinite", "finite number"),
    ("scores", 2, "n_items", "12.5", "not a whole number", "count"),
    ("scores", 2, "model_id", "alpha-11", "unknown id", "Did you mean 'alpha-1'"),
    ("scores", 2, "benchmark", "math", "unknown id", "Did you mean 'maths'"),
    ("scores", 2, "source_id", "bord", "unknown id", "Did you mean 'board'"),
    ("prices", 2, "model_id", "alfa-1", "unknown id", "Did you mean 'alpha-1'"),
    ("models", 3, "source_id", "pres", "no such entry in sources.csv", "Did you mean 'press'"),
    ("models", 4, "access", "open", "is not one of closed, open_weights", "Did you mean 'open_weights'"),
    ("models", 4, "release_date", "2024-02-30", "is not an ISO date", "no such day"),
    ("models", 4, "release_date", "31/12/2024", "is not an ISO date", "Write it as 2024-12-31"),
    ("models", 4, "release_date", "03/04/2024", "is not an ISO date", "2024-03-04 or 2024-04-03"),
    ("models", 4, "release_date", "2024-6-5", "is not an ISO date", "Write it as 2024-06-05"),
    ("models", 4, "release_date", "2024-06-05T00:00:00", "is not an ISO date", "Write it as 2024-06-05"),
    ("models", 4, "release_date", "45292", "is not an ISO date", "Write it as 2024-01-01"),
    ("models", 4, "release_date", "2024-W23-3", "is not an ISO date", "YYYY-MM-DD"),
    ("models", 4, "release_date", "June 2024", "is not an ISO date", "YYYY-MM-DD"),
    ("models", 4, "release_date", "0204-06-15", "is before 1990", "Check the year"),
    (
        "models",
        4,
        "release_date",
        "2026-06-15",
        "in the future: after the vintage 2025-08-01",
        "later vintage",
    ),
    ("models", 4, "release_date", "", "is empty", "First day"),
    ("models", 4, "name", "Birch\n7B", "line break", "one line"),
    (
        "prices",
        2,
        "seller_kind",
        "firstparty",
        "is not one of first_party, host",
        "Did you mean 'first_party'",
    ),
    ("prices", 4, "input_usd_per_mtok", "-3", "is negative", "at least 0"),
    ("prices", 4, "input_usd_per_mtok", "0.000003", "price per token", "Multiply by 1000000"),
    ("prices", 4, "input_usd_per_mtok", "$3.00", "is not a number", "3.00"),
    ("prices", 2, "effective_to", "2023-12-01", "is not after effective_from", "correct the two dates"),
    ("prices", 6, "effective_to", "2029-01-01", "in the future", "later vintage"),
    ("prices", 6, "from_is_release", "yes", "neither true nor false", "Write true or false"),
    ("prices", 6, "from_is_release", "", "neither true nor false", "Write true or false"),
    ("usage", 2, "value", "-0.5", "is negative", "at least 0"),
    ("usage", 2, "value", "1.5", "looks like a percentage; divide by 100", "0.015"),
    ("usage", 2, "value", "inf", "infinite", "finite number"),
    ("usage", 2, "value", "1,200", "is not a number", "write 1200"),
    ("usage", 2, "level", "modell", "is not one of model", "Did you mean 'model'"),
    ("usage", 2, "unit", "shares", "is not one of tokens", "Did you mean 'share'"),
    ("usage", 4, "variant", "freee", "is not one of standard", "Did you mean 'free'"),
    ("usage", 2, "entity", "alpha-22", "unknown id", "Did you mean 'alpha-2'"),
    ("usage", 7, "entity", "Akme", "unknown id", "Did you mean 'Acme'"),
    ("usage", 2, "mapped", "false", "the entity is in models.csv", "Set mapped to true"),
    ("usage", 2, "period_end", "2025-07-01", "is before period_start", "correct the two dates"),
    ("usage", 2, "period_end", "2025-08-09", "in the future", "later vintage"),
    ("adoption", 2, "value", "5", "looks like a percentage; divide by 100", "Write 0.05"),
    ("adoption", 2, "unit", "percent", "is not one of users", "Valid names: share"),
    ("adoption", 2, "date", "2025-12-31", "in the future", "later vintage"),
    ("revenue", 2, "kind", "rumour", "is not one of audited", "Valid names: audited"),
    ("revenue", 3, "basis", "run-rate", "is not one of run_rate", "Did you mean 'run_rate'"),
    ("revenue", 3, "annualised_revenue_usd", "2.0", "too small", "US dollars"),
    ("revenue", 3, "annualised_revenue_usd", "-5", "is negative", "at least 0"),
    ("revenue", 2, "low", "1100000000", "above the central figure", "Swap"),
    ("revenue", 2, "high", "950000000", "below the central figure", "Swap"),
    ("structure", 2, "share", "40", "looks like a percentage; divide by 100", "Write 0.4"),
    ("structure", 2, "share", "0.9", "sum to 1.250", "at most 1"),
    ("benchmarks", 3, "chance_level", "1", "is not above the chance level", "ceiling or chance_level"),
    ("sources", 2, "licence", "", "is empty", "Terms"),
    ("sources", 2, "retrieved", "yesterday", "is not an ISO date", "YYYY-MM-DD"),
]


@pytest.mark.parametrize(
    ("table", "line", "column", "value", "problem", "fix"),
    ONE_CELL,
    ids=[f"{case[0]}-{case[2]}-{case[3] or 'empty'}" for case in ONE_CELL],
)
def test_one_bad_cell(
    folder: Path, set_cell: SetCell, table: str, line: int, column: str, value: str, problem: str, fix: str
) -> None:
    set_cell(table, line, column, value)
    found = check_data(folder)
    # One mistake gives one problem: consequences of it are not reported as well.
    assert len(found) == 1, [str(each) for each in found]
    (only,) = found
    assert (only.table, only.row) == (table, line)
    if "sum to" not in problem and "chance level" not in problem:
        assert only.column == column
        assert only.value is not None
        if problem not in ("infinite", "is empty") and not value.replace(".", "").replace("-", "").isdigit():
            assert only.value == value
    assert problem in only.problem
    assert fix in only.fix


@pytest.mark.parametrize(
    ("column", "value", "shown"), [("score", "85", "85"), ("score", "1e999", "inf"), ("score", "", "")]
)
def test_numbers_are_shown_as_text(
    folder: Path, set_cell: SetCell, column: str, value: str, shown: str
) -> None:
    set_cell("scores", 3, column, value)
    assert [each.value for each in check_data(folder)] == [shown]


def test_all_problems_come_together_and_in_order(folder: Path, set_cell: SetCell) -> None:
    set_cell("usage", 2, "value", "-1")
    set_cell("scores", 6, "score", "66")
    set_cell("scores", 2, "score", "oops")
    set_cell("models", 2, "access", "opened")
    found = [(each.table, each.row, each.column) for each in check_data(folder)]
    assert found == [
        ("models", 2, "access"),
        ("scores", 2, "score"),
        ("scores", 6, "score"),
        ("usage", 2, "value"),
    ]


def test_error_carries_what_the_check_found(folder: Path, set_cell: SetCell) -> None:
    set_cell("scores", 3, "score", "85")
    set_cell("prices", 4, "input_usd_per_mtok", "-3")
    with pytest.raises(DataError, match="2 problems") as caught:
        read_data(folder)
    assert "scores, row 3, column score" in str(caught.value)
    assert "(value: 85)" in str(caught.value)
    assert caught.value.problems == check_data(folder)


def test_overlapping_spells_name_both_rows(folder: Path, set_cell: SetCell) -> None:
    set_cell("prices", 2, "effective_to", "2024-12-24")
    (only,) = check_data(folder)
    assert (only.table, only.row, only.column, only.value) == ("prices", 3, "effective_from", "2024-09-01")
    assert "row 2 (2024-01-10 to 2024-12-24)" in only.problem
    assert "Set effective_to of row 2 to 2024-09-01" in only.fix


def test_open_spell_before_a_later_one_overlaps(folder: Path, set_cell: SetCell) -> None:
    set_cell("prices", 2, "effective_to", "")
    (only,) = check_data(folder)
    assert only.row == 3
    assert "row 2 (2024-01-10 to open)" in only.problem


def test_spells_that_touch_or_leave_a_gap_are_fine(folder: Path, set_cell: SetCell) -> None:
    set_cell("prices", 2, "effective_to", "2024-08-01")
    assert check_data(folder) == []


def test_spell_inside_a_long_one_is_found(folder: Path) -> None:
    path = folder / "prices.csv"
    with path.open("a") as file:
        for start, end in (("2025-02-10", "2025-02-20"), ("2025-03-01", "2025-03-10")):
            file.write(f"alpha-2,acme,first_party,{start},{end},3,12,,false,,press,\n")
    found = check_data(folder)
    assert [each.row for each in found] == [7, 8]
    assert all("row 4 (2025-02-01 to open)" in each.problem for each in found)


def test_exclusive_shares_above_one(folder: Path, set_cell: SetCell) -> None:
    set_cell("usage", 5, "value", "0.4")
    (only,) = check_data(folder)
    assert (only.table, only.row, only.column, only.value) == ("usage", 2, "value", "1.200")
    assert "shares of router by model from 2025-07-07 to 2025-07-13 sum to 1.200" in only.problem
    assert "_subscriptions" in only.fix


def test_rounding_of_shares_is_forgiven(folder: Path, set_cell: SetCell) -> None:
    set_cell("usage", 5, "value", "0.23")
    assert check_data(folder) == []


def test_a_whole_and_its_parts_count_once(folder: Path) -> None:
    with (folder / "usage.csv").open("a") as file:
        file.write("2025-07-07,2025-07-13,router,model,birch-70b,all,0.3,share,true,board,\n")
    assert check_data(folder) == []


def test_multi_homing_shares_may_exceed_one(folder: Path, set_cell: SetCell) -> None:
    assert check_data(folder) == []
    for line in (7, 8):
        set_cell("usage", line, "market", "card_spend")
    (only,) = check_data(folder)
    assert "sum to 1.300" in only.problem


def test_duplicate_key_names_the_first_row(folder: Path) -> None:
    with (folder / "scores.csv").open("a") as file:
        file.write("alpha-1,maths,0.7,,,Epoch AI,,board,2025-03-01\n")
        file.write("alpha-2,maths,0.85,,500,Epoch AI,,board,2025-03-01\n")
    first, second = check_data(folder)
    assert (first.table, first.row, first.column, first.value) == (
        "scores", 7, "model_id", "alpha-1, maths, Epoch AI",
    )  # fmt: skip
    assert "same model_id, benchmark, evaluator as row 2" in first.problem
    assert (second.row, second.problem) == (8, "repeats row 3 exactly")
    assert "Delete" in second.fix


def test_duplicate_key_with_an_empty_part(folder: Path) -> None:
    with (folder / "usage.csv").open("a") as file:
        file.write("2025-07-07,2025-07-13,router,access,closed,,7,tokens,true,board,\n")
    (only,) = check_data(folder)
    assert only.row == 9
    assert "as row 6" in only.problem
