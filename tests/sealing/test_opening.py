"""Opening: who can, who cannot, and whose fault it is if nobody can."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import pyrage
import pytest

from ledger.chain.registry import KeySet
from ledger.errors import (
    BidMalformed,
    BidRootDiffers,
    ContentAltered,
    ContentUnreadable,
    DocumentAltered,
    EnvelopeMalformed,
    KeySetDiffers,
    SealsDiffer,
    SharesTooFew,
    ShareUnopenable,
)
from ledger.sealing import opening, shamir
from ledger.sealing.bid import Bid
from ledger.sealing.content import content_of
from ledger.sealing.context import Group
from ledger.sealing.envelope import read_header
from ledger.sealing.hpke import seal_again
from ledger.sealing.sealing import seal, seal_content, seal_shares
from ledger.sealing.seed import Seed, joined
from tests.sealing.actors import (
    CONTEXT,
    DRAWING,
    KEY_SET,
    LETTER,
    OFFICERS_ALONE,
    VALUES,
    Envelope,
    Folder,
    digest,
    opens,
    private_key,
    recipient,
    sealed_bid,
)

ENVELOPE = sealed_bid()
OFFICERS, CUSTODIANS = Group.OFFICERS, Group.CUSTODIANS
PAIRS = tuple(combinations((1, 2, 3), 2))


def opened(envelope: Envelope, seed: bytes) -> tuple[Bid, dict[str, bytes]]:
    """Bid and documents."""
    folder = Folder()
    return opening.open_content(envelope.header, seed, envelope.content, folder.sink), folder.found


@pytest.mark.parametrize("officers", PAIRS)
@pytest.mark.parametrize("custodians", PAIRS)
def test_open_any_two_officers_with_any_two_custodians(officers: Any, custodians: Any) -> None:
    """One of each may be lost."""
    found = opening.find_seed(ENVELOPE.header, KEY_SET, ENVELOPE.shares(officers, custodians))
    assert (found.seed, found.false) == (ENVELOPE.sealed.seed, ())
    opening.check_content(ENVELOPE.header, ENVELOPE.content)
    bid, documents = opened(ENVELOPE, found.seed)
    assert bid.fields == ENVELOPE.bid.fields
    assert documents == {"documents/0001": DRAWING, "documents/0002": LETTER, "documents/0003": b""}


@pytest.mark.parametrize(
    ("officers", "custodians", "group"),
    [
        ((1, 2, 3), (1,), "custodians"),
        ((1, 2, 3), (), "custodians"),
        ((1,), (1, 2, 3), "officers"),
        ((), (1, 2), "officers"),
    ],
)
def test_open_one_group_alone_or_one_of_a_group_refused(officers: Any, custodians: Any, group: str) -> None:
    """All officers together cannot, nor all custodians."""
    with pytest.raises(SharesTooFew) as refused:
        opening.find_seed(ENVELOPE.header, KEY_SET, ENVELOPE.shares(officers, custodians))
    assert refused.value.values["group"] == group


def test_half_of_the_seed_is_nothing_of_the_seed() -> None:
    """What all officers together have is not the seed, and does not decrypt."""
    seed, words = ENVELOPE.sealed.seed, ENVELOPE.header.context.words(ENVELOPE.header.bid_root)
    half = Seed(seed, words).share(OFFICERS, 0, threshold=2, has_custodians=True)  # the value at zero
    other = Seed(seed, words).share(CUSTODIANS, 0, threshold=2, has_custodians=True)
    assert joined(half, other) == seed
    for wrong in (half, other):
        with pytest.raises(ContentUnreadable):
            opened(ENVELOPE, wrong)


def test_open_without_custodians_officers_alone() -> None:
    """Of a key set that is labelled so."""
    alone = sealed_bid(key_set=OFFICERS_ALONE)
    found = opening.find_seed(alone.header, OFFICERS_ALONE, alone.shares((1, 3), ()))
    assert opened(alone, found.seed)[0].fields == alone.bid.fields


def test_open_with_false_shares_names_them() -> None:
    """Whoever gives another share than the one that was sealed to them stops nothing, and is seen."""
    shares = ENVELOPE.shares((1, 2, 3), (1, 2, 3))
    shares[OFFICERS, 1] = digest("false")
    shares[CUSTODIANS, 2] = bytes(32)
    found = opening.find_seed(ENVELOPE.header, KEY_SET, shares)
    assert (found.seed, found.false) == (ENVELOPE.sealed.seed, ((OFFICERS, 1), (CUSTODIANS, 2)))


def test_open_with_false_shares_among_too_few_others_refused() -> None:
    """Then all seals differ: the seed is another one altogether."""
    shares = ENVELOPE.shares((1, 2), (1, 2))
    shares[OFFICERS, 1] = digest("false")
    with pytest.raises(SealsDiffer) as refused:
        opening.find_seed(ENVELOPE.header, KEY_SET, shares)
    assert len(refused.value.values["shares"]) == 6


def test_open_tries_no_more_ways_than_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with many false shares cannot keep an opening busy for ever."""
    shares = ENVELOPE.shares((1, 2, 3), (1, 2, 3))
    shares[OFFICERS, 1] = digest("false")  # the fifth way is the first without it
    monkeypatch.setattr(opening, "MOST_ATTEMPTS", 5)
    assert opening.find_seed(ENVELOPE.header, KEY_SET, shares).false == ((OFFICERS, 1),)
    monkeypatch.setattr(opening, "MOST_ATTEMPTS", 4)
    with pytest.raises(SealsDiffer):
        opening.find_seed(ENVELOPE.header, KEY_SET, shares)


