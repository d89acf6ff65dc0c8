"""The vectors of ``siegel/1`` as tasks for either implementation (``tests/vectors/siegel-1/README.md``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.chain.nodes import ROOT

FOLDER = ROOT / "tests/vectors/siegel-1"
SHAPES = ("documents", "many-fields", "no-fields", "officers-alone", "without-documents")
GIVEN = {
    "header": (),
    "open": ("keySet", "context", "shares"),
    "read": ("keySet", "seed"),
    "reseal": ("keySet", "seed"),
    "share": ("keySet",),
    "contribute": ("keySet",),
    "receive": ("keySet",),
    "signed": (),
    "checkProof": ("bidRoot",),
}
"""What a task takes from its envelope's own file, as far as nothing else is given."""


@dataclass(frozen=True)
class Shape:
    """An envelope, and all that follows from its seed."""

    name: str
    said: dict[str, Any]

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.name}.siegel"

    def enough(self) -> list[list[Any]]:
        """The shares of the last of each group, as many as are needed."""
        found = []
        for number, group in enumerate(("officers", "custodians"), 1):
            if self.said["keySet"][group]:
                of_group = [share for share in self.said["shares"] if share[0] == number]
                found += of_group[-self.said["keySet"][group]["threshold"] :]
        return found

    def given(self, task: str) -> dict[str, Any]:
        """What the task takes from here."""
        found = {name: self.said[name] for name in GIVEN[task] if name in self.said}
        if task == "open":
            found["shares"] = self.enough()
        if task == "receive":
            contribution = self.said["contributions"][0]["contribution"]
            found.update(contribution=contribution, officer=1, privateKey=self.said["privateKeys"]["officers"][0])
        if task == "signed":
            found.update(
                {name: self.said["contributions"][0][name] for name in ("contribution", "signature", "account")}
            )
        if task == "checkProof":
            found.update({name: self.said["proofs"][0][name] for name in ("text", "digests")})
        return found


@cache
def shape(name: str) -> Shape:
    """One of ``SHAPES``."""
    return Shape(name, json.loads((FOLDER / f"{name}.json").read_text("utf-8")))


def cases(name: str) -> list[dict[str, Any]]:
    """Those of ``refused.json`` or ``accepted.json``."""
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def task_of(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What is asked; an altered envelope is written into the folder."""
    of = shape(case["of"])
    given = {**of.given(case["task"]), **case.get("given", {})}
    path = FOLDER / case["file"] if "file" in case else of.path
    if "envelope" in case.get("altered", {}):
        altered = altered_bytes(path.read_bytes(), case["altered"]["envelope"])
        path = folder / "altered.siegel"
        path.write_bytes(altered)
    for name in ("contribution", "signature"):
        if name in case.get("altered", {}):
            given[name] = altered_bytes(bytes.fromhex(given[name]), case["altered"][name]).hex()
    return given if case["task"] in ("checkProof", "signed") else {**given, "envelope": str(path)}


def altered_bytes(data: bytes, steps: list[list[Any]]) -> bytes:
    """``["put", at, hex]``, ``["cut", size]`` and ``["append", hex]``, one after the other."""
    for step in steps:
        match step:
            case ["put", int(at), str(digits)]:
                data = data[:at] + bytes.fromhex(digits) + data[at + len(digits) // 2 :]
            case ["cut", int(size)]:
                data = data[:size]
            case ["append", str(digits)]:
                data = data + bytes.fromhex(digits)
            case _:
                raise ValueError(step)
    return data
