"""The seal of a store of worlds: a list of its files, so that none is cut, lost or exchanged unseen.

A store may hold more than can be hashed whenever it is opened. Its descriptions are small and hashed whole;
of files of numbers the sizes are compared, and each chunk carries a checksum of its own that is compared when
it is read. A file that were missing would else read as worlds without numbers.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from forkmodel.errors import FitFileError
from forkmodel.whole_files import write_whole

__all__ = ["check_store", "seal_store"]

SEAL: Final = "seal.json"
#: What zarr calls its descriptions.
DESCRIPTION: Final = "zarr.json"

type Files = dict[str, list[Any]]


def _files(folder: Path) -> Files:
    """Return the size of every file of a store, and the hash of each description."""
    found: Files = {}
    for path in sorted(folder.rglob("*")):
        described = path.name == DESCRIPTION
        # What lies in the store's own folder beside its description is no part of it.
        if path.is_file() and (described or path.parent != folder):
            hashed = _hash(path.read_bytes()) if described else None
            found[path.relative_to(folder).as_posix()] = [path.stat().st_size, hashed]
    return found


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=32).hexdigest()


def _of_list(files: Files) -> str:
    return _hash(json.dumps(files, sort_keys=True).encode())


def seal_store(folder: Path) -> None:
    """List the files of a complete store in it.

    Parameters
    ----------
    folder : Path
        The store.
    """
    files = _files(folder)
    seal = {"forkmodel": version("forkmodel"), "files": files, "hash": _of_list(files)}
    write_whole(folder / SEAL, json.dumps(seal))


def check_store(folder: Path, *, sealed: bool) -> None:
    """Compare a store with its seal.

    Parameters
    ----------
    folder : Path
        The store.
    sealed : bool
        Whether stores of its layout have a seal.

    Raises
    ------
    FitFileError
        If files are missing, cut, edited or new, or a seal is missing that should be there.
    """
    try:
        seal = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        stated = seal["files"]
        whole = seal["hash"] == _of_list(stated)
    except FileNotFoundError:
        if not sealed:
            return
        raise FitFileError(f"{folder} has lost its seal: it was cut off or edited. Forecast again.") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise FitFileError(f"{folder} was damaged: its seal cannot be read. Forecast again.") from error
    found = _files(folder)
    differ = [name for name in sorted({*found, *stated}) if found.get(name) != stated.get(name)]
    if not whole or differ:
        first = f" ({differ[0]} and {len(differ) - 1} more)" if differ else ""
        raise FitFileError(
            f"{folder} was damaged or edited: its files are not those that were saved{first}. Take the store "
            "from a copy, or forecast again."
        )
