"""What brings the tree of a fit's file from one layout to the next, as a table: number to function.

A step takes what was opened of layout ``n`` and returns what layout ``n + 1`` would have held. Nothing in the
file has been checked yet, and all of it is checked afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import xarray as xr

__all__ = ["STEPS"]

#: What every fit was made with while files of layout 4 could leave it out.
OBSERVATIONS_4: Final = (
    "scores",
    "prices",
    "model_shares",
    "access_shares",
    "fringe",
    "developer_days",
    "money_shares",
    "card_ratio",
    "gateway_shares",
    "gateway_bounds",
    "revenue",
    "adoption",
    "spend_per_employee",
    "reach",
    "host_revenue",
)


def _name_observations(tree: xr.DataTree) -> xr.DataTree:
    """Layout 5 has a seal, which no step can make up for, and always says what it was fitted to."""
    spec = json.loads(tree.attrs["spec"])
    if isinstance(spec, dict):
        tree.attrs["spec"] = json.dumps({"observations": list(OBSERVATIONS_4), **spec})
    return tree


#: By the number of the layout that a step begins with.
STEPS: Final[Mapping[int, Callable[[xr.DataTree], xr.DataTree]]] = MappingProxyType({4: _name_observations})
