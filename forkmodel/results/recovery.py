"""What a fit found of a truth that is known: the check of a model on a world that it made itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forkmodel.errors import ForkModelError
from forkmodel.inference.posterior import Posterior
from forkmodel.results.present import LAST_QUARTER, present, scalars
from forkmodel.results.schema import HISTORY_SCHEMA

__all__ = ["recovery"]


def recovery(posterior: Posterior, truth: Posterior, mass: float = 0.9) -> pd.DataFrame:
    """Compare draws with a truth of one draw.

    Parameters
    ----------
    posterior : Posterior
        A fit, as a rule to the tables that the truth reported.
    truth : Posterior
        A simulated world, or any other posterior of a single draw.
    mass : float
        Mass of the central interval, above 0 and below 1.

    Returns
    -------
    DataFrame
        One row per scalar parameter, then one per headline path in the data's last quarter, of those that
        both have: ``kind`` (``parameter`` or ``path``), ``name``, ``unit``, ``truth``, ``median``, ``low``
        and ``high`` (the interval), ``inside``, and ``rank`` (part of the draws below the truth, 0 to 1; over
        many worlds it is uniform if model and sampler are right).

    Raises
    ------
    ForkModelError
        If the truth has more than one draw, the two have nothing in common, or ``mass`` is no mass.
    """
    if truth.chains * truth.draws != 1:
        raise ForkModelError(
            f"a truth is one world, and this has {truth.chains * truth.draws} draws; give what "
            "ForkModel.simulate returned."
        )
    if not 0.0 < mass < 1.0:
        raise ForkModelError(f"mass is {mass!r}; give a number above 0 and below 1, such as mass=0.9.")
    units = {name: posterior.priors[name].unit for name in scalars(posterior) if name in posterior.priors}
    units |= {label: HISTORY_SCHEMA[name].unit for label, (name, _) in LAST_QUARTER.items()}
    rows = []
    for kind, read in (("parameter", scalars), ("path", present)):
        true, drawn = read(truth), read(posterior)
        for name in true:
            if name in drawn:
                found = _row(true[name][0], drawn[name], mass)
                rows.append({"kind": kind, "name": name, "unit": units.get(name, "1"), **found})
    if not rows:
        raise ForkModelError(
            f"a fit of {', '.join(posterior.blocks)} and a world of {', '.join(truth.blocks)} have nothing "
            "to compare; fit the blocks that were simulated."
        )
    return pd.DataFrame(rows)


def _row(true: float, drawn: np.ndarray, mass: float) -> dict[str, float | bool]:
    low, median, high = np.quantile(drawn, [0.5 - mass / 2.0, 0.5, 0.5 + mass / 2.0])
    return {
        "truth": float(true),
        "median": float(median),
        "low": float(low),
        "high": float(high),
        "inside": bool(low <= true <= high),
        "rank": float((drawn < true).mean() + 0.5 * (drawn == true).mean()),
    }
