"""Ctrl-C while chains run: what is drawn is kept, a finished fit stays, and a second press ends at once."""

from __future__ import annotations

import signal
import subprocess
import sys

import forkmodel as fm
from forkmodel.cli.failures import INTERRUPTED

SETTINGS = {"draws": 200_000, "tune": 100, "chains": 2, "seed": 7}
#: One block, because compiling all of them takes longer than all else here; the rest is what `fit` does.
FIT = f"""
import signal, sys
from pathlib import Path

# Processes started in the background of a shell inherit that interrupts are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
import forkmodel as fm
from forkmodel.cli.failures import failure_status
from forkmodel.cli.interrupted import stop_if_interrupted

def say(stage, fraction, message):
    done = int(message.split()[0]) if stage == "sample" else 0
    if stage == "stop" or done > 2 * (100 + 100):
        print(stage, flush=True)

try:
    model = fm.ForkModel(fm.load_snapshot(), blocks=["adoption"])
    stop_if_interrupted(model.fit(**{SETTINGS}, progress=say, interruptible=True), Path(sys.argv[1]))
    status = 0
except BaseException as error:
    status = failure_status(error, as_json=False)
sys.exit(status)
"""


def pressed(target, times):
    """Fit in a new process, press Ctrl-C so many times, and return the process and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", FIT, str(target)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wanted = ["sample", "stop"][:times]
    while wanted and (line := process.stdout.readline()):
        if line.strip() == wanted[0]:
            wanted.pop(0)
            process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=300)[1]
    return process, said


def test_the_first_press_keeps_what_every_chain_has_drawn(tmp_path):
    target = tmp_path / "fit.nc"
    target.write_text("a finished fit")
    process, said = pressed(target, 1)
    assert process.returncode == INTERRUPTED, said
    kept = tmp_path / "fit.interrupted.nc"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fit.interrupted.nc", "fit.nc"]
    assert target.read_text() == "a finished fit"
    fit = fm.load(kept)
    assert fit.interrupted
    assert 20 <= fit.draws < SETTINGS["draws"]
    assert f"the {fit.draws} draws that each chain has (of 200000 asked for) are kept in {kept}" in said
    assert f"Their review says {fit.review().status}" in said
    assert f"{target} is as it was" in said
    (check,) = [check for check in fit.review().checks if check.name == "sampling to its end"]
    assert (check.status, check.value, check.threshold) == ("REVIEW", fit.draws, SETTINGS["draws"])


def test_the_second_press_ends_at_once_and_writes_nothing(tmp_path):
    process, said = pressed(tmp_path / "fit.nc", 2)
    assert process.returncode == INTERRUPTED
    assert said.strip() == "Interrupted."
    assert list(tmp_path.iterdir()) == []
