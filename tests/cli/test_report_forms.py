"""Forms of the report that cannot be had are refused at once, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "report-template"


@pytest.mark.parametrize(
    "words", [["--to", "page.md"], ["--figures", "figures"], ["--template", str(EXAMPLE)]], ids=lambda w: w[0]
)
def test_the_package_own_fit_has_one_form(call, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    done = call("report", *words)
    assert done.returncode == 2
    assert "one page, all of it in HTML" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_template_is_told_before_the_fit_is_read(call, tmp_path):
    (tmp_path / "page.html").write_text('{% extends "forkmodel/page.html" %}\n{% block header %}', "utf-8")
    done = call("report", tmp_path / "none.nc", "--template", tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path / 'page.html'}, line 2: " in done.stderr.replace("\n", "")
