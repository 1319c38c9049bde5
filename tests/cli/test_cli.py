"""The command line as a user meets it: real processes, real files, real exit statuses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import forkmodel as fm


def call(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "forkmodel", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture
def folder(tmp_path, market):
    place = tmp_path / "tables"
    fm.write_data(market, place)
    return place


@pytest.fixture
def broken(folder):
    """A folder in which the first score is a percentage."""
    path = folder / "scores.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("score")
    cells = lines[1].split(",")
    cells[place] = "85"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def fit_file(quick_fit, tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "fit.nc"
    quick_fit.save(path)
    return path


def test_help_is_quick_and_lists_every_command():
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        done = call("--help")
        times.append(time.perf_counter() - begin)
    assert done.returncode == 0
    assert {"run", "fit", "review", "report", "data", "priors"} <= set(done.stdout.split())
    # Half a second on an idle machine; the best of three forgives a busy one.
    assert min(times) < 1.0


def test_help_loads_no_sampler():
    code = (
        "import sys; sys.argv = ['forkmodel', '--help']\n"
        "from forkmodel.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pymc', 'arviz', 'pandas', 'xarray', 'scipy', 'preliz'} & set(sys.modules)\n"
        "sys.exit(','.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_version_is_the_installed_one():
    assert call("--version").stdout.strip() == fm.__version__


def test_a_clean_folder_is_called_clean(folder):
    done = call("data", "check", folder)
    assert done.returncode == 0
    assert "clean" in done.stdout
    assert json.loads(call("data", "check", folder, "--json").stdout) == {"ok": True, "problems": []}


def test_a_broken_folder_is_listed_cell_by_cell(broken):
    done = call("data", "check", broken, "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert document["ok"] is False
    (problem,) = document["problems"]
    assert problem["table"] == "scores"
    assert problem["row"] == 2
    assert problem["column"] == "score"
    assert float(problem["value"]) == 85
    assert "0.85" in problem["fix"]


@pytest.mark.parametrize("command", [["run"], ["fit"]])
def test_bad_tables_stop_a_fit_before_anything_is_written(broken, tmp_path, command):
    out = tmp_path / "out"
    done = call(*command, "--data", broken, "--out", out)
    assert done.returncode == 2
    assert "scores, row 2, column score" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as-of", "yesterday"], "YYYY-MM-DD"),
        (["--priors", "refrence"], "reference"),
        (["--priors", "no/such/file.toml"], "no prior file"),
        (["--data", "no/such/folder"], "no/such/folder"),
        (["--draws", "0"], "--draws"),
        (["--drawz", "5"], "--draws"),
    ],
)
def test_bad_options_exit_2_with_the_fix_and_write_nothing(tmp_path, options, says):
    out = tmp_path / "out"
    done = call("run", "--out", out, *options)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_errors_are_json_where_json_was_asked_for(tmp_path):
    done = call("run", "--out", tmp_path / "out", "--priors", "refrence", "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert document["ok"] is False
    assert "reference" in document["error"]


def test_a_target_that_cannot_be_written_is_refused_first(tmp_path):
    file = tmp_path / "taken"
    file.write_text("mine", encoding="utf-8")
    done = call("run", "--out", file)
    assert done.returncode == 2
    assert file.read_text(encoding="utf-8") == "mine"


def test_tables_can_be_shown(folder):
    summary = json.loads(call("data", "show", "--data", folder, "--json").stdout)
    assert summary["vintage"] == "2026-07-31"
    assert {row["table"] for row in summary["rows"]} >= {"models", "prices", "scores"}
    prices = json.loads(call("data", "show", "prices", "--rows", "3", "--json").stdout)
    assert len(prices["rows"]) == 3
    wrong = call("data", "show", "price")
    assert wrong.returncode == 2
    assert "prices" in wrong.stderr


def test_priors_can_be_shown_and_checked(tmp_path):
    document = json.loads(call("priors", "show", "skeptic", "--json").stdout)
    keys = {row["key"] for row in document["priors"]}
    assert keys == set(fm.load_priors("skeptic"))
    assert "price.decline" in call("priors", "show", "--block", "price").stdout
    file = tmp_path / "mine.toml"
    file.write_text('inherits = "reference"\n[price.declin]\nmu = 1.0\n', encoding="utf-8")
    done = call("priors", "check", file)
    assert done.returncode == 2
    assert "price.decline" in done.stderr
    assert call("priors", "check", "advocate").returncode == 0


def test_review_prints_what_the_fit_says(fit_file, quick_fit):
    done = call("review", fit_file, "--json")
    document = json.loads(done.stdout)
    assert document["status"] == quick_fit.review().status
    assert done.returncode == (1 if document["status"] == "FAIL" else 0)
    assert set(document["checks"][0]) == {"name", "status", "value", "threshold", "advice"}


def test_report_writes_one_html_file(fit_file, tmp_path):
    target = tmp_path / "page.html"
    done = call("report", fit_file, "--to", target)
    assert done.returncode in (0, 1), done.stderr
    assert target.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_file_that_is_no_fit_is_refused(tmp_path):
    file = tmp_path / "x.nc"
    file.write_bytes(b"not a fit")
    for command in (["review", file], ["report", file, "--to", tmp_path / "r.html"]):
        done = call(*command)
        assert done.returncode == 2
        assert "x.nc" in done.stderr
    assert not (tmp_path / "r.html").exists()


def test_run_leaves_its_three_files(tmp_path, folder):
    """The whole pipeline, from a folder of tables to the report, at the smallest settings."""
    out = tmp_path / "out"
    done = call("run", "--data", folder, "--out", out, "--draws", "40", "--tune", "120", "--seed", "5")
    assert done.returncode in (0, 1), done.stderr
    assert sorted(path.name for path in out.iterdir()) == ["fit.nc", "report.html", "summary.json"]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["review"]["status"] in {"PASS", "REVIEW", "FAIL"}
    assert summary["seconds"]["sample"] > 0
    for stage in ("Compile", "Sample", "Report"):
        assert stage in done.stderr
    shutil.rmtree(out)


def test_a_module_path_works_like_the_command():
    assert Path(sys.executable).with_name("forkmodel").is_file()
