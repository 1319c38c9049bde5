"""The screen of all pairs of a market's largest firms, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import xarray as xr

from forkmodel.results.merger_summary import (
    GUPPI_LINE,
    above,
    chance,
    left_out_of,
    sentences_of,
    summary,
)

__all__ = ["MergerPairs"]


@dataclass(frozen=True)
class MergerPairs:
    """The merger of every pair of the largest firms of a market, on every draw.

    Attributes
    ----------
    draws : Dataset
        Dims ``chain, draw, pair``: what :func:`forkmodel.market.merger_concentration` returns,
        ``guppi_first`` and ``guppi_second``.
    pairs : list of (str, str)
        The firms of each pair.
    facts, rests_on
        As in :class:`MergerScreen`.
    """

    draws: xr.Dataset
    pairs: list[tuple[str, str]]
    facts: dict[str, Any]
    rests_on: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return one row per pair, the largest rise of the HHI first."""
        rows = []
        for place, (first, second) in enumerate(self.pairs):
            here = self.draws.isel(pair=place)
            row: dict[str, Any] = {
                "first": first,
                "second": second,
                "share": summary(here["share"])["median"],
            }
            rise = summary(here["hhi_delta"])
            row |= {"hhi_delta": rise["median"], "hhi_delta_low": rise["low"], "hhi_delta_high": rise["high"]}
            row |= {
                "p_hhi_line": chance(here["above_hhi_line"])["probability"],
                "p_share_line": chance(here["above_share_line"])["probability"],
            }
            for name in ("guppi_first", "guppi_second"):
                if name in here:
                    row[name] = summary(here[name])["median"]
                    row[f"p_{name}"] = chance(above(here[name], GUPPI_LINE))["probability"]
            rows.append(row | {"draws": rise["draws"]})
        return pd.DataFrame(rows).sort_values("hhi_delta", ascending=False, kind="stable", ignore_index=True)

    @property
    def left_out(self) -> dict[str, float]:
        """Share of draws without pressure: no equilibrium at today's prices."""
        return left_out_of(self.draws)

    @property
    def sentences(self) -> list[str]:
        """What must be said with the figures."""
        return sentences_of(self.facts, self.rests_on, self.left_out)

    def tables(self) -> list[tuple[str, pd.DataFrame]]:
        """Return what a person reads, with its title."""
        title = (
            "Every pair: medians, 90 % interval of the rise, probability of each line and of GUPPI above 5 %"
        )
        return [(title, self.table())]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel merger --all --json``."""
        return {
            **self.facts,
            "left_out": self.left_out,
            "pairs": self.table().to_dict("records"),
            "rests_on": self.rests_on.to_dict("records"),
            "remarks": self.sentences,
        }
