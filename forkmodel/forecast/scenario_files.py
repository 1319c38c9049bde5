"""Read scenario files: TOML, checked key by key."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forkmodel.dates import read_span
from forkmodel.errors import ScenarioError, did_you_mean
from forkmodel.forecast.scenario import EVENTS, LEVERS, Change, Event, Scenario, combine

__all__ = ["BASELINE", "bundled_scenarios", "load_scenario", "load_scenarios"]

BASELINE = "baseline"
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


class _ChangeEntry(_Strict):
    lever: str
    multiply: float | None = Field(default=None, gt=0.0)
    add: float | None = None
    # TOML has dates of its own, which mean one day and nothing else.
    begin: str | date = Field(alias="from")
    until: str | date | None = None
    over_quarters: int = Field(default=0, ge=0)


class _EventEntry(_Strict):
    kind: str
    at: str | date


class _File(_Strict):
    name: str = Field(min_length=1)
    meaning: str = Field(min_length=1)
    sources: list[str] = Field(min_length=1)
    change: list[_ChangeEntry] = []
    event: list[_EventEntry] = []


def _bundled_folder() -> Path:
    return Path(str(resources.files("forkmodel"))) / "scenarios"


def bundled_scenarios() -> list[str]:
    """Return the names of the scenarios that come with the package, the baseline first."""
    names = sorted(path.stem for path in _bundled_folder().glob("*.toml"))
    return sorted(names, key=lambda name: name != BASELINE)


def _find(name: str) -> Path:
    bundled = bundled_scenarios()
    if name in bundled:
        return _bundled_folder() / f"{name}.toml"
    path = Path(name).expanduser()
    if path.is_file():
        return path
    if path.suffix == "" and "/" not in name:
        raise ScenarioError(f"there is no scenario {name!r}. {did_you_mean(name, bundled)}")
    raise ScenarioError(f"there is no scenario file {path}. Give a path, or one of {', '.join(bundled)}.")


def _quarters(text: str | date, where: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the starts of the first and last quarter of a time: 2028-Q1, 2028-02, 2028-02-15 or 2028."""
    span = read_span(text, where, error=ScenarioError)
    if not EARLIEST_YEAR <= span.first.year <= LATEST_YEAR:
        raise ScenarioError(
            f"{where} {str(text)!r} lies outside {EARLIEST_YEAR} to {LATEST_YEAR}; write one within."
        )
    first, last = (pd.Timestamp(day).to_period("Q").start_time for day in (span.first, span.last))
    return pd.Timestamp(first), pd.Timestamp(last)


def _change(entry: _ChangeEntry, where: str) -> Change:
    if entry.lever not in LEVERS:
        raise ScenarioError(
            f"{where}: unknown lever {entry.lever!r}. {did_you_mean(entry.lever, list(LEVERS))}"
        )
    wanted, other = ("multiply", "add") if LEVERS[entry.lever].multiplies else ("add", "multiply")
    value = getattr(entry, wanted)
    if value is None or getattr(entry, other) is not None:
        raise ScenarioError(f"{where}: the lever {entry.lever} takes `{wanted}`, and only that.")
    begin = _quarters(entry.begin, f"{where}: `from`")[0]
    # The last quarter counts: `until = "2029"` holds through that year.
    until = None if entry.until is None else _quarters(entry.until, f"{where}: `until`")[1]
    if until is not None and until < begin:
        raise ScenarioError(f"{where}: `until` ({entry.until}) is before `from` ({entry.begin}); swap them.")
    return Change(entry.lever, value, begin, until, entry.over_quarters)


def _event(entry: _EventEntry, where: str) -> Event:
    if entry.kind not in EVENTS:
        raise ScenarioError(
            f"{where}: unknown event {entry.kind!r}. {did_you_mean(entry.kind, list(EVENTS))}"
        )
    return Event(entry.kind, _quarters(entry.at, f"{where}: `at`")[0])


def _document(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path.name} is not valid TOML: {error}.") from error
    except RecursionError:
        raise ScenarioError(f"{path.name} is nested too deeply; flatten its lists and tables.") from None


def _where(location: tuple[int | str, ...]) -> str:
    """Return a place such as ``change 2, multiply``."""
    parts = [f"{part + 1}" if isinstance(part, int) else str(part) for part in location]
    return " ".join(parts)


def load_scenario(name: str) -> Scenario:
    """Load one scenario.

    Parameters
    ----------
    name : str
        Name of a bundled scenario or path of a TOML file.

    Raises
    ------
    ScenarioError
        If the file or anything in it is wrong; the message names file, entry and fix.
    """
    path = _find(name)
    try:
        file = _File.model_validate(_document(path))
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][-1])
        if first["type"] == "extra_forbidden":
            fields = [
                *_File.model_fields,
                "lever",
                "multiply",
                "add",
                "from",
                "until",
                "over_quarters",
                "kind",
                "at",
            ]
            raise ScenarioError(
                f"{path.name}: unknown field {_where(first['loc'])}. {did_you_mean(field, fields)}"
            ) from error
        if first["type"] == "missing":
            raise ScenarioError(f"{path.name} lacks {_where(first['loc'])}. Add it.") from error
        raise ScenarioError(
            f"{path.name}: {_where(first['loc'])}: {first['msg']} (value: {first['input']!r})."
        ) from error
    return Scenario(
        name=file.name,
        meaning=file.meaning,
        sources=tuple(file.sources),
        changes=tuple(
            _change(entry, f"{path.name}, change {place}") for place, entry in enumerate(file.change, 1)
        ),
        events=tuple(
            _event(entry, f"{path.name}, event {place}") for place, entry in enumerate(file.event, 1)
        ),
    )


def load_scenarios(names: str | Path | Sequence[str | Path]) -> Scenario:
    """Load several scenarios and combine them; a single name is a list of one.

    Parameters
    ----------
    names : str, Path or sequence of them
        Names of bundled scenarios or paths of scenario files; none of them is the baseline.

    Raises
    ------
    ScenarioError
        If one is no name, or cannot be read.
    """
    if not isinstance(names, str | Path | Sequence):
        raise ScenarioError(_no_name(names))
    listed: list[object] = [names] if isinstance(names, str | Path) else list(names)
    for name in listed:
        if not isinstance(name, str | Path):
            raise ScenarioError(_no_name(name))
    return combine([load_scenario(str(name)) for name in listed or [BASELINE]])


def _no_name(given: object) -> str:
    return (
        f"the scenario is {given!r}; give a name such as 'price-war', the path of a file, or a list of them."
    )
