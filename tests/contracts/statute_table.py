"""``ledger/statute.json`` as the tests of contracts and documentation read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE: dict[str, Any] = json.loads((ROOT / "ledger/statute.json").read_text("utf-8"))
ACTS: list[dict[str, Any]] = TABLE["acts"]

_STATES = {"observed": "observed", "anchored": "anchored", "active": "active", "cancelled": "cancelled", "none": "new"}


def abi_type(parameter: dict[str, Any]) -> str:
    """The type of a parameter as Solidity's signatures spell it, structs as tuples."""
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    inner = ",".join(abi_type(each) for each in parameter["components"])
    return f"({inner}){parameter['type'].removeprefix('tuple')}"


def rule_word(act: dict[str, Any]) -> int:
    """The word of an act in the contract's table, made from the act's fields alone."""
    bits = TABLE["ruleBits"]
    names = [who for who in act["who"] if who in TABLE["roles"]]
    for who in act["who"]:
        if who in ("reviewBody", "custodian"):
            names += ["officer", "otherOrganisation"]
        elif who not in TABLE["roles"]:
            names.append(who)
    names += [name for name in ("joint", "release", "subject") if act[name]]
    names += [f"ground{act['ground'].capitalize()}"] if act["ground"] != "none" else []
    for group in ("process", "round", "lot"):
        names += [f"{group}{state[0].upper()}{state[1:]}" for state in act[f"{group}States"]]
    word = int(act["number"])
    for name in names:
        word |= 1 << bits[name]
    return word


def documented_row(act: dict[str, Any]) -> str:
    """The act's row in the table of ``docs/contracts.md``."""
    who = " or ".join(act["who"]) + (" (joint)" if act["joint"] else "")
    states = ", ".join(_STATES[state] for state in act["processStates"]) or "–"
    rounds = ", ".join(act["roundStates"]) or "–"
    lots = ", ".join(act["lotStates"]) or "–"
    detail = ", ".join(parameter["name"] for parameter in act["detail"]) or "–"
    release = "must" if act["release"] else "may"
    if act["series"] != "process" or "bidder" in act["who"]:
        release = "–"
    cells = (
        str(act["number"]),
        act["name"],
        f"`{act['function']}`",
        who,
        act["ground"],
        release,
        states,
        rounds,
        lots,
        detail,
    )
    return f"| {' | '.join(cells)} |"
