"""Resolved sets of priors: what the model draws its parameters from, one prior a parameter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from forkmodel.errors import PriorError, did_you_mean
from forkmodel.priors.checks import check_resolved, check_support
from forkmodel.priors.files import PARAMETERS, PriorEntry, read_priors
from forkmodel.priors.prior import Prior
from forkmodel.priors.solving import solve

__all__ = ["PriorSet", "check_priors", "load_priors"]


class PriorSet(Mapping[str, Prior]):
    """All priors of a fit, by ``block.parameter``.

    Parameters
    ----------
    name : str
        Name of the set, for provenance.
    priors : mapping of str to Prior
        The priors.
    """

    def __init__(self, name: str, priors: Mapping[str, Prior]) -> None:
        self.name = name
        self._priors = dict(sorted(priors.items()))

    def __getitem__(self, key: str) -> Prior:
        """Return one prior, or say which key is nearest."""
        try:
            return self._priors[key]
        except KeyError:
            raise PriorError(f"unknown prior {key!r}. {did_you_mean(key, list(self._priors))}") from None

    def __contains__(self, key: object) -> bool:
        """Say whether there is such a prior."""
        return key in self._priors

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys in alphabetical order."""
        return iter(self._priors)

    def __len__(self) -> int:
        """Return the number of priors."""
        return len(self._priors)

    def __repr__(self) -> str:
        """Return name and size."""
        return f"PriorSet({self.name!r}, {len(self)} priors, {self.hash[:12]})"

    @property
    def hash(self) -> str:
        """SHA-256 of the resolved distributions; formatting and prose of the files do not enter."""
        content = {key: [p.family, p.params, p.lower, p.upper] for key, p in self._priors.items()}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def rv(self, key: str, dims: str | tuple[str, ...] | None = None) -> Any:
        """Add the prior to the PyMC model in context, under its own key.

        Parameters
        ----------
        key : str
            ``block.parameter``.
        dims : str or tuple of str, optional
            Dims of the variable; independent copies of the prior along them.
        """
        import pymc as pm

        prior = self[key]
        if prior.family == "TruncatedNormal":
            return pm.TruncatedNormal(key, **prior.params, lower=prior.lower, upper=prior.upper, dims=dims)
        return getattr(pm, prior.family)(key, **prior.params, dims=dims)

    def table(self) -> pd.DataFrame:
        """Return the resolved priors, one row each, with median and 90 % interval."""
        rows = [
            {
                "key": key,
                "distribution": str(prior),
                "median": prior.quantile(0.5),
                "q05": prior.quantile(0.05),
                "q95": prior.quantile(0.95),
                "unit": prior.unit,
                "meaning": prior.meaning,
                "rationale": prior.rationale,
                "source": prior.source,
                "origin": prior.origin,
            }
            for key, prior in self._priors.items()
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready mapping; :meth:`from_dict` gives the same set back."""
        return {"name": self.name, "priors": {key: asdict(prior) for key, prior in self._priors.items()}}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> PriorSet:
        """Rebuild a set from :meth:`to_dict`."""
        priors = {}
        for key, fields in content["priors"].items():
            interval = fields["interval"]
            priors[key] = Prior(**{**fields, "interval": None if interval is None else tuple(interval)})
        return cls(str(content["name"]), priors)


def _resolve(key: str, entry: PriorEntry, origin: str) -> Prior:
    family = entry.distribution
    if entry.interval is not None and entry.mass is not None:
        params = dict(solve(family, entry.interval, entry.mass, entry.lower, entry.upper))
    else:
        params = {name: float(getattr(entry, name)) for name in PARAMETERS[family]}
    prior = Prior(
        key=key,
        family=family,
        params=params,
        lower=entry.lower,
        upper=entry.upper,
        unit=entry.unit,
        meaning=entry.meaning,
        rationale=entry.rationale,
        source=entry.source,
        interval=entry.interval,
        mass=entry.mass,
        origin=origin,
    )
    check_resolved(prior)
    return prior


def load_priors(name: str = "reference") -> PriorSet:
    """Load and resolve a prior set.

    Parameters
    ----------
    name : str
        ``reference``, ``skeptic``, ``advocate``, or the path of a TOML file.

    Returns
    -------
    PriorSet
        Every prior of the model, resolved.

    Raises
    ------
    PriorError
        If the file or anything in it is wrong; the message names file, key and fix.
    """
    entries, origin = read_priors(str(name))
    priors = {key: _resolve(key, entry, origin[key]) for key, entry in entries.items()}
    # What a parameter may be is what the model was written for, and that is what the reference says.
    reference = read_priors("reference")[0]
    for key, prior in priors.items():
        check_support(prior, reference[key])
    return PriorSet(str(name), priors)


def check_priors(name: str) -> list[str]:
    """Return what is wrong with a prior file as sentences; an empty list if nothing is."""
    try:
        load_priors(name)
    except PriorError as error:
        return [str(error)]
    return []
