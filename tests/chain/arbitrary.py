"""Arbitrary acts, records and details, by the types that dataclasses and the statute declare."""

from __future__ import annotations

import dataclasses
from enum import IntEnum
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from ledger.chain.acts import LedgerAct
from ledger.chain.record import ActRecord
from ledger.chain.registry import RegistryAct
from ledger.terms import STATUTE, Act, Argument

FUNCTIONS = sorted([*LedgerAct.__subclasses__(), *RegistryAct.__subclasses__()], key=lambda call: call.__name__)

WORDS: dict[str, st.SearchStrategy[Any]] = {
    "bytes32": st.binary(min_size=32, max_size=32),
    "address": st.binary(min_size=20, max_size=20),
    "bytes": st.binary(max_size=70),
    "string": st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40),
    **{f"uint{bits}": st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64, 256)},
}


def by_hint(hint: Any) -> st.SearchStrategy[Any]:
    """Values of an annotated type."""
    if get_origin(hint) is Annotated:
        return WORDS[get_args(hint)[1]]
    if get_origin(hint) is tuple:
        return st.lists(by_hint(get_args(hint)[0]), max_size=3).map(tuple)
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        hints = get_type_hints(hint, include_extras=True)
        return st.builds(hint, **{field.name: by_hint(hints[field.name]) for field in dataclasses.fields(hint)})
    if issubclass(hint, IntEnum):
        return st.sampled_from(hint)
    return WORDS[{bytes: "bytes", str: "string"}[hint]]


ACTS: st.SearchStrategy[Any] = st.one_of([by_hint(call) for call in FUNCTIONS])


def by_argument(argument: Argument) -> st.SearchStrategy[Any]:
    """Values of an argument in an act's detail, as ``decode_detail`` gives them."""
    base = argument.abi_type.removesuffix("[]")
    if argument.term is not None:
        one: st.SearchStrategy[Any] = st.sampled_from(argument.term)
    elif base == "tuple":
        one = by_arguments(argument.components)
    else:
        one = WORDS[base]
    return st.lists(one, max_size=3) if argument.abi_type.endswith("[]") else one


def by_arguments(arguments: tuple[Argument, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Values of several arguments by name, in snake case."""
    return st.fixed_dictionaries({snake(argument.name): by_argument(argument) for argument in arguments})


def snake(name: str) -> str:
    """``minimumStandstill`` as Python writes it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


DETAILS = st.sampled_from(Act).flatmap(lambda act: st.tuples(st.just(act), by_arguments(STATUTE[act].detail)))

RECORDS = st.builds(
    ActRecord,
    **dict.fromkeys(("process_id", "organisation_id", "lot", "ground", "release", "subject"), WORDS["bytes32"]),
    **dict.fromkeys(("sequence", "roles", "time", "ref", "arrival"), WORDS["uint64"]),
    **dict.fromkeys(("first", "second"), WORDS["address"]),
    **dict.fromkeys(("round", "bid"), WORDS["uint32"]),
    act=WORDS["uint8"],
    detail=WORDS["bytes"],
)
