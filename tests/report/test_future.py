"""The future on the page: fans, claims, scenarios, watch-list; withheld when the review failed."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
import xarray as xr

from forkmodel.errors import ForkModelError
from forkmodel.forecast.forecast import Forecast
from forkmodel.report import summary_json, write_report
from forkmodel.report.assemble import make_outlook
from forkmodel.report.claims_table import claim_rows, effect_tables, joint_row, watched


@pytest.fixture(scope="module")
def content(quick_fit):
    outlook = make_outlook(quick_fit.result, "2036-12")
    sound = {**quick_fit.review().as_dict(), "status": "PASS"}
    return dataclasses.replace(quick_fit.report_content(), forecast=outlook.content(), review=sound)


@pytest.fixture(scope="module")
def page(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("future") / "page.html"
    write_report(content, path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def failed(content):
    return dataclasses.replace(content, review={**content.review, "status": "FAIL"})


def write(content, folder):
    write_report(content, folder / "page.html")
    return (folder / "page.html").read_text(encoding="utf-8")


def test_the_page_ends_with_the_future(page):
    for section in ("claims", "scenarios", "watch", "buyer", "investor", "regulator"):
        assert f'<section id="{section}"' in page
        assert f'href="#{section}"' in page
    assert page.count('id="figure-outlook-') == 11
    assert not re.findall(r'(?:src|href)="https?://[^"]*\.(?:js|css|woff)', page)


def test_without_a_forecast_there_is_no_trace_of_it(content, tmp_path):
    past = write(dataclasses.replace(content, forecast=None), tmp_path)
    for section in ("claims", "scenarios", "watch", "buyer", "investor", "regulator"):
        assert f'id="{section}"' not in past
        assert f'href="#{section}"' not in past


def test_charts_run_from_the_first_quarter_to_the_horizon(page):
    specs = json.loads(re.search(r'id="specs">(.*?)</script>', page, re.S)[1])
    rows = [row for data in specs["outlook-gap-0"]["datasets"].values() for row in data if "m" in row]
    assert min(row["t"] for row in rows) < "2024"
    assert max(row["t"] for row in rows) == "2036-12-31"


def test_every_claim_stands_on_the_page_with_three_probabilities(content, page):
    rows = claim_rows(content, "supports") + claim_rows(content, "against")
    assert len(rows) == len(content.forecast.claims["claims"])
    for row in rows:
        assert f"<strong>{row.id}</strong>" in page
        assert len(row.chances) == 3
    by_id = {row.id: row for row in rows}
    assert by_id["K10"].tag == "not computed"
    assert by_id["K10"].chances == ["n/a"] * 3
    assert by_id["C2"].tag.startswith("not diagnostic")
    assert "±" in by_id["C1"].chances[0]


def test_approximate_sides_are_marked_on_the_page(page):
    assert "Pareto k" in page


def test_a_failed_review_withholds_every_probability(failed, tmp_path):
    page = write(failed, tmp_path)
    assert "so no probability is stated" in page
    assert set(joint_row(failed).chances) == {"withheld"}
    for direction in ("supports", "against"):
        for row in claim_rows(failed, direction):
            assert not any("±" in chance for chance in row.chances)
    summary = summary_json(failed)
    assert summary["withheld"]
    assert not {"claims", "forecast", "watchlist"} & set(summary)


def test_effects_are_shown_for_every_scenario(content):
    tables = effect_tables(content)
    assert len(tables) == 9
    assert all(len(table.rows) == 9 for table in tables)
    merger = {name: middle for name, middle, _ in tables[0].rows}["frontier-merger"]
    assert merger.startswith("+")


def test_the_watch_list_starts_with_the_joint_verdict(content):
    groups = watched(content)
    assert groups[0][0] == "The joint verdict"
    assert [title for title, _ in groups[1:]] == ["Claim C1", "Claim C7", "Claim C8"]


def test_summary_holds_the_future(content):
    summary = summary_json(content)
    assert set(summary["forecast"]["headline"]["hhi_closed"]) == {"2028", "2031", "2036"}
    numbers = summary["forecast"]["headline"]["hhi_closed"]["2031"]
    assert numbers["interval_95"][0] <= numbers["median"] <= numbers["interval_95"][1]
    assert numbers["draws"] == content.draws
    assert len(summary["claims"]["claims"]) == len(content.forecast.claims["claims"])


def test_a_forecast_of_another_fit_or_scenario_is_refused(quick_fit, content):
    here = {**quick_fit.result.describe(), "scenario": "baseline"}
    for wrong, said in (({"seed": -1}, "seed is -1 there"), ({"scenario": "price-war"}, "'price-war'")):
        held = Forecast(content.forecast.worlds, xr.Dataset(), here | wrong)
        with pytest.raises(ForkModelError, match=said):
            make_outlook(quick_fit.result, baseline=held)
