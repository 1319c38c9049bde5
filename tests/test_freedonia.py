"""The example of a market that does not exist: its tables, one block really sampled, and the whole chain."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import forkmodel as fm
from forkmodel.data.read import check_data

FOLDER = Path(__file__).parents[1] / "examples" / "freedonia"


def test_the_script_writes_the_tables_that_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["make.py", str(tmp_path)])
    runpy.run_path(str(FOLDER / "make.py"), run_name="__main__")
    kept = {path.name: path.read_bytes() for path in FOLDER.glob("*.csv")}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept
    assert check_data(FOLDER) == []


def test_capability_is_sampled_from_its_scores(tmp_path):
    fit = fm.ForkModel(fm.read_data(FOLDER), blocks=["capability"]).fit(draws=60, tune=120, chains=2, seed=1)
    gap = fit.history()["capability_gap"].isel(time=-1)
    # Open weights begin a whole unit lower and grow as fast.
    assert float((gap > 0).mean()) > 0.95
    assert np.isfinite(fit.history()["capability_frontier"]).all()


@pytest.mark.slow
def test_the_commands_of_the_page_run_to_the_end(tmp_path):
    """Figures of such a run stand in docs/own-market.md."""

    def call(*words):
        command = [sys.executable, "-m", "forkmodel", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    call("data", "check", FOLDER)
    assert json.loads(call("fit", "--data", FOLDER, "--out", "mine.nc", "--json"))["status"] != "FAIL"
    call("forecast", "mine.nc", "--out", "mine-forecast.nc", "--horizon", "2034")
    call("query", "mine-forecast.nc", "hhi.openrouter_tokens[2031] > 2500")
    call("report", "mine.nc", "--to", "mine.html")
    page = (tmp_path / "mine.html").read_text(encoding="utf-8")
    assert "Knotenpunkt" in page
    assert "OpenAI" not in page.split('id="priors"')[0]
