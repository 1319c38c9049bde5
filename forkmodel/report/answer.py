"""The sentences of the answer in short. Numbers come in already written, each with its interval."""

from __future__ import annotations

from forkmodel.report import text
from forkmodel.report.intervals import HEADLINE

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


def open_share_sentence(date: str, tokens: str, tokens_interval: str, money: str, money_interval: str) -> str:
    """Set the open share of tokens against that of money."""
    return (
        f"Open weights carry {tokens} ({tokens_interval}) of OpenRouter's tokens in {date}, but take {money} "
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
