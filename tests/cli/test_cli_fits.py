"""Commands that sample or read a sampled fit."""

from __future__ import annotations

import json

import pytest

import forkmodel as fm


@pytest.fixture(scope="module")
def fit_file(quick_fit, tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "fit.nc"
    quick_fit.save(path)
    return path


def test_review_prints_what_the_fit_says(call, fit_file, quick_fit):
    done = call("review", fit_file, "--json")
    document = json.loads(done.stdout)
    assert document["status"] == quick_fit.review().status
    assert done.returncode == (1 if document["status"] == "FAIL" else 0)
    for check in document["checks"]:
        assert set(check) == {"name", "status", "value", "threshold", "advice"}
        assert check["status"] in {"PASS", "REVIEW", "FAIL"}
    printed = call("review", fit_file)
    assert printed.returncode == done.returncode
    assert all(check["name"] in printed.stdout for check in document["checks"])


def test_facts_stand_beside_the_saved_fit(call, fit_file, tmp_path, quick_fit):
    document = json.loads(call("facts", fit_file, "--json").stdout)
    assert document["counts"] == quick_fit.against_facts().as_dict()["counts"]
    own = tmp_path / "mine.csv"
    own.write_text(
        "fact_id,meaning,quantity,value,low,high,unit,bound,basis,period,source_id,url,fitted,note\n"
        "mine,HHI of closed labs by revenue,hhi.closed[2025],1,,,hhi,,published,2025,,https://example.org/,false,\n",
        encoding="utf-8",
    )
    more = json.loads(call("facts", fit_file, "--facts", own, "--json").stdout)
    assert len(more["facts"]) == len(document["facts"]) + 1
    assert more["facts"][-1]["status"] == "CONTRADICTS"
    own.write_text(own.read_text(encoding="utf-8").replace("2025]", "2025] > 1"), encoding="utf-8")
    done = call("facts", fit_file, "--facts", own)
    assert done.returncode == 2
    assert "row 2, column quantity" in done.stderr


def test_report_writes_one_html_file(call, fit_file, tmp_path, quick_fit):
    target = tmp_path / "page.html"
    done = call("report", fit_file, "--to", target)
    assert done.returncode == (1 if quick_fit.review().status == "FAIL" else 0), done.stderr
    assert target.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_question_is_answered_from_the_file(call, fit_file, quick_fit):
    question = "hhi.closed[2026-Q3] > 3500"
    done = call("query", fit_file, question, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    expected = (quick_fit.hhi("closed").sel(time="2026-07-01") > 3500).mean()
    assert answer["probability"] == pytest.approx(float(expected))
    assert answer["draws"] == quick_fit.chains * quick_fit.draws
    wrong = call("query", fit_file, "hhi.closd[2026-Q3] > 3500")
    assert wrong.returncode == 2
    assert "'closed'" in wrong.stderr


def test_a_file_that_is_no_fit_is_refused(call, tmp_path):
    file = tmp_path / "x.nc"
    file.write_bytes(b"not a fit")
    for words in (["review", file], ["report", file, "--to", tmp_path / "r.html"]):
        done = call(*words)
        assert done.returncode == 2
        assert "x.nc" in done.stderr
        assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["x.nc"]


def test_run_leaves_its_four_files(call, tmp_path, folder, market):
    """The whole pipeline, from a folder of tables to the report, at small settings."""
    out = tmp_path / "out"
    done = call(
        "run", "--data", folder, "--out", out, "--draws", "30", "--tune", "70", "--seed", "5", "--json"
    )
    assert done.returncode in (0, 1), done.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        "fit.nc",
        "forecast.nc",
        "report.html",
        "summary.json",
    ]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert json.loads(done.stdout) == summary
    assert done.returncode == (1 if summary["review"]["status"] == "FAIL" else 0)
    assert summary["withheld"] is (summary["review"]["status"] == "FAIL")
    assert summary["seconds"]["sample"] > 0
    assert summary["data_hash"] == market.content_hash
    for stage in ("Set up", "Compile", "Sample", "Report"):
        assert stage in done.stderr
    loaded = fm.load(out / "fit.nc")
    assert (loaded.draws, loaded.tune, loaded.seed) == (30, 70, 5)
    # A second run finds the fit that it would make.
    same = ["--data", folder, "--out", out, "--draws", "30", "--tune", "70", "--seed", "5", "--json"]
    again = call("run", *same, "--horizon", "2031-12")
    assert again.returncode == done.returncode, again.stderr
    assert "so its draws are taken" in again.stderr
    assert "Compile" not in again.stderr
    assert json.loads(again.stdout)["headline"] == summary["headline"]


@pytest.fixture(scope="module")
def forecast_file(call, fit_file, quick_fit):
    path = fit_file.with_name("forecast.nc")
    done = call("forecast", fit_file, "--out", path, "--scenario", "price-war", "--json")
    assert done.returncode == (1 if quick_fit.review().status == "FAIL" else 0), done.stderr
    document = json.loads(done.stdout)
    assert document["scenario"] == "price-war"
    assert document["horizon"] == "2036-12-31"
    return path


def test_a_saved_forecast_answers_without_loading_the_model(forecast_file):
    import subprocess
    import sys

    code = (
        "import sys; sys.argv = ['forkmodel', 'query', sys.argv[1], 'hhi.closed[2031] > 3000', '--json']\n"
        "from forkmodel.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
        "heavy = {'pymc', 'arviz', 'arviz_stats', 'pandas', 'xarray', 'scipy'} & set(sys.modules)\n"
        "sys.exit(','.join(heavy) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(forecast_file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {"query", "probability", "mcse", "ess"} <= set(json.loads(done.stdout))


def test_numbers_dates_and_conditions_are_answered_from_a_forecast(call, forecast_file):
    number = json.loads(call("query", forecast_file, "hhi.closed[2031]", "--json").stdout)
    assert {"query", "mean", "median", "sd", "mcse", "ess", "intervals"} <= set(number)
    assert set(number["intervals"]) == {"0.5", "0.8", "0.95"}
    date = json.loads(call("query", forecast_file, "when(capability_frontier.open >= 200)", "--json").stdout)
    assert set(date["quantiles"]) == {"10", "50", "90"}
    refused = call("query", forecast_file, "P(hhi.closed[2031] > 1 | capability_gap[2031] > 1000)")
    assert refused.returncode == 2
    assert "effective draws" in refused.stderr


def test_claims_are_printed_or_withheld(call, fit_file, forecast_file, quick_fit):
    for file in (fit_file, forecast_file):
        done = call("claims", file, "--json")
        if quick_fit.review().status == "FAIL":
            assert done.returncode == 1
            assert "withheld" in done.stderr
            assert done.stdout == ""
        else:
            document = json.loads(done.stdout)
            assert {"claims", "joint"} == set(document)


def test_scenarios_are_compared_with_the_baseline(call, fit_file):
    done = call("compare", fit_file, "--scenario", "frontier-merger", "--horizon", "2031", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["effects"]
    assert {row["scenario"] for row in rows} == {"frontier-merger"}
    assert all(row["q10"] <= row["median"] <= row["q90"] for row in rows)


def test_bad_scenarios_are_refused_before_anything_is_read(call, tmp_path):
    done = call("forecast", tmp_path / "absent.nc", "--out", tmp_path / "f.nc", "--scenario", "pricewar")
    assert done.returncode == 2
    assert "price-war" in done.stderr
    assert not (tmp_path / "f.nc").exists()
    assert call("scenarios", "check", "baseline").returncode == 0
    assert call("scenarios", "check", "basline").returncode == 2
    assert "price-war" in call("scenarios", "show").stdout
    assert "catch_up" in call("scenarios", "levers").stdout
