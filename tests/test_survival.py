"""Processes are killed at random moments while they write: what was there stays whole, a rerun finishes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import forkmodel as fm
from forkmodel.forecast.many_worlds import unfinished
from forkmodel.validate.calibration.small_design import DESIGNS, small_market
from forkmodel.validate.track.record import read_record

#: Moments at which a process is killed, in seconds after it wrote for the first time.
MOMENTS = np.random.default_rng(1).uniform(0.0, 0.1, size=25)

WRITE = """
import itertools, sys
from pathlib import Path
from forkmodel.whole_files import put_in_place, staged_files, write_whole
folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for number in itertools.count(first):
    text = f"{number}\\n" * 40_000
    write_whole(folder / "single", text)
    with staged_files(folder / "run", ["a", "b", "c"]) as waiting:
        for name in "abc":
            write_whole(waiting / name, text)
    for name in "ab":
        write_whole(folder / "new" / name, text)
    put_in_place(folder / "new", folder / "store")
    if number == first:
        print("begun", flush=True)
    if number == last:
        break
"""

ADD = """
import itertools, sys
from pathlib import Path
from forkmodel.validate.track.record import add_rows
record, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for number in itertools.count(first):
    add_rows(record, [{"forecast_sha256": "f", "target": f"{number}", "entity": "-", "quarter": "2026Q3"}])
    if number == first:
        print("begun", flush=True)
    if number == last:
        break
"""


def begun(code: str, *words: object) -> subprocess.Popen[str]:
    """Start a process, and wait until it has written for the first time."""
    command = [sys.executable, "-c", code, *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == "begun\n"
    return process


def whole(path: Path) -> str:
    """Return the number that all lines of a file hold."""
    (number,) = set(lines := path.read_text(encoding="utf-8").splitlines())
    assert len(lines) == 40_000
    return number


def test_files_and_folders_of_killed_writers_are_whole_and_nothing_piles_up(tmp_path):
    last = 0
    for moment in MOMENTS:
        process = begun(WRITE, tmp_path, last + 1, -1)
        time.sleep(moment)
        process.kill()
        process.wait()
        last = int(whole(tmp_path / "single"))
        run = {whole(path) for path in (tmp_path / "run").glob("?")}
        # Only while three names change places can there be some of the new; the others wait beside.
        if len(run) > 1 or len(list((tmp_path / "run").glob("?"))) < 3:
            assert [path.name for path in (tmp_path / "run").glob(".repl*")]
        if (tmp_path / "store").exists():
            assert len({whole(path) for path in (tmp_path / "store").iterdir()}) == 1
    assert begun(WRITE, tmp_path, last + 1, last + 1).wait() == 0
    done = {str(last + 1)}
    assert {whole(tmp_path / "single")} == done
    assert {whole(path) for path in (tmp_path / "run").glob("?")} == done
    assert {whole(path) for path in (tmp_path / "store").iterdir()} == done
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["run/a", "run/b", "run/c", "single", "store/a", "store/b"]
    assert last >= len(MOMENTS)


def test_a_record_keeps_every_row_that_was_added_before_a_kill(tmp_path):
    record, known = tmp_path / "track.jsonl", 0
    for moment in MOMENTS[:8]:
        process = begun(ADD, record, known, -1)
        time.sleep(moment)
        process.kill()
        process.wait()
        rows = read_record(record)
        assert [row["target"] for row in rows] == [str(number) for number in range(len(rows))]
        assert len(rows) >= known
        known = len(rows)
    assert begun(ADD, record, known, known).wait() == 0
    assert len(read_record(record)) == known + 1
    assert [path.name for path in tmp_path.iterdir()] == ["track.jsonl"]
    assert known >= 8


def test_two_that_add_to_one_record_lose_no_row(tmp_path):
    record = tmp_path / "track.jsonl"
    both = [begun(ADD, record, first, first + 29) for first in (0, 100)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    targets = {int(row["target"]) for row in read_record(record)}
    assert targets == {*range(30), *range(100, 130)}


@pytest.fixture(scope="module")
def fit_file(market, tmp_path_factory):
    path = tmp_path_factory.mktemp("killed") / "fit.nc"
    fm.ForkModel(small_market(market, DESIGNS["smallest"])).prior(draws=20, seed=1).save(path)
    return path


@pytest.mark.slow
def test_a_killed_forecast_goes_on_and_the_old_store_stays_until_it_is_done(fit_file, tmp_path):
    store = tmp_path / "w.zarr"
    fit = fm.load(fit_file)
    old = fit.forecast_to(store, 20, "2026-12", keep=["hhi"], since="2026").facts
    words = [
        "forecast",
        fit_file,
        "--store",
        store,
        "--worlds",
        "400",
        "--horizon",
        "2028-12",
        "--keep",
        "hhi",
    ]
    command = [sys.executable, "-m", "forkmodel", *map(str, words), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    patience = time.monotonic() + 300.0
    while not (unfinished(store) / "worlds").exists() and process.poll() is None:
        assert time.monotonic() < patience
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert fm.load_forecast(store).facts == old
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert json.loads(done.stdout)["worlds"] == 400
    assert fm.load_forecast(store).query("hhi.closed[2028] > 2500").as_dict()["worlds"] == 400
    assert [path.name for path in tmp_path.iterdir()] == ["w.zarr"]
