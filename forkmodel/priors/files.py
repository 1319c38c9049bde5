"""Read prior files: TOML, checked key by key, inherited from one another."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forkmodel.errors import PriorError, did_you_mean
from forkmodel.package_files import prior_file

__all__ = ["BUNDLED", "CALIBRATION", "HINDSIGHT_FREE", "NAMED", "PARAMETERS", "PriorEntry", "read_priors"]

#: The three points of view that come with the package: every report shows them side by side.
BUNDLED = ("reference", "skeptic", "advocate")
#: Those, the set that backtests are fitted with, and the one that calibration draws truths from.
HINDSIGHT_FREE, CALIBRATION = "hindsight-free", "calibration"
NAMED = (*BUNDLED, HINDSIGHT_FREE, CALIBRATION)

#: Distribution parameters of each family, by the names PyMC uses.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "Normal": ("mu", "sigma"),
    "TruncatedNormal": ("mu", "sigma"),
    "LogNormal": ("mu", "sigma"),
    "HalfNormal": ("sigma",),
    "Beta": ("alpha", "beta"),
    "Gamma": ("alpha", "beta"),
    "Exponential": ("lam",),
}
#: Parameters that must be positive.
POSITIVE = {"sigma", "alpha", "beta", "lam"}
#: Fields that state the distribution: an override of any of them drops the inherited ones.
DISTRIBUTION_FIELDS = {"distribution", "interval", "mass", "lower", "upper", *POSITIVE, "mu"}


class PriorEntry(BaseModel):
    """One prior as it stands in a file, after inheritance.

    Either the family's own parameters, or ``interval`` and ``mass`` for the family to be solved for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    distribution: str
    mu: float | None = None
    sigma: float | None = None
    alpha: float | None = None
    beta: float | None = None
    lam: float | None = None
    lower: float | None = None
    upper: float | None = None
    interval: tuple[float, float] | None = None
    mass: float | None = Field(default=None, gt=0.0, lt=1.0)
    unit: str
    meaning: str
    rationale: str
    source: str


def _bundled_path(name: str) -> Path:
    path = prior_file(name)
    if not path.is_file():
        raise PriorError(f"the bundled prior file {name}.toml is missing; install forkmodel again.")
    return path


