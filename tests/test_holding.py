"""One process at a time writes to a place; a killed one lets go, and whoever waits is told who holds it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from forkmodel.cli.main import app
from forkmodel.data.adapters.imported import Imported, Origin
from forkmodel.data.adapters.writing import write_import
from forkmodel.errors import BusyError
from forkmodel.holding import held
from forkmodel.validate.jobs.many import run_jobs

HOLD = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from forkmodel.holding import held\n"
    "with held(Path(sys.argv[1]), folder=sys.argv[2] == 'folder'):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(float(sys.argv[3]))\n"
)


def holder(place: Path, kind: str, seconds: float) -> subprocess.Popen[str]:
    """Start a process that holds a place, and wait until it does."""
    words = [sys.executable, "-c", HOLD, str(place), kind, str(seconds)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == "held\n"
    return process


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_second_is_told_who_holds_it_and_a_killed_process_lets_go(tmp_path, kind):
    place = tmp_path / "out"
    process = holder(place, kind, 600.0)
    with pytest.raises(BusyError) as caught, held(place, folder=kind == "folder"):
        pass
    assert f"process {process.pid} on {os.uname().nodename} since 20" in str(caught.value)
    assert f"-c {place} {kind} 600.0" in str(caught.value)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with held(place, folder=kind == "folder"):
        pass
    # Nothing is left but the folder that the killed process had made.
    assert [path.name for path in tmp_path.rglob("*")] == (["out"] if kind == "folder" else [])


def test_the_second_waits_as_long_as_it_may(tmp_path):
    place = tmp_path / "track.jsonl"
    process = holder(place, "file", 0.5)
    with held(place, folder=False, seconds=60.0):
        assert process.wait(timeout=60.0) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_made_to_be_held_goes_again(tmp_path):
    place = tmp_path / "new" / "deep"
    with held(place, folder=True):
        assert place.is_dir()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="inside"), held(place, folder=False):
        raise ValueError("inside")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_a_holder_that_says_nothing_is_no_reason_to_fail(tmp_path):
    place = tmp_path / "out"
    process = holder(place, "folder", 600.0)
    (place / ".forkmodel.lock").write_text("{", encoding="utf-8")
    with pytest.raises(BusyError, match="by another process"), held(place, folder=True):
        pass
    process.kill()
    process.wait()


def test_every_writer_of_a_folder_asks_first(tmp_path):
    out = tmp_path / "out"
    process = holder(out, "folder", 600.0)
    said = f"process {process.pid}"
    done = CliRunner().invoke(app, ["run", "--out", str(out)])
    assert isinstance(done.exception, BusyError)
    assert said in str(done.exception)
    with pytest.raises(BusyError, match=said):
        run_jobs([], out)
    origin = Origin("somebody", "A table", "Somebody", "https://example.org/", "CC0-1.0", "Somebody")
    imported = Imported({"adoption": []}, [], [], origin, pd.Timestamp("2026-07-31"))
    with pytest.raises(BusyError, match=said):
        write_import(imported, out)
    process.kill()
    process.wait()
    assert [path.name for path in out.iterdir()] == [".forkmodel.lock"]


def interrupted(process):
    """Press Ctrl-C, and again if nothing comes of it: a library that is being imported may swallow one."""
    for _ in range(10):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=20)[1]
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    raise AssertionError("ten interrupts did not end it")


def test_an_interrupted_run_is_one_line_and_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "forkmodel", "run", "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert "Set up" in process.stderr.readline()
    assert (tmp_path / "out" / ".forkmodel.lock").exists()
    said = interrupted(process)
    assert process.returncode == 130
    assert [line for line in said.splitlines() if "Set up" not in line] == ["Interrupted."]
    assert list(tmp_path.iterdir()) == []
