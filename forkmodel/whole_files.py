"""Write files whole or not at all, and folders of files that belong together."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["UNFINISHED", "put_in_place", "staged_files", "whole_file", "write_whole"]

#: Folder inside the target in which files wait until all of them exist.
UNFINISHED = "unfinished"


def _made(folder: Path) -> list[Path]:
    """Make a folder, and return what had to be made for it, innermost first."""
    absent = []
    place = folder
    while not place.exists():
        absent.append(place)
        place = place.parent
    folder.mkdir(parents=True, exist_ok=True)
    return absent


def _remove_empty(folders: list[Path]) -> None:
    """Remove folders that hold nothing, innermost first."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary name to write to; it takes the place of ``path`` only if the block succeeds.

    If it does not, nothing is left behind, no new folder either.

    Parameters
    ----------
    path : Path
        The file wanted. Its folder is made if absent.
    """
    new = _made(path.parent)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    except OSError:
        _remove_empty(new)
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
        _remove_empty(new)
        raise


def write_whole(path: Path, content: str | bytes | memoryview) -> None:
    """Write a file; a reader sees the old one or the new one, never a part.

    Parameters
    ----------
    path : Path
        The file.
    content : str or bytes
        Text is written as UTF-8. NetCDF is made in memory and comes as bytes: its library cannot be
        interrupted by a full disk without bringing the process down.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with whole_file(path) as temporary, temporary.open("wb") as file:
        file.write(data)
        file.flush()
        # Some file systems notice that they are full only now.
        os.fsync(file.fileno())


def put_in_place(finished: Path, path: Path) -> None:
    """Give a folder that is complete its name; an older one of that name goes, and comes back on failure.

    Parameters
    ----------
    finished, path : Path
        The new folder, and the name it gets; both in one folder.
    """
    if not path.exists():
        finished.rename(path)
        return
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as aside:
        old = path.rename(Path(aside) / path.name)
        try:
            finished.rename(path)
        except BaseException:
            old.rename(path)
            raise


@contextmanager
def staged_files(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """Give a folder to write files to that belong together; they replace older ones only all at once.

    The files wait in ``unfinished`` inside the target. If the block succeeds they take the place of what is
    there, and files of ``names`` that were not made anew are removed: they belong to something older. If it
    fails the target keeps what it had, and what was written waits in ``unfinished``.

    Parameters
    ----------
    folder : Path
        The target; made if absent.
    names : collection of str
        Names of all files that may be made.
    """
    new = _made(folder)
    waiting = folder / UNFINISHED
    new = [*_made(waiting), *new]
    try:
        for name in names:
            (waiting / name).unlink(missing_ok=True)
        yield waiting
    except BaseException:
        _remove_empty(new or [waiting])
        raise
    _swap(waiting, folder, names)
    _remove_empty([waiting])


def _swap(waiting: Path, folder: Path, names: Collection[str]) -> None:
    """Put the files that wait in the place of the old ones; on failure the old ones come back."""
    with tempfile.TemporaryDirectory(prefix=".replaced.", dir=folder) as replaced:
        old = Path(replaced)
        moved: list[tuple[Path, Path]] = []
        try:
            for source, target in ((folder, old), (waiting, folder)):
                for name in names:
                    if (source / name).is_file():
                        (source / name).rename(target / name)
                        moved.append((source / name, target / name))
        except BaseException:
            for before, after in reversed(moved):
                after.rename(before)
            raise
