"""Kill the real command line with SIGKILL: before a chosen step on the disk, or after some seconds.

A process that has imported the command line once forks for each command, so that a kill costs what the
command itself costs. The fork counts its own steps in a folder (Python's audit events: a file opened for
writing, a rename, a removal, a new folder) and kills itself before the one that was chosen, so that every
state which a killed process can leave between two steps is met, and none twice.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any, NamedTuple, Self

#: Audit events that change a folder, with the places of the paths among their arguments.
CHANGES = {
    "os.chmod": (0,),
    "os.mkdir": (0,),
    "os.remove": (0,),
    "os.rename": (0, 1),
    "os.rmdir": (0,),
    "os.truncate": (0,),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Ended(NamedTuple):
    """How a command ended: exit status or minus the signal, its steps on the disk, and what it said."""

    status: int
    steps: list[str]
    said: str

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


class Killer:
    """A process that runs commands in forks of itself; use it as a context manager.

    Parameters
    ----------
    folder : Path
        Steps below it are counted.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        """Start the process that forks."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def run(
        self,
        *words: object,
        step: int | None = None,
        after: float | None = None,
        states: Path | None = None,
    ) -> Ended:
        """Run a command; it is killed before its step of that number (from 0), or after some seconds.

        ``states`` is a folder to copy what a kill would leave to: before each step, and after the last.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order: dict[str, Any] = {"words": list(map(str, words)), "step": step, "after": after}
        order["states"] = None if states is None else str(states)
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Ended(**json.loads(self._process.stdout.readline()))


def _count_steps(folder: str, log: int, fatal: int | None, states: str | None) -> None:
    """Note every step in a folder, and die before the fatal one, or copy the folder as it is before each."""
    done, lock = 0, threading.Lock()

    def step(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal done
        if event == "open":
            path, _, flags = arguments
            paths = (path,) if isinstance(flags, int) and flags & WRITING else ()
        else:
            paths = tuple(arguments[place] for place in CHANGES.get(event, ()))
            if event in ("os.remove", "os.rmdir") and arguments[1] >= 0:
                # A tree is removed by names within an open folder.
                paths = (os.path.join(os.readlink(f"/proc/self/fd/{arguments[1]}"), paths[0]),)
        if not any(isinstance(path, str | os.PathLike) and inside(os.fspath(path)) for path in paths):
            return
        with lock:
            if done == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            if states is not None:
                shutil.copytree(folder, os.path.join(states, f"{done:04d}"))
            done += 1
        os.write(log, f"{event} {Path(os.fspath(paths[-1])).name}\n".encode())

    def inside(path: str | bytes) -> bool:
        return os.path.abspath(os.fsdecode(path)).startswith(folder)

    sys.addaudithook(step)


def _live(order: dict[str, Any], folder: str, said: int, log: int) -> None:
    """Be the command."""
    os.setpgid(0, 0)
    for stream in (1, 2):
        os.dup2(said, stream)
    sys.argv = ["forkmodel", *order["words"]]
    from forkmodel.cli.main import main

    _count_steps(folder, log, order["step"], order["states"])
    main()


def _end(child: int, after: float | None) -> int:
    """Wait for a command, or kill it with all that it started."""
    end = None if after is None else time.monotonic() + after
    while end is not None:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.killpg(child, signal.SIGKILL)
            break
        time.sleep(0.01)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _serve(folder: str) -> None:
    import pandas  # noqa: F401 - loaded once, for all forks
    import xarray  # noqa: F401

    import forkmodel.cli.main  # noqa: F401

    for line in sys.stdin:
        order = json.loads(line)
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as log:
            with warnings.catch_warnings(action="ignore"):
                # Threads of libraries that wait for work; the forks start their own.
                child = os.fork()
            if child == 0:
                try:
                    _live(order, folder, said.fileno(), log.fileno())
                except SystemExit as error:
                    sys.stdout.flush()
                    os._exit(error.code if isinstance(error.code, int) else 0)
            status = _end(child, order["after"])
            said.seek(0)
            log.seek(0)
            steps = log.read().decode().splitlines()
            text = said.read().decode("utf-8", errors="replace")
        print(json.dumps({"status": status, "steps": steps, "said": text}), flush=True)


if __name__ == "__main__":
    _serve(os.path.abspath(sys.argv[1]))
