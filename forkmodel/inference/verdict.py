"""What a review says: checks with their status and advice, and the thresholds they are held against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from forkmodel.inference.modes import SEPARATION

__all__ = ["FAIL", "PASS", "REVIEW", "Check", "Review", "ReviewConfig"]

PASS, REVIEW, FAIL = "PASS", "REVIEW", "FAIL"


@dataclass(frozen=True, slots=True)
class ReviewConfig:
    """Thresholds of the review.

    Attributes
    ----------
    rhat, rhat_fail : float
        Above the first a quantity needs review, above the second the fit fails.
    rhat_vectors, rhat_vectors_fail : float
        The same for elements of vectors: the worst of two thousand exceeds 1.01 by luck, and 1.05 if the fit
        is short.
    separation : float
        Gap between groups of chains, in within-chain standard deviations, from which they are two modes.
    margin : float
        How far above ``ess`` sampling goes on: reported paths may have fewer than parameters, and a fit that
        just passes is one that another seed may not.
    ess, ess_fail : float
        The same for the smaller of bulk and tail effective sample size.
    divergences, divergences_fail : float
        Fractions of divergent draws.
    ebfmi : float
        Smallest energy fraction of missing information.
    coverage_slack : float
        How far, up or down, the coverage of a block's predictive interval may be from its mass.
    smallest_share : float
        Shares whose posterior mean is below this are not quoted and not checked.
    """

    rhat: float = 1.01
    rhat_fail: float = 1.05
    rhat_vectors: float = 1.03
    rhat_vectors_fail: float = 1.10
    separation: float = SEPARATION
    margin: float = 1.5
    ess: float = 400.0
    ess_fail: float = 100.0
    divergences: float = 0.001
    divergences_fail: float = 0.02
    ebfmi: float = 0.2
    coverage_slack: float = 0.10
    smallest_share: float = 0.01


@dataclass(frozen=True, slots=True)
class Check:
    """One check with its outcome."""

    name: str
    status: str
    value: float
    threshold: float
    advice: str


@dataclass(frozen=True)
class Review:
    """All checks of one fit; the worst decides the status."""

    checks: tuple[Check, ...]

    @property
    def status(self) -> str:
        """PASS, REVIEW or FAIL."""
        found = {check.status for check in self.checks}
        return FAIL if FAIL in found else REVIEW if REVIEW in found else PASS

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON document of ``forkmodel review --json``."""
        return {"status": self.status, "checks": [asdict(check) for check in self.checks]}

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> Review:
        """Return the review that :meth:`as_dict` wrote."""
        return cls(tuple(Check(**check) for check in document["checks"]))

    def __str__(self) -> str:
        """Return one line per check."""
        lines = [
            f"{check.status:<7}{check.name}: {check.value:.4g} (wanted {check.threshold:.4g}). {check.advice}"
            for check in self.checks
        ]
        return f"{self.status}\n" + "\n".join(lines)
