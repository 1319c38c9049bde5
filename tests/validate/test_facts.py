"""The posterior beside cited facts: the bundled table is sound, and every verdict follows from the draws."""

from __future__ import annotations

import csv
import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.data.read import SNAPSHOT
from forkmodel.data.schemas import FACTS
from forkmodel.json_text import json_text
from forkmodel.results.schema import HISTORY_SCHEMA
from forkmodel.validate.facts.facts import AGREES, CONTRADICTS, NOT_COMPARED, TENSION, compare_facts
from forkmodel.validate.facts.quantity import period_quarters, quantity_node, quantity_quarters
from forkmodel.validate.facts.table import BUNDLED

#: Draws 0.001, 0.002, ..., 1: quantiles can be read off.
DRAWS = np.arange(1, 1001) / 1000


def history(last: float = 1.0) -> xr.Dataset:
    """Return draws spread evenly over 0 to 1 in every quarter of 2024 to 2026-Q3; the last one is scaled."""
    time = pd.date_range("2024-01-01", "2026-07-01", freq="QS")
    values = np.repeat(DRAWS[None, :, None], len(time), axis=2)
    share = np.repeat(values[..., None, None], 2, axis=3).repeat(2, axis=4)
    share[:, :, -1] = last + 0.01 * share[:, :, -1]
    dims = ("chain", "draw", "time")
    coords = {"time": time, "market": ["openrouter", "enterprise"], "unit": ["tokens", "spend"]}
    variables = {
        "open_share": ((*dims, "market", "unit"), share),
        "adoption_firms": (dims, values),
        "hhi": ((*dims, "scope"), 10_000 * values[..., None]),
        "premium_raw": (dims, np.where(np.arange(1000)[None, :, None] < 200, np.nan, values)),
    }
    return xr.Dataset(variables, coords={**coords, "scope": ["closed"]})


def fact(**cells: str) -> dict[str, str]:
    """Return a sound row with some cells changed."""
    row = dict.fromkeys(FACTS.names, "") | {
        "fact_id": "mine",
        "meaning": "Open share of enterprise money",
        "quantity": "open_share.enterprise.spend[2025]",
        "value": "0.5",
        "unit": "share",
        "basis": "published",
        "period": "2025",
        "source_id": "menlo-ventures-2025",
        "fitted": "false",
    }
    return row | cells


@pytest.fixture
def table(tmp_path):
    def write(*rows: dict[str, str]):
        path = tmp_path / "facts.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FACTS.names)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def compared(table):
    """Compare rows of one's own, without the bundled ones, with draws that are known exactly."""

    def compare(*rows: dict[str, str], last: float = 1.0):
        numbered = [{**row, "fact_id": f"own {place}"} for place, row in enumerate(rows)]
        facts = fm.read_facts(table(*numbered))
        return compare_facts(history(last), facts.loc[facts["fact_id"].str.startswith("own ")])

    return compare


def test_the_bundled_facts_pass_every_check():
    assert [str(problem) for problem in fm.check_facts(BUNDLED)] == []
    facts = fm.read_facts()
    assert len(facts) >= 25
    assert (~facts["fitted"]).sum() >= 10
    assert facts["source_id"].notna().all()


def test_no_secondary_or_judged_figure_passes_for_a_published_one():
    facts = fm.read_facts()
    said = facts["note"].fillna("").str.contains(r"secondary|judged|assum|\bown (?:calculation|hedonic)")
    assert not (facts["basis"].eq("published") & said).any()
    assert facts.loc[facts["source_id"] == "forkmodel-estimates", "basis"].eq("judged").all()


def test_no_bundled_fact_is_younger_than_the_snapshot():
    vintage = pd.Timestamp((SNAPSHOT / "vintage.txt").read_text(encoding="utf-8").strip())
    for text in fm.read_facts()["period"]:
        end = text.split(":")[-1]
        assert period_quarters(text)[1] <= 4 * vintage.year + 3
        if end.count("-") and "Q" not in end:
            assert pd.Timestamp(end) <= vintage


