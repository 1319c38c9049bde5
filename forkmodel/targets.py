"""What a command is going to write: refused early where it cannot be, and held until it is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forkmodel.errors import ForkModelError
from forkmodel.holding import held

__all__ = ["check_target", "held_target"]


@contextmanager
def held_target(path: Path, *, folder: bool, needs: int = 0) -> Iterator[None]:
    """Hold what a command is going to write from before it computes until it has written.

    Parameters
    ----------
    path, folder, needs
        As for :func:`check_target`.

    Raises
    ------
    ForkModelError
        If it cannot be written, see :func:`check_target`.
    BusyError
        If another process is writing it.
    """
    check_target(path, folder=folder, needs=needs)
    with held(path, folder=folder):
        yield


def check_target(path: Path, *, folder: bool, needs: int = 0) -> None:
    """Refuse a target that cannot be written, before minutes are spent on what would go there.

    Parameters
    ----------
    path : Path
        File or folder to write.
    folder : bool
        Whether a folder is wanted.
    needs : int
        Bytes that will be written, about.

    Raises
    ------
    ForkModelError
        If something else is in the way, the nearest existing folder is closed to writing, or its disk has too
        little space.
    """
    if path.exists() and path.is_dir() != folder:
        kind, wanted = ("a folder", "a file") if path.is_dir() else ("a file", "a folder")
        raise ForkModelError(f"{path} is {kind}; give the name of {wanted} to write.")
    place = path if folder else path.parent
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise ForkModelError(f"{place} is a file, so nothing can be written below it. Give another place.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise ForkModelError(f"{place} is closed to writing. Give another place, or change its permissions.")
    free = shutil.disk_usage(place).free
    if free < needs:
        raise ForkModelError(
            f"{place} has {free / 1e6:.0f} MB of free space, and about {needs / 1e6:.0f} MB will be written. "
            "Free some, give another place, or ask for fewer draws."
        )