def test_open_with_all_shares_tries_no_way_that_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever could still be left out is not looked at once the seed is found."""
    combined = 0

    def counting(shares: Mapping[int, bytes]) -> bytes:
        nonlocal combined
        combined += 1
        return combine(shares)

    combine = shamir.combine
    monkeypatch.setattr(shamir, "combine", counting)
    opening.find_seed(ENVELOPE.header, KEY_SET, ENVELOPE.shares((1, 2, 3), (1, 2, 3)))
    assert combined == 2


MANY = KeySet(
    12, 5,
    tuple(recipient(f"officer {number}", bytes([number] * 20).rjust(32, b"\0")) for number in range(1, 33)),
    tuple(recipient(f"custodian {number}", bytes([number] * 32)) for number in range(1, 33)),
)  # fmt: skip


def shares_of(envelope: Envelope) -> dict[tuple[Group, int], bytes]:
    """All, as the seed gives them."""
    header, key_set = envelope.header, envelope.key_set
    seed = Seed(envelope.sealed.seed, header.context.words(header.bid_root))
    sizes = ((OFFICERS, key_set.officer_threshold, 32), (CUSTODIANS, key_set.custodian_threshold, 32))
    return {
        (group, index): seed.share(group, index, threshold=threshold, has_custodians=True)
        for group, threshold, count in sizes
        for index in range(1, count + 1)
    }


def test_open_of_thirty_two_and_thirty_two_with_rubbish_in_front() -> None:
    """Two officers and three custodians lie, and theirs would be taken first."""
    envelope = sealed_bid(key_set=MANY)
    shares = shares_of(envelope)
    liars = ((OFFICERS, 1), (OFFICERS, 7), (CUSTODIANS, 1), (CUSTODIANS, 2))
    shares.update({each: digest(str(each)) for each in liars})
    found = opening.find_seed(envelope.header, MANY, shares)
    assert (found.seed, found.false) == (envelope.sealed.seed, liars)


def test_open_ways_are_all_different() -> None:
    """Of 32 shares each choice is tried once: leaving out what is not taken anyway would try the same again."""
    threes = replace(KEY_SET, officers=MANY.officers[:6], custodians=())
    shares = {(OFFICERS, index): digest(str(index)) for index in range(1, 7)}
    seeds = list(opening._candidates(threes, shares))
    assert len(seeds) == len(set(seeds)) == len(list(combinations(range(6), 2)))
    first = shamir.combine({1: shares[OFFICERS, 1], 2: shares[OFFICERS, 2]})
    last = shamir.combine({5: shares[OFFICERS, 5], 6: shares[OFFICERS, 6]})
    assert (seeds[0], seeds[-1]) == (first, last)


def test_open_of_rubbish_from_thirty_two_and_thirty_two_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """All 64 sign rubbish: no more seeds are tried than is said, and shares are sealed again only with a seed that
    gives one of those that were brought. Rubbish gives none."""
    envelope = sealed_bid(key_set=MANY)
    shares = {each: digest(str(each)) for each in shares_of(envelope)}
    sealed = 0

    def counting(*given: Any) -> Iterator[bytes]:
        nonlocal sealed
        for share in seal_shares(*given):
            sealed += 1
            yield share

    monkeypatch.setattr(opening, "seal_shares", counting)
    tried, combine = 0, shamir.combine

    def trying(of_group: Mapping[int, bytes]) -> bytes:
        nonlocal tried
        tried += 1
        return combine(of_group)

    monkeypatch.setattr(shamir, "combine", trying)
    monkeypatch.setattr(opening, "MOST_ATTEMPTS", 50)
    assert opening.partial_seed(envelope.header, MANY, shares) is None
    assert (sealed, tried) == (0, 2 * 50)
    with pytest.raises(SealsDiffer) as refused:
        opening.find_seed(envelope.header, MANY, shares)
    # What differs is told of the first.
    assert (sealed, tried, len(refused.value.values["shares"])) == (64, 4 * 50, 64)


def test_seed_has_a_share_only_as_a_whole() -> None:
    """One that begins as the recipient's and goes on otherwise is another: two programs must agree on that."""
    seed = Seed(ENVELOPE.sealed.seed, ENVELOPE.header.context.words(ENVELOPE.header.bid_root))
    true = ENVELOPE.share(OFFICERS, 2)
    altered = true[:31] + bytes([true[31] ^ 1])
    assert list(seed.has_shares(OFFICERS, {1: true, 2: true, 3: digest("x")}, threshold=2, has_custodians=True)) == [
        False,
        True,
        False,
    ]
    assert list(seed.has_shares(OFFICERS, {2: altered}, threshold=2, has_custodians=True)) == [False]
    assert list(seed.has_shares(CUSTODIANS, {2: true}, threshold=2, has_custodians=True)) == [False]


