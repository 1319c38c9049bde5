"""A Bayesian model of the AI fork: closed frontier labs, open-weight models, and who ends up with the market.

    import forkmodel as fm

    print(fm.bundled_forecast().prob("hhi.closed[2031] > 2500"))  # the package's own fit, at once
    fit = fm.ForkModel(fm.load_snapshot()).fit(seed=1)
    print(fit.review())
    print(fit.forecast().prob("hhi.closed[2031] > 2500"))
    fm.report(fit, to="report.html")

Public names are those in ``__all__`` and nothing else. Each is loaded on first use, so that
``import forkmodel`` takes milliseconds.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forkmodel.claims.judge import claims
    from forkmodel.data.adapters.importing import import_data
    from forkmodel.data.adapters.writing import write_import
    from forkmodel.data.market_tables import Market, MarketTables
    from forkmodel.data.panel import PanelOptions
    from forkmodel.data.read import check_data, load_snapshot, read_data, write_data
    from forkmodel.demand.demand_fit import DemandFit, fit_demand, load_demand
    from forkmodel.demand.table import ProductTable, read_products
    from forkmodel.errors import (
        ClaimError,
        DataError,
        FitFileError,
        ForkModelError,
        ModelError,
        PriorError,
        Problem,
        QueryError,
        SamplingError,
        ScenarioError,
    )
    from forkmodel.fit import Fit, load
    from forkmodel.forecast.bundled import bundled_forecast
    from forkmodel.forecast.forecast import Forecast, load_forecast
    from forkmodel.fork_model import ForkModel, Simulation
    from forkmodel.inference.verdict import Review
    from forkmodel.observations.uses import examine_data
    from forkmodel.pipeline import report
    from forkmodel.priors import PriorSet, check_priors, load_priors
    from forkmodel.validate.facts.table import check_facts, read_facts

    __version__: str

__all__ = [
    "ClaimError",
    "DataError",
    "DemandFit",
    "Fit",
    "FitFileError",
    "Forecast",
    "ForkModel",
    "ForkModelError",
    "Market",
    "MarketTables",
    "ModelError",
    "PanelOptions",
    "PriorError",
    "PriorSet",
    "Problem",
    "ProductTable",
    "QueryError",
    "Review",
    "SamplingError",
    "ScenarioError",
    "Simulation",
    "__version__",
    "bundled_forecast",
    "check_data",
    "check_facts",
    "check_priors",
    "claims",
    "examine_data",
    "fit_demand",
    "import_data",
    "load",
    "load_demand",
    "load_forecast",
    "load_priors",
    "load_snapshot",
    "read_data",
    "read_facts",
    "read_products",
    "report",
    "write_data",
    "write_import",
]

_HOME = {
    "forkmodel.data.adapters.importing": ["import_data"],
    "forkmodel.data.adapters.writing": ["write_import"],
    "forkmodel.data.market_tables": ["Market", "MarketTables"],
    "forkmodel.data.panel": ["PanelOptions"],
    "forkmodel.data.read": ["check_data", "load_snapshot", "read_data", "write_data"],
    "forkmodel.demand.demand_fit": ["DemandFit", "fit_demand", "load_demand"],
    "forkmodel.demand.table": ["ProductTable", "read_products"],
    "forkmodel.errors": [
        "ClaimError",
        "DataError",
        "FitFileError",
        "ForkModelError",
        "ModelError",
        "PriorError",
        "Problem",
        "QueryError",
        "SamplingError",
        "ScenarioError",
    ],
    "forkmodel.forecast.bundled": ["bundled_forecast"],
    "forkmodel.forecast.forecast": ["Forecast", "load_forecast"],
    "forkmodel.claims.judge": ["claims"],
    "forkmodel.fit": ["Fit", "load"],
    "forkmodel.fork_model": ["ForkModel", "Simulation"],
    "forkmodel.inference.verdict": ["Review"],
    "forkmodel.observations.uses": ["examine_data"],
    "forkmodel.priors": ["PriorSet", "check_priors", "load_priors"],
    "forkmodel.pipeline": ["report"],
    "forkmodel.validate.facts.table": ["check_facts", "read_facts"],
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name == "__version__":
        from importlib.metadata import version

        return version("forkmodel")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'forkmodel' has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """The package itself; functions that are public under the name of a sub-package stay functions."""

    def __setattr__(self, name: str, value: object) -> None:
        # The import system binds a sub-package to its parent under its name; `from forkmodel.report import x`
        # works without that.
        if not (name in _MODULE_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
