"""The command line in odd environments: encodings, closed and full outputs, early days, odd arguments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.cli.failures import BAD_INPUT, failure_status

COMMAND = f"{sys.executable} -m forkmodel"


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=600,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def worlds_file(tmp_path_factory):
    """A small forecast file to 2030-Q2."""
    rng = np.random.default_rng(4)
    times = pd.date_range("2026-01-01", "2030-04-01", freq="QS")
    values = rng.normal(3000, 200, size=(2, 200, len(times), 1))
    coords = {"chain": [0, 1], "draw": np.arange(200), "time": times, "scope": ["closed"]}
    worlds = xr.Dataset({"hhi": (("chain", "draw", "time", "scope"), values)}, coords=coords)
    path = tmp_path_factory.mktemp("worlds") / "f.nc"
    fm.Forecast(worlds, xr.Dataset(), {"review": "PASS", "prior_set": "reference"}).save(path)
    return path


@pytest.mark.parametrize("words", ["scenarios show", "priors show --block price", "data show"])
def test_characters_that_an_encoding_lacks_are_replaced(words):
    done = shell(f"{COMMAND} {words}", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stdout.isascii()


def test_json_escapes_what_an_encoding_lacks():
    plain = shell(f"{COMMAND} priors show --json", PYTHONIOENCODING="utf-8")
    narrow = shell(f"{COMMAND} priors show --json", PYTHONIOENCODING="ascii")
    assert narrow.returncode == 0, narrow.stderr
    assert narrow.stdout.isascii()
    assert json.loads(narrow.stdout) == json.loads(plain.stdout)


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_swallows_what_is_written(redirection):
    done = shell(f"{COMMAND} scenarios show {redirection}")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_closed_stream_never_lets_output_into_a_file(tmp_path, worlds_file):
    before = worlds_file.read_bytes()
    done = shell(f'{COMMAND} query {worlds_file} "hhi.closed[2029] > 3000" >&-')
    assert done.returncode == 0, done.stderr
    assert worlds_file.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", ["scenarios show", "priors show --json"])
def test_a_full_output_is_one_line(words):
    done = shell(f"{COMMAND} {words} > /dev/full")
    assert done.returncode == BAD_INPUT
    assert "No space left" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "question",
    ["-hhi.closed[2029] < 0", "--hhi.closed[2029] > 0", "-5 < hhi.closed[2029]", "-(hhi.closed[2029]) < 0"],
)
def test_a_question_may_begin_with_a_minus_sign(call, worlds_file, question):
    done = call("query", worlds_file, question, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["probability"] == 1.0
    assert call("query", worlds_file, "hhi.closed[2029]", "--jsno").returncode == 2


def test_refusals_of_times_reach_the_terminal_in_words(call, worlds_file):
    for question, says in (
        ("any(hhi.closed[2027:2100] > 2500)", "reaches outside"),
        ("hhi.closed[2030] > 2500", "2 of the 4 quarters"),
        ("not " * 300 + "hhi.closed[2029] > 1", "nested too deeply"),
    ):
        done = call("query", worlds_file, question)
        assert done.returncode == 2
        assert says in done.stderr
        assert "Traceback" not in done.stderr
    answered = call("query", worlds_file, "max(hhi.closed) > 0.25")
    assert answered.stdout.startswith("P above 0.997 (400 draws, 400 effective)")
    assert "2500" in answered.stdout.splitlines()[1]


def test_warnings_of_libraries_stay_away(call, worlds_file):
    done = call("query", worlds_file, "log(hhi.closed[2029] - 3000) > exp(hhi.closed[2029])")
    assert done.returncode == 2
    assert "Warning" not in done.stderr
    assert "no value" in done.stderr


@pytest.mark.parametrize("day", ["2022-06-01", "2022-12-31", "2023-03-01"])
def test_days_too_early_for_a_panel_are_refused_with_the_first_that_will_do(call, tmp_path, market, day):
    done = call("fit", "--out", tmp_path / "fit.nc", "--as-of", day)
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if not line.endswith("Set up")]
    assert line.startswith(f"--as-of {day}: ")
    said = done.stderr.partition("The earliest day that will do is ")[2].strip().removesuffix(".")
    assert "Compile" not in done.stderr
    from forkmodel.observations.panel import make_panel

    assert make_panel(market.as_of(said)).cells.sizes["cell"] > 0
    before = pd.Timestamp(said) - pd.Timedelta(days=1)
    with pytest.raises(fm.ModelError):
        make_panel(market.as_of(before))


HORIZONS = {
    "2030-13": "a month that does not exist",
    "01.10.2030": "2030-01-10 or 2030-10-01",
    "": "is empty",
    "soon": "is not a date",
    "9999": "check it",
}


@pytest.mark.parametrize("horizon", HORIZONS)
def test_bad_horizons_are_refused_before_anything_is_read(call, tmp_path, horizon):
    absent = tmp_path / "absent.nc"
    for words in (
        ["run", "--out", tmp_path / "out", "--data", tmp_path / "absent"],
        ["forecast", absent, "--out", tmp_path / "f.nc"],
        ["claims", absent],
        ["compare", absent],
        ["sensitivity", absent],
    ):
        done = call(*words, "--horizon", horizon)
        assert done.returncode == 2
        assert HORIZONS[horizon] in done.stderr, words
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("horizon", "says"), [("2020", "give 2026-10 or later"), ("2199", "give 2076-06")])
def test_horizons_that_the_data_do_not_allow_are_refused_before_compiling(call, tmp_path, horizon, says):
    out = tmp_path / "out"
    out.mkdir()
    for name in ("fit.nc", "forecast.nc", "report.html", "summary.json", "fit-skeptic.nc"):
        (out / name).write_text("old", encoding="utf-8")
    done = call("run", "--out", out, "--quick", "--horizon", horizon)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Compile" not in done.stderr
    assert {path.read_text(encoding="utf-8") for path in out.iterdir()} == {"old"}
    assert len(list(out.iterdir())) == 5


def test_a_comparison_that_reaches_no_year_is_refused(call, tmp_path):
    done = call("compare", tmp_path / "absent.nc", "--horizon", "2028-05")
    assert done.returncode == 2
    assert "give 2028 or later" in done.stderr


@pytest.mark.parametrize(
    ("options", "says"), [(["--seed", "99999999999999"], "--seed"), (["--draws", "999999999"], "--draws")]
)
def test_numbers_too_large_are_refused(call, tmp_path, options, says):
    done = call("run", "--out", tmp_path / "out", *options)
    assert done.returncode == 2
    assert says in done.stderr


def test_errors_without_a_system_message_are_no_defects(capsys):
    assert failure_status(OSError("Unable to open file"), as_json=False) == BAD_INPUT
    assert failure_status(MemoryError(), as_json=False) == BAD_INPUT
    kept = fm.ForkModelError("late.")
    kept.add_note("The fit is kept in x.")
    assert failure_status(kept, as_json=False) == BAD_INPUT
    assert capsys.readouterr().err.splitlines()[-2:] == ["late.", "The fit is kept in x."]
