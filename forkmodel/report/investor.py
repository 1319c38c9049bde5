"""For an investor: who is paid, by layer and year, and under which claims a layer grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forkmodel.report import findings_text
from forkmodel.report import readers_text as text
from forkmodel.report.asked import Asked, asked
from forkmodel.report.content import ReportContent
from forkmodel.report.formatting import UNITS
from forkmodel.report.reader_parts import AskedTable, Cell, Reader, last_quarter, worlds_of

__all__ = ["investor"]

YEARS = (2028, 2031, 2036)
#: Year in which a layer's part is compared with today's.
COMPARED = 2031
_LAYERS = {
    "closed.developer": "Closed labs",
    "open.developer": "Open developers",
    "open.host": "Open hosts",
    "open.integrator": "Open integrators",
}
#: Claims of the ledger under which the layers are looked at again.
CLAIMS = ("C1", "C2", "C8", "K3")


def _part(layer: str, when: str) -> str:
    total = " + ".join(f"value_layer.{name}[{when}]" for name in _LAYERS)
    return f"value_layer.{layer}[{when}] / ({total})"


def investor(content: ReportContent) -> Reader | None:
    """Return the section; None where the worlds do not say who is paid."""
    worlds, now = worlds_of(content), last_quarter(content)
    share, usd = UNITS["share"], UNITS["usd"]
    parts: list[tuple[str, list[Cell]]] = []
    money: list[tuple[str, list[Cell]]] = []
    for layer, name in _LAYERS.items():
        times = [now, *map(str, YEARS)]
        parts.append((name, [asked(worlds, _part(layer, when), share) for when in times]))
        money.append((name, [asked(worlds, f"value_layer.{layer}[{when}]", usd) for when in times]))
    if not any(isinstance(cell, Asked) for _, cells in parts for cell in cells):
        return None
    columns = [text.TODAY, *map(str, YEARS)]
    claims = _claims(content)
    grown: list[tuple[str, list[Cell]]] = []
    for layer, name in _LAYERS.items():
        event = f"{_part(layer, str(COMPARED))} > {_part(layer, now)}"
        given = [asked(worlds, f"P({event} | {claim['expression']})") for claim in claims]
        grown.append((name, [asked(worlds, event), *given]))
    tables = [
        AskedTable(text.LAYER_TABLE, columns, parts, text.LAYER_NOTE),
        AskedTable(text.MONEY_TABLE, columns, money),
        AskedTable(
            text.grown(COMPARED),
            [text.ANY_WORLD, *(text.if_claim(str(claim["id"])) for claim in claims)],
            grown,
            text.claims_named([(str(claim["id"]), str(claim["threshold"])) for claim in claims]),
        ),
    ]
    driven = content.is_prior_driven("value.broad_ratio")
    return Reader("investor", _title(parts), tables, prior_driven=driven)


def _claims(content: ReportContent) -> list[Mapping[str, Any]]:
    assert content.forecast is not None  # noqa: S101 - readers are asked for only then
    ledger = {claim["id"]: claim for claim in content.forecast.claims["claims"]}
    return [ledger[name] for name in CLAIMS if name in ledger and ledger[name]["expression"]]


def _title(parts: list[tuple[str, list[Cell]]]) -> str:
    """Name the layer that is paid most today, and how its part moves."""
    known = [
        (name, cells[0], cells[1 + YEARS.index(COMPARED)])
        for name, cells in parts
        if isinstance(cells[0], Asked) and isinstance(cells[1 + YEARS.index(COMPARED)], Asked)
    ]
    if not known:
        return ""
    name, today, later = max(known, key=lambda row: row[1].middle)
    assert isinstance(today, Asked) and isinstance(later, Asked)  # noqa: S101, PT018 - chosen so above
    best = max(known, key=lambda row: row[2].middle)[0]  # type: ignore[union-attr]
    return findings_text.investor_title(name, today.text, later.text, COMPARED, best)
