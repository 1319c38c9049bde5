"""Read the ledger: TOML, checked claim by claim, every expression parsed before anything is computed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forkmodel.errors import ClaimError, QueryError
from forkmodel.package_files import LEDGER
from forkmodel.queries import parse

__all__ = ["Claim", "Ledger", "load_ledger"]


class Claim(BaseModel):
    """One dated event.

    Attributes
    ----------
    id, statement, source : str
        Name, what is said, and who says it.
    expression : str or None
        The event in the query language; None where the model cannot compute it.
    today : str or None
        The same at the data's end.
    horizon, threshold : str or None
        When it is decided, and from what value on, in words.
    direction : str
        Whether its truth supports the thesis or speaks against it.
    note, reason : str
        What a reader should know; why it cannot be computed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    statement: str = Field(min_length=1)
    source: str = Field(min_length=1)
    direction: Literal["supports", "against"]
    expression: str | None = None
    today: str | None = None
    horizon: str | None = None
    threshold: str | None = None
    note: str = ""
    reason: str = ""

    @property
    def computable(self) -> bool:
        """Whether the model can say how probable it is."""
        return self.expression is not None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str = ""
    joint: Claim
    claim: list[Claim] = Field(min_length=1)


@dataclass(frozen=True)
class Ledger:
    """All claims, and the one that joins them.

    Attributes
    ----------
    claims : tuple of Claim
        In the order of the file.
    joint : Claim
        The headline.
    """

    claims: tuple[Claim, ...]
    joint: Claim

    @property
    def expressions(self) -> dict[str, str]:
        """Event of every claim that can be computed, by id, the headline first."""
        found = {claim.id: claim.expression for claim in (self.joint, *self.claims)}
        return {name: expression for name, expression in found.items() if expression is not None}


def _check(claim: Claim, file: str) -> None:
    if claim.expression is None:
        if not claim.reason:
            raise ClaimError(f"{file}: {claim.id} has neither an expression nor a reason for lacking one.")
        return
    if claim.horizon is None or claim.threshold is None:
        raise ClaimError(f"{file}: {claim.id} lacks its horizon or threshold; both are fixed in the file.")
    for text in (claim.expression, claim.today):
        if text is None:
            continue
        try:
            parse(text)
        except QueryError as error:
            raise ClaimError(f"{file}: {claim.id}: {error}") from error


def load_ledger(path: str | Path | None = None) -> Ledger:
    """Load the bundled ledger or one's own.

    Parameters
    ----------
    path : str or Path, optional
        A TOML file with a table ``[joint]`` and entries ``[[claim]]``.

    Raises
    ------
    ClaimError
        If the file or a claim in it is wrong; the message names file, claim and fix.
    """
    place = Path(path) if path else LEDGER
    if not place.is_file():
        raise ClaimError(f"there is no claim file {place}.")
    try:
        file = _File.model_validate(tomllib.loads(place.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ClaimError(f"{place.name} is not valid TOML: {error}.") from error
    except RecursionError:
        raise ClaimError(f"{place.name} is nested too deeply; flatten its lists and tables.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ClaimError(f"{place.name}: {where}: {first['msg']} (value: {first['input']!r}).") from error
    names = [claim.id for claim in file.claim]
    for name in names:
        if names.count(name) > 1:
            raise ClaimError(f"{place.name}: two claims are called {name}; rename one.")
    for claim in (file.joint, *file.claim):
        _check(claim, place.name)
    return Ledger(tuple(file.claim), file.joint)
