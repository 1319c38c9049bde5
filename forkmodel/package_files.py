"""Where the files lie that come with the package; finding them imports nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["BUNDLED_FIT", "LEDGER", "SNAPSHOT", "prior_file"]

PACKAGE: Final = Path(__file__).parent
#: Folder of the bundled tables.
SNAPSHOT: Final = PACKAGE / "data" / "snapshot"
#: The claims.
LEDGER: Final = PACKAGE / "claims" / "ledger.toml"
#: Folder of what the package's own fit left behind, see :mod:`forkmodel.forecast.bundled`.
BUNDLED_FIT: Final = PACKAGE / "bundled"


def prior_file(name: str) -> Path:
    """Return the file of a bundled prior set: in an installed package, or beside the sources."""
    inside = PACKAGE / "_priors" / f"{name}.toml"
    return inside if inside.is_file() else PACKAGE.parent / "priors" / f"{name}.toml"
