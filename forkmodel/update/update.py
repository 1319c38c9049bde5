"""A fit and the fit that follows it on newer tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from forkmodel.data.drop import Drop, read_drop
from forkmodel.errors import ForkModelError
from forkmodel.inference.fitting import fit_posterior
from forkmodel.inference.joint import JointModel
from forkmodel.inference.posterior import Posterior
from forkmodel.inference.sampling import DEFAULT_CHAINS, DEFAULT_DRAWS, DEFAULT_TUNE, Progress
from forkmodel.observations.observation import observations_of
from forkmodel.results.review import review_of
from forkmodel.update.groups import groups_of
from forkmodel.update.moves import group_moves, headline_moves

__all__ = ["Update", "update"]


@dataclass(frozen=True, eq=False)
class Update:
    """What an update did.

    Attributes
    ----------
    drop : Drop
        The newer rows, and the tables before and after.
    old, new : Posterior
        The fit before and after.
    """

    drop: Drop
    old: Posterior
    new: Posterior

    @cached_property
    def headlines(self) -> pd.DataFrame:
        """How each headline moved, see :func:`forkmodel.update.moves.headline_moves`.

        Raises
        ------
        ForkModelError
            If the review of either fit failed: its figures are withheld.
        """
        self._check()
        return headline_moves(self.old, self.new)

    @cached_property
    def groups(self) -> pd.DataFrame:
        """How far each group of new rows moved them, see :func:`forkmodel.update.moves.group_moves`.

        Raises
        ------
        ForkModelError
            If the review of either fit failed: its figures are withheld.
        """
        self._check()
        return group_moves(groups_of(self.drop, self.new), self.old, self.new)

    @property
    def withheld(self) -> str | None:
        """Why figures are withheld, in a sentence; None if they are not."""
        for name, posterior in (("old", self.old), ("new", self.new)):
            if review_of(posterior).status == "FAIL":
                return (
                    f"the review of the {name} fit FAILED, so how figures moved is withheld. Read its "
                    "checks, and fit again with more draws or other tables."
                )
        return None

    def _check(self) -> None:
        if self.withheld is not None:
            raise ForkModelError(self.withheld)


def update(
    posterior: Posterior,
    drop: Drop | str | Path,
    draws: int = DEFAULT_DRAWS,
    tune: int = DEFAULT_TUNE,
    chains: int = DEFAULT_CHAINS,
    seed: int = 1,
    cores: int | None = None,
    progress: Progress | None = None,
) -> Update:
    """Fit the model of a posterior again, with newer rows on top of its tables.

    Priors, blocks, options and observations are those of the posterior, and chains begin with its metric and
    region. That changes what the fit costs and not what it says.

    Parameters
    ----------
    posterior : Posterior
        The fit to bring up to date; it is left as it is.
    drop : Drop, str or Path
        The newer rows, or the folder that holds them.
    draws, tune, chains, seed, cores, progress
        As for :func:`forkmodel.inference.fitting.fit_posterior`.

    Returns
    -------
    Update
        The drop, both fits, and how figures moved.

    Raises
    ------
    DataError
        If the rows or their union with the tables of the fit break a rule.
    ForkModelError
        If the drop holds nothing that the tables of the fit do not have.
    """
    if not isinstance(drop, Drop):
        drop = read_drop(drop, posterior.data)
    if not drop.changes:
        raise ForkModelError("every row of the drop was known and agrees: there is nothing to fit anew.")
    model = JointModel(
        drop.market,
        posterior.priors,
        posterior.blocks,
        posterior.options,
        observations_of(posterior.panel).values(),
    )
    fitted = fit_posterior(model, draws, tune, chains, seed, cores, progress, warm=posterior)
    return Update(drop, posterior, fitted)
