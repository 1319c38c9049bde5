"""Write files whole or not at all, and folders of files that belong together."""

from __future__ import annotations

import glob
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = [
    "UNFINISHED",
    "half_replaced",
    "make_folder",
    "put_in_place",
    "remove_empty",
    "restore",
    "settle",
    "staged_files",
    "whole_file",
    "write_whole",
]

#: Folder inside the target in which files wait until all of them exist.
UNFINISHED = "unfinished"
#: Folders inside the target that hold the old files while they are taken away, and once all of them are.
REPLACING, REPLACED = ".replacing", ".replaced"
#: File in these that lists the names that change places.
NAMES = ".names"


def make_folder(folder: Path) -> list[Path]:
    """Make a folder, and return what had to be made for it, innermost first."""
    absent = []
    place = folder
    while not place.exists():
        absent.append(place)
        place = place.parent
    folder.mkdir(parents=True, exist_ok=True)
    return absent


def remove_empty(folders: list[Path]) -> None:
    """Remove folders that hold nothing, innermost first."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _temporary(path: Path) -> str:
    """Return how the names of this machine's temporary files for a target begin; a process id follows."""
    return f".{path.name}.{socket.gethostname()}."


def _sweep(path: Path) -> None:
    """Remove what processes left that were killed while they wrote the same file."""
    begin = _temporary(path)
    for left in path.parent.glob(f"{glob.escape(begin)}*"):
        process = left.name.removeprefix(begin).partition(".")[0]
        if process.isdecimal() and not _alive(int(process)):
            left.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary name to write to; it takes the place of ``path`` only if the block succeeds.

    If it does not, nothing is left behind, no new folder either.

    Parameters
    ----------
    path : Path
        The file wanted. Its folder is made if absent.
    """
    new = make_folder(path.parent)
    _sweep(path)
    try:
        prefix = f"{_temporary(path)}{os.getpid()}."
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=path.suffix, dir=path.parent)
    except OSError:
        remove_empty(new)
        raise
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # Temporary files are private; the finished one gets the usual permissions.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        remove_empty(new)
        raise


def write_whole(path: Path, content: str | bytes | memoryview, *more: bytes) -> None:
    """Write a file; a reader sees the old one or the new one, never a part.

    Parameters
    ----------
    path : Path
        The file.
    content : str or bytes
        Text is written as UTF-8. NetCDF is made in memory and comes as bytes: its library cannot be
        interrupted by a full disk without bringing the process down.
    *more : bytes
        What follows it.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with whole_file(path) as temporary, temporary.open("wb") as file:
        file.writelines([data, *more])
        file.flush()
        # Some file systems notice that they are full only now.
        os.fsync(file.fileno())


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}{REPLACED}")


def restore(path: Path) -> None:
    """Settle what a process began that was killed while it put a folder in the place of an older one.

    Parameters
    ----------
    path : Path
        The folder. The older one comes back if the new one is not there, and goes if it is.
    """
    old = _aside(path)
    if path.exists():
        shutil.rmtree(old, ignore_errors=True)
    elif old.exists():
        old.rename(path)


def put_in_place(finished: Path, path: Path) -> None:
    """Give a folder that is complete its name; an older one of that name goes, and comes back on failure.

    Parameters
    ----------
    finished, path : Path
        The new folder, and the name it gets; both in one folder.
    """
    restore(path)
    old = _aside(path)
    if not path.exists():
        finished.rename(path)
        return
    path.rename(old)
    try:
        finished.rename(path)
    except BaseException:
        old.rename(path)
        raise
    shutil.rmtree(old)


@contextmanager
def staged_files(folder: Path, names: Collection[str], *, keep: bool = False) -> Iterator[Path]:
    """Give a folder to write files to that belong together; they replace older ones only all at once.

    The files wait in ``unfinished`` inside the target. If the block succeeds they take the place of what is
    there, and files of ``names`` that were not made anew are removed: they belong to something older. If it
    fails the target keeps what it had.

    Parameters
    ----------
    folder : Path
        The target; made if absent.
    names : collection of str
        Names of all files that may be made.
    keep : bool
        Whether what was written before a failure waits on in ``unfinished``, because it cost much.
    """
    new = make_folder(folder)
    waiting = folder / UNFINISHED
    settle(folder)
    new = [*make_folder(waiting), *new]
    try:
        for name in names:
            (waiting / name).unlink(missing_ok=True)
        yield waiting
    except BaseException:
        for name in () if keep else names:
            (waiting / name).unlink(missing_ok=True)
        remove_empty(new or [waiting])
        raise
    _swap(waiting, folder, names)
    remove_empty([waiting])


def half_replaced(folder: Path) -> bool:
    """Whether new files are just taking the place of old ones, or were when their process was killed.

    Parameters
    ----------
    folder : Path
        Target of :func:`staged_files`, whose next use finishes or undoes it.
    """
    return (folder / REPLACING).is_dir() or (folder / REPLACED).is_dir()


def _swap(waiting: Path, folder: Path, names: Collection[str]) -> None:
    """Put the files that wait in the place of the old ones; on failure the old ones come back.

    A process that is killed meanwhile leaves a folder that tells how far it was, see :func:`settle`.
    """
    taken, gone = folder / REPLACING, folder / REPLACED
    taken.mkdir()
    write_whole(taken / NAMES, json.dumps(list(names)))
    moved: list[tuple[Path, Path]] = []
    try:
        _move(folder, taken, names, moved)
        taken.rename(gone)
        moved.append((taken, gone))
        _move(waiting, folder, names, moved)
    except BaseException:
        for before, after in reversed(moved):
            after.rename(before)
        shutil.rmtree(taken)
        raise
    shutil.rmtree(gone)


def _move(source: Path, target: Path, names: Collection[str], moved: list[tuple[Path, Path]]) -> None:
    for name in names:
        if (source / name).is_file():
            (source / name).rename(target / name)
            moved.append((source / name, target / name))


def settle(folder: Path) -> None:
    """Finish what a process began that was killed while it put new files in the place of old ones.

    Until all old files were taken away they come back. From then on the new ones, all of which exist, follow.
    Whoever reads files of the folder in order to write them anew settles it first, and holds it.

    Parameters
    ----------
    folder : Path
        Target of :func:`staged_files`.
    """
    taken, gone = folder / REPLACING, folder / REPLACED
    if taken.is_dir():
        _move(taken, folder, _listed(taken), [])
        shutil.rmtree(taken)
    if gone.is_dir():
        _move(folder / UNFINISHED, folder, _listed(gone), [])
        shutil.rmtree(gone)
        remove_empty([folder / UNFINISHED])


def _listed(aside: Path) -> list[str]:
    """Return the names that change places; none before any did, or once all have."""
    try:
        names: list[str] = json.loads((aside / NAMES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return names
