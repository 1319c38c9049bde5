"""Every sentence that states a finding. Numbers come in already written, each with its interval.

Which of several sentences fits is decided here too, from how sure the draws are: a finding may reverse, be a
tie or be missing, and its sentence follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from forkmodel.report import text
from forkmodel.report.formatting import join
from forkmodel.report.intervals import HEADLINE

#: A comparison is called clear if at least this part of the draws agrees on its direction.
CLEAR = 0.9
#: Words for a probability, by the least one they stand for (those of the IPCC).
LIKELIHOODS = (
    (0.9, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.1, "unlikely"),
    (0.0, "very unlikely"),
)

VALUE_PARTS = {
    "narrow": "counting hosted inference revenue only",
    "broad": "with self-hosting, tuning and integration",
    "welfare": "with consumer surplus as well",
}


def closed_sentence(date: str, hhi: str, interval: str, firms: str) -> str:
    """State the closed tier's concentration; ``firms`` comes with its interval."""
    return (
        f"Among closed labs by revenue the HHI is {hhi} ({HEADLINE:.0%} interval {interval}) in {date}, "
        f"equivalent to {firms} equal-sized firms."
    )


def silent_lab(lab: str) -> str:
    """Say that a lab's part of the tier is not observed."""
    return f"{lab} reports no revenue of its models, so its part rests mostly on a prior."


def closed_context(above: str, above_cloud: str, falling: str | None, before: str | None) -> str:
    """Set the closed tier against the guideline, the cloud market and its own past."""
    said = (
        f"It is above {text.HIGHLY_CONCENTRATED:,.0f}, where US authorities call a market highly "
        f"concentrated, in {above}, and above the cloud market's {text.CLOUD_HHI:,.0f} in {above_cloud}"
    )
    if falling is None:
        return said + "."
    return said + f"; it is lower than a year before ({before}) in {falling}."


def open_sentence(hosts: str | None, developers: str | None) -> str:
    """State the open tier's concentration by layer."""
    parts = []
    if hosts:
        parts.append(f"among the hosts that serve open weights the HHI is {hosts}")
    if developers:
        parts.append(f"among the developers whose weights they serve it is {developers}")
    return "In the open tier the answer depends on the layer: " + "; ".join(parts) + "."


def hosts_phrase(hhi: str, interval: str, firms: str, prior_driven: bool) -> str:
    """State the hosts' concentration, and whether the data say it."""
    source = ", mostly a statement of the prior because few hosts publish revenue" if prior_driven else ""
    return f"{hhi} ({interval}), equivalent to {firms} equal-sized hosts{source}"


def developers_phrase(hhi: str, interval: str) -> str:
    """State the open developers' concentration."""
    return f"{hhi} ({interval})"


def open_share_sentence(
    router: str, date: str, tokens: str, tokens_interval: str, money: str, money_interval: str
) -> str:
    """Set the open share of a router's tokens against that of its money."""
    return (
        f"Open weights carry {tokens} ({tokens_interval}) of {router}'s tokens in {date}, but take {money} "
        f"({money_interval}) of the money there."
    )


def premium_sentence(residual: str, residual_interval: str, raw: str | None) -> str:
    """State the residual premium, and the raw one apart from it."""
    said = f"At equal capability a closed model lists at {residual} ({residual_interval}) an open one's price"
    if raw:
        said += f"; between the two frontiers, the capability gap included, the ratio is {raw}"
    return said + "."


def gap_sentence(gap: str, gap_interval: str, lag: str | None) -> str:
    """State how far and how long the open frontier is behind."""
    said = f"The open frontier is {gap} ({gap_interval}) index points behind the closed one"
    if lag:
        said += f", and the oldest closed release it has not reached is {lag} months old"
    return said + "."


def value_part(definition: str, ratio: str, interval: str, first: bool) -> str:
    """State the open tier's value over the closed tier's in one definition."""
    subject = " of the closed tier's" if first else ""
    return f"{ratio}{subject} ({interval}) {VALUE_PARTS[definition]}"


def value_sentence(date: str, parts: str, prior_driven: bool) -> str:
    """State the open tier's value over the closed tier's in every definition."""
    said = f"The open tier's value in {date} is {parts}"
    return f"{said}; all beyond hosting leans on priors." if prior_driven else f"{said}."


def lerner_in_this_fit(elasticity: str, interval: str, inelastic: str) -> str:
    """Say how inelastic frontier buyers' demand for closed models is in this fit."""
    return (
        f"In this fit the own-price elasticity of frontier buyers for closed models is {elasticity} "
        f"({HEADLINE:.0%} interval {interval}), and inelastic in {inelastic}."
    )