def test_partial_seed_that_gives_shares_nobody_brought_waits_for_somebody_who_does() -> None:
    """A sealer gives officers one and two points of another line with the same value at zero, and officer three the
    share of the seed: it takes three's share to show that, for without it these two could be the liars."""
    header, words = ENVELOPE.header, ENVELOPE.header.context.words(ENVELOPE.header.bid_root)
    seed = Seed(ENVELOPE.sealed.seed, words)
    half = seed.share(OFFICERS, 0, threshold=2, has_custodians=True)
    shares = {(CUSTODIANS, index): ENVELOPE.share(CUSTODIANS, index) for index in (1, 2)}
    shares |= {(OFFICERS, index): shamir.share(half, [digest("another line")], index) for index in (1, 2)}
    sealed = tuple(
        seal_again(officer.key, header.info(OFFICERS, index, officer.holder), shares[OFFICERS, index], digest("ikm"))
        for index, officer in enumerate(KEY_SET.officers[:2], 1)
    )
    third = replace(header, officers=(*sealed, header.officers[2]), custodians=ENVELOPE.header.officers)
    lies = {each: share for each, share in shares.items() if each[0] is OFFICERS} | {
        (CUSTODIANS, index): shamir.share(joined(half, ENVELOPE.sealed.seed), [digest("line")], index)
        for index in (1, 2)
    }
    assert opening.partial_seed(third, KEY_SET, lies) is None
    found = opening.partial_seed(third, KEY_SET, lies | {(OFFICERS, 3): ENVELOPE.share(OFFICERS, 3)})
    assert found is not None
    assert found.seed == ENVELOPE.sealed.seed
    assert (OFFICERS, 3) not in found.differing.values["shares"]


