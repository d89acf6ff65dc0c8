"""What a forger does to the acts of a series: leave out, alter, swap, put in, each with the numbers made to fit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ledger.chain.codec import decode_detail, encode_detail
from ledger.chain.identifiers import bid_commitment, key_set_id
from ledger.chain.record import ZERO, ActRecord
from ledger.evidence.verify.series import pack_act, split_acts, split_list, write_list
from ledger.evidence.verify.shown_bid import write_shown_bid
from ledger.ocds.disclosure import make_disclosure
from ledger.opening.facts import read_key_set
from ledger.sealing.bid import root_of
from ledger.terms import Act, Outcome
from tests.attacks.draft import Draft
from tests.attacks.fields import set_path, value
from tests.evidence.log_data import read, write


def omit(draft: Draft, entry: str, act: int) -> None:
    """One act is not there; the numbers of those behind it close up."""
    acts, name = _acts(draft, entry)
    _put(draft, name, [data for number, data in enumerate(acts, 1) if number != act])


def alter(
    draft: Draft, entry: str, act: int, fields: Mapping[str, Any] | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """One act says something else, in its record or in its own arguments."""
    acts, name = _acts(draft, entry)
    acts[act - 1] = _altered(acts[act - 1], fields or {}, detail or {})
    draft.entries[name] = b"".join(map(pack_act, acts))


def swap(draft: Draft, entry: str, acts: Sequence[int]) -> None:
    """Two acts change places; numbers and times stay with the places."""
    series, name = _acts(draft, entry)
    first, second = (number - 1 for number in acts)
    times = [read(data).time for data in series]
    series[first], series[second] = series[second], series[first]
    timed = [write(read(data)._replace(time=time)) for data, time in zip(series, times, strict=True)]
    _put(draft, name, timed)


def insert(
    draft: Draft,
    entry: str,
    after: int,
    like: int,
    fields: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """A further act behind act ``after``, with its time, like act ``like`` but for this."""
    acts, name = _acts(draft, entry)
    time = read(acts[after - 1]).time
    made = _altered(write(read(acts[like - 1])._replace(time=time)), fields or {}, detail or {})
    _put(draft, name, [*acts[:after], made, *acts[after:]])


def open_these(draft: Draft, entry: str, act: int, bids: Sequence[int]) -> None:
    """The opening gives outcomes of these bids, in this order."""
    acts, name = _acts(draft, entry)
    record = read(acts[act - 1])
    content: Any = decode_detail(record)
    content["outcomes"] = [content["outcomes"][bid] for bid in bids]
    acts[act - 1] = write(record._replace(detail=encode_detail(Act(record.act), content)))
    draft.entries[name] = b"".join(map(pack_act, acts))


def end(draft: Draft, entry: str, commit: int, opening: int, outcome: int, fields: Mapping[str, Any]) -> None:
    """The opening says of the bid of act ``commit`` that it ended so; a bid without an outcome in it gets one. With
    ``fields`` it had that content and evidence, and its commitment is made to fit."""
    acts, name = _acts(draft, entry)
    number, opened = read(acts[commit - 1]).bid, read(acts[opening - 1])
    content: Any = decode_detail(opened)
    outcomes = [*content["outcomes"], None][: max(number + 1, len(content["outcomes"]))]
    acts, outcomes[number] = _ended(draft, name, acts, commit, outcome, fields)
    acts[opening - 1] = write(opened._replace(detail=encode_detail(Act(opened.act), {**content, "outcomes": outcomes})))
    draft.entries[name] = b"".join(map(pack_act, acts))


def revise(draft: Draft, entry: str, commit: int, after: int, fields: Mapping[str, Any]) -> None:
    """Behind act ``after`` its officers call the bid of act ``commit`` opened after all, with a ground; content and
    evidence are those of ``fields``, and the commitment is made to fit."""
    acts, name = _acts(draft, entry)
    acts, outcome = _ended(draft, name, acts, commit, Outcome.OPENED, fields)
    bid, act = read(acts[commit - 1]).bid, Act.OUTCOME_REVISED
    made = read(acts[after - 1])._replace(
        act=act, bid=bid, ground=value("#ground", None), detail=encode_detail(act, {"outcome": outcome})
    )
    _put(draft, name, [*acts[:after], write(made), *acts[after:]])


def seal(draft: Draft, entry: str, commit: int, opening: int, fields: Sequence[Sequence[Any]], salt: str) -> None:
    """The bid that act ``commit`` handed in has these fields, each with name and content, and was opened as that."""
    acts, name = _acts(draft, entry)
    committed, opened = read(acts[commit - 1]), read(acts[opening - 1])
    salts = [hashlib.sha256(bytes.fromhex(salt) + bytes([number])).digest() for number in range(len(fields))]
    texts = [make_disclosure(*field, salt=each).text for field, each in zip(fields, salts, strict=True)]
    digests = sorted(hashlib.sha256(text.encode()).digest() for text in texts)
    content: Any = decode_detail(opened)
    outcome = content["outcomes"][committed.bid]
    outcome["content"] = root_of(digests)
    commitment = _commitment(draft, name, committed, outcome["content"], outcome["evidence"])
    acts[commit - 1] = write(committed._replace(subject=commitment))
    acts[opening - 1] = write(opened._replace(detail=encode_detail(Act(opened.act), content)))
    draft.entries[name] = b"".join(map(pack_act, acts))
    del draft.entries[f"bids/{committed.subject.hex()}"]
    draft.entries[f"bids/{commitment.hex()}"] = write_shown_bid(texts)


def name_key_set(draft: Draft, roles: str, act: int, detail: Mapping[str, Any]) -> None:
    """The buyer's key set of act ``act`` says something else; whatever names it names what it is then."""
    alter(draft, roles, act, detail=detail)
    acts, name = _acts(draft, roles)
    record = read(acts[act - 1])
    after = key_set_id(bytes.fromhex(name[-64:]), read_key_set([record], record.subject))
    for entry in [entry for entry in draft.entries if entry.startswith("acts/")]:
        draft.entries[entry] = draft.entries[entry].replace(record.subject, after)