def likelihood(probability: float) -> str:
    """Put a probability in words."""
    return next(words for least, words in LIKELIHOODS if probability >= least)


def verdict_title(found: Sequence[tuple[str, float, str]], horizon: str) -> str:
    """State the joint verdict under every prior set: (name, probability, its text)."""
    if not found:
        return "The verdict could not be computed from this fit."
    words = {name: likelihood(p) for name, p, _ in found}
    numbers = ", ".join(f"{written} ({name.lower()})" for name, _, written in found)
    if len(set(words.values())) == 1:
        said = next(iter(words.values())).capitalize()
        under = {1: "", 2: " under both prior sets"}.get(len(found), " under every prior set")
        return f"{said} by {horizon}{under}: {numbers}."
    said = "; ".join(f"{word} under {name.lower()} priors" for name, word in words.items())
    return f"By {horizon} it depends on the priors: {said}. {numbers}."


def part_title(words: str, held: str, then: str) -> str:
    """Say how often a part of the verdict holds, and what the verdict would be if it did for sure."""
    return f"{words}: {held}; if sure, the verdict is {then}."


def worth_knowing(parts: Sequence[tuple[str, str]]) -> str:
    """Name what would settle most of an event: (label, share of its variance)."""
    if not parts:
        return "No evidence on the list would settle any of it."
    return f"Evidence that would settle most: {join([f'{a} ({b})' for a, b in parts])}."


def markets_title(tokens: str | None, money: str | None, above: float | None) -> str:
    """Set open router tokens against open enterprise money; ``above``: how often the first is more."""
    if tokens is None or money is None:
        known = " and ".join(
            said
            for said in (
                f"{tokens} of router tokens" if tokens else "",
                f"{money} of enterprise money" if money else "",
            )
            if said
        )
        return f"Open weights have {known}." if known else ""
    if above is not None and above >= CLEAR:
        return f"Open weights carry {tokens} of router tokens but take only {money} of enterprise money."
    if above is not None and above <= 1 - CLEAR:
        return f"Open weights take {money} of enterprise money, more than their {tokens} of router tokens."
    return (
        f"Open weights have {tokens} of router tokens and {money} of enterprise money, which cannot be told "
        "apart."
    )


def race_title(gap: str, interval: str, side: int, lag: str | None) -> str:
    """State who leads: ``side`` is 1 if closed does clearly, -1 if open does, 0 if neither."""
    if side == 0:
        return f"Neither frontier is clearly ahead: closed minus open is {gap} ({interval}) index points."
    if side < 0:
        return f"The open frontier leads the closed one by {gap} ({interval}) index points."
    said = f"The open frontier trails the closed one by {gap} ({interval}) index points"
    return f"{said}, and by {lag} months." if lag else f"{said}."


def ratio_title(ratio: str, interval: str, side: int) -> str:
    """State the price of closed over open at equal capability; ``side`` as in :func:`race_title`."""
    if side == 0:
        return f"At equal capability closed and open list prices cannot be told apart: {ratio} ({interval})."
    if side < 0:
        return f"At equal capability a closed model lists below an open one: {ratio} ({interval}) its price."
    return f"At equal capability a closed model lists at {ratio} ({interval}) an open one's price."


def spend_title(closed: str, opened: str, side: int, adoption: str | None) -> str:
    """State what each tier sells a year, the larger one first, and how many firms pay."""
    if side == 0:
        said = f"Closed labs sell {closed} a year and hosts of open weights {opened}: neither is clearly more"
    elif side > 0:
        said = f"Closed labs sell {closed} a year, hosts of open weights {opened}"
    else:
        said = f"Hosts of open weights sell {opened} a year, more than closed labs with {closed}"
    return f"{said}; {adoption} of firms pay for AI." if adoption else f"{said}."


