"""One fit as a job: everything that decides its posterior, and nothing else, is in its key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import PanelOptions
from forkmodel.forecast.parameters import is_forecast_key
from forkmodel.inference.fitting import fit_posterior
from forkmodel.inference.joint import JointModel
from forkmodel.inference.sampling import DEFAULT_CHAINS, DEFAULT_DRAWS, DEFAULT_TUNE
from forkmodel.inference.storage import save
from forkmodel.model.design import BLOCKS
from forkmodel.priors import PriorSet
from forkmodel.results.review import review_of
from forkmodel.validate.jobs.code import BEYOND_A_FIT, code_hash

__all__ = ["FitJob"]

DEFAULT_OPTIONS = PanelOptions()


@dataclass(frozen=True, eq=False)
class FitJob:
    """A fit to be made somewhere.

    Attributes
    ----------
    data : MarketTables
        Tables.
    priors : PriorSet
        Resolved priors.
    blocks : tuple of str
        Blocks of the model.
    options : PanelOptions
        Grids and the like.
    draws, tune, chains, seed : int
        As for :meth:`forkmodel.ForkModel.fit`.
    cores : int, optional
        Chains run at once; makes no difference to the draws. All by default, also where several jobs share
        the cores: chains that wait for one another begin anew for every longer run.
    """

    data: MarketTables
    priors: PriorSet
    blocks: tuple[str, ...] = BLOCKS
    options: PanelOptions = DEFAULT_OPTIONS
    draws: int = DEFAULT_DRAWS
    tune: int = DEFAULT_TUNE
    chains: int = DEFAULT_CHAINS
    seed: int = 1
    cores: int | None = None

    @cached_property
    def key(self) -> str:
        """Hash of tables, resolved priors, sampling, and the code and packages that make a result."""
        parts = [
            self.data.content_hash,
            _sampled(self.priors),
            list(self.blocks),
            asdict(self.options),
            self.draws,
            self.tune,
            self.chains,
            self.seed,
            code_hash(without=BEYOND_A_FIT),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        """Vintage and priors."""
        blocks = "" if self.blocks == BLOCKS else f", {' and '.join(self.blocks)}"
        return f"fit of {self.data.vintage.date()}, {self.priors.name}{blocks}"

    def run(self, to: Path) -> None:
        """Fit, and write the fit."""
        model = JointModel(self.data, self.priors, self.blocks, self.options)
        made = fit_posterior(model, self.draws, self.tune, self.chains, self.seed, self.cores)
        save(made, to, review_of(made))


def _sampled(priors: PriorSet) -> dict[str, str]:
    """Return the priors that a fit depends on: what only the future needs makes no other posterior."""
    return {
        key: repr((p.family, p.params, p.lower, p.upper))
        for key, p in priors.items()
        if not is_forecast_key(key)
    }
