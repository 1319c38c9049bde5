"""The section on cited facts: its sentences come from the numbers, and only where numbers may be leant on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from test_synthetic import FAILED, Words

from forkmodel.json_text import json_ready
from forkmodel.report import facts_text, summary_json, text, write_report
from forkmodel.report.facts import counts, groups, left_out, warnings
from forkmodel.report.findings import doubts
from forkmodel.validate.facts.facts import compare_facts
from forkmodel.validate.facts.table import read_facts


def facts(judged: bool = False, **values: float):
    """Return facts about known synthetic paths, each at a value of one's choice."""
    rows = {
        "enterprise 2025": ("open_share.enterprise.spend[2025]", "Open share of enterprise money", "2025"),
        "router": ("open_share.openrouter.spend[2026-Q2]", "Open share of router money", "2026-Q2"),
        "router bound": ("open_share.openrouter.spend[2026-Q2]", "Open share of router money", "2026-05"),
        "gateway": ("open_share.gateway.spend[2026-Q2]", "Open share of gateway money", "2026-05"),
    }
    table = read_facts().head(len(values)).reset_index(drop=True)
    for place, (name, value) in enumerate(values.items()):
        quantity, meaning, period = rows[name.replace("_", " ")]
        table.loc[place, ["quantity", "meaning", "period"]] = quantity, meaning, period
        table.loc[place, ["value", "low", "high"]] = value, float("nan"), float("nan")
        table.loc[place, ["unit", "note"]] = "share", "a <b>note</b>"
        table.loc[place, "basis"] = "judged" if name == "router" and judged else "published"
        table.loc[place, "bound"] = "upper" if "bound" in name else float("nan")
        table.loc[place, "url"] = "https://example.org/prices"
        table.loc[place, "fitted"] = name == "router"
    return table


@pytest.fixture
def beside(synthetic):
    """Put facts beside the synthetic paths, whose shares lie around 30 %."""

    def put(history=None, judged: bool = False, **values: float):
        made = compare_facts(synthetic.history if history is None else history, facts(judged, **values))
        return dataclasses.replace(
            synthetic, history=synthetic.history if history is None else history, facts=made.as_dict()
        )

    return put


@pytest.fixture
def shown(tmp_path):
    def show(content) -> str:
        write_report(content, tmp_path / "page.html")
        return Path(tmp_path / "page.html").read_text(encoding="utf-8")

    return show


def test_a_quantity_that_contradicts_all_its_observations_stands_on_top(beside, shown):
    content = beside(enterprise_2025=0.02, router=0.3)
    (said,) = warnings(content)
    fact = content.facts["facts"][0]
    low, high = (f"{100 * fact[end]:.0f}%" for end in ("low_95", "high_95"))
    assert said == (
        "Open share of enterprise money: this fit contradicts the one observation of it. "
        f"Observed for 2025: 2.0%; in this fit {low} to {high} (95% interval)."
    )
    page = Words(shown(content)).text
    # One line on the first screen leads to the sentences.
    assert page.index(doubts(content)) < page.index("HHI") < page.index(said)
    assert facts_text.CONTRADICTS_ALL in page
    assert groups(content)[0].meaning == "Open share of enterprise money"
    assert counts(content).startswith(
        "Of 2 facts compared, 1 agrees, 0 are in tension and 1 contradicts the fit"
    )


def test_facts_that_agree_raise_no_word_and_are_folded(beside, shown):
    content = beside(enterprise_2025=0.3, router=0.3)
    assert warnings(content) == []
    page = shown(content)
    assert 'id="unsupported"' not in page
    assert "2 facts about 2 quantities without disagreement" in Words(page).text
    assert counts(content).endswith("of the 1 that the model was not fitted to, 1 agrees.")


def test_one_fact_that_agrees_clears_the_quantity_but_not_the_row(beside):
    content = beside(router=0.3, router_bound=0.04)
    assert warnings(content) == []
    (group,) = groups(content)
    assert (group.tag, group.open) == ("", True)
    # The bound is about May, which comes before the end of the quarter.
    assert [row.css for row in group.rows] == ["FAIL", "PASS"]
    assert group.rows[0].observed == "at most 4.0%"
    assert "fewer than 1% of draws" in group.rows[0].verdict


def test_a_judged_range_is_marked_and_raises_no_word(beside, shown):
    content = beside(judged=True, router=0.02)
    assert warnings(content) == []
    (group,) = groups(content)
    assert [(row.css, row.basis) for row in group.rows] == [("FAIL", "judged, not observed")]
    assert "judged, not observed" in Words(shown(content)).text


def test_a_last_value_beyond_all_observations_is_said_with_both_numbers(synthetic, beside):
    history = synthetic.history.copy(deep=True)
    here = {"market": "enterprise", "unit": "spend"}
    path = history["open_share"].sel(here)
    history["open_share"].loc[here] = path.where(path["time"] < path["time"][-1], 0.36)
    (said,) = warnings(beside(history, enterprise_2025=0.3))
    assert said.startswith(
        "Open share of enterprise money: for 2026-Q3 this fit says 36% (80% interval 36% to 36%)"
    )
    assert "above everything that was ever observed of it (30% for 2025)" in said


def test_what_is_missing_is_named_with_its_reason(beside, shown):
    content = beside(router=0.3, gateway=0.04)
    ((name, reason),) = left_out(content)
    assert name == "Open share of gateway money, 2026-05"
    assert "no 'gateway'" in reason
    assert "1 fact not compared, and why" in Words(shown(content)).text
    assert counts(beside(gateway=0.04)) == "No fact could be compared with this fit."


def test_a_failed_review_withholds_every_verdict(beside, shown):
    content = dataclasses.replace(beside(enterprise_2025=0.02, router=0.3), review=FAILED)
    page = Words(shown(content)).text
    assert warnings(content) == []
    assert facts_text.WITHHELD in page
    assert "contradicts the one observation" not in page
    assert facts_text.CONTRADICTS_ALL not in page
    assert {row.verdict for group in groups(content) for row in group.rows} == {text.WITHHELD_CELL}
    assert "facts" not in summary_json(content)


def test_the_summary_holds_every_fact(beside):
    content = beside(enterprise_2025=0.02, router=0.3)
    summary = json.loads(json.dumps(json_ready(summary_json(content)), allow_nan=False))
    assert summary["facts"]["contradicted"] == ["open_share.enterprise.spend"]
    assert [fact["status"] for fact in summary["facts"]["facts"]] == ["CONTRADICTS", "AGREES"]
    assert summary["data_vintage"] == content.provenance["data_vintage"]


def test_without_facts_there_is_no_section(synthetic, shown):
    page = shown(synthetic)
    assert 'id="facts"' not in page
    assert 'href="#facts"' not in page
    assert "facts" not in summary_json(synthetic)


def test_words_of_a_table_stay_words(beside, shown):
    content = beside(enterprise_2025=0.02)
    content.facts["facts"][0]["url"] = "javascript:alert(1)"
    page = shown(content)
    assert "a <b>note</b>" not in page
    assert "a <b>note</b>" in Words(page).text
    assert 'href="javascript:' not in page