def test_open_share_with_another_key_place_or_envelope_refused() -> None:
    """A share is of one bid and one recipient."""
    header = ENVELOPE.header
    copies = [
        (replace(header, context=replace(CONTEXT, author=digest("thief")[:20])), 1),
        (replace(header, context=replace(CONTEXT, process_id=digest("another"))), 1),
        (replace(header, context=replace(CONTEXT, round=2)), 1),
        (replace(header, context=replace(CONTEXT, not_before=0)), 1),
        (replace(header, bid_root=digest("another")), 1),
        (replace(header, officers=(header.officers[1], header.officers[0], header.officers[2])), 1),
        (replace(header, officers=header.custodians), 1),
        (header, 2),
    ]
    for altered, index in copies:
        with pytest.raises(ShareUnopenable) as refused:
            opening.open_share(altered, KEY_SET, OFFICERS, index, private_key("officer one"))
        assert refused.value.values == {"group": "officers", "index": index}
    other_holder = replace(KEY_SET, officers=(recipient("officer one", bytes(32)), *KEY_SET.officers[1:]))
    with pytest.raises(ShareUnopenable):
        opening.open_share(header, other_holder, OFFICERS, 1, private_key("officer one"))
    with pytest.raises(KeySetDiffers):
        opening.open_share(header, OFFICERS_ALONE, OFFICERS, 1, private_key("officer one"))


def test_seal_again_gives_the_same_shares_from_the_seed_and_others_from_another() -> None:
    """The re-seal check; a second sealing with the same seed differs in the content alone."""
    header, seed = ENVELOPE.header, ENVELOPE.sealed.seed
    opening.require_seals(header, KEY_SET, seed)
    bid, out = ENVELOPE.bid, io.BytesIO()
    again = seal(bid, opens(DRAWING, LETTER, b""), CONTEXT, KEY_SET, out, seed=seed).header
    assert (again.officers, again.custodians) == (header.officers, header.custodians)
    assert again.content_digest != header.content_digest
    with pytest.raises(SealsDiffer) as refused:
        opening.require_seals(header, KEY_SET, digest("another seed"))
    assert len(refused.value.values["shares"]) == 6
    with pytest.raises(KeySetDiffers):
        opening.require_seals(header, OFFICERS_ALONE, seed)


def test_require_seals_names_the_share_that_the_sealer_made_wrong() -> None:
    """One officer got another share than the seed gives: whoever has the seed sees it, and the bid still opens."""
    header = ENVELOPE.header
    wrong = replace(header, officers=(header.officers[0], header.officers[0], header.officers[2]))
    with pytest.raises(SealsDiffer) as refused:
        opening.require_seals(wrong, KEY_SET, ENVELOPE.sealed.seed)
    assert refused.value.values["shares"] == ((OFFICERS, 2),)
    with pytest.raises(SealsDiffer):
        opening.find_seed(wrong, KEY_SET, ENVELOPE.shares((1, 3), (1, 2)))


def test_seed_is_bound_to_what_it_was_drawn_for() -> None:
    """The same seed for another bid is another key: nobody reads a bid with the seed of the one before it."""
    changed = sealed_bid({**VALUES, "lots/LOT-0001/value": {"amount": "1.00"}}, seed=ENVELOPE.sealed.seed)
    assert not set(changed.header.officers) & set(ENVELOPE.header.officers)
    words = [each.header.context.words(each.header.bid_root) for each in (changed, ENVELOPE)]
    assert len({Seed(ENVELOPE.sealed.seed, each).scalar() for each in words}) == 2


