"""The sentences of the sections, whose every number comes from the draws, and the limits of the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from forkmodel.report import findings_text, sections_text, text
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS, chance, date_label, join
from forkmodel.report.intervals import Summary, sample_dims, summarise_draws
from forkmodel.report.own_market import DROPPED_LIMITS, rests_on

__all__ = ["HEADLINES", "SENTENCES", "Quantity", "limits", "quantity", "sentences"]

#: Key in ``summary.json``: (variable, coordinates).
HEADLINES: dict[str, tuple[str, dict[str, str]]] = {
    "hhi_closed": ("hhi", {"scope": "closed"}),
    "hhi_open_hosts": ("hhi", {"scope": "open_hosts"}),
    "hhi_open_developers": ("hhi", {"scope": "open_developers"}),
    "open_share_tokens": ("open_share", {"market": "openrouter", "unit": "tokens"}),
    "open_share_spend": ("open_share", {"market": "openrouter", "unit": "spend"}),
    "premium_residual": ("premium_residual", {}),
    "capability_gap": ("capability_gap", {}),
    "lag_months_strict": ("lag_months_strict", {}),
}
#: A closed lab that reports no revenue of its models; its part of the tier is then the prior's.
SILENT_LAB = "Google DeepMind"


@dataclass(frozen=True)
class Quantity:
    """A quantity at its last known quarter, on every draw and in summary."""

    date: str
    draws: xr.DataArray
    summary: Summary


def quantity(content: ReportContent, name: str, **select: str) -> Quantity | None:
    """Return a path's last known value; None if the fit does not have it, or only as a prior says."""
    if rests_on(name, select) in content.left_out:
        return None
    found = content.latest(name, **select)
    if found is None:
        return None
    time, draws = found
    summary = summarise_draws(draws.to_numpy())
    return None if summary is None else Quantity(date_label(time, content.vintage), draws, summary)


def _part(condition: xr.DataArray) -> str:
    return chance(float(condition.mean()))


def _a_year_before(content: ReportContent, now: Quantity, **select: str) -> tuple[str, xr.DataArray] | None:
    path = content.path("hhi", **select)
    if path is None:
        return None
    before = pd.Timestamp(now.draws["time"].item()) - pd.DateOffset(years=1)
    if before not in pd.DatetimeIndex(path["time"].to_numpy()):
        return None
    return date_label(before, content.vintage), path.sel(time=before)


def _closed(content: ReportContent) -> str | None:
    hhi, firms = (quantity(content, name, scope="closed") for name in ("hhi", "effective_firms"))
    if hhi is None or firms is None:
        return None
    unit = UNITS["hhi"]
    count = UNITS["firms"]
    first = findings_text.closed_sentence(
        hhi.date,
        unit.text(hhi.summary.median),
        unit.interval(hhi.summary.headline),
        f"{count.text(firms.summary.median)} ({count.interval(firms.summary.headline)})",
    )
    falling = before = None
    earlier = _a_year_before(content, hhi, scope="closed")
    if earlier is not None:
        before = earlier[0]
        falling = _part(hhi.draws < earlier[1].drop_vars("time"))
    context = findings_text.closed_context(
        _part(hhi.draws > text.HIGHLY_CONCENTRATED), _part(hhi.draws > text.CLOUD_HHI), falling, before
    )
    silent = f" {findings_text.silent_lab(SILENT_LAB)}" if _is_silent(content, SILENT_LAB) else ""
    return f"{first} {context}{silent}"


def _is_silent(content: ReportContent, lab: str) -> bool:
    """Return whether a lab is part of the paths although no revenue of it was ever observed."""
    table = content.observed.get("revenue")
    published = set() if table is None else set(table["developer"].astype(str))
    return lab in content.labels("revenue", "developer") and lab not in published


def _open(content: ReportContent) -> str | None:
    unit, count = UNITS["hhi"], UNITS["firms"]
    hosts = developers = None
    found = quantity(content, "hhi", scope="open_hosts")
    firms = quantity(content, "effective_firms", scope="open_hosts")
    if found is not None and firms is not None:
        hosts = findings_text.hosts_phrase(
            unit.text(found.summary.median),
            unit.interval(found.summary.headline),
            f"{count.text(firms.summary.median)} ({count.interval(firms.summary.headline)})",
            content.rests_on_prior("open_hosts"),
        )
    owners = quantity(content, "hhi", scope="open_developers")
    if owners is not None:
        developers = findings_text.developers_phrase(
            unit.text(owners.summary.median), unit.interval(owners.summary.headline)
        )
    return findings_text.open_sentence(hosts, developers) if hosts or developers else None


