"""The check of the README's first command finds what would leave a user without answers."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "scripts" / "check_main_job.py"


@pytest.fixture(scope="module")
def check():
    spec = importlib.util.spec_from_file_location("check_main_job", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def claim(name, probability, expression="hhi.closed[2031] > 2500"):
    return {"id": name, "expression": expression, "probability": probability}


def summary():
    """Return the part of a good ``summary.json`` that is looked at."""
    rows = [
        claim("C2", {"reference": 0.86, "skeptic": 0.0}),
        # Some claims have no event that the model could compute; the ledger says why.
        claim("C19", {"reference": None, "skeptic": None}, expression=None),
    ]
    return {
        "withheld": False,
        "review": {"status": "PASS", "checks": [{"name": "R-hat", "status": "PASS", "advice": "Nothing."}]},
        "claims": {"claims": rows},
    }


@pytest.fixture
def folder(tmp_path):
    for name in ("report.html", "fit.nc", "forecast.nc"):
        (tmp_path / name).write_text("content")
    (tmp_path / "summary.json").write_text(json.dumps(summary()))
    return tmp_path


def run(folder):
    command = [sys.executable, str(SCRIPT), "--folder", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_good_results_pass(folder):
    done = run(folder)
    assert done.returncode == 0, done.stdout
    assert "no fault" in done.stdout


def test_a_failed_review_is_named_with_its_advice(check):
    document = summary()
    document["review"] = {
        "status": "FAIL",
        "checks": [
            {"name": "R-hat", "status": "FAIL", "advice": "Chains disagree."},
            {"name": "E-BFMI", "status": "PASS", "advice": "Nothing."},
        ],
    }
    document |= {"withheld": True}
    del document["claims"]
    assert check.faults_of_summary(document) == [
        "the review says FAIL, not PASS.",
        "check 'R-hat' says FAIL: Chains disagree.",
        "conclusions are withheld.",
        "there are no claims.",
    ]


def test_a_claim_without_a_probability_is_named(check):
    document = summary()
    document["claims"]["claims"].append(claim("C13", {"reference": 0.4, "skeptic": None}))
    assert check.faults_of_summary(document) == ["claim C13 has no probability under skeptic."]


@pytest.mark.parametrize("name", ["report.html", "fit.nc", "forecast.nc", "summary.json"])
def test_a_file_that_is_not_there_fails(folder, name):
    (folder / name).unlink()
    done = run(folder)
    assert done.returncode == 1
    assert f"{name} is missing" in done.stdout


def test_a_damaged_summary_fails(folder):
    (folder / "summary.json").write_text("{")
    done = run(folder)
    assert done.returncode == 1
    assert "not JSON" in done.stdout


@pytest.mark.parametrize(
    ("status", "printed", "said"),
    [
        (1, "", "status 1"),
        (0, "ops.py:118: RuntimeWarning: overflow encountered in exp\n", "overflow"),
        (0, "Traceback (most recent call last)\n", "traceback"),
    ],
)
def test_how_the_command_ended_counts(check, status, printed, said):
    (fault,) = check.faults_of_output(status, printed)
    assert said in fault
    assert check.faults_of_output(0, "Wrote report.html\n") == []


def test_settings_of_the_shell_do_not_change_the_defaults(check, tmp_path, monkeypatch):
    """A false ``make`` in front of the real one says what the command was given."""
    false = tmp_path / "make"
    false.write_text('#!/bin/sh\necho "$*" "${ARGS-unset}" "${OUT-unset}"\nexit 3\n')
    false.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("ARGS", "--quick")
    monkeypatch.setenv("OUT", "elsewhere")
    status, printed = check.make_report(tmp_path / "out")
    assert status == 3
    assert printed.split()[-4:] == ["report", f"OUT={tmp_path / 'out'}", "unset", "unset"]


@pytest.mark.parametrize("failing", ["none", "lint", "check_main_job", "test"])
def test_all_parts_run_and_any_can_fail(tmp_path, failing):
    """The real script among false commands, which say what they were asked for."""
    place = tmp_path / "checkout"
    for path in (place / ".ci" / "run", place / ".venv" / "bin" / "python", tmp_path / "bin" / "make"):
        path.parent.mkdir(parents=True)
        path.write_text(f'#!/bin/sh\necho "asked for $*"\ncase "$*" in *{failing}*) exit 3;; esac\n')
        path.chmod(0o755)
    (place / ".ci" / "run").write_text((ROOT / ".ci" / "run").read_text())
    environment = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    done = subprocess.run(
        [str(place / ".ci" / "run")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == (0 if failing == "none" else 1)
    asked = [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("asked for")]
    assert asked == ["lint", "scripts/check_main_job.py", "test"]
    assert done.stdout.count("FAILED") == (0 if failing == "none" else 1)
    # Nothing but the times comes after the tests.
    end = done.stdout.splitlines()[-4:]
    assert end[0] == "asked for test"
    assert [line.split(":")[0] for line in end[1:]] == ["lint", "main job", "tests"]
