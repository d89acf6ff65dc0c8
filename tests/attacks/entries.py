"""What a forger does to entries, to the manifest's fields, and to the policy that the reader holds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.evidence.verify.shown_bid import write_shown_bid
from ledger.ocds.disclosure import make_disclosure, read_disclosure
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


def rewrite(draft: Draft, entry: str, old: str, new: str, beside: bool = False) -> None:
    """Another text in one place of an entry that is named by its digest, under the name that follows; ``beside``: the
    entry as it was is there, too."""
    name = draft.named(entry)
    data, salt = draft.entries[name], draft.salts[name]
    assert data.count(old.encode()) == 1, data.count(old.encode())
    data = data.replace(old.encode(), new.encode())
    made = f"{name[:-64]}{hashlib.sha256(salt + data).hexdigest()}"
    draft.entries[made], draft.salts[made] = data, salt
    if not beside:
        del draft.entries[name]


def show(draft: Draft, entry: str, field: str, content: Any, salt: str) -> None:
    """A bid's field says this, with a salt of the forger's, in the place of what was sealed."""
    made = make_disclosure(field, content, salt=bytes.fromhex(salt))
    _put_lines(
        draft, entry, [line for line in _lines(draft, entry) if read_disclosure(line).name != field] + [made.text]
    )


def unshow(draft: Draft, entry: str, field: str) -> None:
    """A bid never had this field."""
    _put_lines(draft, entry, [line for line in _lines(draft, entry) if read_disclosure(line).name != field])


def turn(draft: Draft, entry: str) -> None:
    """The lines of an entry stand the other way round."""
    lines = _lines(draft, entry)[::-1]
    draft.entries[draft.named(entry)] = "".join(f"{line}\n" for line in lines).encode()


def _lines(draft: Draft, entry: str) -> list[str]:
    return draft.entries[draft.named(entry)].decode().splitlines()


def _put_lines(draft: Draft, entry: str, texts: Sequence[str]) -> None:
    draft.entries[draft.named(entry)] = write_shown_bid(texts)


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
