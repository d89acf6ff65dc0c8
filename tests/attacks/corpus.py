"""The corpus: forgeries as data below ``forgeries/``, one file for each step, and what becomes of them as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ledger.evidence.verify.report import Step
from tests.attacks import acts, chain_changes, container, entries, refit
from tests.attacks.draft import control, take_apart
from tests.attacks.verifiers import Pair

FORGERIES = Path(__file__).parent / "forgeries"


@dataclass(frozen=True)
class Forgery:
    """``wants``: what the attacker is after. ``control`` is accepted and differs only by ``changes``, each the name of
    a function and its arguments. ``step`` must refuse it, by ``refusal``. ``disabled``: without these checks it is
    accepted; or ``reader``: who would take it for the control, and why no check can be left out."""

    name: str
    wants: str
    control: str
    changes: tuple[dict[str, Any], ...]
    step: str
    refusal: str
    disabled: tuple[str, ...] = ()
    reader: str | None = None

    def built(self) -> Pair:
        """The bundle and the policy, as files."""
        bundle, policy = control(self.control)
        draft = take_apart(bundle, policy)
        around = []
        for change in self.changes:
            arguments = {name: value for name, value in change.items() if name != "do"}
            if change["do"] in _CONTAINER:
                around.append((_CONTAINER[change["do"]], arguments))
            else:
                _CHANGES[change["do"]](draft, **arguments)
        forged = draft.packed()
        for function, arguments in around:
            forged = function(forged, **arguments)
        after = json.dumps(draft.policy).encode()
        return forged, policy if json.loads(policy) == draft.policy else after


@cache
def forgeries() -> tuple[Forgery, ...]:
    """All of them, in the order of the steps."""
    found = []
    for path in (FORGERIES / f"{step}.json" for step in Step):
        for given in json.loads(path.read_text("utf-8")):
            lists: dict[str, Any] = {name: tuple(given.pop(name, ())) for name in ("changes", "disabled")}
            found.append(Forgery(**lists, **given))
    return tuple(found)


def _public(module: Any) -> dict[str, Callable[..., Any]]:
    return {
        name: function for name, function in vars(module).items()
        if not name.startswith("_") and callable(function) and getattr(function, "__module__", "") == module.__name__
    }  # fmt: skip


_CHANGES: dict[str, Callable[..., None]] = {
    f"{module.__name__.rpartition('.')[2]}.{name}": function
    for module in (acts, chain_changes, entries, refit)
    for name, function in _public(module).items()
}
_CONTAINER: dict[str, Callable[..., bytes]] = {f"container.{name}": each for name, each in _public(container).items()}


def kinds_of_changes() -> set[str]:
    """The names of all functions that a forgery can call."""
    return {*_CHANGES, *_CONTAINER}
