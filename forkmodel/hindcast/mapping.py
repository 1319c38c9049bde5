"""From the dynamics of other markets to the priors of forecasts: the same equations in the priors' units.

Both walk log shares by quarters at a speed that fades, with a pull towards their mean and entry. Here moves
have heavy tails and there shocks are Gaussian, so the shock of a prior is the standard deviation of moves,
tails included. Of the momentum of forecasts nothing is said: it could not be told from a report's error.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forkmodel.hindcast.dynamics import TAIL_VARIANCE
from forkmodel.hindcast.simulate import Dynamics
from forkmodel.priors import BUNDLED, load_priors

__all__ = ["MEANINGS", "in_prior_units", "predictive_table", "prior_file_of"]

#: What stands behind each prior that other markets speak about.
MEANINGS = {
    "forecast.share_shock": "lasting shock, log / sqrt(year)",
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
        ``forecast.share_shock`` in log per root year, ``forecast.share_reversion`` per year and
        ``forecast.entry_closed`` in firms per year. Forecasts know no pull apart, so a reversion below zero
        counts as none.
    """
    return {
        "forecast.share_shock": dynamics.speed * TAIL_VARIANCE**0.5,
        "forecast.share_reversion": np.maximum(dynamics.reversion, 0.0),
        "forecast.entry_closed": dynamics.entry,
    }


def predictive_table(dynamics: Dynamics) -> list[dict[str, Any]]:
    """Return what other markets say of each prior, and how each bundled prior set departs from it.

    Parameters
    ----------
    dynamics : Dynamics
        Parameters of a market of a new family.

    Returns
    -------
    list of dict
        ``prior``, ``quantity``, ``draws``; ``low``, ``median``, ``high``, ``mean`` of the predictive
        distribution (90 %); and ``sets``: by prior set its own ``low``, ``median``, ``high``, ``above``, the
        part of the predictive draws that lie below its median, and ``departure``, that in a sentence.
    """
    sets = {name: load_priors(name) for name in BUNDLED}
    rows = []
    for key, draws in in_prior_units(dynamics).items():
        low, median, high = (float(end) for end in np.quantile(draws, ENDS))
        row: dict[str, Any] = {
            "prior": key,
            "quantity": MEANINGS[key],
            "draws": len(draws),
            "low": low,
            "median": median,
            "high": high,
            "mean": float(draws.mean()),
            "sets": {},
        }
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


def prior_file_of(table: list[dict[str, Any]]) -> str:
    """Return a prior file that takes the share dynamics of forecasts from other markets, as TOML.

    Shock and entry are LogNormal with the 90 % interval of the predictive distribution, and reversion is
    HalfNormal with its upper end.

    Parameters
    ----------
    table : list of dict
        As :func:`predictive_table` returns.
    """
    families = {
        "forecast.share_shock": "LogNormal",
        "forecast.share_reversion": "HalfNormal",
        "forecast.entry_closed": "LogNormal",
    }
    lines = [
        'inherits = "reference"',
        'about = """',
        "The reference with the share dynamics of other markets: what a market of a new family would do, by",
        "browsers, cloud infrastructure and smartphones to 2026. `forkmodel hindcast --out DIR` writes it.",
        '"""',
    ]
    for row in table:
        family = families[row["prior"]]
        stated = (
            [f"sigma = {row['high'] / HALF_NORMAL_END:.3g}"]
            if family == "HalfNormal"
            else [f"interval = [{row['low']:.3g}, {row['high']:.3g}]", "mass = 0.9"]
        )
        lines += [
            "",
            f"[{row['prior']}]",
            f'distribution = "{family}"',
            *stated,
            f'rationale = "Predictive distribution over other markets, {row["draws"]:,} draws."',
            f'source = "{SOURCE}"',
        ]
    return "\n".join(lines) + "\n"
