"""The mapping as data: a rule says which business term stands where in the notice, and where in the release.

How a value is written follows from the field it goes to (``ledger.ocds.fields``); a rule only adds what the field
cannot know, such as a table of codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from ledger.ocds.eforms import values
from ledger.ocds.eforms.sourced import Sourced, also, of
from ledger.ocds.eforms.xml_tree import Node
from ledger.ocds.fields import TYPES, Field, field_of

TWICE: Final = "another value stands in its place in the release"
SILENCE: Final = "it says that there is none, which the release says by silence"
NO_CODE: Final = "the code has no counterpart in the release"
NOT_USED: Final = "the notice says that this one is not used"
NO_TRANSLATION: Final = "the field in OCDS has no translations"
NO_LANGUAGE: Final = "its language is none that can be named in a field"
PARAGRAPH: Final = "\n\n"
PER_CENT: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rule:
    """``path`` in the notice and ``target`` in the object of the release that is being made, for one business term.

    ``codes``: what each code becomes; None where OCDS says it by silence. ``glue``: what stands between texts that meet
    in one field. ``rules``: each element at ``path`` becomes an object of the list ``target``.
    ``scheme``: the code becomes a classification. ``share``: per cent become a share of 1.
    ``silent``: codes of which nothing has to be said. ``written``: how OCDS writes the code.
    ``unless``: path and code below an element that say that the element does not count (BT-748, until SDK 1.12).
    """

    term: str
    path: str
    target: str
    codes: Mapping[str, Any] | None = None
    glue: str | None = None
    rules: tuple[Rule, ...] = ()
    scheme: str | None = None
    share: bool = False
    silent: frozenset[str] = frozenset()
    written: Callable[[str], str] | None = None
    unless: tuple[str, str] | None = None


@dataclass(slots=True)
class Reading:
    """What the pieces of the mapping share: the notice, its main language, and why some leaves are not used."""

    root: Node
    language: str
    why: dict[Node, str] = field(default_factory=dict)

    def unused(self, node: Node, why: str) -> None:
        """Say why a leaf is not used; the first reason stays."""
        self.why.setdefault(node, why)


def apply(rules: Sequence[Rule], node: Node, type_name: str, target: dict[str, Any], reading: Reading) -> None:
    """Fill ``target``, an object of that type, with what the rules find below ``node``."""
    for rule in rules:
        found = node.find(rule.path)
        leaves = [each for each in found if each.text and not each.children]
        *steps, name = rule.target.split("/")
        holder_type = type_name
        for step in steps:
            holder_type = TYPES[holder_type][step].kind
        read: dict[str, Any] = {}
        what = TYPES[holder_type][name]
        if rule.rules:
            read = {name: _objects(rule, found, what.kind, reading)}
        elif leaves:
            read = _read(rule, what, holder_type, leaves, reading)
        if read and any(read.values()):
            holder = target
            for step in steps:
                holder = holder.setdefault(step, {})
            merge(holder, read, reading, glue=rule.glue)


def merge(holder: dict[str, Any], read: Mapping[str, Any], reading: Reading, *, glue: str | None = None) -> None:
    """Put what was read into an object; what stands there already stays, unless both are texts to be glued together."""
    for key, value in read.items():
        there = holder.get(key)
        if there is None:
            holder[key] = value
        elif isinstance(there, list):
            there.extend(value)
        elif glue is not None and isinstance(there, Sourced) and isinstance(value, Sourced):
            if value.value == there.value:
                holder[key] = also(there, *value.nodes)
            else:
                holder[key] = of(f"{there.value}{glue}{value.value}", *there.nodes, *value.nodes)
        elif isinstance(value, Sourced):
            for each in value.nodes:
                reading.unused(each, TWICE)


def texts(
    nodes: Iterable[Node], type_name: str, name: str, reading: Reading, *, glue: str | None = None
) -> dict[str, Any]:
    """Texts in one or more languages as ``title``, ``title_fr``; the notice's language goes without a suffix.

    Where the notice's language is missing, the first text goes without a suffix.
    """
    read: dict[str, Any] = {}
    filled = [node for node in nodes if node.text and not node.children]
    codes = [values.language(node.attributes.get("languageID", "")) or reading.language for node in filled]
    main = reading.language if reading.language in codes else codes[0] if codes else ""
    for node, code in zip(filled, codes, strict=True):
        key = name if code == main else f"{name}_{code}"
        if code != main and field_of(type_name, key) is None:
            reading.unused(node, NO_LANGUAGE if TYPES[type_name][name].translatable else NO_TRANSLATION)
            continue
        merge(read, {key: of(node.text, node)}, reading, glue=glue)
    return read


def amount(node: Node) -> dict[str, Any]:
    """An OCDS ``Value``: the number and its ``currencyID``."""
    value: dict[str, Any] = {"amount": of(values.number(node.text), node)}
    if currency := node.attributes.get("currencyID", "").strip():
        value["currency"] = of(currency, node)
    return value


def total(amounts: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The sum of values of one currency; None if there are none, or their currencies differ, or one is no number."""
    numbers = [each["amount"].value for each in amounts]
    currencies = {each["currency"].value if "currency" in each else None for each in amounts}
    if not amounts or len(currencies) != 1 or any(isinstance(number, str) for number in numbers):
        return None
    added = sum(Decimal(str(number)) for number in numbers)
    nodes = [node for each in amounts for node in each["amount"].nodes]
    result: dict[str, Any] = {"amount": of(values.number(f"{added:f}"), *nodes)}
    if None not in currencies:
        result["currency"] = of(currencies.pop(), *nodes)
    return result


