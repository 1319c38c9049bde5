"""All columns as one block of bytes, and a header that says what is where."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forkmodel.errors import QueryError
from forkmodel.forecast.scenario_files import BASELINE
from forkmodel.queries import evaluate_condition, parse
from forkmodel.queries.answer import FEWEST_DRAWS, MOST_UNDEFINED
from forkmodel.queries.parse import LONGEST
from forkmodel.queries.tree import Whole
from forkmodel.report.content import ForecastContent
from forkmodel.report.explorer.cards import Card
from forkmodel.report.explorer.saved import SavedDraws

__all__ = ["Block", "block"]

#: Code of a claim in a world where it is undefined; otherwise 1 where it holds and 0 where not.
UNDEFINED = 2


@dataclass(frozen=True)
class Block:
    """What the browser reads.

    Attributes
    ----------
    header : dict
        Sizes, cards with their grids and the number of each of their columns, claims, scenarios.
    body : str
        Base64: columns of 16-bit codes in the order of their numbers, little-endian, worlds in the order of
        chains and draws; then a byte per claim and world.
    """

    header: dict[str, Any]
    body: str


def block(content: ForecastContent, cards: Sequence[Card]) -> Block:
    """Return the cards' columns and the claims as a block.

    Parameters
    ----------
    content : ForecastContent
        The worlds and the judged ledger.
    cards : sequence of Card
        What of the worlds is shown.
    """
    columns: list[np.ndarray] = []
    shown = []
    for card in cards:
        at = []
        for (scenario, year, question), values in card.columns.items():
            at.append({"scenario": scenario, "year": year, "question": question, "column": len(columns)})
            columns.append(card.grid.codes(values))
        shown.append(
            {
                "group": card.group,
                "label": card.label,
                "unit": card.unit,
                "meaning": card.meaning,
                "grid": card.grid.as_dict(),
                "at": at,
            }
        )
    claims, held = _claims(content)
    meanings = content.effects.groupby("scenario", sort=False)["meaning"].first()
    header = {
        "chains": int(content.worlds.sizes["chain"]),
        "draws": int(content.worlds.sizes["draw"]),
        "columns": len(columns),
        "scenarios": [{"name": BASELINE, "meaning": ""}]
        + [{"name": str(name), "meaning": str(meaning)} for name, meaning in meanings.items()],
        "cards": shown,
        "claims": claims,
        "fewest": FEWEST_DRAWS,
        "undefined": MOST_UNDEFINED,
        "longest": LONGEST,
    }
    raw = b"".join(part.tobytes() for part in (*columns, *held))
    return Block(header, base64.b64encode(raw).decode())


def _claims(content: ForecastContent) -> tuple[list[dict[str, str]], list[np.ndarray]]:
    """Return the claims that the worlds decide, and in which worlds each of them holds."""
    worlds = SavedDraws(content.worlds)
    rows, held = [], []
    for row in (content.claims["joint"], *content.claims["claims"]):
        query = parse(row["expression"]) if row["expression"] else None
        if not isinstance(query, Whole):
            continue
        try:
            where = evaluate_condition(query.node, worlds).ravel()
        except QueryError:
            # About a time that the worlds do not reach.
            continue
        known = ("id", "statement", "threshold", "expression")
        rows.append({key: str(row[key] or "") for key in known})
        held.append(np.where(np.isfinite(where), where, UNDEFINED).astype(np.uint8))
    return rows, held
