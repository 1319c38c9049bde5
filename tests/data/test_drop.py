"""Drops: what newer rows add, repeat, restate and contradict, and the tables without some of them."""

from __future__ import annotations

import pytest

from forkmodel.data.contradictions import BOTH, DROP
from forkmodel.data.drop import read_drop
from forkmodel.errors import DataError

PRICE = (
    "model_id,seller,seller_kind,effective_from,effective_to,input_usd_per_mtok,output_usd_per_mtok,"
    "cached_input_usd_per_mtok,from_is_release,first_observed,source_id,note\n"
)
GIVEN = {
    "sources": """source_id,title,publisher,url,licence,attribution,retrieved
board,Public leaderboard,Board,https://example.org,CC BY 4.0,Board,2026-11-01
late,Late report,various,,facts,,2026-11-20
early,Early report,various,,facts,,2026-01-02
""",
    "scores": """model_id,benchmark,score,stderr,n_items,evaluator,setting,source_id,source_snapshot
alpha-1,maths,0.61,0.02,500,Epoch AI,shots=5,board,2025-03-01
alpha-2,maths,0.80,,500,Epoch AI,,late,2025-03-01
birch-7b,quiz,0.40,,198,developer,0-shot,early,2025-09-01
alpha-1,late-test,0.31,,200,Epoch AI,again,board,2025-09-01
alpha-1,maths,0.7,,500,developer,,late,2025-09-01
""",
    "prices": PRICE + "alpha-2,acme,first_party,2025-07-15,,2,8,,false,2025-07-15,late,cut\n",
    "revenue": """developer,as_of,annualised_revenue_usd,low,high,kind,segment,basis,source_id,url
Acme,2025-06-30,2500000000,,,leaked,company,run_rate,late,
Acme,2024-12-31,1000000000,900000000,1200000000,leaked,company,run_rate,press,https://example.org/a
""",
}


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    for name, text in GIVEN.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def drop(place, small):
    return read_drop(place, small)


def table(drop, name):
    return next(each for each in drop.tables() if each.table == name)


def test_rows_that_come_twice_are_counted_and_nothing_else(drop):
    assert {each.table: each.twice for each in drop.tables() if each.twice} == {"scores": 1, "revenue": 1}
    assert [row.key for row in table(drop, "scores").new] == ["alpha-1, maths, developer"]
    assert [row.source for row in table(drop, "sources").new] == ["early", "late"]


def test_a_contradiction_names_both_figures_their_sources_and_who_wins(drop, small):
    newer, older = sorted(
        (c for c in table(drop, "scores").contradictions if c.wins == DROP), key=lambda c: c.key
    )
    assert (newer.key, newer.column, newer.old, newer.new) == (
        "alpha-2, maths, Epoch AI",
        "score",
        "0.85",
        "0.8",
    )
    assert (newer.old_source, newer.new_source) == ("board", "late")
    assert "2026-11-20" in newer.why
    assert "2026-11-01" in newer.why
    # A source read earlier wins too, because a drop is merged on top; but that is said.
    assert (older.key, older.new_source) == ("birch-7b, quiz, developer", "early")
    assert "although" in older.why
    assert "2026-01-02" in older.why
    score = drop.market.scores.set_index(["model_id", "benchmark", "evaluator"])["score"]
    assert score["alpha-2", "maths", "Epoch AI"] == 0.8
    assert score["birch-7b", "quiz", "developer"] == 0.4
    assert (
        small.scores.set_index(["model_id", "benchmark", "evaluator"])["score"][
            "alpha-2", "maths", "Epoch AI"
        ]
        == 0.85
    )


def test_two_observations_of_one_thing_both_stand(drop):
    (other,) = [c for c in table(drop, "scores").contradictions if c.wins == BOTH]
    assert (other.key, other.old, other.new) == ("alpha-1, maths, developer", "0.61", "0.7")
    (figure,) = table(drop, "revenue").contradictions
    assert (figure.wins, figure.column) == (BOTH, "annualised_revenue_usd")
    assert len(drop.market.revenue) == len(drop.base.revenue) + 1


def test_what_describes_a_figure_is_no_contradiction(drop):
    restated = {(c.key, c.column) for c in table(drop, "scores").restated}
    again = "alpha-1, late-test, Epoch AI"
    assert {(again, "n_items"), (again, "setting"), ("alpha-2, maths, Epoch AI", "source_id")} <= restated
    assert {c.column for c in table(drop, "sources").restated} == {"attribution"}


def test_a_price_that_a_later_one_ends_follows(drop):
    (ended,) = table(drop, "prices").followed
    assert (ended.key, ended.column, ended.new) == ("alpha-2, acme, 2025-02-01", "effective_to", "2025-07-15")
    assert not table(drop, "prices").contradictions


def test_without_a_group_its_rows_are_gone_and_what_they_replaced_is_back(drop):
    fresh = drop.fresh("scores")
    assert sorted(fresh["source_id"]) == ["board", "early", "late", "late"]
    scores = drop.without("scores", "late").scores.set_index(["model_id", "benchmark", "evaluator"])["score"]
    assert scores["alpha-2", "maths", "Epoch AI"] == 0.85
    assert ("alpha-1", "maths", "developer") not in scores.index
    assert scores["birch-7b", "quiz", "developer"] == 0.4
    bare = drop.without_figures()
    for name in ("scores", "prices", "revenue", "usage", "adoption"):
        assert getattr(bare, name).equals(getattr(drop.base, name)), name
    assert bare.sources.equals(drop.market.sources)


def test_a_drop_of_known_rows_changes_nothing(small, tmp_path):
    folder = tmp_path / "same"
    folder.mkdir()
    (folder / "revenue.csv").write_text(
        "\n".join([*GIVEN["revenue"].splitlines()[:1], *GIVEN["revenue"].splitlines()[2:]]) + "\n", "utf-8"
    )
    drop = read_drop(folder, small)
    assert not drop.changes
    assert drop.market == small
    assert sum(each.twice for each in drop.tables()) == 1


def test_bad_rows_are_named_with_their_line(place, small):
    path = place / "revenue.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2500000000", "2.5 bn"), encoding="utf-8")
    with pytest.raises(DataError, match="revenue, row 2, column annualised_revenue_usd"):
        read_drop(place, small)
    with pytest.raises(DataError, match="no such folder"):
        read_drop(place / "elsewhere", small)
