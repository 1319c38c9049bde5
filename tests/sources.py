"""Small files in the shape in which each source publishes, about models that do not exist."""

from __future__ import annotations

import io
import json
import zipfile

import openpyxl

EPOCH = {
    "README.md": "## Licensing\nFree to use under the Creative Commons Attribution license.\n",
    "benchmark_metadata.csv": """\
benchmark,in_eci,source_file,score_column,scale,random_baseline,score_ceiling,release_date,superseded_by
Quiz,True,quiz.csv,Best score (across scorers),1.0,0.25,1.0,,
Puzzles,True,puzzles_external.csv,Percent correct,0.01,0.1,1.0,2025-01-05,
Later,True,later.csv,Best score (across scorers),1.0,0.0,1.0,2026-01-05,
Display only,False,,,,,,,
""",
    "model_metadata.csv": """\
model_version,model_group,date,display_name,organization,country,accessibility,training_compute_flop
,,,,,,,
alpha-2-2025-02-01_high,Alpha 2,2025-02-01,Alpha 2 (high),Acme,United States of America,API access,
alpha-2-2025-02-01_low,Alpha 2,2025-02-01,,Acme,United States of America,API access,
cedar-1_unknown,Cedar 1,2025-05-05,Cedar 1,"Cedar Lab,Acme",China,Open weights (restricted use),1e24
cedar-2,Cedar 2,2025-12-05,Cedar 2,Cedar Lab,China,API access,
dune-1,Dune 1,2025-05-05,Dune 1,,,Unreleased,
birch_7b,Birch-7B,2024-06-15,,Birch Lab,China,API access,
""",
    "quiz.csv": """\
Model version,mean_score,Best score (across scorers),Release date,Organization,Country,stderr,Started at,id
alpha-2-2025-02-01_low,0.71,0.71,2025-02-01,Acme,United States,0.02,2025-03-01T10:00:00.000Z,a1
alpha-2-2025-02-01_high,0.81,0.82,2025-02-01,Acme,United States,0.02,2025-03-01T10:00:00.000Z,a2
cedar-1_unknown,0.55,0.5500,2025-05-05,Cedar Lab,China,,2025-06-01T10:00:00.000Z,a3
cedar-2,0.9,0.9,2025-12-05,Cedar Lab,China,,2025-06-01T10:00:00.000Z,a4
dune-1,0.4,0.4,2025-05-05,,,,2025-06-01T10:00:00.000Z,a5
birch_7b,0.3,0.3,2024-06-15,Birch Lab,China,,2025-07-01T10:00:00.000Z,a0
birch70b,0.6,0.6,2025-06-20,Birch Lab,China,,2025-07-01T10:00:00.000Z,a6
birch-7b,0.5,0.5,2024-06-15,Birch Lab,China,,2025-09-01T10:00:00.000Z,a7
birch-7b,not a number,many,2024-06-15,Birch Lab,China,,,a8
""",
    "puzzles_external.csv": """\
Model version,Percent correct,Release date,Organization,Country,Source,Source link,Notes,id
birch-7b,12.5,2024-06-15,Birch Lab,China,Puzzle board,https://example.org,"two
lines",p1
alpha-1,130,2024-01-10,Acme,United States,Puzzle board,https://example.org,,p2
""",
    "later.csv": "Model version,Best score (across scorers)\nalpha-1,0.5\n",
    "orphan_external.csv": "Model version,Score\nalpha-1,12.5\n",
}

ECI_BENCHMARKS = """\
model_id,benchmark_id,performance,benchmark,benchmark_release_date,model,model_version,Model,date,source
m1,b1,0.4,Quiz,,Alpha 1,alpha-1,Alpha,2024-01-10,Epoch evaluations
m2,b1,1.4,Quiz,,Alpha 2,alpha-2,Alpha,2025-02-01,Epoch evaluations
m3,b2,0.5,Unheard of,,Alpha 2,alpha-2,Alpha,2025-02-01,Epoch evaluations
m4,b1,0.5,Quiz,,Nobody 1,nobody-1,Nobody,2025-02-01,Epoch evaluations
"""
ECI_SCORES = """\
Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization,Accessibility group
Alpha 2,Alpha 2,130.5,128,133,2025-02-01,Acme,Closed weights
Cedar 1,Cedar 1,120.1,118,122,2025-05-05,Cedar Lab,Open weights
"""

