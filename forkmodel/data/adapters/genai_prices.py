"""genai-prices of Pydantic: list prices of many sellers with dated changes, as installed or as JSON.

The package holds one price per model, or a list in which each change has a start date. The first of a list
has none: it is dated to the model's release. Times of day, tiers for long prompts and variants are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from forkmodel.data.adapters.documents import read_json
from forkmodel.data.adapters.draft import NO_MODEL, Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.offers import Offers
from forkmodel.data.adapters.opening import Bundle, refuse
from forkmodel.errors import ForkModelError

__all__ = ["INSTALLED", "ORIGIN", "SELLERS", "TAKES", "installed_bundle", "read"]

ORIGIN = Origin(
    "genai-prices",
    "genai-prices, list prices with dated changes",
    "Pydantic",
    "https://github.com/pydantic/genai-prices",
    "MIT",
    "genai-prices by Pydantic, MIT licence",
)
#: Word that stands for the installed package instead of a path.
INSTALLED = "installed"
TAKES = f"the word {INSTALLED!r} (the package genai-prices), or its data.json"

#: Its providers under the names of sellers in the tables; others keep their own.
SELLERS = {
    "aws": "aws-bedrock",
    "huggingface_together": "together",
    "moonshotai": "moonshot",
    "x-ai": "xai",
    "zai": "zhipu",
}
_COLUMNS = {
    "input_usd_per_mtok": "input_mtok",
    "output_usd_per_mtok": "output_mtok",
    "cached_input_usd_per_mtok": "cache_read_mtok",
}


def installed_bundle() -> list[dict[str, Any]]:
    """Return the providers of the installed package in the shape of its JSON.

    Raises
    ------
    ForkModelError
        If the package is not installed.
    """
    try:
        from genai_prices.data import providers
    except ImportError as error:
        raise ForkModelError("genai-prices is not installed: pip install 'forkmodel[prices]'.") from error
    return [
        {
            "id": provider.id,
            "models": [
                {"id": model.id, "name": model.name, "prices": _plain(model.prices)}
                for model in provider.models
            ],
        }
        for provider in providers
    ]


def _plain(prices: Any) -> Any:
    """Return the package's prices as its JSON writes them."""
    if not isinstance(prices, list):
        return {key: _amount(value) for key, value in vars(prices).items() if value is not None}
    return [{"constraint": _constraint(each.constraint), "prices": _plain(each.prices)} for each in prices]


def _amount(value: Any) -> Any:
    return {"base": str(value.base)} if hasattr(value, "base") else str(value)


def _constraint(constraint: Any) -> dict[str, str] | None:
    if constraint is None:
        return None
    return {key: str(value) for key, value in vars(constraint).items()}


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with price spells.

    Parameters
    ----------
    bundle : Bundle
        The package's JSON; a bundle named ``installed`` without files stands for the package.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If a file is no such list.
    """
    if bundle.name == INSTALLED and not bundle.names:
        documents: list[tuple[str, Any]] = [("genai_prices.data", installed_bundle())]
    else:
        documents = [(name, read_json(bundle.read(name), name)) for name in bundle.need(TAKES, ".json")]
    offers = Offers(draft)
    for place, document in documents:
        if not isinstance(document, list):
            raise refuse(place, "is no list of providers", f"Give {TAKES}.")
        for provider in document:
            _provider(place, provider, offers)


def _provider(place: str, provider: Any, offers: Offers) -> None:
    if not isinstance(provider, dict) or not isinstance(provider.get("models"), list):
        raise refuse(place, "a provider has no list of models", f"Give {TAKES}.")
    name = str(provider.get("id", ""))
    for model in provider["models"]:
        if not isinstance(model, dict) or not isinstance(model.get("prices"), dict | list):
            raise refuse(place, f"a model of {name!r} has no prices", f"Give {TAKES}.")
        title = model.get("name")
        _model(
            f"{place}, {name}/{model.get('id')}",
            name,
            (str(model.get("id", "")), title if isinstance(title, str) else ""),
            model["prices"],
            offers,
        )


def _model(place: str, provider: str, names: tuple[str, str], prices: Any, offers: Offers) -> None:
    draft = offers.draft
    full = f"{provider}/{names[0]}"
    model = draft.naming.model(full, names[0], names[0].rsplit("/", 1)[-1], names[1])
    if model is None:
        draft.leave(place, full, NO_MODEL)
        return
    released = _released(model, draft)
    seller = draft.naming.find("seller", provider) or SELLERS.get(provider, provider)
    spells = list(_spells(place, full, prices, draft))
    for (start, own), (next_start, _) in pairwise([*spells, ("", {})]):
        texts = {column: _text(own.get(key)) for column, key in _COLUMNS.items()}
        begin, end = max(start, released), "" if draft.is_late(next_start) else next_start
        if not begin:
            draft.leave(place, full, "a price without a start, and the model's release is not known")
        elif end and end <= begin:
            draft.leave(place, full, "the price ended before the model's release")
        elif draft.is_late(begin):
            draft.leave(place, full, "the price started after the vintage")
        else:
            offers.add_spell(place, full, (model, seller), (begin, end), texts, dated=bool(start))


def _text(value: Any) -> str:
    """Return an amount; of a price by length of prompt, that of short ones."""
    if isinstance(value, dict):
        value = value.get("base")
    return value if isinstance(value, str) else ""


def _released(model: str, draft: Draft) -> str:
    models = draft.known["models"]
    days = models.loc[models["model_id"].eq(model), "release_date"]
    return "" if days.empty or pd.isna(days.iloc[0]) else str(days.iloc[0].date().isoformat())


def _spells(place: str, name: str, prices: Any, draft: Draft) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield start (empty = from the beginning) and prices, oldest first, without what depends on the hour."""
    if isinstance(prices, dict):
        yield "", prices
        return
    dated: list[tuple[str, dict[str, Any]]] = []
    first = None
    for each in prices:
        constraint = each.get("constraint") if isinstance(each, dict) else None
        start = constraint.get("start_date") if isinstance(constraint, dict) else None
        own = each.get("prices") if isinstance(each, dict) else None
        if not isinstance(own, dict):
            draft.leave(place, name, "an entry without prices")
        elif constraint is None:
            first = own
        elif isinstance(start, str) and _is_day(start):
            dated.append((start, own))
        else:
            draft.leave(place, name, "a price for some hours of the day, not the list price")
    if first is not None:
        yield "", first
    yield from sorted(dated, key=lambda item: item[0])


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
