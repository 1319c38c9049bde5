"""Every command that writes holds its target first, and says in one line why it cannot write there."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forkmodel.cli.describe import describe
from forkmodel.cli.main import app
from forkmodel.data.adapters import aliases
from forkmodel.errors import BusyError
from forkmodel.holding import held
from forkmodel.validate.track import published

FORMATS = Path(__file__).parents[1] / "formats" / "2"
FIT = FORMATS / "fit.nc"
EXAMPLES = Path(__file__).parents[2] / "examples"

#: Options and arguments that name what a command writes.
WRITING = {"--out", "--to", "--store", "--record", "--fits"}
#: Command: its other words, the option that names a target ("" for an argument), whether that is a folder.
WRITERS = {
    "run": ((), "--out", True),
    "fit": ((), "--out", False),
    "report": ((FIT,), "--to", False),
    "forecast": ((FIT,), "--out", False),
    "update": ((FIT, "--data", FORMATS), "--out", False),
    "migrate": ((FIT,), "--out", False),
    "demand": ((EXAMPLES / "automobiles",), "--out", False),
    "hindcast": ((), "--out", True),
    "backtest": (("--fits", "elsewhere"), "--out", True),
    "validate calibrate": (("--fits", "elsewhere"), "--out", True),
    "validate golden": ((), "--out", True),
    "track freeze": ((FIT,), "--out", False),
    "data template": ((), "", True),
    "data alias": ((), "", False),
}
#: Held where they write, of which tests/test_holding.py has tests: folders of jobs, imports, track records.
OTHERS = {"data import", "track add", "track show", "score", "validate compare"}


def words(command, target):
    others, option, _ = WRITERS[command]
    after = ("model", "", "Alpha", "alpha-1") if command == "data alias" else ()
    given = (option, target) if option else (target,)
    return [*command.split(), *map(str, (*others, *given, *after))]


def test_no_command_that_writes_is_missing_here():
    writers = {
        each["command"]
        for each in describe(app)["commands"]
        if WRITING & {option["name"] for option in each["options"]}
    }
    assert writers <= {*WRITERS, *OTHERS}


@pytest.mark.parametrize("command", list(WRITERS))
def test_the_second_is_told_who_writes_there(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(aliases, "PATIENCE", 0.1)
    monkeypatch.setattr(published, "PATIENCE", 0.1)
    target, folder = tmp_path / "place" / "target", WRITERS[command][2]
    # A kept forecast and its manifest are written together, so their folder is held.
    place = target.parent if command == "track freeze" else target
    with held(place, folder=folder or place != target):
        done = CliRunner().invoke(app, words(command, target))
        assert isinstance(done.exception, BusyError), (done.output, done.exception)
        assert f"is being written by process {os.getpid()}" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


ONE_BY_ONE = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from forkmodel.cli.main import main
answers = []
for words in json.loads(sys.argv[1]):
    sys.argv = ["forkmodel", *words]
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(io.StringIO()):
        try:
            main()
        except SystemExit as end:
            answers.append([end.code, said.getvalue()])
print(json.dumps(answers))
"""


def one_by_one(commands, *before, **more):
    done = subprocess.run(
        [*before, sys.executable, "-c", ONE_BY_ONE, json.dumps(commands)],
        capture_output=True,
        text=True,
        check=True,
        **more,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_a_folder_closed_to_writing_is_one_line(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    before = []
    if os.geteuid() == 0:
        # Root may write anywhere unless it gives that up.
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("nothing is closed to root here")
        before = [setpriv, "--bounding-set=-dac_override,-dac_read_search"]
    commands = [words(command, closed / "new") for command in WRITERS]
    for command, (status, said) in zip(WRITERS, one_by_one(commands, *before, cwd=tmp_path), strict=True):
        assert status == 2, (command, said)
        assert "closed to writing" in said or "Permission denied" in said, (command, said)
        assert len(said.strip().splitlines()) == 1, (command, said)
    assert list(closed.iterdir()) == []


def test_a_disk_that_is_full_is_one_line_and_leaves_what_was_there(tmp_path):
    old = tmp_path / "report.html"
    old.write_text("mine", encoding="utf-8")
    commands = [
        ["report", "--to", str(old)],
        ["data", "template", str(tmp_path / "new")],
        words("track freeze", tmp_path / "kept" / "a.nc"),
        [*words("data alias", tmp_path / "aliases.csv")[:-1], "alpha-1" * 99],
    ]
    # Room for the line that says who holds a place, and for little else.
    limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))}
    for command, (status, said) in zip(commands, one_by_one(commands, **limit), strict=True):
        assert status == 2, (command, said)
        assert len(said.strip().splitlines()) == 1, (command, said)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert old.read_text(encoding="utf-8") == "mine"
