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


def test_run_leaves_its_three_files(call, tmp_path, folder, market):
    """The whole pipeline, from a folder of tables to the report, at small settings."""
    out = tmp_path / "out"
    done = call(
        "run", "--data", folder, "--out", out, "--draws", "40", "--tune", "120", "--seed", "5", "--json"
    )
    assert done.returncode in (0, 1), done.stderr
    assert sorted(path.name for path in out.iterdir()) == ["fit.nc", "report.html", "summary.json"]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert json.loads(done.stdout) == summary
    assert done.returncode == (1 if summary["review"]["status"] == "FAIL" else 0)
    assert summary["withheld"] is (summary["review"]["status"] == "FAIL")
    assert summary["seconds"]["sample"] > 0
    assert summary["data_hash"] == market.content_hash
    for stage in ("Set up", "Compile", "Sample", "Report"):
        assert stage in done.stderr
    loaded = fm.load(out / "fit.nc")
    assert (loaded.draws, loaded.tune, loaded.seed) == (40, 120, 5)
