"""What the documents of ``--json`` hold: the JSON type of each key at the top, by command.

A test runs the commands and compares. A command has several forms where its words decide what it answers. A
key that ends in ``?`` is there only where it means something, one of type ``any`` may be null, and ``...``
says that further keys may stand beside these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["DOCUMENTS", "FAILURE", "fits"]

Form = Mapping[str, str]

MORE: Final = "..."


def _form(text: str) -> Form:
    words = (word.partition(":") for word in text.split())
    return {key: kind or "any" for key, _, kind in words}


_FIT = (
    "data_vintage:string data_hash:string prior_set:string prior_hash:string blocks:array seed:integer "
    "chains:integer draws:integer tune:integer seconds:object versions:object"
)
_ASKED = "query:string draws:integer worlds:integer bundled_fit?:object"
_SOUND = _form("ok:boolean problems:array")

#: What a command prints that failed, with exit status 2.
FAILURE: Final = _form("ok:boolean error:string problems:array")

#: Forms by the words that call the command.
DOCUMENTS: Final[Mapping[str, tuple[Form, ...]]] = {
    "run": (_form(f"withheld:boolean headline:object review:object forecast:object {_FIT} ..."),),
    "fit": (_form(f"fit:string status:string {_FIT} ..."),),
    "review": (_form("status:string checks:array"),),
    "forecast": (_form("forecast:string scenario:string horizon:string review ..."),),
    "compare": (_form("horizon:string effects:array"),),
    "claims": (_form("claims:array joint:object bundled_fit?:object"),),
    "merger": (_form("figures:array offers:array lines:array ..."), _form("pairs:array ...")),
    "update": (_form("fit:string drop:object out status?:string withheld? headlines?:array groups?:array"),),
    "migrate": (_form("file:string kind:string layout:integer written:boolean"),),
    "shares": (
        _form(
            "market:string data_end:string firms:array draws:integer seed:integer interval:number "
            "left_out:string dates:array"
        ),
    ),
    "demand": (
        _form(
            "withheld:boolean status:string checks:array provenance:object out market?:string "
            "parameters?:array markets?:array products?:array firms?:array merger?"
        ),
    ),
    "backtest": (_form("facts:object standing:array pooled:object targets:array by_target:array"),),
    "hindcast": (
        _form("tables:string seed:integer hindcast:object base_rates:array review:object predictive"),
    ),
    "score": (
        _form(
            "vintage:string scored_to:string sha256:string standing:array reviews:object as_of reanchored "
            "targets:array cases:array"
        ),
    ),
    "facts": (_form("counts:object contradicted:array beyond:array facts:array quantities:array"),),
    "sensitivity": (_form("review:object power_scaling:array first_order_indices:array"),),
    "query": (
        _form(f"{_ASKED} probability:number mcse:number ess:number remark:string"),
        _form(f"{_ASKED} mean:number median:number sd:number mcse:number intervals:object ess:number"),
        _form(f"{_ASKED} never:number quantiles:object horizon:string"),
    ),
    "doctor": (_form("ok:boolean findings:array"),),
    "data check": (_form("ok:boolean problems:array remarks:array uses:array vintage vintage_before"),),
    "data show": (_form("vintage:string hash:string table rows:array"),),
    "data import": (
        _form("adapters:array"),
        _form(
            "ok:boolean source:object vintage:string rows:object left_out:array proposals:array "
            "accepted:array out:string files:array"
        ),
    ),
    "data alias": (_form("ok:boolean file:string kind:string source name:string id:string"),),
    "data template": (_form("ok:boolean files:array"),),
    "data diff": (_form("equal:boolean old:object new:object tables:object"),),
    "priors show": (_form("name:string hash:string priors:array"),),
    "priors check": (_SOUND,),
    "scenarios show": (_form("scenarios:array"),),
    "scenarios levers": (_form("levers:array events:array"),),
    "scenarios check": (_SOUND,),
    "track add": (
        _form(
            "record:string standing:array added:integer revisions:integer known:integer older:integer "
            "last_row_sha256:string rows:array"
        ),
    ),
    "track show": (
        _form(
            "record:string rows:integer last_row_sha256:string forecasts:array calibration:object "
            "outcomes:object"
        ),
    ),
    "track freeze": (_form("file:string sha256:string vintage:string made review ..."),),
    "validate compare": (_form("..."),),
}


def fits(document: object, form: Form) -> bool:
    """Return whether a document has a form: its keys, each with a value of its type."""
    if not isinstance(document, dict):
        return False
    known = {key.removesuffix("?") for key in form}
    needed = {key for key in form if key != MORE and not key.endswith("?")}
    if not needed <= set(document) or (MORE not in form and not set(document) <= known):
        return False
    types = {key.removesuffix("?"): kind for key, kind in form.items()}
    return all(types.get(key, "any") in ("any", _type(value)) for key, value in document.items())


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "integer", float: "number"}
    return names.get(type(value), "null")