def test_one_meaning_stands_for_one_quantity():
    facts = fm.read_facts()
    plain = facts.loc[facts["quantity"].str.fullmatch(r'[\w."]+( \w+")?\[\S+\]')]
    names = plain["quantity"].str.replace(r"\[.*", "", regex=True)
    assert (plain.groupby(names)["meaning"].nunique() == 1).all()


def test_fitted_shares_are_those_of_the_usage_table(snapshot_usage):
    """A figure called fitted is in the tables that the model reads, with the same value."""
    for row in fm.read_facts().itertuples():
        if row.source_id != "menlo-ventures-2025" or not row.fitted:
            continue
        entity = row.quantity.split(".")[2].split("[")[0].strip('"')
        entity = "open_weights" if row.quantity.startswith("open_share") else entity
        year = snapshot_usage["period_start"].dt.year == int(row.period)
        same = snapshot_usage.loc[year & (snapshot_usage["entity"] == entity), "value"]
        assert row.value in set(same), row.fact_id


@pytest.fixture(scope="module")
def snapshot_usage():
    usage = fm.load_snapshot().usage
    return usage.loc[usage["market"] == "enterprise_llm_api_spend"]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"value": "0.5"}, AGREES),
        ({"value": "0.11"}, AGREES),
        ({"value": "0.09"}, TENSION),
        ({"value": "0.97"}, TENSION),
        ({"value": "0.02"}, CONTRADICTS),
        ({"value": "0.98"}, CONTRADICTS),
        ({"value": "0.02", "low": "0.01", "high": "0.05"}, TENSION),
        ({"value": "", "low": "0.01", "high": "0.2"}, AGREES),
        ({"value": "0.5", "bound": "upper"}, AGREES),
        ({"value": "0.4", "bound": "upper"}, TENSION),
        ({"value": "0.02", "bound": "upper"}, CONTRADICTS),
        ({"value": "0.98", "bound": "lower"}, CONTRADICTS),
        ({"value": "0.2", "bound": "lower"}, AGREES),
    ],
)
def test_the_verdict_follows_from_the_draws(compared, cells, status):
    (row,) = compared(fact(**cells)).facts.to_dict("records")
    assert row["status"] == status
    assert row["inside_95"] == (status != CONTRADICTS)
    assert row["median"] == pytest.approx(0.5005)
    assert [row["low_80"], row["high_80"]] == pytest.approx(np.quantile(DRAWS, [0.1, 0.9]))
    assert [row["low_95"], row["high_95"]] == pytest.approx(np.quantile(DRAWS, [0.025, 0.975]))
    assert row["draws"] == 1000


def test_a_bound_has_the_probability_of_its_side(compared):
    upper, lower = compared(fact(value="0.3", bound="upper"), fact(value="0.9", bound="lower")).facts[
        "probability"
    ]
    assert upper == pytest.approx(0.3)
    assert lower == pytest.approx(0.101)


def test_a_quantity_is_named_only_if_every_fact_contradicts_it(compared):
    low, high = (
        fact(value="0.01"),
        fact(value="0.995", quantity="open_share.enterprise.spend[2024]", period="2024"),
    )
    assert compared(low, high).contradicted == ["open_share.enterprise.spend"]
    inside = fact(value="0.3", quantity="open_share.enterprise.spend[2024]", period="2024")
    assert compared(low, inside).contradicted == []
    # Two markets are two quantities, whatever the other one says.
    router = fact(value="0.3", quantity="open_share.openrouter.spend[2025]")
    assert compared(low, router).contradicted == ["open_share.enterprise.spend"]


def test_a_judged_range_is_compared_but_is_no_observation(compared):
    judged = fact(value="0.001", basis="judged")
    alone = compared(judged, last=0.9)
    assert alone.facts["status"].tolist() == [CONTRADICTS]
    assert alone.contradicted == alone.beyond == []
    # Nor does a judged range that agrees clear a result that every observation contradicts.
    assert compared(fact(value="0.001"), fact(value="0.5", basis="judged")).contradicted == [
        "open_share.enterprise.spend"
    ]