_WEEK = [f"2025-07-{day:02d}" for day in range(7, 14)]
RANKINGS = "date,model_permaslug,total_tokens\n" + "".join(
    f"{day},acme/alpha-2,1000\n{day},birch-lab/birch-70b:free,{200 + spot}\n"
    f"{day},stealth/ox,70\n{day},other,500\n"
    for spot, day in enumerate(_WEEK)
)
RANKINGS += "2025-07-14,acme/alpha-2,900\n2025-07-15,acme/alpha-2,-5e400\n2025-07-07,acme/alpha-2,1\n"

OPENROUTER_MODELS = json.dumps(
    {
        "data": [
            {
                "id": "acme/alpha-2",
                "canonical_slug": "acme/alpha-2-20250201",
                "hugging_face_id": None,
                "name": "Acme: Alpha 2",
                "created": 1738368000,
                "context_length": 128000,
                "architecture": {"modality": "text->text", "input_modalities": ["text"]},
                "pricing": {"prompt": "0.0000025", "completion": "0.00001", "input_cache_read": "0.00000025"},
                "supported_parameters": ["tools"],
            },
            {
                "id": "acme/alpha-2:free",
                "name": "Acme: Alpha 2 (free)",
                "pricing": {"prompt": "0", "completion": "0"},
            },
            {"id": "openrouter/auto", "name": "Auto Router", "pricing": {"prompt": "-1", "completion": "-1"}},
            {
                "id": "birch-lab/birch70b",
                "name": "Birch Lab: Birch70B",
                "pricing": {"prompt": "1e-6", "completion": "2e-6"},
            },
            {
                "id": "birch-lab/birch-7b",
                "name": "Birch Lab: Birch 7B",
                "pricing": {"prompt": "0", "completion": "0"},
            },
            {"id": "broken/no-pricing"},
        ]
    }
)

GENAI_PRICES = json.dumps(
    [
        {
            "id": "acme",
            "name": "Acme",
            "api_pattern": "https://api\\.acme\\.example",
            "models": [
                {
                    "id": "alpha-2",
                    "name": "Alpha 2",
                    "match": {"equals": "alpha-2"},
                    "prices": [
                        {"prices": {"input_mtok": 3, "output_mtok": 12.5, "cache_read_mtok": 0.3}},
                        {
                            "constraint": {"start_date": "2025-06-01"},
                            "prices": {"input_mtok": 2, "output_mtok": {"base": 8, "tiers": []}},
                        },
                        {
                            "constraint": {"start_time": "16:30:00", "end_time": "00:30:00"},
                            "prices": {"input_mtok": 1, "output_mtok": 4},
                        },
                        {
                            "constraint": {"start_date": "2026-01-01"},
                            "prices": {"input_mtok": 1, "output_mtok": 4},
                        },
                    ],
                }
            ],
        },
        {
            "id": "newhost",
            "models": [
                {"id": "birch-lab/birch-70b", "prices": {"input_mtok": 0.6, "output_mtok": 0.8}},
                {"id": "birch70b", "prices": {"input_mtok": 0.6, "output_mtok": 0.8}},
                {"id": "birch-7b", "prices": {"requests_kcount": 5}},
            ],
        },
    ]
)

