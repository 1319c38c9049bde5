"""Headings and notes of the sections for three readers. Their findings are in ``findings_text``."""

from __future__ import annotations

from collections.abc import Sequence

TODAY = "Today"
WORKLOADS = (
    "Routine work (index 150, GPT-5)",
    "Work that needs today's best closed model",
    "Work within 3 points of the best of its time",
    "Work that needs the best of its time",
)
BUYER_TABLE = "Is an open model good enough, and what to choose"
GOOD_ENOUGH_WHEN = "Good enough from (80%)"
COST_TABLE = "What closed costs more, at equal capability"
COST_COLUMNS = ("Closed over open list price", "Chance that open is cheaper")
LAYER_TABLE = "Who is paid: part of all that is spent on models"
MONEY_TABLE = "The same in USD a year"
LAYER_NOTE = (
    "Closed labs take all layers of their own tier. Open layers beyond hosting lean on priors. One percent "
    "of a layer is one percent of its USD below."
)
ANY_WORLD = "All worlds"
PATH_TABLE = "HHI against the line of the 2023 US merger guidelines (1,800)"
BELOW_WHEN = "At or below it from (80%)"
DOTS_HEAD = "20 quantiles, 0 to 6,000"
PATH_NOTE = (
    "Yardsticks for defined antitrust markets; here they are that and nothing more. 2028 and later: forecast."
)
SCREEN_TABLE = "Mergers that would raise the HHI most, enterprise money"
SCREEN_COLUMNS = ("Rise of the HHI (90%)", "Above 1,800 and +100", "Share above 30% and +100")
REMEDY_TABLE = "What a ban, a lockdown or a merger changes by 2031"
REMEDY_NOTE = "Paired differences from the baseline: median and 80% interval of worlds."


def good_enough(year: int) -> str:
    """Head the chance that open is good enough."""
    return f"Good enough at the end of {year}"


def choose(year: int) -> str:
    """Head what to choose."""
    return f"To {year}"


def buyer_note(sure: float) -> str:
    """Say how the choice is made."""
    return (
        f"Open or closed is said where {sure:.0%} of worlds agree that open is good enough (or not) and on "
        "which is cheaper then; hedge otherwise. List prices; capability as benchmarks measure it."
    )


def grown(year: int) -> str:
    """Head the chance that a layer's part grows."""
    return f"Chance that the part is larger in {year} than today, in all worlds and where a claim holds"


def if_claim(name: str) -> str:
    """Head worlds in which a claim holds."""
    return f"If {name} holds"


def claims_named(claims: Sequence[tuple[str, str]]) -> str:
    """Say what the claims are."""
    return "; ".join(f"{name}: {threshold}" for name, threshold in claims) + "."


def by_prior(name: str) -> str:
    """Mark a row whose numbers are mostly a statement of the prior."""
    return f"{name} (prior-driven)"


def above_line(year: int) -> str:
    """Head the chance of high concentration."""
    return f"Above it in {year}"


def dots_told(name: str, year: int) -> str:
    """Describe quantile dots."""
    return f"{name}: HHI at the end of {year}; each dot is one world in twenty"


def screen_note(draws: int) -> str:
    """Say what the screen is from."""
    return f"At unchanged shares, from {draws:,} draws. Probabilities are shares of draws."
