"""Seals on saved files: a line behind the last byte that says what the file is and holds a hash of all of it.

HDF5 ignores what stands behind its content, so a sealed file opens anywhere. Here its bytes are hashed before
HDF5 sees them: that library, given a file in which a bit has changed, may read other numbers, crash, or never
end. The hash finds accidents and edits. It is no signature: who seals a file anew can make it say anything.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

from forkmodel.errors import FitFileError
from forkmodel.whole_files import write_whole

__all__ = ["AGAIN", "FIT", "FORECAST", "Seal", "newer", "opened_seal", "read_seal", "write_sealed"]

type Kind = Literal["fit", "forecast"]

FIT: Final = "fit"
FORECAST: Final = "forecast"
#: How a file of each kind is made anew.
AGAIN: Final = {FIT: "Fit again", FORECAST: "Forecast again"}

#: The line: version of the package, kind of file, number of its layout, hash of everything before the hash.
LINE: Final = re.compile(rb"\nforkmodel (\S{1,40}) (fit|forecast) (\d{1,6}) ([0-9a-f]{64})\n\Z")
LONGEST: Final = 160
HASH_BYTES: Final = 32
AT_ONCE: Final = 2**20


@dataclass(frozen=True)
class Seal:
    """What the seal of a file says.

    Attributes
    ----------
    version : str
        Version of the package that wrote the file.
    kind : str
        ``fit`` or ``forecast``.
    layout : int
        Number of its layout, see :mod:`forkmodel.formats`.
    hash : str
        BLAKE2b of 256 bits of all bytes before it, hexadecimal.
    at : int
        How many bytes those are.
    """

    version: str
    kind: str
    layout: int
    hash: str
    at: int


def write_sealed(path: Path, content: bytes | memoryview, kind: Kind, layout: int) -> None:
    """Write a file with its seal, whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        What it holds.
    kind, layout
        As in :class:`Seal`.
    """
    words = f"\nforkmodel {version('forkmodel')} {kind} {layout} ".encode()
    digest = hashlib.blake2b(content, digest_size=HASH_BYTES)
    digest.update(words)
    write_whole(path, content, words + digest.hexdigest().encode() + b"\n")


def read_seal(path: Path) -> Seal | None:
    """Return what stands on the seal of a file, without comparing it; None if there is none.

    Parameters
    ----------
    path : Path
        The file; None too if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LONGEST))
            found = LINE.search(tail := file.read())
    except OSError:
        return None
    if found is None:
        return None
    by, kind, layout, stated = (part.decode("ascii", "replace") for part in found.groups())
    return Seal(by, kind, int(layout), stated, size - len(tail) + found.start(4))


def opened_seal(path: Path, kind: Kind) -> Seal | None:
    """Return the seal of a file that is about to be opened, once its bytes were found to be those it is of.

    Parameters
    ----------
    path : Path
        The file.
    kind : str
        What it is opened as.

    Returns
    -------
    Seal or None
        None if there is no seal: the file is older than seals, cut off, or something else.

    Raises
    ------
    FitFileError
        If the bytes are not those that were sealed.
    """
    seal = read_seal(path)
    if seal is not None and _hash(path, seal.at) != seal.hash:
        raise FitFileError(
            f"{path} was damaged or edited: its bytes are not those that were saved. Take the file from a "
            f"copy, or make it anew: {AGAIN[kind]}."
        )
    return seal


def _hash(path: Path, size: int) -> str:
    digest, left = hashlib.blake2b(digest_size=HASH_BYTES), size
    with path.open("rb") as file:
        while left and (part := file.read(min(left, AT_ONCE))):
            digest.update(part)
            left -= len(part)
    return digest.hexdigest()


def newer(path: Path, by: str, kind: Kind) -> FitFileError:
    """Return the refusal of a file whose layout is later than all that this version knows.

    Parameters
    ----------
    path : Path
        The file.
    by : str
        Version of the package that wrote it.
    kind : str
        What it is.
    """
    return FitFileError(
        f"{path} was made by forkmodel {by}, this is {version('forkmodel')}, which cannot read its layout "
        f"yet: upgrade, or make the file anew: {AGAIN[kind]}."
    )
