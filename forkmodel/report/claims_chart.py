"""All claims on one scale: dots with Monte Carlo intervals by prior set, grouped by what they are about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from forkmodel.report import claims_table, text
from forkmodel.report.claims_table import ERRORS
from forkmodel.report.content import ReportContent
from forkmodel.report.strips import Bar, Scale, strip

__all__ = ["ClaimDots", "ClaimGroup", "claim_groups", "probability_strip", "tally", "undiagnostic"]

_SCALE = Scale(0.0, 1.0)


@dataclass(frozen=True)
class ClaimDots:
    """One claim: its words, its probabilities as text, and their drawing."""

    id: str
    statement: str
    event: str
    against: bool
    chances: list[str]
    drawing: Markup
    today: str
    why: str


@dataclass(frozen=True)
class ClaimGroup:
    """Claims about one thing."""

    title: str
    claims: list[ClaimDots]


def probability_strip(row: Mapping[str, Any], names: list[str], today: float | None = None) -> Markup:
    """Draw the probability of an event under every prior set, with its 95 % Monte Carlo interval.

    Parameters
    ----------
    row : mapping
        A row of the judged ledger.
    names : list of str
        Prior sets, from the top down.
    today : float, optional
        How probable the event is at the data's end.
    """
    bars = []
    for name in names:
        p = row["probability"].get(name)
        if p is None:
            continue
        # A share of 0 or 1 has no error of its own; so many agreeing draws bound it (rule of three).
        room = ERRORS * float(row["mcse"][name]) or 3.0 / float(row["draws"][name] or 1)
        bars.append(
            Bar(p, [(max(p - room, 0.0), min(p + room, 1.0))], text.SIDE_COLOURS.get(name, "neutral"))
        )
    said = ", ".join(f"{text.side(name)} {claims_table.chance_text(row, name, False)}" for name in names)
    return strip(bars, _SCALE, f"{row['id']}: {said}", (0.5,), today)


def _judged(content: ReportContent) -> list[Mapping[str, Any]]:
    """Return the claims that have a probability."""
    assert content.forecast is not None  # noqa: S101 - callers check; narrows the type
    rows = content.forecast.claims["claims"]
    return [row for row in rows if any(p is not None for p in row["probability"].values())]


def _dots(row: Mapping[str, Any], names: list[str]) -> ClaimDots:
    now = row["today_probability"]
    return ClaimDots(
        id=str(row["id"]),
        statement=str(row["statement"]),
        event=str(row["threshold"] or ""),
        against=row["direction"] == "against",
        chances=[claims_table.percent_text(row, name) for name in names],
        drawing=probability_strip(row, names, now),
        today="" if now is None else text.today(now > 0.5),
        why=str(row["why_not_diagnostic"] or ""),
    )


def _topic(row: Mapping[str, Any]) -> str:
    """Return what a claim is about: the first topic one of whose variables its event begins with."""
    variables = re.findall(r"[a-z_][a-z_0-9]*", str(row["expression"]))
    for name in variables:
        for topic, known in text.CLAIM_TOPICS.items():
            if name in known:
                return topic
    return text.OTHER_TOPIC


def claim_groups(content: ReportContent) -> list[ClaimGroup]:
    """Return the claims that tell the sides apart, by topic; none if the review failed."""
    if content.forecast is None or content.failed:
        return []
    names = claims_table.sides(content)
    rows = [row for row in _judged(content) if row["diagnostic"] is not False]
    topics = [*text.CLAIM_TOPICS, text.OTHER_TOPIC]
    groups = [
        ClaimGroup(topic, [_dots(row, names) for row in rows if _topic(row) == topic]) for topic in topics
    ]
    return [group for group in groups if group.claims]


def undiagnostic(content: ReportContent) -> list[ClaimDots]:
    """Return the claims that tell nothing, because they hold today or because every side agrees."""
    if content.forecast is None or content.failed:
        return []
    names = claims_table.sides(content)
    return [_dots(row, names) for row in _judged(content) if row["diagnostic"] is False]


def tally(content: ReportContent) -> tuple[int, int, int, int, int]:
    """Count the claims that tell the sides apart, and those that do not.

    Returns
    -------
    tuple of int
        Those likelier than not under every prior set, less likely than not under every one, within Monte
        Carlo error of one half under some set, on both sides of one half, and not diagnostic.
    """
    likely = unlikely = open_ = differ = other = 0
    for row in _judged(content):
        if row["diagnostic"] is False:
            other += 1
            continue
        known = [
            (p, ERRORS * float(row["mcse"][name])) for name, p in row["probability"].items() if p is not None
        ]
        above, below = (any(sign * (p - 0.5) > room for p, room in known) for sign in (1, -1))
        if above and below:
            differ += 1
        elif any(abs(p - 0.5) <= room for p, room in known):
            open_ += 1
        elif above:
            likely += 1
        else:
            unlikely += 1
    return likely, unlikely, open_, differ, other
