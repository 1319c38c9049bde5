"""Hold a place so that one process writes to it at a time, and say who does.

The lock is the operating system's (``flock``), so it goes with the process that took it, killed or not. The
file beside it only says who that is; one that a killed process leaves is taken over by the next.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from forkmodel.errors import BusyError
from forkmodel.whole_files import make_folder, remove_empty

__all__ = ["held"]

#: Name of the lock of a folder, inside it.
INSIDE: Final = ".forkmodel.lock"


def _lock_file(place: Path, folder: bool) -> Path:
    # A file is replaced when it is written, and a lock on it would go with the old one.
    return place / INSIDE if folder else place.with_name(f".{place.name}.lock")


@contextmanager
def held(place: Path, *, folder: bool, seconds: float = 0.0) -> Iterator[None]:
    """Hold a file or folder for this process as long as the block runs; nothing is left behind.

    Parameters
    ----------
    place : Path
        What is going to be written.
    folder : bool
        Whether it is a folder that stays the same one; made if absent, and removed if it stays empty. A
        folder that is replaced as a whole is held like a file.
    seconds : float
        How long to wait for another process.

    Raises
    ------
    BusyError
        If the place is held after that time, also by this process; it names process, host, start and command.
    """
    from filelock import FileLock, Timeout

    file = _lock_file(place, folder)
    new = make_folder(file.parent)
    lock = FileLock(file)
    try:
        lock.acquire(timeout=seconds)
    except Timeout:
        raise BusyError(f"{place} is being written by {_holder(file)}. {MEND}") from None
    except BaseException:
        remove_empty(new)
        raise
    try:
        file.write_text(json.dumps(_this_process()), encoding="utf-8")
        yield
    finally:
        # Removed while it is held: whoever opened it meanwhile finds it gone and begins anew.
        file.unlink(missing_ok=True)
        lock.release()
        remove_empty(new)


MEND: Final = "Wait until it is done, or give another place."


def _this_process() -> dict[str, str | int]:
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    since = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    return {"process": os.getpid(), "host": socket.gethostname(), "since": since, "command": command}


def _holder(file: Path) -> str:
    """Return who holds a lock, as far as the file beside it says."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return f"process {found['process']} on {found['host']} since {found['since']} (`{found['command']}`)"
    except (OSError, ValueError, TypeError, KeyError):
        return "another process"
