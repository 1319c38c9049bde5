"""What the report says about the posterior beside cited facts; numbers come in already written."""

from __future__ import annotations

COLUMNS = ("Observed", "When", "In this fit", "95% interval", "Verdict")
BANNER = "Results that no observation supports"
INTRO = (
    "Figures that others have given for quantities of this page, beside what the fit says of the same "
    "quantity at the same time. A fact agrees if the 80% interval reaches it, is in tension if only the "
    "95% interval does, and contradicts the fit otherwise; a bound agrees if at least half of the draws lie "
    "on its side and contradicts the fit if fewer than 2.5% do. Facts marked “fitted” were shown to the "
    "model, so their agreement proves little; the others were not. Judged ranges are compared "
    "too, but count as no observation. Few facts were measured in just the population that the quantity is "
    "about; the notes say how they differ."
)
WITHHELD = "The review of this fit FAILED, so no verdict is stated."
VERDICTS = {"AGREES": "agrees", "TENSION": "in tension", "CONTRADICTS": "contradicts"}
#: Colours of the verdicts, as classes of the page.
CLASSES = {"AGREES": "PASS", "TENSION": "REVIEW", "CONTRADICTS": "FAIL"}
FITTED = "fitted"
JUDGED = "judged"
#: What a figure rests on, where that is not its publisher's own word.
BASES = {"secondary": "secondary report", "computed": "computed", JUDGED: "judged, not observed"}
CONTRADICTS_ALL = "contradicts all observations"
BEYOND = "beyond all observations"


def agreeing(facts: int, quantities: int) -> str:
    """Head the folded list of quantities of which every fact agrees."""
    return (
        f"{_count(facts, 'fact')} about {_count(quantities, 'quantity', 'quantities')} without disagreement"
    )


def left_out(facts: int) -> str:
    """Head the folded list of facts that could not be compared."""
    return f"{_count(facts, 'fact')} not compared, and why"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def counts(agree: int, tension: int, contradict: int, unseen: tuple[int, int]) -> str:
    """Say how many facts agree, over all and among those that the model never saw."""
    compared = agree + tension + contradict
    if not compared:
        return "No fact could be compared with this fit."
    said = (
        f"Of {_count(compared, 'fact')} compared, {_count(agree, 'agrees', 'agree')}, "
        f"{_count(tension, 'is', 'are')} in tension and {_count(contradict, 'contradicts', 'contradict')} "
        "the fit"
    )
    reached, of = unseen
    return (
        f"{said}; of the {of} that the model was not fitted to, {_count(reached, 'agrees', 'agree')}."
        if of
        else f"{said}."
    )


def contradicted(meaning: str, cases: str, count: int) -> str:
    """Name a quantity that contradicts every observation of it."""
    every = {1: "the one observation", 2: "both observations"}.get(count, f"all {count} observations")
    return f"{meaning}: this fit contradicts {every} of it. {cases}."


def case(observed: str, period: str, interval: str) -> str:
    """Put one observation beside the fit's interval at its time."""
    return f"Observed for {period}: {observed}; in this fit {interval} (95% interval)"


def beyond(meaning: str, quarter: str, value: str, interval: str, side: str, seen: str) -> str:
    """Name a quantity whose last value lies beyond every older observation."""
    return (
        f"{meaning}: for {quarter} this fit says {value} (80% interval {interval}), {side} everything that "
        f"was ever observed of it ({seen}). No later observation supports it."
    )


def seen(observed: str, period: str) -> str:
    """Name one observation."""
    return f"{observed} for {period}"


def bound(value: str, side: str) -> str:
    """Write a bound."""
    return f"{'at most' if side == 'upper' else 'at least'} {value}"


def chance_of_bound(chance: str) -> str:
    """Say how many draws lie on a bound's side."""
    return f"on its side: {chance}"
