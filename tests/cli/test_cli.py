"""Options, help and exit statuses; nothing is written when the input is bad."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import forkmodel as fm
from forkmodel.cli.failures import BAD_INPUT, BROKEN_PIPE, DEFECT, INTERRUPTED, failure_status
from forkmodel.cli.main import app

COMMANDS = (
    "run",
    "fit",
    "review",
    "report",
    "forecast",
    "compare",
    "claims",
    "merger",
    "migrate",
    "query",
    "doctor",
    "data",
    "priors",
    "scenarios",
)


def test_help_lists_every_command(call):
    done = call("--help")
    assert done.returncode == 0
    assert set(COMMANDS) <= set(done.stdout.split())


@pytest.mark.parametrize("group", ["", "data", "priors", "scenarios", "track", "validate"])
def test_each_line_of_a_list_of_commands_is_whole(group):
    done = CliRunner().invoke(app, [*group.split(), "--help"])
    assert "..." not in done.stdout.partition("Commands:")[2]


def test_help_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['forkmodel', '--help']\n"
        "from forkmodel.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pymc', 'arviz', 'numpy', 'pandas', 'xarray', 'preliz', 'rich'} & set(sys.modules)\n"
        "sys.exit(','.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command", [*COMMANDS, "data check", "data show", "priors show", "priors check", "scenarios check"]
)
def test_every_command_explains_itself(call, command):
    done = call(*command.split(), "--help")
    assert done.returncode == 0
    assert f"forkmodel {command}" in done.stdout


def test_the_installed_command_and_the_module_are_one():
    command = Path(sys.executable).with_name("forkmodel")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fm.__version__


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("pri", ["priors"]),
        ("data di", ["diff"]),
        ("fit --dr", ["--draws"]),
        ("forecast fit.nc --scenario price-", ["price-war"]),
    ],
)
def test_the_shell_completes_commands_options_and_scenarios(typed, offered):
    command = Path(sys.executable).with_name("forkmodel")
    words = f"forkmodel {typed}"
    asked = {
        "_FORKMODEL_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    done = subprocess.run([command], capture_output=True, text=True, check=True, env=os.environ | asked)
    assert done.stdout.split() == offered


@pytest.mark.parametrize("command", ["run", "fit"])
def test_bad_tables_stop_a_fit_before_anything_is_written(call, broken, tmp_path, command):
    out = tmp_path / "new" / "out"
    done = call(command, "--data", broken, "--out", out)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "scores, row 2, column score" in done.stderr
    assert "value: 85" in done.stderr
    assert "0.85" in done.stderr
    assert not out.parent.exists()


def test_a_bad_update_stops_a_fit_too(call, broken, tmp_path):
    for table in broken.iterdir():
        if table.name not in {"scores.csv", "vintage.txt"}:
            table.unlink()
    done = call("run", "--update", broken, "--out", tmp_path / "out", "--json")
    assert done.returncode == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["table"], problem["row"], problem["column"]) == ("scores", 2, "score")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--as-of", "yesterday"], "YYYY-MM-DD"),
        (["--as-of", "2019-01-01"], "no model"),
        (["--priors", "refrence"], "reference"),
        (["--priors", "no/such/file.toml"], "no prior file"),
        (["--data", "no/such/folder"], "no/such/folder"),
        (["--update", "no/such/folder"], "no/such/folder"),
        (["--draws", "0"], "--draws"),
        (["--cores", "none"], "--cores"),
        (["--drawz", "5"], "--draws"),
        (["--quik"], "--quick"),
        (["word"], "word"),
    ],
)
def test_bad_options_exit_2_with_the_fix_and_write_nothing(call, tmp_path, options, says):
    out = tmp_path / "out"
    done = call("run", "--out", out, *options)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_answered_with_the_nearest(call):
    done = call("reprot")
    assert done.returncode == 2
    assert "report" in done.stderr


@pytest.mark.parametrize("options", [["--priors", "refrence"], ["--drawz", "5"], ["--as-of", "June"]])
def test_errors_are_json_where_json_was_asked_for(call, tmp_path, options):
    done = call("run", "--out", tmp_path / "out", *options, "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert document["ok"] is False
    assert document["error"]
    assert document["problems"] == []
    assert done.stderr


def test_a_target_that_cannot_be_written_is_refused_first(call, tmp_path):
    file = tmp_path / "taken"
    file.write_text("mine", encoding="utf-8")
    folder = tmp_path / "out" / "report.html"
    folder.mkdir(parents=True)
    for words in (
        ["run", "--out", file],
        ["run", "--out", file / "below"],
        ["run", "--out", folder.parent],
        ["fit", "--out", folder],
    ):
        done = call(*words)
        assert done.returncode == 2
        # Refused at once, before anything was read.
        assert "Set up" not in done.stderr or "Compile" not in done.stderr
        assert "is a f" in done.stderr
    assert file.read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["out", "report.html", "taken"]


def test_a_reader_that_goes_away_is_no_defect(tmp_path):
    command = f"{sys.executable} -m forkmodel priors show --json"
    pipe = f"set -o pipefail; {command} 2>{tmp_path}/err | true; echo $?"
    done = subprocess.run(["bash", "-c", pipe], capture_output=True, text=True, check=True)
    assert int(done.stdout) in (0, BROKEN_PIPE)
    assert (tmp_path / "err").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (fm.PriorError("key x is unknown."), BAD_INPUT, "key x is unknown."),
        (PermissionError(13, "Permission denied", "a.csv"), BAD_INPUT, "a.csv: Permission denied"),
        (OSError(28, "No space left on device"), BAD_INPUT, "No space left"),
        (KeyboardInterrupt(), INTERRUPTED, "Interrupted"),
        (ZeroDivisionError("inside"), DEFECT, "defect in forkmodel"),
    ],
)
def test_each_failure_has_its_status_and_message(capsys, error, status, says):
    assert failure_status(error, as_json=False) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