def anchor(draft: Draft, entry: str, act: int, release: str, text: str, nested: int = 0) -> None:
    """The act anchors this text in the place of a release; ``@`` in it stands for lists that nest so deep."""
    name = draft.named(release)
    data = text.replace("@", "[" * nested + "]" * nested).encode()
    digest = hashlib.sha256(draft.salts[name] + data).hexdigest()
    draft.entries[f"releases/{digest}"], draft.salts[f"releases/{digest}"] = data, draft.salts[name]
    del draft.entries[name]
    alter(draft, entry, act, {"release": f"0x{digest}"})


def observe(draft: Draft, entry: str, like: str, fields: Mapping[str, Any]) -> None:
    """A further act on an organisation's list, by whom and with the roles that the first act of ``like`` has: that of
    an observation."""
    name, (model, *_) = draft.named(entry), _acts(draft, like)[0]
    items = split_list(name, draft.entries[name])
    made = read(model)._replace(act=Act.OBSERVATION_RECORDED, sequence=len(items) + 1, release=ZERO, detail=b"")
    items.append(_altered(write(made), fields, {}))
    draft.entries[name] = write_list(items)


def unlist(draft: Draft, entry: str, item: int) -> None:
    """A process is not on the list of its organisation."""
    name = draft.named(entry)
    items = split_list(name, draft.entries[name])
    draft.entries[name] = write_list(items[: item - 1] + items[item:])


def list_again(draft: Draft, entry: str, item: int) -> None:
    """A process is on the list of its organisation a second time."""
    name = draft.named(entry)
    items = split_list(name, draft.entries[name])
    draft.entries[name] = write_list([*items, items[item - 1]])


def _acts(draft: Draft, entry: str) -> tuple[list[bytes], str]:
    name = draft.named(entry)
    return split_acts(name, draft.entries[name]), name


def _ended(
    draft: Draft, name: str, acts: Sequence[bytes], commit: int, outcome: int, fields: Mapping[str, Any]
) -> tuple[list[bytes], dict[str, Any]]:
    """The acts, in which the bid has this content, and what an act says of it that calls its outcome so."""
    committed = read(acts[commit - 1])
    given = {field: value(text, None) for field, text in fields.items()}
    said = {"outcome": outcome, "author": committed.first, "content": committed.subject, "evidence": ZERO, **given}
    if not given:
        return list(acts), said
    commitment = _commitment(draft, name, committed, said["content"], said["evidence"])
    return [data.replace(committed.subject, commitment) for data in acts], said


def _commitment(draft: Draft, name: str, committed: ActRecord, content: bytes, evidence: bytes) -> bytes:
    where = draft.original.chain_id, draft.original.ledger, bytes.fromhex(name[-64:]), committed.round
    return bid_commitment(*where, committed.first, content, evidence)


def _put(draft: Draft, name: str, acts: Sequence[bytes]) -> None:
    """Number the acts anew, and what refers to them."""
    before = {read(data).sequence: number for number, data in reversed(list(enumerate(acts, 1)))}
    if "/process-" in name:
        acts = [write(record._replace(ref=before.get(record.ref, record.ref))) for record in map(read, acts)]
    numbered = [write(read(data)._replace(sequence=number)) for number, data in enumerate(acts, 1)]
    draft.entries[name] = b"".join(map(pack_act, numbered))


def _altered(data: bytes, fields: Mapping[str, Any], detail: Mapping[str, Any]) -> bytes:
    record = read(data)
    record = record._replace(**{name: value(given, getattr(record, name)) for name, given in fields.items()})
    if detail:
        content: Any = decode_detail(record)
        for path, given in detail.items():
            content = set_path(content, path, given)
        record = record._replace(detail=encode_detail(Act(record.act), content))
    return write(record)
