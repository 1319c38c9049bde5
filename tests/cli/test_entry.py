"""The way in: a plain question is answered without the parser of all commands, as that would answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

QUESTION = "hhi.closed[2031] > 2500"
LOADED = """
import sys
from forkmodel.cli.entry import main
try:
    main()
finally:
    print("typer" in sys.modules, file=sys.stderr)
"""


def run(*words):
    command = [sys.executable, "-c", LOADED, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_a_plain_question_loads_no_parser_and_is_answered_as_by_one(json):
    done = run("query", QUESTION, *json)
    assert (done.returncode, done.stderr.split()) == (0, ["False"])
    code = "from forkmodel.cli.main import main; main()"
    whole = subprocess.run(
        [sys.executable, "-c", code, "query", QUESTION, *json], capture_output=True, text=True, check=True
    )
    assert done.stdout == whole.stdout


def test_mistakes_are_answered_there_too():
    done = run("query", "hhi.closd[2031] > 2500")
    assert done.returncode == 2
    assert "'closed'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [["query"], ["query", "--help"], ["query", QUESTION, "--jsn"], ["doctor", "--help"]]
)
def test_everything_else_is_left_to_the_parser(words):
    done = run(*words)
    assert done.returncode == (0 if "--help" in words else 2)
    assert done.stderr.split()[-1] == "True"


SWALLOW = """
import os, signal, time
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.3)
except BaseException:
    pass
whole = True
"""
PRESSED = """
import time
from forkmodel.cli.interrupts import let_imports_finish
let_imports_finish()
try:
    import swallow
    time.sleep(60)
except KeyboardInterrupt:
    print("heard", swallow.whole)
"""


def test_an_interrupt_during_an_import_is_heard_after_it(tmp_path):
    (tmp_path / "swallow.py").write_text(SWALLOW, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", PRESSED],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=50,
        # A shell that runs this in the background has its children ignore the interrupt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert done.stdout == "heard True\n", done.stderr
