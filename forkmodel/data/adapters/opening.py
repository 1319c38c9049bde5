"""Files as others give them: one file, a folder or a zip archive, opened with care.

A file from elsewhere may be damaged or made to do harm: an archive that unpacks to terabytes, a link that
leads to a file nobody meant. Such files are refused by name; nothing is unpacked to disk.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from forkmodel.errors import DataError, Problem

__all__ = ["MOST_BYTES", "MOST_FILES", "Bundle", "checked_archive", "open_bundle", "refuse", "shortened"]

#: Largest file, and largest sum of an archive's files, that is read.
MOST_BYTES = 512 * 2**20
#: An archive or folder with more files than this is not a set of tables.
MOST_FILES = 5_000
#: Text packs ten- or twentyfold; an archive far beyond that was made to fill memory.
MOST_RATIO, SMALL_FILE = 200, 2**20
#: Letters of a message about a file.
LONGEST = 400


def refuse(place: str, what: str, fix: str, row: int | None = None, value: str | None = None) -> DataError:
    """Return the error that names a place in a file that cannot be taken."""
    return DataError([Problem(shortened(place), row, None, value, shortened(what), fix)])


def shortened(text: str) -> str:
    """Return text that may hold a cell of any length, cut to what a reader can take in."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


@dataclass(frozen=True)
class Bundle:
    """Files under names with forward slashes, each read when it is asked for.

    Attributes
    ----------
    name : str
        Name of the file, folder or archive itself.
    names : list of str
        Names of the files, sorted.
    read : callable
        From a name to the bytes.
    """

    name: str
    names: list[str]
    read: Callable[[str], bytes]

    def ending(self, *suffixes: str) -> list[str]:
        """Return the names that end so, whatever their case."""
        return [name for name in self.names if name.lower().endswith(suffixes)]

    def need(self, takes: str, *suffixes: str) -> list[str]:
        """Return the names that end so; ``takes`` says what should have been given where there are none.

        Raises
        ------
        DataError
            If there are none.
        """
        found = self.ending(*suffixes)
        if not found:
            what = f"holds no file that ends in {' or '.join(suffixes)}"
            raise refuse(self.name, what, f"Give {takes}.")
        return found

    def find(self, wanted: str) -> str | None:
        """Return the first name whose last part is the wanted one, or None."""
        return next((name for name in self.names if PurePosixPath(name).name == wanted), None)


def open_bundle(path: Path) -> Bundle:
    """Open a file, a folder or a zip archive (an Excel file is a file, though zipped).

    Parameters
    ----------
    path : Path
        The file or folder.

    Raises
    ------
    DataError
        If there is no such file, it is too large, a link leads out of the folder, or an archive is damaged.
    """
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        what = "is no regular file" if path.exists() else "there is no such file or folder"
        raise refuse(str(path), what, "Check the path.")
    data = _bytes_of(path, path.name)
    if data.startswith(b"PK\x03\x04") and path.suffix.lower() not in (".xlsx", ".xlsm"):
        return _archive(path.name, data)
    return Bundle(path.name, [path.name], lambda _: data)


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise refuse(name, f"is larger than {MOST_BYTES} bytes", "Give a smaller part of it.")
        return path.read_bytes()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise refuse(name, what, "Check that it is a file that you may read.") from error


def _folder(folder: Path) -> Bundle:
    root = folder.resolve()
    names = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith(".") for part in PurePosixPath(name).parts) or path.is_dir():
            continue
        if not path.resolve().is_relative_to(root):
            raise refuse(name, "is a link that leads out of the folder", "Put the file itself there.")
        if path.is_file():
            names[name] = path
        if len(names) > MOST_FILES:
            raise refuse(folder.name, f"holds more than {MOST_FILES} files", "Give the folder of the tables.")
    return Bundle(folder.name, list(names), lambda name: _bytes_of(names[name], name))


def checked_archive(place: str, data: bytes) -> zipfile.ZipFile:
    """Open an archive in memory whose files are few, not encrypted, and of a size that can be held.

    Parameters
    ----------
    place : str
        What to call it in an error.
    data : bytes
        The archive.

    Raises
    ------
    DataError
        If it is damaged or would unpack to more than ``MOST_BYTES``.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise refuse(place, f"the archive is damaged: {error}", "Download it again.") from error
    infos = archive.infolist()
    size = sum(info.file_size for info in infos)
    if len(infos) > MOST_FILES or size > MOST_BYTES:
        what = f"the archive unpacks to {len(infos)} files of {size} bytes"
        raise refuse(place, what, f"At most {MOST_FILES} files and {MOST_BYTES} bytes are read.")
    for info in infos:
        if info.file_size > max(SMALL_FILE, MOST_RATIO * info.compress_size):
            what = f"{info.filename} unpacks to {info.file_size} bytes from {info.compress_size}"
            raise refuse(place, what, "No table packs so small; do not open this archive.")
        if info.flag_bits & 1:
            raise refuse(place, f"{info.filename} is encrypted", "Unpack it with its password first.")
    return archive


def _archive(place: str, data: bytes) -> Bundle:
    archive = checked_archive(place, data)
    infos = {}
    for info in archive.infolist():
        parts = PurePosixPath(info.filename).parts
        if info.is_dir() or any(part == "__MACOSX" or part.startswith("._") for part in parts):
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            raise refuse(place, f"{info.filename} is a link", "Pack the file itself.")
        if info.filename in infos:
            raise refuse(place, f"{info.filename} stands in the archive twice", "Pack it once.")
        infos[info.filename] = info

    def read(name: str) -> bytes:
        try:
            return archive.read(infos[name])
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            what = f"{name} in the archive is damaged: {error}"
            raise refuse(place, what, "Download the archive again.") from error

    return Bundle(place, sorted(infos), read)