def test_check_content_altered_cut_off_or_longer_refused() -> None:
    """Any bit of the content, a byte fewer, a byte more."""
    header, content = ENVELOPE.header, ENVELOPE.content.read()
    opening.check_content(header, io.BytesIO(content))
    size = len(content)
    for at in (0, size // 2, size - 1):
        altered = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        with pytest.raises(ContentAltered):
            opening.check_content(header, io.BytesIO(altered))
    for other, reason, end in (
        (content[:-1], "cut off", size - 1),
        (b"", "cut off", 0),
        (content + b"x", "bytes after", size),
    ):
        with pytest.raises(EnvelopeMalformed, match=reason) as refused:
            opening.check_content(header, io.BytesIO(other))
        assert refused.value.values["position"] == len(header.encoded()) + end


def sealed_content(*pieces: bytes, root: bytes | None = None) -> Envelope:
    """A content of the sealer's own making."""
    out = io.BytesIO()
    sealed = seal_content(iter(pieces), ENVELOPE.bid.root if root is None else root, CONTEXT, KEY_SET, out)
    return Envelope(out.getvalue(), sealed, ENVELOPE.bid)


def test_open_content_of_the_sealer_s_own_making_refused_by_name() -> None:
    """Seeds that pass the re-seal check, contents that are no bid: the sealer's doing, and everybody can see it."""
    plain = b"".join(content_of(ENVELOPE.bid, opens(DRAWING, LETTER, b"")))
    cases: list[tuple[Envelope, type[Exception]]] = [
        (sealed_content(b"no bid at all\n\n"), BidMalformed),
        (sealed_content(), BidMalformed),
        (sealed_content(plain[:-1]), BidMalformed),
        (sealed_content(plain, b"\0"), BidMalformed),
        (sealed_content(plain.replace(b"a drawing", b"A drawing", 1)), DocumentAltered),
        (sealed_content(plain, root=digest("another bid")), BidRootDiffers),
    ]
    for envelope, error in cases:
        opening.require_seals(envelope.header, KEY_SET, envelope.sealed.seed)
        opening.check_content(envelope.header, envelope.content)
        with pytest.raises(error):
            opened(envelope, envelope.sealed.seed)


def test_open_content_that_is_no_age_file_or_for_another_identity_refused() -> None:
    """The sealer put something else behind the header."""
    header, size = ENVELOPE.header, len(ENVELOPE.sealed.header.encoded())
    stranger = pyrage.encrypt(b"x", [pyrage.x25519.Identity.generate().to_public()])
    content = ENVELOPE.data[size:]
    long = b"age-encryption.org/v1\n" + b"-> noise\n\n" * 7_000 + b"--- " + bytes(43)
    for other in (b"", b"garbage", long, stranger, content[:-1], content[:300] + content[301:], content + b"x"):
        with pytest.raises(ContentUnreadable):
            opening.open_content(header, ENVELOPE.sealed.seed, io.BytesIO(other), Folder().sink)


def test_seal_failure_of_a_document_is_told_as_it_is() -> None:
    """A document that changed since it was hashed, and a disk that fails."""
    bid = ENVELOPE.bid
    with pytest.raises(DocumentAltered):
        seal(bid, opens(b"changed", LETTER, b""), CONTEXT, KEY_SET, io.BytesIO())

    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            if self.tell() > 10_000:
                raise OSError(28, "No space left on device")
            return super().write(data)

    with pytest.raises(OSError, match="No space left"):
        seal(bid, opens(DRAWING, LETTER, b""), CONTEXT, KEY_SET, Full())


def test_open_content_failure_of_a_disk_is_not_the_sealer_s() -> None:
    """A full disk and an unreadable file are told as they are; nobody's bid is called unreadable for them."""

    class Broken(io.BytesIO):
        def write(self, data: Any, /) -> int:
            raise OSError(28, "No space left on device")

        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="No space left"):
        opening.open_content(ENVELOPE.header, ENVELOPE.sealed.seed, ENVELOPE.content, lambda _: Broken())
    with pytest.raises(OSError, match="Input/output error"):
        opening.open_content(ENVELOPE.header, ENVELOPE.sealed.seed, Broken(), Folder().sink)

    class BrokenAtItsEnd(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size) or Broken().read()

    no_bid = sealed_content(b"no bid at all\n\n")
    with pytest.raises(OSError, match="Input/output error"):
        opening.open_content(no_bid.header, no_bid.sealed.seed, BrokenAtItsEnd(no_bid.content.read()), Folder().sink)


def test_seal_for_a_recipient_without_a_key_refused() -> None:
    """A key that is no point of the curve."""
    broken = replace(KEY_SET.officers[0], key=b"\x04" + bytes(64))
    with pytest.raises(KeySetDiffers, match="number 1 of the officers"):
        sealed_bid(key_set=replace(KEY_SET, officers=(broken, *KEY_SET.officers[1:])))


def test_seal_behind_other_bytes_leaves_them() -> None:
    """The header is written where the envelope begins."""
    out = io.BytesIO(b"before")
    out.seek(6)
    seal(ENVELOPE.bid, opens(DRAWING, LETTER, b""), CONTEXT, KEY_SET, out)
    out.write(b"behind")
    out.seek(6)
    header = read_header(out)
    assert out.read()[header.content_size :] == b"behind"
    assert out.getvalue().startswith(b"before")
