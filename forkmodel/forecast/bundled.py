"""What the package's own fit left behind: thinned worlds, the judged claims and the report.

They answer before anybody has fitted anything. ``scripts/make_bundled.py`` writes them from a folder of
results, and ``about.json`` says what they come from: everything that quotes them says so too, and says if the
tables or priors of the package are others by now. Nothing heavy is imported before worlds are asked for.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forkmodel.errors import FitFileError
from forkmodel.package_files import BUNDLED_FIT, LEDGER, SNAPSHOT, prior_file

if TYPE_CHECKING:
    from forkmodel.forecast.forecast import Forecast

__all__ = [
    "BUNDLED_FILES",
    "BundledFit",
    "bundled_claims",
    "bundled_file",
    "bundled_fit",
    "bundled_forecast",
    "bundled_report",
    "file_hash",
]

#: All of these or none are written.
BUNDLED_FILES: Final = ("about.json", "forecast.nc", "claims.json", "report.html.gz")


@dataclass(frozen=True)
class BundledFit:
    """Where the bundled answers come from.

    Attributes
    ----------
    vintage, prior_set, review : str
        Last day of the tables (ISO), name of the priors, status of the review.
    seed, draws, worlds : int
        Seed and draws of the fit, and how many of its worlds come with the package.
    horizon : str
        Last day of the worlds (ISO).
    fit_hash, data_hash, prior_hash : str
        SHA-256 of the fit's file, of its tables and of its priors, as ``Fit.describe`` has the last two.
    versions : mapping of str
        Packages that made the fit.
    tables, priors, claims : mapping of str
        SHA-256 by file of what it was made from: the tables, the prior sets and the ledger of this package.
    left_out : tuple of str
        Developers whose shares and revenue are not in the worlds.
    """

    vintage: str
    prior_set: str
    review: str
    seed: int
    draws: int
    worlds: int
    horizon: str
    fit_hash: str
    data_hash: str
    prior_hash: str
    versions: Mapping[str, str]
    tables: Mapping[str, str]
    priors: Mapping[str, str]
    claims: Mapping[str, str]
    left_out: tuple[str, ...]

    @property
    def changed(self) -> list[str]:
        """Tables and prior files of this package that are not those the fit was made from."""
        known = {SNAPSHOT / name: digest for name, digest in self.tables.items()}
        known |= {prior_file(name): digest for name, digest in self.priors.items()}
        return [path.name for path, digest in known.items() if file_hash(path) != digest]

    @property
    def claims_changed(self) -> bool:
        """Whether the ledger of this package is not the one that was judged."""
        return any(file_hash(LEDGER.parent / name) != known for name, known in self.claims.items())

    @property
    def sentence(self) -> str:
        """Whose fit answers, on one line, and what no longer holds of it."""
        said = (
            f"Bundled fit: vintage {self.vintage}, {self.prior_set} priors, seed {self.seed}, review "
            f"{self.review}, {self.worlds:,} of {self.draws:,} worlds."
        )
        changed = self.changed
        if not changed:
            return said
        return f"{said} MADE FROM OTHER TABLES OR PRIORS: {', '.join(changed)} changed since; fit again."

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--json`` prints of it: all but the hashes of single files, and what changed."""
        single = ("tables", "priors", "claims")
        return {k: v for k, v in asdict(self).items() if k not in single} | {"changed": self.changed}


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or nothing if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def bundled_file(name: str) -> Path:
    """Return one of :data:`BUNDLED_FILES`.

    Raises
    ------
    FitFileError
        If this installation lacks it.
    """
    path = BUNDLED_FIT / name
    if not path.is_file():
        raise FitFileError(
            f"this installation lacks its own fit ({path.name}). Install forkmodel again, or make one with "
            "`forkmodel run --out out`."
        )
    return path


def bundled_fit() -> BundledFit:
    """Return where the bundled answers come from."""
    about = json.loads(bundled_file("about.json").read_text(encoding="utf-8"))
    return BundledFit(**{**about, "left_out": tuple(about["left_out"])})


def bundled_claims() -> dict[str, Any]:
    """Return the ledger as judged on all draws of the bundled fit, in the shape of ``claims --json``."""
    found: dict[str, Any] = json.loads(bundled_file("claims.json").read_text(encoding="utf-8"))
    return found


def bundled_report() -> str:
    """Return the report of the bundled fit, an HTML page."""
    return gzip.decompress(bundled_file("report.html.gz").read_bytes()).decode("utf-8")


def bundled_forecast() -> Forecast:
    """Return the worlds of the package's own fit, thinned evenly over its chains and draws.

    It answers at once, for a first look: 500 worlds, values to one in 500, and shares and revenue by
    developer of the six largest only (``facts["bundled_fit"]["left_out"]`` names the others). What is to be
    quoted is better asked of a forecast of all draws.

    Returns
    -------
    Forecast
        Without a scenario; ``facts["bundled_fit"]`` says which fit it comes from.

    Raises
    ------
    FitFileError
        If this installation lacks it.

    Warns
    -----
    UserWarning
        If tables or priors of this package have changed since the fit.
    """
    import warnings

    from forkmodel.forecast.forecast import load_forecast

    fit = bundled_fit()
    if fit.changed:
        warnings.warn(fit.sentence, stacklevel=2)
    forecast = load_forecast(bundled_file("forecast.nc"))
    forecast.facts["bundled_fit"] = fit.as_dict()
    return forecast
