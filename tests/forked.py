"""The real command line in a fork of a process that has imported it: a user's process without the imports.

What a command itself imports, and in which order, is not seen this way; tests about that start Python anew.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import Any, NoReturn, Self


class Forking:
    """A process that runs commands in forks of itself; use it as a context manager."""

    def __enter__(self) -> Self:
        """Start the process that forks."""
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.communicate()

    def run(self, *words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``python -m forkmodel`` with some words, in the folder and the environment of the caller."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            said = Path(folder, "stdout"), Path(folder, "stderr")
            order = {
                "words": [str(word) for word in words],
                "folder": str(cwd or Path.cwd()),
                "environment": dict(os.environ),
                "said": [str(path) for path in said],
            }
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            out, err = (path.read_text(encoding="utf-8") for path in said)
        return subprocess.CompletedProcess(order["words"], status, out, err)


def _live(order: dict[str, Any]) -> NoReturn:
    """Be the command, and end as Python ends."""
    for stream, path in enumerate((os.devnull, *order["said"])):
        os.dup2(os.open(path, os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT), stream)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv[1:] = order["words"]
    status: Any = 0
    try:
        runpy.run_module("forkmodel", run_name="__main__", alter_sys=True)
    except SystemExit as error:
        status = error.code
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status or 0)


def _serve() -> None:
    import nutpie  # noqa: F401 - loaded once, for all forks
    import pymc  # noqa: F401

    import forkmodel.cli.main
    import forkmodel.pipeline
    import forkmodel.report.assemble  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        with warnings.catch_warnings(action="ignore"):
            # Threads of libraries that wait for work; the forks start their own.
            child = os.fork()
        if child == 0:
            _live(order)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    _serve()
