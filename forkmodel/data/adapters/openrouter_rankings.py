"""OpenRouter's rankings: daily tokens of the fifty most used models, summed to whole weeks.

The file has a row a day and model (``date,model_permaslug,total_tokens``) and one a day named ``other``. A
model that was not among the fifty on a day has no row on it, so the week of a rare model is a little low.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from forkmodel.data.adapters.documents import json_rows, read_json
from forkmodel.data.adapters.draft import Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.opening import Bundle, refuse
from forkmodel.data.adapters.sheets import Row, read_csv
from forkmodel.data.adapters.units import CellError, read_date, read_number
from forkmodel.data.vocabulary import TOP50

__all__ = ["ORIGIN", "TAKES", "read"]

ORIGIN = Origin(
    "openrouter-rankings",
    "OpenRouter rankings, daily tokens by model",
    "OpenRouter",
    "https://openrouter.ai/rankings",
    "CC BY 4.0",
    "Source: OpenRouter (openrouter.ai/rankings), CC BY 4.0",
)
TAKES = "the rankings as CSV (date, model_permaslug, total_tokens), or the JSON of the same interface"

DAYS = 7
#: Row of all models beyond the fifty.
REST = "other"


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with weekly usage.

    Parameters
    ----------
    bundle : Bundle
        One or more files.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If a file is no such table.
    """
    tokens: dict[tuple[date, str, str], Decimal] = {}
    places: dict[tuple[date, str, str], str] = {}
    days: dict[date, set[date]] = {}
    seen: set[tuple[str, str]] = set()
    for row in _rows(bundle, draft):
        name = row.get("model_permaslug")
        try:
            text, number = read_date(row.get("date")), read_number(row.get("total_tokens"))
        except CellError as error:
            draft.leave(row.place, name, f"a cell cannot be read: {error}")
            continue
        if not (text and name and number):
            draft.leave(row.place, name, "the row lacks its day, model or tokens")
            continue
        if (text, name) in seen:
            draft.leave(row.place, name, "the day and model stand in the file twice; the first counts")
            continue
        seen.add((text, name))
        day = date.fromisoformat(text)
        monday = day - timedelta(days=day.weekday())
        days.setdefault(monday, set()).add(day)
        entity, variant = _entity(name, draft)
        tokens[monday, entity, variant] = tokens.get((monday, entity, variant), Decimal(0)) + Decimal(number)
        places.setdefault((monday, entity, variant), row.place)
    for (monday, entity, variant), amount in tokens.items():
        place, sunday = places[monday, entity, variant], monday + timedelta(days=DAYS - 1)
        if len(days[monday]) < DAYS:
            draft.leave(place, entity, f"the week has {len(days[monday])} of its {DAYS} days")
        elif draft.is_late(sunday.isoformat()):
            draft.leave(place, entity, "the week ended after the vintage")
        else:
            draft.add(
                "usage",
                place,
                period_start=monday.isoformat(),
                period_end=sunday.isoformat(),
                market=TOP50,
                level="model",
                entity=entity,
                variant=variant,
                value=format(amount, "f"),
                unit="tokens",
                mapped="true" if draft.naming.find("model", entity) == entity else "false",
            )


def _rows(bundle: Bundle, draft: Draft) -> list[Row]:
    found: list[Row] = []
    for name in bundle.ending(".json"):
        found += json_rows(read_json(bundle.read(name), name), name)
    for name in bundle.ending(".csv"):
        sheet = read_csv(bundle.read(name), name)
        sheet.need("date", "model_permaslug", "total_tokens")
        for place, what in sheet.ragged:
            draft.leave(place, "", what)
        found += sheet.rows
    if not found:
        raise refuse(bundle.name, "holds no rows of rankings", f"Give {TAKES}.")
    return found


def _entity(slug: str, draft: Draft) -> tuple[str, str]:
    """Return the model, or the slug where no model is known, and the variant."""
    base, _, suffix = slug.partition(":")
    variant = "free" if suffix == "free" else "standard"
    if base == REST:
        return REST, "all"
    return draft.naming.model(base, base.rsplit("/", 1)[-1]) or base, variant