def test_a_last_value_above_all_that_was_ever_observed_is_named(compared):
    rows = fact(value="0.19", quantity="open_share.enterprise.spend[2024]", period="2024"), fact(value="0.11")
    made = compared(*rows, last=0.36)
    assert made.contradicted == []
    assert made.beyond == ["open_share.enterprise.spend"]
    (quantity,) = made.quantities.to_dict("records")
    assert (quantity["beyond"], quantity["latest"]) == ("above", "2026-Q3")
    assert quantity["median"] == pytest.approx(0.365, abs=1e-4)
    assert compared(*rows, last=0.15).beyond == []
    assert compared(*rows, last=0.01).quantities["beyond"].tolist() == ["below"]


def test_a_fresh_observation_or_an_open_bound_leaves_nothing_beyond(compared):
    old = fact(value="0.11")
    fresh = fact(value="0.12", quantity="open_share.enterprise.spend[2026-Q2]", period="2026-05")
    assert compared(old, fresh, last=0.9).beyond == []
    # "At least 0.11" does not say that 0.9 was too much; "at most" does.
    assert compared(fact(value="0.11", bound="lower"), last=0.9).beyond == []
    assert compared(fact(value="0.11", bound="upper"), last=0.9).beyond == ["open_share.enterprise.spend"]


def test_what_cannot_be_compared_says_why(compared):
    rows = [
        fact(quantity="open_share.enterprise.spend[2023]", period="2023"),
        fact(quantity="mean(open_share.enterprise.spend[2026-Q2:2026-Q4])", period="2026-Q2"),
        fact(quantity="open_share.gateway.spend[2025]"),
        fact(quantity="api_share[2025]"),
        fact(quantity="premium_raw[2025]", unit="ratio"),
        fact(quantity="open_share.enterprise.spend[2025-Q1:2025-Q4]"),
    ]
    made = compared(*rows)
    assert set(made.facts["status"]) == {NOT_COMPARED}
    said = made.facts["reason"].tolist()
    wanted = [
        "2024-Q1 to 2026-Q3",
        "another time",
        "no 'gateway'",
        "no api_share",
        "20% of the draws",
        "mean",
    ]
    assert all(word in reason for word, reason in zip(wanted, said, strict=True))
    assert made.contradicted == made.beyond == []


def test_times_of_one_variable_are_one_quantity_and_their_ratio_another(compared):
    made = compared(
        fact(),
        fact(quantity="mean(open_share.enterprise.spend[2025-Q1:2025-Q4])"),
        fact(
            quantity="open_share.enterprise.spend[2025] / open_share.enterprise.spend[2024]",
            unit="ratio",
            value="1",
        ),
    )
    assert made.quantities["facts"].tolist() == [2, 1]


def test_the_document_is_plain_json(compared):
    document = json.loads(json_text(compared(fact(), fact(quantity="api_share[2025]")).as_dict()))
    assert document["counts"] == {"AGREES": 1, "TENSION": 0, "CONTRADICTS": 0, "NOT COMPARED": 1}
    assert document["facts"][0]["low"] is None
    assert document["facts"][1]["median"] is None
    assert document["quantities"][1]["latest"] is None


def test_bundled_facts_meet_worlds_of_every_variable(quick_history):
    made = compare_facts(quick_history, fm.read_facts())
    left = made.facts.loc[made.facts["status"] == NOT_COMPARED]
    assert left["quantity"].str.contains("gateway").all(), left[["fact_id", "reason"]]


