"""OpenRouter's list of models, ``/api/v1/models``: the gateway's headline prices on the day of reading."""

from __future__ import annotations

from forkmodel.data.adapters.documents import json_rows, read_json
from forkmodel.data.adapters.draft import Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.offers import Offers
from forkmodel.data.adapters.opening import Bundle

__all__ = ["ORIGIN", "TAKES", "read"]

ORIGIN = Origin(
    "openrouter-models",
    "OpenRouter list of models and prices",
    "OpenRouter",
    "https://openrouter.ai/api/v1/models",
    "facts, cited (OpenRouter states no licence for this list)",
    "Source: OpenRouter (openrouter.ai)",
)
TAKES = "the JSON of https://openrouter.ai/api/v1/models"

SELLER = "openrouter"


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with prices.

    Parameters
    ----------
    bundle : Bundle
        The JSON file.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If it is no such list.
    """
    offers = Offers(draft)
    for file in bundle.need(TAKES, ".json"):
        for row in json_rows(read_json(bundle.read(file), file), file):
            name = row.get("id")
            prices = {
                "input_usd_per_mtok": row.get("pricing.prompt"),
                "output_usd_per_mtok": row.get("pricing.completion"),
                "cached_input_usd_per_mtok": row.get("pricing.input_cache_read"),
            }
            if ":" in name:
                draft.leave(row.place, name, "a variant (free, extended, ...), not the headline price")
            elif prices["input_usd_per_mtok"].startswith("-") or name.startswith("openrouter/"):
                draft.leave(row.place, name, "a router: its price is that of the model it picks")
            else:
                # The list writes author/slug, and "Author: Name".
                title = row.get("name").partition(": ")[2]
                offers.add_current(
                    row.place,
                    name,
                    SELLER,
                    prices,
                    unit="per_token",
                    names=(name, name.rsplit("/", 1)[-1], title),
                )