def _objects(rule: Rule, found: Sequence[Node], type_name: str, reading: Reading) -> list[dict[str, Any]]:
    objects = []
    for node in found:
        if rule.unless and (code := node.value(rule.unless[0])) and code.text == rule.unless[1]:
            for leaf in node.walk():
                reading.unused(leaf, NOT_USED)
            continue
        made: dict[str, Any] = {}
        apply(rule.rules, node, type_name, made, reading)
        if made:
            objects.append(made)
    return objects


def _read(rule: Rule, what: Field, type_name: str, leaves: list[Node], reading: Reading) -> dict[str, Any]:
    leaves = [node for node in leaves if _is_told(rule, node, reading)]
    if not leaves:
        return {}
    if rule.scheme is not None:
        made = [{"scheme": rule.scheme, "id": of(node.text, node)} for node in leaves]
        return {what.name: made} if what.listed else {what.name: made[0]}
    if what.listed:
        return {what.name: [_value(rule, what, node) for node in leaves]}
    if what.kind == "Value":
        return {what.name: amount(leaves[0])}
    if what.kind in ("text", "filled") and rule.codes is None and rule.written is None:
        return texts(leaves, type_name, what.name, reading, glue=rule.glue)
    for node in leaves[1:]:
        reading.unused(node, TWICE)
    return {what.name: _value(rule, what, leaves[0])}


def _is_told(rule: Rule, node: Node, reading: Reading) -> bool:
    if node.text in rule.silent or (rule.codes is not None and rule.codes.get(node.text, "") is None):
        reading.unused(node, SILENCE)
        return False
    if rule.codes is not None and node.text not in rule.codes:
        reading.unused(node, NO_CODE)
        return False
    return True


def _value(rule: Rule, what: Field, node: Node) -> Sourced:
    if rule.codes is not None:
        return of(rule.codes[node.text], node)
    if what.kind in ("number", "integer"):
        read = values.number(node.text)
        return of(read if isinstance(read, str) or not rule.share else float(Decimal(str(read)) / PER_CENT), node)
    if what.kind == "boolean":
        return of(values.boolean(node.text), node)
    if what.kind == "date":
        return of(values.ending(node.text, None) if what.name == "endDate" else values.moment(node.text, None), node)
    return of(rule.written(node.text) if rule.written else node.text, node)