@pytest.fixture(scope="module")
def quick_history():
    """Return every variable of the output schema with every label that a fit of the snapshot has."""
    market = fm.load_snapshot()
    labels = {
        "access": ["closed", "open"],
        "segment": ["frontier", "threshold"],
        "market": ["openrouter", "enterprise", "business_subscriptions"],
        "unit": ["tokens", "spend"],
        "developer": sorted(set(market.models["developer"])),
        "definition": ["narrow", "broad", "welfare"],
        "layer": ["developer", "host", "integrator"],
        "scope": ["closed", "open_hosts"],
    }
    time = pd.date_range("2023-01-01", "2026-07-01", freq="QS")
    rng = np.random.default_rng(5)
    variables = {
        name: (
            ("chain", "draw", "time", *entry.dims),
            rng.random((1, 20, len(time), *(len(labels[dim]) for dim in entry.dims))),
        )
        for name, entry in HISTORY_SCHEMA.items()
    }
    return xr.Dataset(variables, coords={"time": time, **labels})


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"quantity": "open_share.enterprise.spend[2025] > 0.3"}, "quantity", "condition"),
        ({"quantity": "opened_share.enterprise.spend[2025]"}, "quantity", "open_share"),
        ({"quantity": "open_share.enterprise.spend"}, "quantity", "no time"),
        ({"quantity": "__import__('os')"}, "quantity", "cannot be read"),
        ({"quantity": "1 + 1"}, "quantity", "no variable"),
        ({"quantity": ""}, "quantity", "empty"),
        ({"value": "11"}, "value", "0.11"),
        ({"value": ""}, "value", "range"),
        ({"low": "0.2"}, "high", "bound"),
        ({"low": "0.6", "high": "0.4"}, "low", "above high"),
        ({"low": "0.1", "high": "0.4"}, "value", "outside"),
        ({"bound": "upper", "low": "0.1", "high": "0.9"}, "bound", "range"),
        ({"bound": "below"}, "bound", "upper"),
        ({"unit": "percent"}, "unit", "share"),
        ({"basis": "measured"}, "basis", "judged"),
        ({"quantity": "hhi.closed[2025]"}, "unit", "hhi"),
        ({"period": "last year"}, "period", "2026-Q2"),
        ({"period": "2025-13"}, "period", "2026-Q2"),
        ({"period": "2026:2025"}, "period", "2026-Q2"),
        ({"period": "2023"}, "period", "another time"),
        ({"source_id": "menlo"}, "source_id", "menlo-ventures-2025"),
        ({"source_id": "", "url": ""}, "source_id", "no source"),
        ({"fitted": "maybe"}, "fitted", "true or false"),
        ({"value": "a third"}, "value", "not a number"),
    ],
)
def test_a_bad_cell_is_named_with_row_column_and_fix(table, cells, column, words):
    problems = fm.check_facts(table(fact(fact_id="fine"), fact(**cells)))
    assert [(problem.table, problem.row, problem.column) for problem in problems] == [("facts", 3, column)]
    assert words in str(problems[0])
    assert problems[0].fix
    with pytest.raises(fm.DataError, match="row 3"):
        fm.read_facts(table(fact(fact_id="fine"), fact(**cells)))


def test_the_fix_for_an_unknown_source_works(table):
    assert fm.check_facts(table(fact(source_id="", url="https://example.org/figure"))) == []
    assert fm.check_facts(table(fact(source_id="own-survey")))
    path = table(fact(source_id="own-survey"))
    assert fm.check_facts(path, sources=["own-survey"]) == []


def test_one_id_stands_once_and_an_own_row_replaces_the_bundled_one(table):
    (problem,) = fm.check_facts(table(fact(), fact(value="0.4")))
    assert "fact_id" in str(problem)
    facts = fm.read_facts(table(fact(fact_id="menlo-open-2025", value="0.12")))
    assert len(facts) == len(fm.read_facts())
    assert facts.set_index("fact_id").loc["menlo-open-2025", "value"] == 0.12


def test_a_missing_file_is_one_plain_problem(tmp_path):
    (problem,) = fm.check_facts(tmp_path / "none.csv")
    assert "cannot be read" in str(problem)


def test_a_data_folder_may_hold_facts_and_nothing_is_fitted_to_them(tmp_path, table):
    fm.write_data(fm.load_snapshot(), tmp_path)
    table(fact())
    assert fm.check_data(tmp_path) == []
    assert fm.read_data(tmp_path).content_hash == fm.load_snapshot().content_hash


def test_periods_and_expressions_are_read_as_quarters():
    assert period_quarters("2025") == (8100, 8103)
    assert period_quarters("2026-05") == period_quarters("2026-Q2") == (8105, 8105)
    assert period_quarters("2025-Q4:2026-01-31") == (8103, 8104)
    assert period_quarters("2026-02-30") is None
    assert quantity_quarters(quantity_node("hhi.closed[2025] / hhi.closed[2026-Q2]")) == (8100, 8105)