def _find(name: str, near: Path | None) -> Path:
    if name in NAMED:
        return _bundled_path(name)
    path = Path(name).expanduser()
    if near is not None and not path.is_absolute():
        path = near.parent / path
    if path.is_file():
        return path
    if path.suffix == "" and "/" not in name:
        raise PriorError(f"there is no prior set {name!r}. {did_you_mean(name, list(NAMED))}")
    raise PriorError(f"there is no prior file {path}. Give a path, or one of {', '.join(NAMED)}.")


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise PriorError(f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise PriorError(f"{path.name} is not valid TOML: {error}.") from error
    except RecursionError:
        raise PriorError(f"{path.name} is nested too deeply; flatten its lists and tables.") from None


def _flatten(document: dict[str, Any], path: Path) -> dict[str, dict[str, Any]]:
    """Turn ``[block.parameter]`` tables into ``block.parameter`` keys."""
    flat: dict[str, dict[str, Any]] = {}
    for block, parameters in document.items():
        if not isinstance(parameters, dict):
            raise PriorError(
                f"{path.name}: {block!r} stands outside a table. Priors are tables such as [price.decline]; "
                "the only other keys are inherits and about."
            )
        for name, fields in parameters.items():
            if not isinstance(fields, dict):
                raise PriorError(
                    f"{path.name}: [{block}] holds {name!r} directly. Write a table [{block}.<parameter>]."
                )
            flat[f"{block}.{name}"] = fields
    return flat


def _merge(
    base: dict[str, dict[str, Any]], own: dict[str, dict[str, Any]], path: Path
) -> dict[str, dict[str, Any]]:
    merged = dict(base)
    for key, fields in own.items():
        if base and key not in base:
            raise PriorError(f"{path.name}: unknown prior {key!r}. {did_you_mean(key, list(base))}")
        inherited = dict(base.get(key, {}))
        if DISTRIBUTION_FIELDS & fields.keys():
            inherited = {name: value for name, value in inherited.items() if name not in DISTRIBUTION_FIELDS}
            if base and "rationale" not in fields:
                raise PriorError(f"{path.name}: {key} changes a distribution without a rationale. Add one.")
        merged[key] = {**inherited, **fields}
    return merged


def _entry(key: str, fields: dict[str, Any], file: str) -> PriorEntry:
    try:
        entry = PriorEntry.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "?"
        if first["type"] == "extra_forbidden":
            hint = did_you_mean(field, list(PriorEntry.model_fields))
            raise PriorError(f"{file}: {key} has an unknown field {field!r}. {hint}") from error
        if first["type"] == "missing":
            raise PriorError(f"{file}: {key} lacks {field!r}. Add it.") from error
        raise PriorError(f"{file}: {key}.{field}: {first['msg']} (value: {first['input']!r}).") from error
    _check(key, entry, file)
    return entry


def _check(key: str, entry: PriorEntry, file: str) -> None:
    """Raise if a distribution is not fully and soundly stated."""
    family = entry.distribution
    if family not in PARAMETERS:
        raise PriorError(
            f"{file}: {key}: unknown distribution {family!r}. {did_you_mean(family, list(PARAMETERS))}"
        )
    given = {name for name in ("mu", "sigma", "alpha", "beta", "lam") if getattr(entry, name) is not None}
    wanted = set(PARAMETERS[family])
    if entry.interval is not None:
        low, high = entry.interval
        if given:
            raise PriorError(f"{file}: {key} has both an interval and {', '.join(sorted(given))}; keep one.")
        if entry.mass is None:
            raise PriorError(f"{file}: {key} has an interval without a mass. Add for example mass = 0.9.")
        if not low < high:
            raise PriorError(f"{file}: {key}: interval [{low}, {high}] is not increasing; swap its ends.")
        if family not in {"Normal", "Beta", "TruncatedNormal"} and low <= 0:
            raise PriorError(f"{file}: {key}: {family} is positive, its interval starts at {low}; raise it.")
        if family == "Beta" and not (low > 0 and high < 1):
            raise PriorError(f"{file}: {key}: a Beta lives between 0 and 1, not on [{low}, {high}].")
    elif given != wanted:
        raise PriorError(
            f"{file}: {key}: {family} needs {', '.join(PARAMETERS[family])}, has "
            f"{', '.join(sorted(given)) or 'none'}. Or give interval and mass."
        )
    for name in given & POSITIVE:
        if getattr(entry, name) <= 0:
            raise PriorError(f"{file}: {key}.{name} is {getattr(entry, name)}; it must be positive.")
    bounds = (entry.lower, entry.upper)
    if family != "TruncatedNormal" and bounds != (None, None):
        raise PriorError(f"{file}: {key}: only TruncatedNormal takes lower and upper.")
    low, high = (-math.inf if bounds[0] is None else bounds[0], math.inf if bounds[1] is None else bounds[1])
    if not low < high:
        raise PriorError(f"{file}: {key}: lower {low} is not below upper {high}.")


def read_priors(name: str) -> tuple[dict[str, PriorEntry], dict[str, str]]:
    """Read a prior file with everything it inherits.

    Parameters
    ----------
    name : str
        A bundled name or the path of a TOML file.

    Returns
    -------
    (dict, dict)
        Entries by key, and the name of the file each one was last changed in.

    Raises
    ------
    PriorError
        If a file is missing or malformed, or a key, field or value is wrong; the message names file and key.
    """
    chain: list[tuple[Path, dict[str, Any]]] = []
    path = _find(name, None)
    while True:
        if any(path.samefile(seen) for seen, _ in chain):
            raise PriorError(
                f"{path.name} inherits from itself, by way of {chain[-1][0].name}; break the circle."
            )
        document = _parse(path)
        parent = document.pop("inherits", None)
        document.pop("about", None)
        chain.append((path, document))
        if parent is None:
            break
        if not isinstance(parent, str):
            raise PriorError(f"{path.name}: inherits is {parent!r}; give one name or path as text.")
        path = _find(parent, path)
    if chain[-1][0] != _bundled_path("reference"):
        valid = list(read_priors("reference")[0])
        root = _flatten(chain[-1][1], chain[-1][0])
        for key in root:
            if key not in valid:
                raise PriorError(f"{chain[-1][0].name}: unknown prior {key!r}. {did_you_mean(key, valid)}")
        missing = [key for key in valid if key not in root]
        if missing:
            raise PriorError(
                f"{chain[-1][0].name} lacks {missing[0]!r} and {len(missing) - 1} more. Start it with "
                'inherits = "reference" to change only some.'
            )
    fields: dict[str, dict[str, Any]] = {}
    origin: dict[str, str] = {}
    for path, document in reversed(chain):
        own = _flatten(document, path)
        fields = _merge(fields, own, path)
        origin |= dict.fromkeys(own, path.name)
    return {key: _entry(key, value, origin[key]) for key, value in fields.items()}, origin
