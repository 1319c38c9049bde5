"""From the dynamics of other markets to the priors of forecasts: the same equations in the priors' units.

Both walk log shares by quarters at a speed that fades, with a pull towards their mean and entry. Here moves
have heavy tails and there shocks are Gaussian, so the shock of a prior is the standard deviation of moves,
tails included. Of the momentum of forecasts nothing is said: it could not be told from a report's error.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from forkmodel.hindcast.dynamics import TAIL_VARIANCE
from forkmodel.hindcast.simulate import Dynamics
from forkmodel.priors import BUNDLED, load_priors

__all__ = [
    "MEANINGS",
    "in_prior_units",
    "predictive_rows",
    "predictive_table",
    "prior_file_of",
    "stated_priors",
]

#: What stands behind each prior that other markets speak about.
MEANINGS = {
    "forecast.share_shock": "lasting shock, log / sqrt(year)",
    "forecast.share_size": "power by which small firms move faster",
    "forecast.share_reversion": "reversion, per year",
    "forecast.entry_closed": "entry, firms / year",
}
#: The page that says where the figures are from.
SOURCE = "docs/hindcast.md"
ENDS = (0.05, 0.5, 0.95)
#: A HalfNormal's upper end of a 90 % interval over its scale.
HALF_NORMAL_END = 1.959964


def in_prior_units(dynamics: Dynamics) -> dict[str, np.ndarray]:
    """Return draws (draw,) by the key of the prior that they speak about.

    Parameters
    ----------
    dynamics : Dynamics
        Parameters of a market of a new family.

    Returns
    -------
    dict of array
        ``forecast.share_shock`` in log per root year, ``forecast.share_size`` (a power),
        ``forecast.share_reversion`` per year and ``forecast.entry_closed`` in firms per year. Forecasts know
        no pull apart, so a reversion below zero counts as none.
    """
    return {
        "forecast.share_shock": dynamics.speed * TAIL_VARIANCE**0.5,
        "forecast.share_size": dynamics.size_slope,
        "forecast.share_reversion": np.maximum(dynamics.reversion, 0.0),
        "forecast.entry_closed": dynamics.entry,
    }


def predictive_rows(dynamics: Dynamics) -> list[dict[str, Any]]:
    """Return what other markets say of each prior.

    Parameters
    ----------
    dynamics : Dynamics
        Parameters of a market of a new family.

    Returns
    -------
    list of dict
        ``prior``, ``quantity``, ``draws``; ``low``, ``median``, ``high``, ``mean`` of the predictive
        distribution (90 %).
    """
    return [_said(key, draws) for key, draws in in_prior_units(dynamics).items()]


def _said(key: str, draws: np.ndarray) -> dict[str, Any]:
    """Return what draws say of one prior."""
    low, median, high = (float(end) for end in np.quantile(draws, ENDS))
    row: dict[str, Any] = {"prior": key, "quantity": MEANINGS[key], "draws": len(draws)}
    return row | {"low": low, "median": median, "high": high, "mean": float(draws.mean())}


def predictive_table(dynamics: Dynamics) -> list[dict[str, Any]]:
    """Return what other markets say of each prior, and how each bundled prior set departs from it.

    Parameters
    ----------
    dynamics : Dynamics
        Parameters of a market of a new family.

    Returns
    -------
    list of dict
        As :func:`predictive_rows`, and ``sets``: by prior set its own ``low``, ``median``, ``high``,
        ``above``, the part of the predictive draws that lie below its median, and ``departure``, that in a
        sentence.
    """
    sets = {name: load_priors(name) for name in BUNDLED}
    rows = []
    for key, draws in in_prior_units(dynamics).items():
        row = _said(key, draws) | {"sets": {}}
        for name, priors in sets.items():
            own = dict(zip(("low", "median", "high"), map(priors[key].quantile, ENDS), strict=True))
            above = float((draws < own["median"]).mean())
            row["sets"][name] = own | {"above": above, "departure": _departure(name, own["median"], above)}
        rows.append(row)
    return rows


def _departure(name: str, median: float, above: float) -> str:
    """Say where a prior set's median stands among other markets."""
    if 0.25 <= above <= 0.75:
        return f"{name} ({median:.2g}) stands in the middle half of other markets"
    which, part = ("above", above) if above > 0.5 else ("below", 1.0 - above)
    return f"{name} ({median:.2g}) stands {which} {100.0 * part:.0f} % of other markets"


def stated_priors(table: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the distributions that state what other markets say, by key, as a prior file does.

    Shock, power and entry are LogNormal with the 90 % interval of the predictive distribution, and
    reversion is HalfNormal with its upper end.

    Parameters
    ----------
    table : list of dict
        As :func:`predictive_rows` returns.
    """
    families = {
        "forecast.share_shock": "LogNormal",
        "forecast.share_size": "LogNormal",
        "forecast.share_reversion": "HalfNormal",
        "forecast.entry_closed": "LogNormal",
    }
    stated: dict[str, dict[str, Any]] = {}
    for row in table:
        family = families[row["prior"]]
        stated[row["prior"]] = {"distribution": family} | (
            {"sigma": _rounded(row["high"] / HALF_NORMAL_END)}
            if family == "HalfNormal"
            else {"interval": [_rounded(row["low"]), _rounded(row["high"])], "mass": 0.9}
        )
    return stated


def _rounded(number: float) -> float:
    """Return a number to three digits, which is more than two thousand draws know."""
    return float(f"{number:.3g}")


def prior_file_of(table: list[dict[str, Any]]) -> str:
    """Return a prior file that takes the share dynamics of forecasts from other markets, as TOML.

    Parameters
    ----------
    table : list of dict
        As :func:`predictive_rows` returns.
    """
    draws = {row["prior"]: row["draws"] for row in table}
    lines = [
        'inherits = "reference"',
        'about = """',
        "The reference with the share dynamics that `forkmodel hindcast --out DIR` found in its tables: what",
        "a market of a new family would do.",
        '"""',
    ]
    for key, stated in stated_priors(table).items():
        lines += ["", f"[{key}]"]
        lines += [f"{name} = {json.dumps(value)}" for name, value in stated.items()]
        lines.append(f'rationale = "Predictive distribution over other markets, {draws[key]:,} draws."')
        lines.append(f'source = "{SOURCE}"')
    return "\n".join(lines) + "\n"
