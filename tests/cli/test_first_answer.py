"""What the command line answers before anybody has fitted anything, and what it says of itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import forkmodel as fm
from forkmodel.forecast.bundled import bundled_fit

QUESTION = "hhi.closed[2031] > 2500"


def test_a_question_alone_is_answered_by_the_bundled_fit(call, tmp_path):
    done = call("query", QUESTION, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer, whose = done.stdout.splitlines()
    expected = fm.bundled_forecast().prob(QUESTION)
    assert answer == str(expected)
    fit = bundled_fit()
    assert whose == fit.sentence
    for word in (f"vintage {fit.vintage}", "review PASS", f"{fit.worlds:,} of {fit.draws:,} worlds"):
        assert word in whose
    document = json.loads(call("query", QUESTION, "--json").stdout)
    assert document["probability"] == expected.probability
    assert document["bundled_fit"]["worlds"] == expected.draws == fit.worlds
    assert document["bundled_fit"]["changed"] == []


def test_the_readme_shows_the_answer_that_is_given(call):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f'forkmodel query "{QUESTION}"\n```\n\n```\n{call("query", QUESTION).stdout}```' in readme


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["tables.nc"], "tables.nc is a file; give a question after it"),
        (["hhi.closed[2031]", ">", "2500"], "in quotes"),
        ([], "QUESTION"),
        (["hhi.closd[2031]"], "'closed'"),
        (["missing.nc", QUESTION], "missing.nc"),
    ],
)
def test_what_is_no_question_is_refused_with_the_fix(call, tmp_path, words, says):
    (tmp_path / "tables.nc").write_bytes(b"")
    done = call("query", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_who_is_left_out_is_said(call):
    name = next(name for name in bundled_fit().left_out if name.isalpha())
    done = call("query", f"spend_share.enterprise.{name}[2031]")
    assert done.returncode == 2
    assert f"leaves out all but the largest developers, {name} too" in done.stderr


def test_claims_need_no_file(call):
    document = json.loads(call("claims", "--json").stdout)
    assert set(document["joint"]["probability"]) == {"reference", "skeptic", "advocate"}
    assert document["joint"]["draws"]["reference"] == document["bundled_fit"]["draws"]
    assert "Bundled fit: vintage" in call("claims").stdout
    done = call("claims", "--horizon", "2030")
    assert done.returncode == 2
    assert "need a fit" in done.stderr


def test_the_report_needs_no_file(call, tmp_path):
    done = call("report", "--to", tmp_path / "page.html")
    assert done.returncode == 0, done.stderr
    assert "Bundled fit: vintage" in done.stdout
    assert (tmp_path / "page.html").read_text(encoding="utf-8").lower().lstrip().startswith("<!doctype html>")


def test_the_doctor_looks_at_everything(call):
    done = call("doctor", "--fast", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert document["ok"]
    found = {(one["part"], one["name"]): one for one in document["findings"]}
    assert found["versions", "forkmodel"]["value"] == fm.__version__
    assert {("machine", "cores"), ("machine", "memory"), ("caches", "compiled densities")} <= set(found)
    assert {found["bundled fit", name]["status"] for name in ("tables", "priors", "claims")} == {"ok"}
    assert not [one for one in document["findings"] if one["part"] == "self-test"]


def test_the_self_test_fits_and_asks():
    from forkmodel.doctor import self_test

    found = self_test()
    assert found.status == "ok", found.value
    assert "draws)" in found.value
