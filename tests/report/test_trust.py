"""What the page says of the backtest against what was set beforehand."""

from __future__ import annotations

from copy import deepcopy
from types import SimpleNamespace

from forkmodel.report import trust
from forkmodel.validate.records import STRICT_BACKTEST, backtest_record
from forkmodel.validate.standing import standing


def content(record, strict=None):
    found = SimpleNamespace(backtest=record, strict=strict)
    return SimpleNamespace(trust=None if record is None else found)


def test_goals_are_said_with_what_was_reached():
    record = backtest_record()
    board = {row["target"]: row for row in record["scoreboard"]["by_target"]}
    bar = record["scoreboard"]["bar"]
    counted = [row for row in board.values() if (found := row["skill"][bar]) and found["n"] >= 5]
    won = sum(row["skill"][bar]["skill"] > 0 for row in counted)
    said = trust.goals(content(record))
    assert f"{won} of {len(counted)} quantities" in said
    for name, row in board.items():
        low = row["n"] >= 5 and row["coverage"]["0.9"]["held"] < 0.75
        assert (f"{trust.text.TARGETS[name]} (" in said) == low
    assert trust.goals(content(None)) == ""


def test_a_handful_of_outcomes_decides_no_quantity():
    record = deepcopy(backtest_record())
    bar = record["scoreboard"]["bar"]
    (row,) = [row for row in record["scoreboard"]["by_target"] if row["target"] == "token_hhi"]
    assert row["skill"][bar]["skill"] < 0
    won, of = trust.ahead(content(record))
    row["skill"][bar]["n"] = 4
    assert trust.ahead(content(record)) == (won, of - 1)
    rows = {row.target: row for row in trust.backtest_rows(content(record))}
    assert rows[trust.text.TARGETS["token_hhi"]].won
    assert not any("HHI of router" in said for said in trust.notes(content(record)).values())


def test_the_backtest_of_strict_views_is_said_with_what_it_may_be_used_for():
    record = backtest_record(STRICT_BACKTEST)
    pooled = record["scoreboard"]["pooled"]
    skill = pooled["skill"][record["scoreboard"]["bar"]]["skill"]
    said = trust.strict_sentence(content(backtest_record(), record))
    assert f"{skill:+.2f}".replace("-", "−") in said
    assert f"{pooled['coverage']['0.9']['held']:.0%} of {pooled['n']} outcomes" in said
    assert all(sentence in said for sentence in standing(record["facts"]))
    assert trust.strict_sentence(content(backtest_record())) == ""
