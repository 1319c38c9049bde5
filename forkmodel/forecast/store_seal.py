"""The seal of a store of worlds: a list of its files, so that none is cut, lost or exchanged unseen.

A store may hold more than can be hashed whenever it is opened. Its descriptions are small and hashed whole;
of files of numbers the sizes are compared, and each chunk carries a checksum of its own that is compared when
it is read. A file that were missing would else read as worlds without numbers.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from forkmodel.errors import FitFileError
from forkmodel.whole_files import write_whole

__all__ = ["check_store", "seal_store"]

#: What zarr calls its descriptions; the seal stands in that of the store itself.
DESCRIPTION: Final = "zarr.json"
ATTRIBUTES: Final = "attributes"
#: Attributes with the list of files, and with the hash of the description that holds it.
FILES, HASH = "files", "hash"

type Files = dict[str, list[Any]]


def _files(folder: Path) -> Files:
    """Return the size of every file in the groups of a store, and the hash of each description."""
    found: Files = {}
    for path in sorted(folder.rglob("*")):
        # What lies in the store's own folder is its description, or no part of it.
        if path.is_file() and path.parent != folder:
            hashed = _hash(path.read_bytes()) if path.name == DESCRIPTION else None
            found[path.relative_to(folder).as_posix()] = [path.stat().st_size, hashed]
    return found


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=32).hexdigest()


def _hash_of(description: dict[str, Any]) -> str:
    rest = {name: value for name, value in description[ATTRIBUTES].items() if name != HASH}
    return _hash(json.dumps({**description, ATTRIBUTES: rest}, sort_keys=True).encode())


def seal_store(folder: Path) -> None:
    """List the files of a complete store in its description.

    Parameters
    ----------
    folder : Path
        The store.
    """
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    description[ATTRIBUTES][FILES] = _files(folder)
    description[ATTRIBUTES][HASH] = _hash_of(description)
    write_whole(folder / DESCRIPTION, json.dumps(description))


def check_store(folder: Path) -> None:
    """Compare a store with its seal.

    Parameters
    ----------
    folder : Path
        The store.

    Raises
    ------
    FitFileError
        If files are missing, cut, edited or new, or it has no seal.
    KeyError, ValueError
        If its description is none.
    """
    description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    stated = description[ATTRIBUTES].get(FILES)
    if stated is None:
        raise FitFileError(f"{folder} has lost its seal: it was cut off or edited. Forecast again.")
    found = _files(folder)
    differ = [name for name in sorted({*found, *stated}) if found.get(name) != stated.get(name)]
    if differ or description[ATTRIBUTES].get(HASH) != _hash_of(description):
        first = f" ({differ[0]} and {len(differ) - 1} more)" if differ else ""
        raise FitFileError(
            f"{folder} was damaged or edited: its files are not those that were saved{first}. Take the store "
            "from a copy, or forecast again."
        )
