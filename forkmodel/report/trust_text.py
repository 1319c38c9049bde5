"""What the report says about past forecasts: names of targets, headings, cautions."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: What was set before the backtest was scored as the least that 90 % intervals hold of any target's outcomes.
GOAL_OF_EACH = 0.75
TARGETS = {
    "closed_frontier": "Closed frontier",
    "open_frontier": "Open frontier",
    "gap": "Gap between the frontiers",
    "frontier_price": "Price of the best closed models",
    "fixed_capability_price": "Price at fixed capability, open",
    "open_share": "Open share of router tokens",
    "developer_share": "Developers' shares of router tokens",
    "token_hhi": "HHI of router tokens",
    "firm_adoption": "Firms paying for AI",
    "openai_revenue": "OpenAI revenue",
    "anthropic_revenue": "Anthropic revenue",
}
TARGET_UNITS = {
    **dict.fromkeys(("closed_frontier", "open_frontier", "gap"), "points"),
    **dict.fromkeys(("open_share", "developer_share", "firm_adoption"), "share"),
    **dict.fromkeys(
        ("frontier_price", "fixed_capability_price", "token_hhi", "openai_revenue", "anthropic_revenue"),
        "log",
    ),
}
#: Figure of the outlook beside which a target's record is told.
TARGET_FIGURES = {
    "closed_frontier": "outlook-frontier",
    "open_frontier": "outlook-frontier",
    "gap": "outlook-gap",
    "frontier_price": "outlook-price",
    "fixed_capability_price": "outlook-price",
    "open_share": "outlook-open-share",
    "developer_share": "outlook-open-share",
    "token_hhi": "outlook-hhi",
    "firm_adoption": "outlook-value",
    "openai_revenue": "outlook-value",
    "anthropic_revenue": "outlook-value",
}
TRUST_COLUMNS = (
    "Quantity",
    "Outcomes",
    "CRPS",
    "Baselines beaten",
    "Skill over their median (80%)",
    "In the 90% interval",
)
RETROSPECTIVE_COLUMNS = ("Quantity", "Date", "Outcome", "Foreseen", "90% interval")
RETROSPECTIVE_TITLE = "A forecast made in retrospect, from what was known on 1 June 2026"
NO_BASELINE = "none: too few figures"
OUTSIDE = "outside"
_POOLED = {
    "tuned": "Cut-offs to December 2025, on which process noise was set",
    "confirmed": "Cut-offs of 2026, which had no part in that",
    "all": "All cut-offs",
}


def pooled_coverage(name: str, n: int, coverage: dict[float, float]) -> str:
    """Say how often intervals held their outcome."""
    parts = [f"{mass:.0%} intervals held {held:.0%}" for mass, held in sorted(coverage.items())]
    return f"{_POOLED[name]}: {', '.join(parts)} of {n} outcomes."


def goals(ahead: int, compared: int, inside: float, low: Sequence[tuple[str, float]]) -> str:
    """Say what was set before the backtest was scored, and how far it was reached."""
    missed = ", ".join(f"{target} ({part:.0%})" for target, part in low)
    return (
        "Set beforehand: to beat the median of four simple baselines on four of five quantities, and 90% "
        "intervals that hold 85 to 95% of all outcomes and at least "
        f"{GOAL_OF_EACH:.0%} of those of each quantity. Reached: "
        f"{ahead} of {compared} quantities that were compared on five outcomes or more, {inside:.0%} of all "
        f"outcomes, and {'below' if low else 'at least'} {GOAL_OF_EACH:.0%} for {missed or 'each quantity'}."
    )


def strict(skill: str, ahead: int, compared: int, inside: float, n: int) -> str:
    """Say how the backtest came out where cut-offs knew only what is proven to have been known."""
    return (
        f"From strict views of the tables: skill {skill} over the median of baselines, positive on {ahead} "
        f"of {compared} quantities, and 90% intervals that hold {inside:.0%} of {n} outcomes."
    )


def retrospective(vintage: str, scored_to: str, digest: str, n: int, inside: int) -> str:
    """Say what the retrospective forecast is."""
    return (
        "Made in November 2026, with its first outcomes on record, from the tables as known on "
        f"{vintage} and under priors free of hindsight; the structure of the model is of November 2026 too. "
        "So it is a test on past days and no prediction. Kept unchanged with this package (SHA-256 "
        f"{digest}). Scored here on the data to {scored_to}: {inside} of {n} outcomes lie in their 90% "
        "interval. Capability outcomes are measured by this fit, in the units of the forecast."
    )


def retrospective_failed(vintage: str, digest: str) -> str:
    """Say that the retrospective forecast is not scored."""
    return (
        f"Made in retrospect from the tables as known on {vintage} (SHA-256 {digest}). The review of the fit "
        "behind it FAILED, so it is not scored."
    )


def unreliable(stale: bool, unreviewed: bool) -> str:
    """Caution that a backtest was made with another model, or from fits that nobody reviewed."""
    reasons = ["made with an earlier model"] if stale else []
    if unreviewed:
        reasons.append("from fits nobody reviewed")
    return f"That backtest is {' and '.join(reasons)}." if reasons else ""


def target_value(target: str, value: float) -> str:
    """Write a target's value as it is scored: shares in percent, logarithms as what they are of."""
    unit = TARGET_UNITS[target]
    if unit == "share":
        return f"{value:.0%}" if value >= 0.1 else f"{value:.1%}"
    if unit == "points":
        return f"{value:.1f}"
    number = math.exp(value)
    if target == "token_hhi":
        return f"{number:,.0f}"
    return f"{number:,.1f} bn USD" if target.endswith("revenue") else f"{number:.2f} USD"


def beaten(won: int, named: int) -> str:
    """Say how many of the baselines named in advance did worse than the worlds."""
    return f"{won} of {named}"


def skill(value: float, low: float, high: float) -> str:
    """Write a skill, with its interval where quarters suffice for one."""
    said = f"{value:+.2f}" if math.isnan(low) else f"{value:+.2f} ({low:+.2f} to {high:+.2f})"
    return said.replace("-", "−")


def baselines_won(target: str, value: float, n: int) -> str:
    """Caution that the median of simple baselines did better."""
    return (
        f"In the backtest the median of four simple baselines forecast this better: {target}, skill "
        f"{value:+.2f} over {n} outcomes within a year."
    ).replace("skill -", "skill −")


STUDIES = (
    "How results move with priors and sources: forkmodel sensitivity. How often intervals hold a known "
    "truth: forkmodel validate calibrate. Their figures come with the package's documentation."
)


def review_tile(status: str, passed: int, checks: int) -> str:
    """Say how many checks of the fit passed."""
    return f"{status}: {passed} of {checks} checks passed." if checks else f"{status}: no check on record."


def lost_tile(lost: list[str]) -> str:
    """Name the targets on which a simple baseline did better."""
    if not lost:
        return "No simple baseline did better on any target."
    return f"For a year ahead use a simple baseline for: {'; '.join(lost)}."


def priors_tile(driven: int, total: int) -> str:
    """Say how many parameters the data moved little."""
    return (
        f"{driven} of {total} parameters are mostly statements of their priors; results on them are marked."
    )