def value_title(narrow: tuple[str, int] | None, broad: tuple[str, int] | None) -> str:
    """State open value over closed value, narrow and broad: (ratio with interval, side of one)."""
    ends = {1: "more than closed labs", -1: "less than closed labs", 0: "perhaps as much as closed labs"}
    parts = []
    if narrow is not None:
        parts.append(f"hosted open inference earns {ends[narrow[1]]}, {narrow[0]}")
    if broad is not None:
        also = "also " if narrow is not None and narrow[1] == broad[1] else ""
        parts.append(f"with self-hosting and integration open is {also}worth {ends[broad[1]]}, {broad[0]}")
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def concentration_title(tiers: Sequence[tuple[str, str, float, bool]]) -> str:
    """State which tiers are highly concentrated: (name, HHI, chance above it, by prior)."""
    parts: list[str] = []
    for name, hhi, above, driven in tiers:
        how = "are" if above >= CLEAR else "are not" if above <= 1 - CLEAR else "may be"
        prior = ", mostly by the prior" if driven else ""
        what = " highly concentrated" if not parts else ""
        parts.append(f"{name} {how}{what}, HHI {hhi}{prior}")
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def claims_title(likely: int, unlikely: int, open_: int, differ: int, undiagnostic: int) -> str:
    """Count the claims that tell the sides apart."""
    total = likely + unlikely + open_ + differ
    if not total:
        return "No claim of the ledger tells the sides apart in this fit."
    told = "claim that tells" if total == 1 else "claims that tell"
    hold, fail = "holds" if likely == 1 else "hold", "fails" if unlikely == 1 else "fail"
    said = (
        f"Of {total} {told} the sides apart, {likely} {hold} and {unlikely} {fail} in over half of the "
        "worlds under every prior set"
    )
    if differ:
        said += f"; {differ} {'turns' if differ == 1 else 'turn'} on the priors"
    if open_:
        said += f"; {open_} {'is' if open_ == 1 else 'are'} a coin's toss"
    tell = "tells" if undiagnostic == 1 else "tell"
    return f"{said}. {undiagnostic} more {tell} nothing." if undiagnostic else f"{said}."


def scenarios_title(count: int, year: str, most: tuple[str, str, str] | None, quantity: str) -> str:
    """Name the scenario that moves a quantity most: (name, difference, interval)."""
    if most is None:
        return f"None of {count} scenarios moves {quantity} by {year}."
    name, difference, interval = most
    return (
        f"Of {count} scenarios “{name}” moves {quantity} most by {year}: {difference} ({interval}) against "
        "the same worlds without it."
    )


def watch_title(best: tuple[str, str] | None, small: bool) -> str:
    """Name the evidence that would settle most of the verdict, and say when that is little."""
    if best is None:
        return "No evidence on the list would settle the verdict."
    said = f"{best[0]} would tell most about the verdict: {best[1]} of what is unsure in it"
    return f"{said}; most of the rest is chance that nobody can know today." if small else f"{said}."


def trust_title(status: str, beaten: tuple[int, int] | None, held: tuple[str, int] | None) -> str:
    """Sum up how far to trust the page: review, targets won against the median of baselines, coverage."""
    parts = [f"The review says {status}"]
    if beaten is not None:
        parts.append(
            f"in the backtest the model beats the median of four simple baselines on {beaten[0]} of "
            f"{beaten[1]} quantities"
        )
    if held is not None:
        parts.append(f"its 90% intervals held {held[0]} of {held[1]} outcomes")
    return "; ".join(parts) + "."


def doubts(count: int) -> str:
    """Say on top that results of this fit lie beyond what was observed."""
    if count == 1:
        return "One result is supported by no observation of it"
    return f"{count} results are supported by no observation of them"


def buyer_title(choices: Sequence[tuple[str, str]], year: int) -> str:
    """Say which workloads to place where until the end of a year: (workload, open, closed or hedge)."""
    if not choices:
        return ""
    by_choice: dict[str, list[str]] = {}
    for name, chosen in choices:
        by_choice.setdefault(chosen, []).append(name[:1].lower() + name[1:])
    said = [f"{verb} for {join(by_choice[key])}" for key, verb in _VERBS.items() if key in by_choice]
    return f"To the end of {year}: {'; '.join(said)}."


_VERBS = {"open": "choose open", "closed": "choose closed", "hedge": "hedge"}


def investor_title(name: str, today: str, later: str, year: int, best: str) -> str:
    """Say which layer is paid most today, how its part moves, and which one is paid most then."""
    said = f"{name} take {today} of all that is paid today and {later} in {year}"
    return f"{said}." if best == name else f"{said}, when {best[:1].lower() + best[1:]} take most."


def regulator_title(
    name: str, above: tuple[float, str] | None, year: int, flagged: tuple[int, int] | None
) -> str:
    """Say how sure high concentration is in a year, and how many mergers cross the lines."""
    parts = []
    if above is not None:
        # Whether they are so today is another question: "stay" would be wrong where they are not.
        how = "will be" if above[0] >= CLEAR else "will not be" if above[0] <= 1 - CLEAR else "may be"
        parts.append(f"{name} {how} highly concentrated in {year} ({above[1]} of worlds)")
    if flagged is not None:
        most = f"{flagged[0]} of {flagged[1]} mergers among the largest firms"
        parts.append(f"{most} would cross the guidelines' HHI lines in nine worlds of ten")
    return f"{'; '.join(parts)}." if parts else ""
