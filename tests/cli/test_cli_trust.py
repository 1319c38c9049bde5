"""The commands about trust: what they leave behind, and how they answer mistakes."""

from __future__ import annotations

import json

import pytest


def test_a_calibration_leaves_its_record_and_its_figure(call, tmp_path):
    """Ten real refits of a small block; the studies under ``docs`` are made by the same command."""
    out = tmp_path / "calibration"
    words = ["validate", "calibrate", "--block", "adoption", "--replications", "10", "--draws", "144"]
    words += ["--tune", "250", "--ranked", "12", "--batches", "1", "--fits", tmp_path / "fits", "--out", out]
    done = call(*words)
    assert done.returncode == 0, done.stderr
    record = json.loads((out / "adoption.json").read_text(encoding="utf-8"))
    assert record["replications"] == 10
    assert record["draws_ranked_among"] == 12
    assert record["blocks"] == ["adoption"]
    assert "--priors reference --draws 144 --tune 250 --ranked 12" in record["command"]
    names = {row["statistic"] for row in record["statistics"]}
    assert {"adoption.ceiling", "firms paying"} <= names
    assert (out / "adoption.svg").read_text(encoding="utf-8").startswith("<svg")
    # What is there is not made again: a second call only reads.
    (job,) = (tmp_path / "fits").glob("*.nc")
    made = job.stat().st_mtime_ns
    assert call(*words).returncode == 0
    assert job.stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["validate", "calibrate", "--design", "smal", "--out", "x"], "'small'"),
        (["validate", "calibrate", "--block", "choise", "--out", "x"], "'choice'"),
        (["validate", "compare", "segmets"], "'segments'"),
        (["backtest", "--priors", "hindsight"], "hindsight"),
        (["score", "nowhere.nc"], "nowhere.nc"),
        (["sensitivity", "nowhere.nc"], "nowhere.nc"),
        (["facts", "nowhere.nc"], "nowhere.nc"),
        (["hindcast", "--data", "nowhere"], "shares.csv"),
        (["hindcast", "--year", "2013"], "2015 to 2025"),
    ],
)
def test_mistakes_are_answered_before_anything_runs(call, words, said, tmp_path):
    done = call(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_refused_at_once(call, tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    done = call("backtest", "--out", "taken", cwd=tmp_path)
    assert done.returncode == 2
    assert "taken is a file" in done.stderr
