"""What a forger does to entries, to the manifest's fields, and to the policy that the reader holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.ocds.disclosure import make_disclosure
from tests.attacks.draft import Draft, control, take_apart
from tests.attacks.fields import set_path


def leave_out(draft: Draft, entry: str) -> None:
    """An entry is not there."""
    del draft.entries[draft.named(entry)]


def take(draft: Draft, entry: str, other: str, named: str | None = None) -> None:
    """An entry of another control is put in, with its salt; ``named``: in the place of one that is there."""
    source = take_apart(*control(other))
    name = source.named(entry)
    place = name if named is None else draft.named(named)
    draft.entries[place], draft.salts[place] = source.entries[name], source.salts[name]


def copy(draft: Draft, entry: str, to: str) -> None:
    """An entry's bytes in the place of another one."""
    draft.entries[draft.named(to)] = draft.entries[draft.named(entry)]


def rename(draft: Draft, entry: str, to: str) -> None:
    """An entry under another name."""
    name = draft.named(entry)
    draft.entries[to] = draft.entries.pop(name)
    draft.salts[to] = draft.salts.pop(name, b"")


def replace(draft: Draft, entry: str, old: str, new: str) -> None:
    """Another text in one place of an entry."""
    name = draft.named(entry)
    assert draft.entries[name].count(old.encode()) == 1, draft.entries[name].count(old.encode())
    draft.entries[name] = draft.entries[name].replace(old.encode(), new.encode())


def write(draft: Draft, entry: str, text: str) -> None:
    """An entry of this text."""
    draft.entries[entry] = text.encode()


def salt(draft: Draft, entry: str, hex: str) -> None:
    """Another salt."""
    draft.salts[draft.named(entry)] = bytes.fromhex(hex)


def manifest(draft: Draft, fields: Mapping[str, Any]) -> None:
    """Other fields in the manifest; bytes as hex after ``0x``."""
    for name, given in fields.items():
        draft.manifest[name] = bytes.fromhex(given[2:]) if isinstance(given, str) and given[:2] == "0x" else given


def policy(draft: Draft, fields: Mapping[str, Any]) -> None:
    """The reader's policy says something else, at ``a.b``."""
    for path, given in fields.items():
        draft.policy = set_path(draft.policy, path, given)


def disclose(draft: Draft, entry: str, field: str, content: Any, salt: str) -> None:
    """A disclosure of the release says this of a field, with a salt of the forger's, in the place of what is there."""
    made = make_disclosure(field, content, salt=bytes.fromhex(salt))
    draft.entries[draft.named(entry)] = f"{made.text}\n".encode()


def flip(draft: Draft, entry: str, at: int) -> None:
    """One bit of an entry is another one."""
    data = bytearray(draft.entries[draft.named(entry)])
    data[at] ^= 1
    draft.entries[draft.named(entry)] = bytes(data)