LITELLM = json.dumps(
    {
        "sample_spec": {
            "input_cost_per_token": 0.0,
            "litellm_provider": "one of https://docs.litellm.ai/docs/providers",
        },
        "alpha-2": {
            "input_cost_per_token": 2e-06,
            "output_cost_per_token": 8e-06,
            "cache_read_input_token_cost": 2e-07,
            "litellm_provider": "acme",
            "max_tokens": 8192,
            "mode": "chat",
            "supports_vision": True,
        },
        "acme/alpha-2": {
            "input_cost_per_token": 2e-06,
            "output_cost_per_token": 8e-06,
            "litellm_provider": "acme",
            "mode": "chat",
        },
        "together_ai/birch-lab/birch-70b": {
            "input_cost_per_token": 7.5e-07,
            "output_cost_per_token": 9e-07,
            "litellm_provider": "together_ai",
            "mode": "chat",
        },
        "hosty/birch-70b": {
            "input_cost_per_token": 7e-07,
            "output_cost_per_token": 9e-07,
            "litellm_provider": "hosty",
            "mode": "chat",
        },
        "acme/paint-1": {
            "litellm_provider": "acme",
            "mode": "image_generation",
            "output_cost_per_image": 0.06,
        },
        "newhost/unheard-of-9b": {
            "input_cost_per_token": 1e-07,
            "output_cost_per_token": 1e-07,
            "mode": "chat",
        },
    }
)

ARENA = """\
model_name,organization,license,rating,rating_lower,rating_upper,variance,vote_count,rank,category,\
leaderboard_publish_date
alpha-2,Acme,Proprietary,1400,1392.2,1407.8,16,"12,000",1,overall,2025-07-15
birch-70b,Birch Lab,Apache 2.0,1300,1295,1305,6,9000,2,overall,2025-07-15
birch-70b,Birch Lab,Apache 2.0,1290,1285,1295,6,8000,2,overall,2025-06-15
alpha-2,Acme,Proprietary,1410,1400,1420,25,3000,1,overall,2025-09-15
nobody-1,Nobody,MIT,1200,1190,1210,25,3000,3,overall,2025-07-15
"""
OPEN_LLM = """\
eval_name,Precision,Type,T,Model,fullname,Average ⬆️,Hub License,Flagged,IFEval Raw,IFEval,BBH Raw,BBH,\
MATH Lvl 5 Raw,GPQA Raw,MUSR Raw,MMLU-PRO Raw
birch_bfloat16,bfloat16,chat,C,"<a href=""https://huggingface.co/birch-lab/birch-7b"">birch-lab/birch-7b</a>",\
birch-lab/birch-7b,30.1,apache-2.0,False,0.61,61.0,0.5,28.1,0.2,0.31,0.4,0.35
birch_float16,float16,chat,C,x,birch-lab/birch-70b,40.1,apache-2.0,True,0.71,71.0,0.6,38.1,0.3,0.41,0.5,0.45
merge_bfloat16,bfloat16,merge,M,x,someone/birch-7b-merge,20.1,mit,False,0.51,51.0,0.4,18.1,0.1,0.3,0.4,0.25
"""
HELM = json.dumps(
    [
        {
            "title": "Accuracy",
            "header": [
                {"value": "Model", "markdown": False, "metadata": {}},
                {"value": "Mean win rate", "lower_is_better": False, "metadata": {}},
                {
                    "value": "MMLU - EM",
                    "lower_is_better": False,
                    "metadata": {"metric": "EM", "run_group": "MMLU"},
                },
                {"value": "NarrativeQA - F1", "lower_is_better": False, "metadata": {"metric": "F1"}},
            ],
            "rows": [
                [
                    {"value": "Alpha 2", "description": "", "markdown": False},
                    {"value": 0.93},
                    {
                        "value": 0.79,
                        "description": "min=0.4, mean=0.79, max=0.98",
                        "run_spec_names": ["mmlu:x"],
                    },
                    {"value": 0.7},
                ],
                [{"value": "acme/alpha-1"}, {"value": 0.5}, {"value": None}, {"value": 0.6}],
            ],
            "links": [],
            "name": "accuracy",
        }
    ]
)
ARTIFICIAL_ANALYSIS = """\
name,slug,model_creator.name,evaluations.artificial_analysis_intelligence_index,evaluations.gpqa,\
evaluations.math_500,pricing.price_1m_input_tokens,pricing.price_1m_output_tokens
Alpha 2,alpha-2,Acme,55.1,0.71,0.93,2.5,10
Birch 70B,birch-70b-instruct,Birch Lab,40.2,0.51,,0.6,0.8
Cedar 9,cedar-9,Cedar Lab,40.2,0.51,,0.6,0.8
"""

