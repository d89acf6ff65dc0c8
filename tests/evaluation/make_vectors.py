"""Writes the vectors of criteria and ranking anew: ``python -m tests.evaluation.make_vectors``.

What is expected stands in the modules beside this one, written by hand; no implementation is asked for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.chain.nodes import ROOT
from tests.evaluation import criteria_vectors, price_order_vectors, ranking_vectors

VECTORS = ROOT / "tests/vectors/criteria-1"


def contents() -> dict[str, Any]:
    """Each file of the vectors with what it says."""
    refused = criteria_vectors.REFUSED.items()
    return {
        "criteria-accepted.json": [{"name": name, "text": text} for name, text in criteria_vectors.ACCEPTED.items()],
        "rankings.json": [case.written() for case in ranking_vectors.RANKED],
        "price-orders.json": [case.written() for case in price_order_vectors.ORDERED],
        "evaluations-refused.json": [case.written() for case in ranking_vectors.REFUSED],
        "criteria-refused.json": [
            {"name": name, "error": "CriteriaInvalid", "reason": reason, "text": text}
            for name, (text, reason) in refused
        ],
    }


def written(content: Any) -> str:
    """The text of a file."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def write(folder: Path = VECTORS) -> None:
    """Writes all files."""
    for name, content in contents().items():
        (folder / name).write_text(written(content), "utf-8")


if __name__ == "__main__":
    write()