def _tokens_and_money(content: ReportContent) -> str | None:
    unit = UNITS["share"]
    tokens = quantity(content, "open_share", market="openrouter", unit="tokens")
    money = quantity(content, "open_share", market="openrouter", unit="spend")
    if tokens is None or money is None:
        return None
    return findings_text.open_share_sentence(
        content.named(text.MARKETS["openrouter"]),
        tokens.date,
        unit.text(tokens.summary.median),
        unit.interval(tokens.summary.headline),
        unit.text(money.summary.median),
        unit.interval(money.summary.headline),
    )


def _premium(content: ReportContent) -> str | None:
    unit = UNITS["ratio"]
    residual, raw = (quantity(content, name) for name in ("premium_residual", "premium_raw"))
    if residual is None:
        return None
    said = f"{unit.text(raw.summary.median)} ({unit.interval(raw.summary.headline)})" if raw else None
    return findings_text.premium_sentence(
        unit.text(residual.summary.median), unit.interval(residual.summary.headline), said
    )


def _gap(content: ReportContent) -> str | None:
    gap, lag = (quantity(content, name) for name in ("capability_gap", "lag_months_strict"))
    if gap is None:
        return None
    months = UNITS["months"]
    said = f"{months.text(lag.summary.median)} ({months.interval(lag.summary.headline)})" if lag else None
    unit = UNITS["points"]
    return findings_text.gap_sentence(
        unit.text(gap.summary.median), unit.interval(gap.summary.headline), said
    )


def _value(content: ReportContent) -> str | None:
    parts: list[str] = []
    date = ""
    for key in text.DEFINITIONS:
        opened = quantity(content, "value", access="open", definition=key)
        closed = quantity(content, "value", access="closed", definition=key)
        if opened is None or closed is None:
            continue
        ratio = (opened.draws.drop_vars("time") / closed.draws.drop_vars("time")).transpose(
            *sample_dims(opened.draws)
        )
        summary = summarise_draws(ratio.to_numpy())
        if summary is not None:
            unit, date = UNITS["share"], opened.date
            parts.append(
                findings_text.value_part(
                    key, unit.text(summary.median), unit.interval(summary.headline), not parts
                )
            )
    if not parts:
        return None
    return findings_text.value_sentence(date, join(parts), content.is_prior_driven("value.broad_ratio"))


#: What is said in each section of the page.
SENTENCES: dict[str, tuple[Callable[[ReportContent], str | None], ...]] = {
    "concentration": (_closed, _open),
    "demand": (_tokens_and_money,),
    "price": (_premium,),
    "race": (_gap,),
    "value": (_value,),
}


def sentences(content: ReportContent) -> list[str]:
    """Return the report's conclusions; none at all if the review failed."""
    if content.failed:
        return []
    return [said for builds in SENTENCES.values() for build in builds if (said := build(content)) is not None]


def _markups(content: ReportContent) -> str | None:
    """Say how often frontier buyers' demand for closed models is too inelastic for textbook markups."""
    found = quantity(content, "elasticity_own", segment="frontier", access="closed")
    if found is None or content.failed:
        return None
    unit = UNITS["elasticity"]
    return findings_text.lerner_in_this_fit(
        unit.text(found.summary.median),
        unit.interval(found.summary.headline),
        _part(found.draws > text.UNIT_ELASTIC),
    )


def limits(content: ReportContent) -> list[str]:
    """Return what the report cannot tell; the limit on markups with this fit's own numbers."""
    said = dict(sections_text.LIMITS)
    if content.router is not None:
        missing = {f"left out: {why}": why for why in content.left_out.values()}
        said = missing | {key: told for key, told in said.items() if key not in DROPPED_LIMITS}
    if (measured := _markups(content)) is not None:
        said["markups"] = f"{said['markups']} {measured}"
    return list(said.values())