MAPPING = """\
name = "field-notes"
title = "Field notes"
publisher = "nobody"
licence = "CC0"

[file]
separator = ";"
decimal = ","
thousands = "."
dates = "day-first"

[[table]]
table = "scores"

[table.columns]
model_id = { column = "Modell" }
evaluator = { value = "nobody" }

[table.wide]
into = "benchmark"
value = "score"
unit = "percent"

[table.wide.columns]
"Quiz (%)" = "quiz"
"Maths (%)" = "maths"

[[table]]
table = "prices"

[table.columns]
model_id = { column = "Modell" }
seller = { column = "Anbieter" }
seller_kind = { column = "Art", words = { eigen = "first_party", fremd = "host" } }
effective_from = { column = "Ab" }
input_usd_per_mtok = { column = "Eingabe je 1.000", unit = "per_thousand_tokens" }
output_usd_per_mtok = { column = "Ausgabe je 1.000", unit = "per_thousand_tokens" }
"""
FIELD_NOTES = """\
Modell;Anbieter;Art;Ab;Eingabe je 1.000;Ausgabe je 1.000;Quiz (%);Maths (%);Notiz
alpha-2;Nebel;fremd;03.07.2025;0,002;0,008;71,5;85;=1+1
birch-70b;Nebel;fremd;4.7.2025;0,0006;1.234,5678;55;n/a;
Birch70B;Nebel;fremd;04.07.2025;0,0006;0,0008;55;41;
alpha-1;Nebel;andere;04.07.2025;0,0006;0,0008;155;;
"""


def epoch_zip(files: dict[str, str] | None = None) -> bytes:
    """Return the archive of the hub."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (EPOCH if files is None else files).items():
            archive.writestr(f"benchmark_data/{name}", text)
    return packed.getvalue()


def workbook() -> bytes:
    """Return an Excel file with a date, a percentage and a formula."""
    from datetime import date

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Prices"
    sheet.append(["Field notes"])
    sheet.append(["Model", "Seller", "From", "In", "Out", "Quiz"])
    sheet.append(["alpha-2", "nebel", date(2025, 7, 3), 2, 8, 0.715])
    sheet.append(["birch-70b", "nebel", date(2025, 7, 4), "=1/3", 1.5, 0.55])
    for row in (3, 4):
        sheet.cell(row, 6).number_format = "0.0%"
    book.create_sheet("Other")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


EXCEL_MAPPING = """\
name = "field-notes"
title = "Field notes"
publisher = "nobody"
licence = "CC0"

[file]
sheet = "Prices"
header = 2

[[table]]
table = "prices"

[table.columns]
model_id = { column = "Model" }
seller = { column = "Seller" }
seller_kind = { value = "host" }
effective_from = { column = "From" }
input_usd_per_mtok = { column = "In" }
output_usd_per_mtok = { column = "Out" }

[[table]]
table = "scores"

[table.columns]
model_id = { column = "Model" }
benchmark = { value = "quiz" }
score = { column = "Quiz", unit = "percent" }
evaluator = { value = "nobody" }
"""

#: A file of each source: adapter, name, bytes.
SOURCES: dict[str, tuple[str, str, bytes]] = {
    "epoch": ("epoch", "benchmark_data.zip", epoch_zip()),
    "eci inputs": ("eci", "eci_benchmarks.csv", ECI_BENCHMARKS.encode()),
    "eci": ("eci", "eci_scores.csv", ECI_SCORES.encode()),
    "rankings": ("openrouter-rankings", "rankings.csv", RANKINGS.encode()),
    "openrouter": ("openrouter-models", "models.json", OPENROUTER_MODELS.encode()),
    "genai-prices": ("genai-prices", "data.json", GENAI_PRICES.encode()),
    "litellm": ("litellm", "model_prices_and_context_window.json", LITELLM.encode()),
    "arena": ("arena", "text_20250715.csv", ARENA.encode()),
    "open llm": ("open-llm-leaderboard", "contents.csv", OPEN_LLM.encode()),
    "helm": ("helm", "core_scenarios.json", HELM.encode()),
    "analysis": ("artificial-analysis", "models.csv", ARTIFICIAL_ANALYSIS.encode()),
}
