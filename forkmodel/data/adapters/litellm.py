"""LiteLLM's ``model_prices_and_context_window.json``: prices of many sellers, USD per token, undated."""

from __future__ import annotations

from forkmodel.data.adapters.documents import json_rows, read_json
from forkmodel.data.adapters.draft import Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.offers import Offers
from forkmodel.data.adapters.opening import Bundle, refuse

__all__ = ["ORIGIN", "SELLERS", "TAKES", "read"]

ORIGIN = Origin(
    "litellm",
    "LiteLLM model_prices_and_context_window.json",
    "BerriAI",
    "https://github.com/BerriAI/litellm",
    "MIT",
    "LiteLLM by BerriAI, MIT licence",
)
TAKES = "model_prices_and_context_window.json"

#: LiteLLM's providers under the names of sellers in the tables; others keep their own.
SELLERS = {
    "bedrock": "aws-bedrock",
    "bedrock_converse": "aws-bedrock",
    "azure_ai": "azure",
    "cohere_chat": "cohere",
    "dashscope": "alibaba",
    "fireworks_ai": "fireworks",
    "gemini": "google",
    "lambda_ai": "lambda",
    "together_ai": "together",
    "zai": "zhipu",
}
_TEXT_MODES = ("chat", "completion", "responses", "")
_SAMPLE = "sample_spec"


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
        If it is no such file.
    """
    offers = Offers(draft)
    for file in bundle.need(TAKES, ".json"):
        document = read_json(bundle.read(file), file)
        if not isinstance(document, dict):
            raise refuse(file, "is no object of models", f"Give {TAKES}.")
        # The plainest key of an offer comes first: others are regions, snapshots and aliases of it.
        for name in sorted(document, key=lambda key: (len(key), key)):
            entry = document[name]
            if name == _SAMPLE:
                continue
            if not isinstance(entry, dict):
                draft.leave(f"{file}, {name!r}", name, "is no object")
                continue
            (row,) = json_rows([entry], f"{file}, {name!r}")
            if row.get("mode") not in _TEXT_MODES:
                draft.leave(f"{file}, {name!r}", name, f"no text model: its mode is {row.get('mode')}")
                continue
            provider = row.get("litellm_provider")
            seller = "google-vertex" if provider.startswith("vertex_ai") else SELLERS.get(provider, provider)
            prices = {
                "input_usd_per_mtok": row.get("input_cost_per_token"),
                "output_usd_per_mtok": row.get("output_cost_per_token"),
                "cached_input_usd_per_mtok": row.get("cache_read_input_token_cost"),
            }
            offers.add_current(
                f"{file}, {name!r}",
                name,
                seller,
                prices,
                unit="per_token",
                names=(name, name.partition("/")[2], name.rsplit("/", 1)[-1]),
            )
